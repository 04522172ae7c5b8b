"""The cookie of a session: set at sign-in, always with a new secret, and taken away."""

from collections.abc import Callable
from datetime import timedelta

from fastapi import Request
from sqlmodel import Session
from starlette.responses import RedirectResponse

from app.deps import base_url
from app.people import accounts
from app.people.devices import device
from app.people.returning import local

COOKIE = "jobaids_session"
Begin = Callable[[timedelta, str], str]


def enter(request: Request, session: Session, begin: Begin, back: str = "/") -> RedirectResponse:
    """Begin a session in place of the one that this browser had, and go back to where the reader came from."""
    lasts = timedelta(days=request.app.state.settings.session_days)
    secret = begin(lasts, device(request.headers.get("user-agent", "")))
    leave(request, session)
    answer = RedirectResponse(local(back), 303)
    set_cookie(request, answer, COOKIE, secret, lasts)
    return answer


def leave(request: Request, session: Session) -> None:
    """End the session of this browser on the server."""
    secret = request.cookies.get(COOKIE)
    if secret:
        accounts.sign_out(session, secret)
        request.app.state.credentials.forget(secret)


def set_cookie(request: Request, answer: RedirectResponse, name: str, value: str, lasts: timedelta) -> None:
    """A cookie that scripts and other sites cannot use."""
    secure = base_url(request).startswith("https:")
    answer.set_cookie(name, value, int(lasts.total_seconds()), httponly=True, samesite="lax", secure=secure)
