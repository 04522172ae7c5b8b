"""People for administrators: the list, one person, a file of many, links to choose a password; and the roles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, Words, WriteSession, base_url
from app.errors import AppError, Fault, Invalid
from app.people import accounts, directory, people_csv, privacy, queries
from app.people.audit import record
from app.people.models import Membership, Person
from app.people.people_csv import Brought
from app.viewer import MATRIX, Right, Role, Scope
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio", include_in_schema=False)
SHOWN = 50
Cell = Annotated[str, Form(max_length=1_000)]


class PersonForm(BaseModel):
    """The cells of the form; `person` reads them."""

    id: Annotated[str, Form(max_length=400)] = ""
    name: Cell = ""
    email: Cell = ""
    role: Cell = Role.EMPLOYEE.value
    groups: Cell = ""
    manager: Cell = ""
    tenure_from: Cell = ""
    left_on: Cell = ""
    disabled: Cell = "no"


@dataclass(frozen=True)
class Row:
    """A person in the list."""

    person: Person
    groups: str
    state: str


@dataclass(frozen=True)
class PeopleView:
    """The list, the form for one more, and what came of a file or of the form."""

    q: str
    rows: list[Row]
    further: str | None
    columns: Sequence[str] = people_csv.COLUMNS
    roles: Sequence[str] = tuple(Role)
    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    brought: Brought | None = None


@dataclass(frozen=True)
class PersonView:
    """One person and what may be done; `link` is the link that was just made, shown this once."""

    person: Person
    values: Mapping[str, str]
    memberships: Sequence[Membership]
    sessions: int
    has_password: bool
    link: str | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    roles: Sequence[str] = tuple(Role)


@dataclass(frozen=True)
class RolesView:
    """The table of rights."""

    rows: Mapping[Right, Mapping[Role, Scope | None]]
    roles: Sequence[Role] = tuple(Role)


@router.get("/roles")
def roles_page(request: Request, viewer: ViewerDep) -> HTMLResponse:
    """Who may do what, for everybody who is signed in."""
    viewer.require(Right.SUGGEST)
    return render.page(request, "roles.html", _("Roles"), RolesView(MATRIX), "studio")


@router.get("/people")
def people_page(
    request: Request, session: ReadSession, viewer: ViewerDep, now: NowDep, q: Words = "", after: Words = ""
) -> HTMLResponse:
    """Everybody, by id."""
    viewer.require(Right.PEOPLE)
    return render.page(request, "people.html", _("People"), _people(session, now, q.strip(), after), "studio")


def _people(session: Session, now: NowDep, q: str = "", after: str = "", **more: object) -> PeopleView:
    found = queries.page(session, q, after, SHOWN + 1)
    groups = queries.groups_on(session, now.date(), [one.id for one in found])
    rows = [Row(one, ", ".join(groups.get(one.id, [])), _state(one)) for one in found[:SHOWN]]
    further = f"/studio/people?q={quote(q)}&after={quote(rows[-1].person.id)}" if len(found) > SHOWN else None
    return PeopleView(q, rows, further, **more)  # type: ignore[arg-type]


def _state(person: Person) -> str:
    if person.gone_at is None:
        return ""
    return _("disabled") if person.disabled else _("left")


@router.post("/people")
def add_person(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    form: Annotated[PersonForm, Form()],
) -> Response:
    """Somebody new."""
    viewer.require(Right.PEOPLE)
    today = now.astimezone(settings.zone).date()
    try:
        wanted = people_csv.person(form.model_dump())
        if session.get(Person, wanted.id) is not None:
            raise Invalid("taken", [Fault("id", _("Somebody has this id already. Look in the list below."))])
        directory.upsert(session, now, today, viewer, [wanted])
    except Invalid as error:
        view = _people(session, now, values=form.model_dump(), faults=_by_field(error))
        return render.page(request, "people.html", _("People"), view, "studio", status=error.status)
    return RedirectResponse(f"/studio/people/{quote(wanted.id)}", 303)


@router.post("/people/file")
def bring_in(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    file: Annotated[UploadFile, File()],
) -> HTMLResponse:
    """People from a CSV file; lines that cannot be read are named, the others come in."""
    viewer.require(Right.PEOPLE)
    brought = people_csv.bring_in(session, now, now.astimezone(settings.zone).date(), viewer, file.file.read())
    request.app.state.credentials.forget_all()
    view = _people(session, now, brought=brought)
    return render.page(request, "people.html", _("People"), view, "studio", status=422 if brought.faults else 200)


@router.get("/people/{person_id}")
def person_page(request: Request, session: ReadSession, viewer: ViewerDep, person_id: str) -> HTMLResponse:
    """One person."""
    viewer.require(Right.PEOPLE)
    return _person_page(request, session, directory.get(session, person_id))


def _person_page(request: Request, session: Session, person: Person, status: int = 200, **more: object) -> HTMLResponse:
    belonged = queries.memberships(session, person.id)
    view = PersonView(
        person=person,
        memberships=belonged,
        sessions=len(queries.all_sessions(session, person.id)),
        has_password=queries.password(session, person.id) is not None,
        **({"values": _cells(person, belonged)} | more),  # type: ignore[arg-type]
    )
    return render.page(request, "person.html", person.name, view, "studio", status=status)


def _cells(person: Person, belonged: Sequence[Membership]) -> dict[str, str]:
    plain = {name: str(getattr(person, name) or "") for name in directory.PLAIN if name != "disabled"}
    groups = " | ".join(one.group for one in belonged if one.ends_on is None)
    return plain | {"groups": groups, "disabled": "yes" if person.disabled else "no"}


@router.post("/people/{person_id}")
def change_person(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    person_id: str,
    form: Annotated[PersonForm, Form()],
) -> Response:
    """Change what is known of somebody; shut out or let in."""
    viewer.require(Right.PEOPLE)
    person = directory.get(session, person_id)
    cells = form.model_dump() | {"id": person_id}
    try:
        directory.upsert(session, now, now.astimezone(settings.zone).date(), viewer, [people_csv.person(cells)])
    except Invalid as error:
        return _person_page(request, session, person, error.status, values=cells, faults=_by_field(error))
    request.app.state.credentials.forget_all()
    return RedirectResponse(f"/studio/people/{quote(person_id)}", 303)


def _by_field(error: AppError) -> dict[str, str]:
    return {fault.pointer.rpartition("/")[2]: fault.detail for fault in error.faults}


@router.post("/people/{person_id}/invitation")
def invite(request: Request, session: WriteSession, viewer: ViewerDep, now: NowDep, person_id: str) -> HTMLResponse:
    """A link with which somebody chooses a password; it is shown once."""
    secret = accounts.invite(session, now, viewer, person_id)
    link = f"{base_url(request)}/invitation/{secret}"
    return _person_page(request, session, directory.get(session, person_id), link=link)


@router.post("/people/{person_id}/sign-out")
def end_sessions(
    request: Request, session: WriteSession, viewer: ViewerDep, now: NowDep, person_id: str
) -> RedirectResponse:
    """End all sessions of somebody."""
    viewer.require(Right.PEOPLE)
    accounts.end_others(session, directory.get(session, person_id).id)
    record(session, now, viewer, "sessions ended", person_id)
    request.app.state.credentials.forget_all()
    return RedirectResponse(f"/studio/people/{quote(person_id)}", 303)


@router.post("/people/{person_id}/erase")
def erase(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    person_id: str,
    sure: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Erase everything that is stored about somebody."""
    viewer.require(Right.PEOPLE)
    if not sure:
        raise Invalid("Tick the box to say that you are sure. Nothing was erased.")
    state = request.app.state
    privacy.erase(session, now, viewer, state.keepers, person_id, state.credentials.pseudonym(person_id))
    state.credentials.forget_all()
    return RedirectResponse("/studio/people", 303)
