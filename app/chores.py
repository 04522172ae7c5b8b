"""What the server does by itself: one thread per process, and each chore done once per period in the whole house.

A chore must bear to be done twice and to be done late: a process that ends in the middle leaves it to the next period.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col

from app.clock import Clock
from app.db import UTCDateTime, reading, writing

log = structlog.get_logger(__name__)
PAUSE = 1.0


class ChoreRun(SQLModel, table=True):
    """When a chore was begun last, by whichever process."""

    __tablename__ = "chore_run"

    name: str = Field(primary_key=True, max_length=50)
    began_at: datetime = Field(sa_type=UTCDateTime)


@dataclass(frozen=True)
class Chore:
    """Something to do every so often; `do` is given the present time and opens its own transactions."""

    name: str
    every: timedelta
    do: Callable[[datetime], object]


@dataclass
class Chores:
    """Looks every second for what is due."""

    engine: Engine
    clock: Clock
    chores: list[Chore] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chores", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the chore in hand."""
        self._stop.set()
        self._thread.join(timeout=30)

    def turn(self) -> list[str]:
        """Do what is due now; returns its names. What fails is logged and tried again in its next period."""
        return [chore.name for chore in self.chores if self._claim(chore) and self._done(chore)]

    def _run(self) -> None:
        while not self._stop.wait(PAUSE):
            try:
                self.turn()
            except Exception:
                log.exception("could not look for chores")

    def _done(self, chore: Chore) -> bool:
        try:
            chore.do(self.clock())
        except Exception:
            log.exception("a chore failed", chore=chore.name)
            return False
        return True

    def _claim(self, chore: Chore) -> bool:
        now = self.clock()
        with reading(self.engine) as session:
            last = session.get(ChoreRun, chore.name)
        if last is not None and last.began_at > now - chore.every:
            return False
        try:
            with writing(self.engine) as session:
                return _begun(session, chore, now, known=last is not None)
        except IntegrityError:
            return False  # another process was first


def _begun(session: Session, chore: Chore, now: datetime, known: bool) -> bool:
    if not known:
        session.add(ChoreRun(name=chore.name, began_at=now))
        return True
    due = update(ChoreRun).where(col(ChoreRun.name) == chore.name, col(ChoreRun.began_at) <= now - chore.every)
    return bool(session.execute(due.values(began_at=now)).rowcount)  # type: ignore[attr-defined]
