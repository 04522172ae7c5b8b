"""What is stored about me: shown, taken away as a file, erased; my sessions and my password."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.deps import NowDep, ReadSession, ViewerDep, WriteSession
from app.errors import Forbidden, Invalid, SignInNeeded
from app.keepers import Kept
from app.people import accounts, directory, privacy, queries
from app.people.directory import FIRST_ADMIN
from app.people.entering import COOKIE, enter
from app.people.models import Person, SignIn
from app.viewer import MATRIX, Right, Role, Viewer
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/me", include_in_schema=False)
SHOWN = 20
OWN_PARTS = {"account", "sessions"}  # shown in a form of their own


@dataclass(frozen=True)
class SessionView:
    """A session, and whether it is this one."""

    name: str
    device: str
    stored: SignIn
    mine: bool


@dataclass(frozen=True)
class PartView:
    """One kind of thing that is stored: a table of its newest rows."""

    name: str
    title: str
    why: str
    total: int
    columns: list[str]
    rows: list[list[tuple[str, str | None]]]


@dataclass(frozen=True)
class MeView:
    """The whole page."""

    person: Person
    account: dict[str, Any]
    groups: list[str]
    rights: list[Right]
    sessions: list[SessionView]
    parts: list[PartView]
    has_password: bool
    fault: str | None = None
    shown: int = SHOWN


@dataclass(frozen=True)
class EraseView:
    """What will happen."""

    person: Person
    stays_open: bool


def _me(session: Session, viewer: Viewer) -> Person:
    if viewer.person is None:
        if viewer.role is not None:
            raise Forbidden("This page is about a person, and a token is none. Sign in as yourself.")
        raise SignInNeeded("Sign in to see what is stored about you.")
    return directory.get(session, viewer.person)


@router.get("")
def me(request: Request, session: ReadSession, viewer: ViewerDep, now: NowDep) -> HTMLResponse:
    """Everything that is stored about whoever asks."""
    return _page(request, session, now, _me(session, viewer))


def _page(request: Request, session: Session, now: NowDep, person: Person, fault: str | None = None) -> HTMLResponse:
    kept = _kept(request, session, person.id)
    mine = accounts.digest(request.cookies.get(COOKIE, ""))
    view = MeView(
        person=person,
        account=next((one.rows[0] for one in kept if one.name == "account" and one.rows), {}),
        groups=[one.group for one in queries.memberships(session, person.id) if one.ends_on is None],
        rights=[right for right in Right if MATRIX[right][Role(person.role)]],
        sessions=[
            SessionView(accounts.name_of(one), one.device or _("Unknown device"), one, one.digest == mine)
            for one in accounts.sessions(session, now, person.id)
        ],
        parts=[_part(one) for one in kept if one.name not in OWN_PARTS],
        has_password=queries.password(session, person.id) is not None,
        fault=fault,
    )
    return render.page(request, "me.html", _("About me"), view, status=422 if fault else 200)


def _kept(request: Request, session: Session, person: str) -> list[Kept]:
    state = request.app.state
    return privacy.kept(session, state.keepers, person, state.credentials.pseudonym(person))


def _part(kept: Kept) -> PartView:
    shown = kept.rows[:SHOWN]
    columns = list(dict.fromkeys(name for row in shown for name, value in row.items() if value not in (None, "")))
    rows: list[list[tuple[str, str | None]]] = [[(_words(row.get(name)), None) for name in columns] for row in shown]
    return PartView(kept.name, kept.title, kept.why, len(kept.rows), columns, rows)


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    return text[:16].replace("T", " ") if len(text) > 18 and text[4:5] == "-" and text[10:11] == "T" else text


@router.get("/data.json")
def data(request: Request, session: ReadSession, viewer: ViewerDep, now: NowDep) -> JSONResponse:
    """The same as a file, whole."""
    person = _me(session, viewer)
    kept = _kept(request, session, person.id)
    content: dict[str, Any] = {"person": person.id, "made_at": now.isoformat()}
    content |= {one.name: {"title": one.title, "why": one.why, "rows": one.rows} for one in kept}
    headers = {"Content-Disposition": 'attachment; filename="about-me.json"', "Cache-Control": "no-store"}
    return JSONResponse(content, headers=headers)


@router.post("/sessions/end")
def end_session(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    name: Annotated[str, Form(max_length=64)],
) -> RedirectResponse:
    """End one session, or with the name `others` all but this one."""
    person = _me(session, viewer)
    if name == "others":
        accounts.end_others(session, person.id, request.cookies.get(COOKIE, ""))
    else:
        accounts.end(session, now, person.id, name)
    request.app.state.credentials.forget_all()
    return RedirectResponse("/me#sessions", 303)


@router.post("/password")
def change_password(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    before: Annotated[str, Form(max_length=1_000)],
    after: Annotated[str, Form(max_length=1_000)],
) -> Response:
    """Choose another password; all other sessions end."""
    person = _me(session, viewer)
    rates = request.app.state.rates
    rates.count(rates.sign_in, f"account {person.id}")
    try:
        accounts.change(session, now, person, before, after)
    except Invalid as error:
        return _page(request, session, now, person, error.detail)
    request.app.state.credentials.forget_all()
    return enter(request, session, lambda lasts, device: accounts.begin(session, now, person, lasts, device), "/me")


@router.get("/erase")
def erase_page(request: Request, session: ReadSession, viewer: ViewerDep) -> HTMLResponse:
    """What erasing means, before it is done."""
    person = _me(session, viewer)
    return render.page(request, "me_erase.html", _("Erase my data"), EraseView(person, person.id == FIRST_ADMIN))


@router.post("/erase")
def erase(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    sure: Annotated[bool, Form()] = False,
) -> HTMLResponse:
    """Erase everything that is stored about whoever asks, and sign out."""
    person = _me(session, viewer)
    if not sure:
        raise Invalid("Tick the box to say that you are sure. Nothing was erased.")
    state = request.app.state
    privacy.erase(session, now, viewer, state.keepers, person.id, state.credentials.pseudonym(person.id))
    state.credentials.forget_all()
    request.state.viewer = state.credentials.anonymous
    answer = render.page(request, "me_erased.html", _("Erased"), EraseView(person, person.id == FIRST_ADMIN))
    answer.delete_cookie(COOKIE)
    return answer
