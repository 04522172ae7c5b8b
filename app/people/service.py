"""What other rooms and the hall may ask of this one; API tokens have their rules here."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from app.errors import Invalid, NotFound
from app.people import queries
from app.people.accounts import admin_link, digest, first_admin_link, invite, open_link, sign_out, use_link
from app.people.audit import record
from app.people.directory import covered, groups_on, line, upsert
from app.people.models import ApiToken
from app.viewer import Role, Viewer

__all__ = [
    "admin_link",
    "covered",
    "create_token",
    "digest",
    "first_admin_link",
    "groups_on",
    "invite",
    "line",
    "open_link",
    "record",
    "revoke_tokens",
    "sign_out",
    "tokens",
    "upsert",
    "use_link",
]


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
