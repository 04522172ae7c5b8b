"""Every SELECT about persons and credentials."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from app.people.models import ApiToken, Person, SignIn, SignInLink


def signed_in(session: Session, digest: str, at: datetime) -> tuple[SignIn, Person] | None:
    """The session with this digest and its person, unless it has ended."""
    statement = (
        select(SignIn, Person)
        .join(Person, Person.id == SignIn.person_id)  # type: ignore[arg-type]
        .where(SignIn.digest == digest, SignIn.expires_at > at)
    )
    row = session.exec(statement).first()
    return (row[0], row[1]) if row else None


def token(session: Session, digest: str) -> ApiToken | None:
    """The API token with this digest."""
    return session.get(ApiToken, digest)


def tokens(session: Session) -> Sequence[ApiToken]:
    """All API tokens by name, older ones first."""
    return session.exec(select(ApiToken).order_by(ApiToken.name, col(ApiToken.created_at))).all()


def link(session: Session, digest: str) -> tuple[SignInLink, Person] | None:
    """The sign-in link with this digest and its person."""
    statement = (
        select(SignInLink, Person)
        .join(Person, Person.id == SignInLink.person_id)  # type: ignore[arg-type]
        .where(SignInLink.digest == digest)
    )
    row = session.exec(statement).first()
    return (row[0], row[1]) if row else None


def admin_is_signed_in(session: Session, at: datetime) -> bool:
    """Whether any administrator has a session."""
    statement = (
        select(SignIn.digest)
        .join(Person, Person.id == SignIn.person_id)  # type: ignore[arg-type]
        .where(Person.role == "admin", SignIn.expires_at > at)
    )
    return session.exec(statement).first() is not None
