"""The viewer: the one place where "may she?" is decided."""

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
    RECORD = "record competency"
    COMPETENCY = "see competency"
    ROLL_OUT = "plan roll-outs"
    PEOPLE = "keep people"
    AUDIT = "read the audit"
    CONFIGURE = "change settings and applications"


class Scope(StrEnum):
    """Whom or what a right covers."""

    ALL = "everything"
    TEAM = "own team"
    OWN = "own"
    MASKED = "pseudonyms only"


ALL, TEAM, OWN, MASKED, NO = Scope.ALL, Scope.TEAM, Scope.OWN, Scope.MASKED, None

# Role × action × scope. The checks, the page /studio/roles and the manual say what stands here and nothing else.
# fmt: off
_COLUMNS = (           Role.EMPLOYEE, Role.TRAINER, Role.MANAGER, Role.ANALYST, Role.ADMIN)
_TABLE: dict[Right, tuple[Scope | None, ...]] = {
    Right.SUGGEST:    (ALL,           ALL,          ALL,          ALL,          ALL),
    Right.WRITE:      (NO,            ALL,          NO,           NO,           ALL),
    Right.PUBLISH:    (NO,            ALL,          NO,           NO,           ALL),
    Right.PLAN:       (NO,            ALL,          NO,           NO,           ALL),
    Right.MEASURE:    (NO,            ALL,          ALL,          ALL,          ALL),
    Right.RECORD:     (NO,            ALL,          TEAM,         NO,           ALL),
    Right.COMPETENCY: (OWN,           OWN,          TEAM,         MASKED,       MASKED),
    Right.ROLL_OUT:   (NO,            ALL,          NO,           ALL,          ALL),
    Right.PEOPLE:     (NO,            NO,           NO,           NO,           ALL),
    Right.AUDIT:      (NO,            NO,           NO,           NO,           ALL),
    Right.CONFIGURE:  (NO,            NO,           NO,           NO,           ALL),
}
# fmt: on
MATRIX: dict[Right, dict[Role, Scope | None]] = {
    right: dict(zip(_COLUMNS, row, strict=True)) for right, row in _TABLE.items()
}
RIGHTS: dict[Role, frozenset[Right]] = {
    role: frozenset(right for right, row in MATRIX.items() if row[role]) for role in Role
}


@dataclass(frozen=True)
class Viewer:
    """Who asks: a person, a token (`name` without `person`), or an anonymous reader (`role` None).

    `own_approval` says whether a person may approve her own text here, `answers` how many answers she has not seen.
    `groups` are those that an application says of a person whom the house does not keep itself.
    `withheld` are the numbers of the aids that a roll-out does not give her yet: search and lists leave them out, their
    address opens.
    """

    role: Role | None = None
    name: str | None = None
    person: str | None = None
    pseudonym: str | None = None
    open_house: bool = False
    own_approval: bool = False
    answers: int = 0
    withheld: frozenset[int] = frozenset()
    groups: tuple[str, ...] = ()

    @property
    def member(self) -> bool:
        """Whether aids for members may be seen."""
        return self.role is not None

    @property
    def actor(self) -> str:
        """How the audit names this viewer."""
        return self.person or (f"token:{self.name}" if self.name else "anonymous")

    def scope(self, right: Right) -> Scope | None:
        """How far this right goes; None where it is not held."""
        return MATRIX[right][self.role] if self.role else None

    def may(self, right: Right) -> bool:
        """Whether this right is held, in whatever scope."""
        return self.scope(right) is not None

    def require(self, right: Right) -> None:
        """Raise unless this right is held."""
        if self.role is None:
            raise SignInNeeded(f"To {right} you need to sign in, or send a token of a role that may.")
        if not self.may(right):
            raise Forbidden(f"The role {self.role} may not {right}. Ask your administrator for a role that may.")

    def require_reading(self) -> None:
        """Raise unless anything at all may be read."""
        if not (self.member or self.open_house):
            raise SignInNeeded("Sign in to read on, or ask your administrator for a link.")


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
    return hmac.digest(key, person.encode(), "sha256").hex()[:32]
