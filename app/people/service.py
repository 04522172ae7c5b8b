"""The rules of getting in: one-time links, server-side sessions, API tokens."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from app.errors import Invalid, NotFound, Used
from app.people import queries
from app.people.models import ApiToken, AuditEntry, Person, SignIn, SignInLink
from app.viewer import SYSTEM, Role, Viewer

LINK_LASTS = timedelta(hours=24)
FIRST_ADMIN = "administrator"
ANOTHER = "For a new one, the administrator runs jobaids sign-in-link on the server."


def digest(secret: str) -> str:
    """What is stored instead of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def record(session: Session, at: datetime, viewer: Viewer, action: str, subject: str) -> None:
    """Add a line to the audit."""
    session.add(AuditEntry(at=at, actor=viewer.actor, action=action, subject=subject[:400]))


def create_token(session: Session, at: datetime, viewer: Viewer, name: str, role: Role) -> str:
    """A new API token; the text is returned once and never stored."""
    if not name.strip():
        raise Invalid("Give the token a name that says who uses it.")
    secret = "ja_" + secrets.token_urlsafe(32)
    session.add(ApiToken(digest=digest(secret), name=name.strip(), role=role, created_at=at))
    record(session, at, viewer, "token created", f"{name} ({role})")
    return secret


def tokens(session: Session) -> Sequence[ApiToken]:
    """All API tokens; their texts are stored nowhere."""
    return queries.tokens(session)


def revoke_tokens(session: Session, at: datetime, viewer: Viewer, name: str) -> int:
    """Take back every token of this name; returns how many.

    Raises:
        NotFound: none has this name.
    """
    found = [token for token in queries.tokens(session) if token.name == name.strip()]
    if not found:
        raise NotFound(f"No token is called {name!r}. `jobaids token list` names them all.")
    for token in found:
        session.delete(token)
        record(session, at, viewer, "token revoked", f"{token.name} ({token.role})")
    return len(found)


def first_admin_link(session: Session, at: datetime) -> str | None:
    """The secret of a one-time link for the first administrator; None while an administrator is signed in."""
    return None if queries.admin_is_signed_in(session, at) else admin_link(session, at, SYSTEM)


def admin_link(session: Session, at: datetime, viewer: Viewer) -> str:
    """The secret of a new one-time link for the administrator."""
    person = session.get(Person, FIRST_ADMIN)
    if person is None:
        person = Person(id=FIRST_ADMIN, name="Administrator", role=Role.ADMIN, created_at=at)
        session.add(person)
        session.flush()
    secret = secrets.token_urlsafe(32)
    session.add(SignInLink(digest=digest(secret), person_id=person.id, expires_at=at + LINK_LASTS))
    record(session, at, viewer, "sign-in link made", person.id)
    return secret


def open_link(session: Session, at: datetime, secret: str) -> tuple[SignInLink, Person]:
    """The link and its person.

    Raises:
        NotFound: no such link, or its time is over.
        Used: it was used before.
    """
    found = queries.link(session, digest(secret))
    if found is None or found[0].expires_at <= at:
        raise NotFound(f"This sign-in link is not valid any more. {ANOTHER}")
    if found[0].used_at is not None:
        raise Used(f"Each sign-in link works once. {ANOTHER}")
    return found


def use_link(session: Session, at: datetime, secret: str, lasts: timedelta) -> str:
    """Spend the link and start a session; returns the session's secret."""
    link, person = open_link(session, at, secret)
    link.used_at = at
    mine = secrets.token_urlsafe(32)
    session.add(SignIn(digest=digest(mine), person_id=person.id, expires_at=at + lasts))
    viewer = Viewer(role=Role(person.role), person=person.id)
    record(session, at, viewer, "signed in", person.id)
    return mine


def sign_out(session: Session, secret: str) -> None:
    """End the session with this secret."""
    found = session.get(SignIn, digest(secret))
    if found is not None:
        session.delete(found)
