"""The rules of keeping applications: their origins, their keys."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlmodel import Session, col

from app.errors import Conflict, Invalid, NotFound
from app.people.service import record
from app.viewer import Right, Viewer
from app.widget import queries, tokens
from app.widget.models import Application, ApplicationKey
from app.widget.registry import DEMO
from app.widget.safe import Safe
from app.work import service as work

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
ACCENT = re.compile(r"#[0-9a-fA-F]{6}")
MOST_ORIGINS, MOST_KEYS = 50, 20


@dataclass(frozen=True)
class NewKey:
    """A signing key as it is shown once; what is kept of a secret is sealed."""

    kid: str
    algorithm: str
    material: str


def find(session: Session, viewer: Viewer, key: str) -> Application:
    """The application with this key.

    Raises:
        NotFound: there is none.
    """
    viewer.require(Right.PLAN)
    found = queries.application(session, key)
    if found is None:
        raise NotFound(f"No application has the key {key!r}. The list has them all.")
    return found


def add(session: Session, at: datetime, viewer: Viewer, key: str, title: str, origins: str) -> Application:
    """A new application.

    Raises:
        Invalid: its key or an origin cannot be used.
        Conflict: the key is taken.
    """
    viewer.require(Right.CONFIGURE)
    if not KEY.fullmatch(key):
        raise Invalid("Write a key of small letters, digits and dashes, such as crm; it goes into the tag.")
    if key == DEMO or queries.application(session, key) is not None:
        raise Conflict(f"An application with the key {key!r} is there already. Choose another key.")
    named = origins_in(origins)
    application = Application(key=key, title=_title(title), origins=named, created_at=at)
    session.add(application)
    record(session, at, viewer, "connected an application", f"{key}: {' '.join(named)}")
    return application


def change(session: Session, at: datetime, viewer: Viewer, key: str, wanted: Application) -> Application:
    """Make an application what `wanted` says; its key and its signing keys stay.

    Raises:
        Invalid: the colour, the task or the title cannot be used.
    """
    viewer.require(Right.CONFIGURE)
    found = find(session, viewer, key)
    if wanted.accent and not ACCENT.fullmatch(wanted.accent):
        raise Invalid("Write the colour as #2456b0, or leave it empty.")
    if wanted.task:
        work.find(session, wanted.task)
    found.title, found.origins = _title(wanted.title), wanted.origins
    found.subdomains, found.open = wanted.subdomains, wanted.open
    found.accent, found.task = wanted.accent or None, wanted.task or None
    session.add(found)
    record(session, at, viewer, "changed an application", f"{key}: {' '.join(found.origins)}")
    return found


def remove(session: Session, at: datetime, viewer: Viewer, key: str) -> None:
    """Take an application away, with its keys; its rules and its use stay."""
    viewer.require(Right.CONFIGURE)
    found = find(session, viewer, key)
    session.execute(delete(ApplicationKey).where(col(ApplicationKey.app) == key))
    session.delete(found)
    record(session, at, viewer, "removed an application", key)


def origins_in(text: str) -> list[str]:
    """The origins of a text, one a line or with blanks between.

    Raises:
        Invalid: one of them is no origin; http counts for this machine only.
    """
    found = list(dict.fromkeys(_origin(word) for word in text.replace(",", " ").split()))
    if not 1 <= len(found) <= MOST_ORIGINS:
        raise Invalid(f"Name 1 to {MOST_ORIGINS} origins, one a line, such as https://crm.example.com.")
    return found


def _origin(text: str) -> str:
    fault = Invalid(f"{text[:100]!r} is no origin. Write scheme, host and port only, such as https://crm.example.com.")
    try:
        parts = urlsplit(text.rstrip("/").lower())
        port = parts.port
    except ValueError:
        raise fault from None
    host = parts.hostname or ""
    if (
        not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:]+", host)
        or text.lower().rstrip("/") != f"{parts.scheme}://{parts.netloc}"
    ):
        raise fault
    if parts.username is not None or parts.scheme not in {"https", "http"}:
        raise fault
    if parts.scheme == "http" and not (host in {"localhost", "127.0.0.1", "::1"} or host.endswith(".localhost")):
        raise Invalid(f"{text[:100]!r} is not encrypted. Only this machine may be named with http.")
    usual = {"https": 443, "http": 80}[parts.scheme]
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port and port != usual else "")


def _title(text: str) -> str:
    title = " ".join(text.replace("\0", "").split())[:200]
    if not title:
        raise Invalid("Give the application the name that its users call it by.")
    return title


def keys(session: Session, key: str) -> Sequence[ApplicationKey]:
    """The signing keys of an application, the newest first."""
    return queries.keys(session, key)


def add_key(
    session: Session, at: datetime, viewer: Viewer, safe: Safe, key: str, algorithm: str, public_key: str = ""
) -> NewKey:
    """A new signing key beside those in force, so that the application can change over without a gap.

    Raises:
        Invalid: the public key cannot be used, or there are many keys already.
    """
    viewer.require(Right.CONFIGURE)
    application = find(session, viewer, key)
    in_force = [one for one in queries.keys(session, key) if one.revoked_at is None]
    if len(in_force) >= MOST_KEYS:
        raise Invalid(f"{MOST_KEYS} keys are in force. Revoke some first.")
    material = secrets.token_urlsafe(32) if algorithm == tokens.HS256 else public_key.strip()[:2000]
    tokens.read_key(algorithm, material)
    kid = f"{key[:40]}-{at:%Y%m%d}-{secrets.token_hex(3)}"
    kept = safe.seal(material) if algorithm == tokens.HS256 else material
    session.add(ApplicationKey(kid=kid, app=application.key, algorithm=algorithm, material=kept, created_at=at))
    record(session, at, viewer, "added a signing key", f"{key}: {kid} ({algorithm})")
    return NewKey(kid, algorithm, material)


def revoke_key(session: Session, at: datetime, viewer: Viewer, key: str, kid: str) -> None:
    """From now on no token that was signed with this key is taken."""
    viewer.require(Right.CONFIGURE)
    found = session.get(ApplicationKey, kid)
    if found is None or found.app != key:
        raise NotFound("This key is not there any more.")
    if found.revoked_at is None:
        found.revoked_at, found.material = at, ""
        record(session, at, viewer, "revoked a signing key", f"{key}: {kid}")
