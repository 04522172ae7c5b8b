"""What is stored about a person: each room that stores something says so, and can erase it; the hall names them all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session


@dataclass(frozen=True)
class Kept:
    """One kind of thing that is stored about a person, as `/me` shows it and the export gives it.

    `name` is its key in the export, `why` says in a sentence what it is for and how long it stays; each row holds
    plain values that JSON can carry.
    """

    name: str
    title: str
    why: str
    rows: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Keeper:
    """A room that stores something about persons.

    Both functions take the session, the person's id and her pseudonym. `erase` deletes, or where a record must stay
    takes the person out of it.
    """

    show: Callable[[Session, str, str], list[Kept]]
    erase: Callable[[Session, str, str], None]
