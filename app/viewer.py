"""The viewer: the one place where "may she?" is decided."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.errors import Forbidden, SignInNeeded


class Role(StrEnum):
    """What somebody is here for."""

    EMPLOYEE = "employee"
    TRAINER = "trainer"
    MANAGER = "manager"
    ANALYST = "analyst"
    ADMIN = "admin"


class Right(StrEnum):
    """What somebody may do beyond reading."""

    SUGGEST = "suggest changes"
    WRITE = "write aids"
    PUBLISH = "publish aids"
    PLAN = "keep tasks"
    MEASURE = "see the delivery figures"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.EMPLOYEE: frozenset({Right.SUGGEST}),
    Role.TRAINER: frozenset({Right.SUGGEST, Right.WRITE, Right.PUBLISH, Right.PLAN, Right.MEASURE}),
    Role.MANAGER: frozenset({Right.SUGGEST, Right.MEASURE}),
    Role.ANALYST: frozenset({Right.SUGGEST, Right.MEASURE}),
    Role.ADMIN: frozenset(Right),
}


@dataclass(frozen=True)
class Viewer:
    """Who asks: a person, a token (`name` without `person`), or an anonymous reader (`role` None)."""

    role: Role | None = None
    name: str | None = None
    person: str | None = None
    pseudonym: str | None = None
    open_house: bool = False

    @property
    def member(self) -> bool:
        """Whether aids for members may be seen."""
        return self.role is not None

    @property
    def actor(self) -> str:
        """How the audit names this viewer."""
        return self.person or (f"token:{self.name}" if self.name else "anonymous")

    def may(self, right: Right) -> bool:
        """Whether this right is held."""
        return self.role is not None and right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Raise unless this right is held."""
        if self.role is None:
            raise SignInNeeded(f"To {right} you need to sign in, or send a token of a role that may.")
        if not self.may(right):
            raise Forbidden(f"The role {self.role} may not {right}. Ask your administrator for a role that may.")

    def require_reading(self) -> None:
        """Raise unless anything at all may be read."""
        if not (self.member or self.open_house):
            raise SignInNeeded("This server is for members. Open the sign-in link that your administrator gave you.")


SYSTEM = Viewer(role=Role.ADMIN, name="command line", open_house=True)


def load_key(data_dir: Path) -> bytes:
    """The key of the pseudonyms, made at first use; whoever holds it can tell whose events are whose."""
    path = data_dir / "pseudonym.key"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    except FileExistsError:
        pass
    return path.read_bytes()


def pseudonym(key: bytes, person: str) -> str:
    """HMAC-SHA-256 of the person under the server's key, 32 hexadecimal digits."""
    return hmac.new(key, person.encode(), hashlib.sha256).hexdigest()[:32]
