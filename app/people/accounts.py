"""Getting in: links that work once, passwords, sessions. The text of a secret is returned once and never stored."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from app.errors import Invalid, NotFound, SignInNeeded, Used
from app.people import directory, passwords, queries
from app.people.audit import record
from app.people.directory import FIRST_ADMIN
from app.people.models import Password, Person, SignIn, SignInLink
from app.viewer import SYSTEM, Right, Role, Viewer

LINK_LASTS = timedelta(hours=24)
INVITATION_LASTS = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=10)
SIGN_IN, CHOOSE = "sign-in", "choose"
WRONG = "The name or the password is not right. Try again, or ask your administrator for a new link."
ANOTHER = {
    SIGN_IN: "For a new one, the administrator runs jobaids sign-in-link on the server.",
    CHOOSE: "Ask your administrator for a new one.",
}


def digest(secret: str) -> str:
    """What is stored instead of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


# Links


def admin_link(session: Session, at: datetime, viewer: Viewer) -> str:
    """The secret of a new one-time link for the administrator."""
    person = session.get(Person, FIRST_ADMIN)
    if person is None:
        person = Person(id=FIRST_ADMIN, name="Administrator", role=Role.ADMIN, created_at=at)
        session.add(person)
        session.flush()
    record(session, at, viewer, "sign-in link made", person.id)
    return _link(session, person.id, SIGN_IN, at + LINK_LASTS)


def first_admin_link(session: Session, at: datetime) -> str | None:
    """The secret of a one-time link for the first administrator; None while an administrator is signed in."""
    return None if queries.admin_is_signed_in(session, at) else admin_link(session, at, SYSTEM)


def invite(session: Session, at: datetime, viewer: Viewer, person_id: str) -> str:
    """The secret of a link with which somebody chooses a password, the first or another; earlier ones end."""
    viewer.require(Right.PEOPLE)
    person = directory.get(session, person_id)
    directory.require_open(person)
    session.execute(delete(SignInLink).where(col(SignInLink.person_id) == person.id, col(SignInLink.purpose) == CHOOSE))
    again = queries.password(session, person.id) is not None
    record(session, at, viewer, "password reset link made" if again else "invited", person.id)
    return _link(session, person.id, CHOOSE, at + INVITATION_LASTS)


def _link(session: Session, person: str, purpose: str, until: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    session.add(SignInLink(digest=digest(secret), person_id=person, expires_at=until, purpose=purpose))
    return secret


def open_link(session: Session, at: datetime, secret: str, purpose: str = SIGN_IN) -> tuple[SignInLink, Person]:
    """The link and its person.

    Raises:
        NotFound: no such link, or its time is over.
        Used: it was used before.
    """
    found = queries.link(session, digest(secret))
    if found is None or found[0].expires_at <= at or found[0].purpose != purpose:
        raise NotFound(f"This link is not valid any more. {ANOTHER[purpose]}")
    if found[0].used_at is not None:
        raise Used(f"Each link works once. {ANOTHER[purpose]}")
    return found


def use_link(session: Session, at: datetime, secret: str, lasts: timedelta, device: str = "") -> str:
    """Spend a sign-in link and start a session; returns the session's secret."""
    link, person = open_link(session, at, secret)
    link.used_at = at
    return begin(session, at, person, lasts, device)


def use_invitation(
    session: Session, at: datetime, secret: str, password: str, lasts: timedelta, device: str = ""
) -> str:
    """Choose a password, end all other sessions and start one; returns its secret. A weak one spends nothing."""
    link, person = open_link(session, at, secret, CHOOSE)
    choose(session, at, person, password)
    link.used_at = at
    return begin(session, at, person, lasts, device)


# Passwords


def choose(session: Session, at: datetime, person: Person, password: str) -> None:
    """Make this the password and end every session.

    Raises:
        Invalid: it is too weak; the message says why.
    """
    weak = passwords.weakness(password, [person.id, person.name, (person.email or "").partition("@")[0]])
    if weak:
        raise Invalid(weak)
    stored = queries.password(session, person.id) or Password(person_id=person.id, hash="", chosen_at=at)
    stored.hash, stored.chosen_at = passwords.hashed(password), at
    session.add(stored)
    end_others(session, person.id)
    record(session, at, Viewer(person=person.id), "password chosen", person.id)


def change(session: Session, at: datetime, person: Person, before: str, after: str) -> None:
    """Choose another password, knowing the present one; every session ends.

    Raises:
        Invalid: the present one is another, or the new one is too weak.
    """
    stored = queries.password(session, person.id)
    if not passwords.fits(before, stored.hash if stored else None):
        raise Invalid("That is not your present password. Nothing was changed.")
    choose(session, at, person, after)


def check(session: Session, person: Person | None, password: str) -> Person:
    """The person, if that is her password; it takes as long and says the same whatever is wrong.

    Raises:
        SignInNeeded: it is not, there is no such account, or she may not come in.
    """
    stored = queries.password(session, person.id) if person else None
    fits = passwords.fits(password, stored.hash if stored else None)
    if person is None or not fits or person.gone_at is not None:
        raise SignInNeeded(WRONG)
    return person


# Sessions


def begin(session: Session, at: datetime, person: Person, lasts: timedelta, device: str = "") -> str:
    """Start a session; returns its secret."""
    secret = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            digest=digest(secret), person_id=person.id, expires_at=at + lasts, began_at=at, seen_at=at, device=device
        )
    )
    record(session, at, Viewer(role=Role(person.role), person=person.id), "signed in", person.id)
    return secret


def sign_out(session: Session, secret: str) -> None:
    """End the session with this secret."""
    session.execute(delete(SignIn).where(col(SignIn.digest) == digest(secret)))


def sessions(session: Session, at: datetime, person: str) -> Sequence[SignIn]:
    """The sessions that somebody has."""
    return queries.sessions(session, person, at)


def end(session: Session, at: datetime, person: str, number: str) -> Collection[str]:
    """End one session by the first digits of its digest; returns the digests that ended.

    Raises:
        NotFound: she has no such session any more.
    """
    found = [one for one in queries.sessions(session, person, at) if name_of(one) == number]
    if not found:
        raise NotFound("This session has ended already. Your page /me lists those that go on.")
    for one in found:
        session.delete(one)
    return [one.digest for one in found]


def end_others(session: Session, person: str, mine: str = "") -> None:
    """End all sessions of somebody but the one with this secret."""
    session.execute(delete(SignIn).where(col(SignIn.person_id) == person, col(SignIn.digest) != digest(mine)))


def name_of(one: SignIn) -> str:
    """How a page names a session; it lets nobody in."""
    return one.digest[:16]


def seen(session: Session, secret_digest: str, at: datetime) -> None:
    """Note that a session is in use."""
    found = session.get(SignIn, secret_digest)
    if found is not None:
        found.seen_at = at


def tidy(session: Session, at: datetime) -> None:
    """Delete sessions and links whose time is over."""
    session.execute(delete(SignIn).where(col(SignIn.expires_at) <= at))
    session.execute(delete(SignInLink).where(col(SignInLink.expires_at) <= at - timedelta(days=30)))
