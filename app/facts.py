"""What happened, told by lower rooms to whoever listens.

A lower room states a fact without knowing who cares; `app.main` wires the listeners. A listener that breaks is logged
and does not fail the request. Only an `AppError` goes through: what a person said could not be kept, and she must know.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from app.errors import AppError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Searched:
    """A settled search was answered."""

    id: UUID
    at: datetime
    query: str
    results: int
    person: str | None
    tab: str | None = None
    task: str | None = None


@dataclass(frozen=True)
class Opened:
    """A revision of an aid was shown to a reader."""

    id: UUID
    at: datetime
    slug: str
    revision: int
    person: str | None
    source: str
    search_id: UUID | None = None
    rank: int | None = None
    task: str | None = None


@dataclass(frozen=True)
class Asked:
    """A reader who was not helped put a question."""

    id: UUID
    at: datetime
    text: str
    person: str | None
    query: str | None = None
    search_id: UUID | None = None
    slug: str | None = None
    task: str | None = None
    source: str | None = None
    app: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class Finished:
    """A reader said whether the aid worked."""

    id: UUID
    at: datetime
    slug: str
    outcome: str
    person: str | None
    revision: int | None = None
    search_id: UUID | None = None
    text: str | None = None
    section: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Left:
    """Somebody does not work here any more, or had herself erased; it may be told twice."""

    at: datetime
    person: str
    name: str
    email: str | None


@dataclass(frozen=True)
class Disabled:
    """Somebody was shut out; she may come back. It may be told twice."""

    at: datetime
    person: str
    name: str
    email: str | None


@dataclass(frozen=True)
class Submitted:
    """A revision waits for somebody to approve it."""

    at: datetime
    slug: str
    revision: int
    actor: str


@dataclass(frozen=True)
class Returned:
    """A revision went back to its author, for a reason."""

    at: datetime
    slug: str
    revision: int
    actor: str
    author: str
    reason: str


@dataclass(frozen=True)
class Published:
    """A revision went live."""

    at: datetime
    slug: str
    revision: int
    actor: str


@dataclass(frozen=True)
class Retired:
    """An aid was taken away from readers."""

    at: datetime
    slug: str
    actor: str


@dataclass(frozen=True)
class Suggested:
    """A reader suggested a change, flagged an aid as outdated or offered one."""

    at: datetime
    id: int
    kind: str
    person: str
    slug: str | None = None


@dataclass(frozen=True)
class Answered:
    """What a reader suggested was adopted or answered; she is to be told."""

    at: datetime
    id: int
    person: str
    adopted: bool
    slug: str | None = None


@dataclass
class Facts:
    """Who listens to what."""

    listeners: dict[type, list[Callable[[Any], None]]] = field(default_factory=dict)

    def listen(self, kind: type, listener: Callable[[Any], None]) -> None:
        """Call `listener` with every fact of this kind."""
        self.listeners.setdefault(kind, []).append(listener)

    def state(self, fact: object) -> None:
        """Tell the listeners.

        Raises:
            AppError: a listener could not keep what it must keep.
        """
        for listener in self.listeners.get(type(fact), []):
            try:
                listener(fact)
            except AppError:
                raise
            except Exception:
                log.exception("a listener failed", fact=type(fact).__name__)
