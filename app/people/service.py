"""The rules of getting in: one-time links, server-side sessions, API tokens."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlmodel import Session

from app.errors import Conflict, Invalid, NotFound
from app.people import queries
from app.people.models import ApiToken, AuditEntry, Person, SignIn, SignInLink
from app.viewer import Role, Viewer

LINK_LASTS = timedelta(hours=24)
FIRST_ADMIN = "administrator"


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


def first_admin_link(session: Session, at: datetime) -> str | None:
    """The secret of a one-time link for the first administrator; None while an administrator is signed in."""
    if queries.admin_is_signed_in(session, at):
        return None
    person = session.get(Person, FIRST_ADMIN)
    if person is None:
        person = Person(id=FIRST_ADMIN, name="Administrator", role=Role.ADMIN, created_at=at)
        session.add(person)
        session.flush()
    secret = secrets.token_urlsafe(32)
    session.add(SignInLink(digest=digest(secret), person_id=person.id, expires_at=at + LINK_LASTS))
    return secret


def open_link(session: Session, at: datetime, secret: str) -> tuple[SignInLink, Person]:
    """The link and its person.

    Raises:
        NotFound: no such link, or its time is over.
        Conflict: it was used before.
    """
    found = queries.link(session, digest(secret))
    if found is None or found[0].expires_at <= at:
        raise NotFound("This sign-in link is not valid any more. Restart the server to get a new one in its terminal.")
    if found[0].used_at is not None:
        raise Conflict("This sign-in link was used before. Each link works once.")
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
