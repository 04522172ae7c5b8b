"""From a cookie or a bearer token to the viewer; what was looked up is remembered for some seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.clock import Clock
from app.db import reading, writing
from app.errors import SignInNeeded
from app.people import accounts, queries
from app.people.accounts import SEEN_EVERY, digest
from app.people.models import Person, SignIn
from app.viewer import Role, Viewer, pseudonym

log = structlog.get_logger(__name__)
REMEMBERED_SECONDS = 5.0
MOST_REMEMBERED = 5_000


@dataclass
class Credentials:
    """Looks up who a secret belongs to. Another process hears of an ended session within five seconds."""

    engine: Engine
    clock: Clock
    key: bytes
    open_house: bool
    own_approval: bool = False
    # What rooms above this one put into the viewer of a person.
    contributions: list[Callable[[Session, Viewer], Viewer]] = field(default_factory=list)
    _remembered: dict[str, tuple[float, Viewer | None]] = field(default_factory=dict)

    @cached_property
    def anonymous(self) -> Viewer:
        """Nobody in particular."""
        return Viewer(open_house=self.open_house)

    def remembered(self, secret: str) -> Viewer | None:
        """The viewer, if this secret was looked up just now."""
        found = self._remembered.get(digest(secret))
        return found[1] if found and found[0] > time.monotonic() else None

    def forget(self, secret: str) -> None:
        """Look this secret up again next time."""
        self._remembered.pop(digest(secret), None)

    def forget_all(self) -> None:
        """Look every secret up again: sessions of others have ended, or roles have changed."""
        self._remembered.clear()

    def pseudonym(self, person: str) -> str:
        """The name under which a person's use is stored."""
        return pseudonym(self.key, person)

    def of_token(self, secret: str) -> Viewer:
        """The viewer with this API token.

        Raises:
            SignInNeeded: nobody has it.
        """
        with reading(self.engine) as session:
            found = queries.token(session, digest(secret))
        if found is None:
            raise SignInNeeded("This token is not known here. Make one with `jobaids token create`.")
        return self._remember(secret, Viewer(Role(found.role), found.name, open_house=self.open_house))

    def of_session(self, secret: str) -> Viewer:
        """The person with this session; anonymous where it has ended."""
        with reading(self.engine) as session:
            found = queries.signed_in(session, digest(secret), self.clock())
            if found is None:
                return self.anonymous
            viewer = self._person(session, found[1])
        self._note_use(found[0])
        return self._remember(secret, viewer)

    def _person(self, session: Session, person: Person) -> Viewer:
        mine = self.pseudonym(person.id)
        viewer = Viewer(Role(person.role), person.name, person.id, mine, self.open_house, self.own_approval)
        return self.contributed(session, viewer)

    def contributed(self, session: Session, viewer: Viewer) -> Viewer:
        """The viewer with what higher rooms know of her."""
        for contribute in self.contributions:
            viewer = contribute(session, viewer)
        return viewer

    def _note_use(self, used: SignIn) -> None:
        now = self.clock()
        if used.seen_at is not None and used.seen_at > now - SEEN_EVERY:
            return
        try:
            with writing(self.engine) as session:
                accounts.seen(session, used.digest, now)
        except OperationalError:
            log.warning("could not note the use of a session")

    def _remember(self, secret: str, viewer: Viewer) -> Viewer:
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[digest(secret)] = (time.monotonic() + REMEMBERED_SECONDS, viewer)
        return viewer
