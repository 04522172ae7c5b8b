"""Getting in and out: the sign-in page, links that work once, the choice of a password."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.deps import NowDep, ReadSession, WriteSession
from app.errors import Invalid, SignInNeeded
from app.people import accounts, queries
from app.people.entering import COOKIE, enter, leave
from app.people.models import Person
from app.people.passwords import LEAST, MOST
from app.people.returning import HOME, local
from app.web import render
from app.web.words import _

router = APIRouter(include_in_schema=False)
Back = Annotated[str, Query(max_length=2_000)]
Typed = Annotated[str, Form(max_length=400)]


@dataclass(frozen=True)
class SignInView:
    """How to get in; `next` is where to go then, `sso` what single sign-on is called, where there is one."""

    message: str | None = None
    next: str = HOME
    who: str = ""
    sso: str | None = None


@dataclass(frozen=True)
class ConfirmView:
    """One button that spends the link, so that a program which follows links does not."""

    token: str
    name: str


@dataclass(frozen=True)
class ChooseView:
    """The choice of a password."""

    token: str
    person: Person
    again: bool
    fault: str | None = None
    least: int = LEAST
    most: int = MOST


def sign_in_view(request: Request, message: str | None = None, back: str = "", who: str = "") -> SignInView:
    """The sign-in page as it is shown at the address that the reader asked for, or to go back to another."""
    settings = request.app.state.settings
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    asked = asked if request.method == "GET" else HOME
    return SignInView(message, local(back or asked), who, settings.oidc_name if settings.oidc_issuer else None)


def _sign_in_page(request: Request, view: SignInView, status: int = 200) -> HTMLResponse:
    return render.page(request, "sign_in.html", _("Sign in"), view, status=status)


@router.get("/sign-in")
def sign_in_page(request: Request, next: Back = HOME) -> Response:  # noqa: A002 - as the address says
    """Name and password, single sign-on, and what to do without either."""
    if request.state.viewer.person:
        return RedirectResponse(local(next), 303)
    return _sign_in_page(request, sign_in_view(request, back=next))


@router.post("/sign-in")
def sign_in_by_password(
    request: Request,
    session: WriteSession,
    reads: ReadSession,
    now: NowDep,
    who: Typed,
    password: Annotated[str, Form(max_length=1_000)],
    next: Annotated[str, Form(max_length=2_000)] = HOME,  # noqa: A002
) -> Response:
    """Come in by name or e-mail and password."""
    who = who.strip().replace("\x00", "")
    found = queries.called(reads, who)
    rates = request.app.state.rates
    rates.count(rates.sign_in, f"account {found.id if found else who.lower()}")
    try:
        accounts.check(reads, found, password)
    except SignInNeeded as wrong:
        return _sign_in_page(request, sign_in_view(request, wrong.detail, next, who), wrong.status)
    person = session.get_one(Person, found.id if found else "")
    return enter(request, session, partial(accounts.begin, session, now, person), next)


@router.get("/sign-in/{token}")
def confirm_page(request: Request, session: ReadSession, now: NowDep, token: str) -> HTMLResponse:
    """Whether this link is still good, and for whom."""
    _link, person = accounts.open_link(session, now, token)
    return render.page(request, "sign_in_confirm.html", _("Sign in"), ConfirmView(token, person.name))


@router.post("/sign-in/{token}")
def sign_in(request: Request, session: WriteSession, now: NowDep, token: str) -> RedirectResponse:
    """Spend the link."""
    return enter(request, session, partial(accounts.use_link, session, now, token))


@router.get("/invitation/{token}")
def invitation_page(request: Request, session: ReadSession, now: NowDep, token: str) -> HTMLResponse:
    """The choice of a password, for whom the link is."""
    _link, person = accounts.open_link(session, now, token, accounts.CHOOSE)
    again = queries.password(session, person.id) is not None
    return render.page(request, "invitation.html", _("Choose a password"), ChooseView(token, person, again))


@router.post("/invitation/{token}")
def choose_password(
    request: Request,
    session: WriteSession,
    now: NowDep,
    token: str,
    password: Annotated[str, Form(max_length=1_000)],
) -> Response:
    """Choose the password, spend the link and come in. A password that will not do spends nothing."""
    try:
        answer = enter(request, session, partial(accounts.use_invitation, session, now, token, password))
    except Invalid as weak:
        _link, person = accounts.open_link(session, now, token, accounts.CHOOSE)
        again = queries.password(session, person.id) is not None
        view = ChooseView(token, person, again, weak.detail)
        return render.page(request, "invitation.html", _("Choose a password"), view, status=weak.status)
    request.app.state.credentials.forget_all()
    return answer


@router.post("/sign-out")
def sign_out(request: Request, session: WriteSession) -> RedirectResponse:
    """End the session, on this device and on the server."""
    leave(request, session)
    answer = RedirectResponse(HOME, 303)
    answer.delete_cookie(COOKIE)
    return answer
