"""The way to single sign-on and back."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse

from app.db import writing
from app.deps import NowDep, SettingsDep, base_url
from app.errors import Invalid, NotFound
from app.people import accounts, sso
from app.people.entering import enter, set_cookie
from app.people.oidc import AGAIN, Attempt, Provider
from app.people.returning import HOME, local
from app.settings import Settings

router = APIRouter(prefix="/sign-in", include_in_schema=False)
ATTEMPT = "jobaids_attempt"
LASTS = timedelta(minutes=10)
BACK = "/sign-in/oidc/back"


@dataclass
class SingleSignOn:
    """The provider that the settings name, and how its claims are read."""

    provider: Provider
    mapped: sso.Mapped = field(default_factory=sso.Mapped)

    @classmethod
    def of(cls, settings: Settings) -> "SingleSignOn | None":
        """As the settings say; nothing is fetched."""
        if not settings.oidc_issuer:
            return None
        provider = Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
        mapped = sso.Mapped(settings.oidc_groups_claim, settings.oidc_person_claim, settings.oidc_role_pairs)
        return cls(provider, mapped)


def _single_sign_on(request: Request) -> SingleSignOn:
    found: SingleSignOn | None = request.app.state.single_sign_on
    if found is None:
        raise NotFound("There is no single sign-on here. Sign in with your password, or with a link.")
    return found


@router.get("/oidc")
def begin(request: Request, next: Annotated[str, Query(max_length=2_000)] = HOME) -> RedirectResponse:  # noqa: A002
    """Off to the provider."""
    attempt = Attempt()
    answer = RedirectResponse(_single_sign_on(request).provider.begin(attempt, base_url(request) + BACK), 303)
    set_cookie(request, answer, ATTEMPT, f"{attempt.secret}:{quote(local(next), safe='')}", LASTS)
    return answer


@router.get("/oidc/back")
def finish(request: Request, now: NowDep, settings: SettingsDep) -> RedirectResponse:
    """Back from the provider: prove the answer, find or make the person, begin her session.

    The provider is asked while no transaction is open: it may take its time.
    """
    single = _single_sign_on(request)
    secret, _colon, back = request.cookies.get(ATTEMPT, "").partition(":")
    if not secret:
        raise Invalid(f"This answer of single sign-on comes too late, or for another browser. {AGAIN}")
    claims = single.provider.finish(Attempt(secret), base_url(request) + BACK, dict(request.query_params), now)
    today = now.astimezone(settings.zone).date()
    with writing(request.app.state.engine) as session:
        person = sso.person_of(session, now, today, single.provider.issuer, claims, single.mapped)
        begun = partial(accounts.begin, session, now, person)
        answer = enter(request, session, begun, unquote(back))
    request.app.state.credentials.forget_all()
    answer.delete_cookie(ATTEMPT)
    return answer
