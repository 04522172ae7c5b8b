"""Getting in and out."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from app.deps import NowDep, ReadSession, SettingsDep, WriteSession, base_url
from app.people import service
from app.web import render
from app.web.words import _

router = APIRouter(include_in_schema=False)
COOKIE = "jobaids_session"


@dataclass(frozen=True)
class SignInView:
    """How to get in."""

    message: str | None = None


@dataclass(frozen=True)
class ConfirmView:
    """One button that spends the link, so that a program which follows links does not."""

    token: str
    name: str


@router.get("/sign-in")
def sign_in_page(request: Request) -> HTMLResponse:
    """What to do to get in."""
    return render.page(request, "sign_in.html", _("Sign in"), SignInView())


@router.get("/sign-in/{token}")
def confirm_page(request: Request, session: ReadSession, now: NowDep, token: str) -> HTMLResponse:
    """Whether this link is still good, and for whom."""
    _link, person = service.open_link(session, now, token)
    return render.page(request, "sign_in_confirm.html", _("Sign in"), ConfirmView(token, person.name))


@router.post("/sign-in/{token}")
def sign_in(
    request: Request, session: WriteSession, now: NowDep, settings: SettingsDep, token: str
) -> RedirectResponse:
    """Spend the link."""
    lasts = timedelta(days=settings.session_days)
    secret = service.use_link(session, now, token, lasts)
    answer = RedirectResponse("/", 303)
    secure = base_url(request).startswith("https:")
    answer.set_cookie(COOKIE, secret, int(lasts.total_seconds()), httponly=True, samesite="lax", secure=secure)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, session: WriteSession) -> RedirectResponse:
    """End the session, on this device and on the server."""
    secret = request.cookies.get(COOKIE, "")
    service.sign_out(session, secret)
    request.app.state.credentials.forget(secret)
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(COOKIE)
    return answer
