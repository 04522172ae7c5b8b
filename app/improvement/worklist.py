"""One list of what would help employees most: each item with its reason, its numbers and its one action.

The formula is on a decision page, `app/docs/decisions/worklist.md`: people affected × criticality.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from app.errors import Invalid, NotFound
from app.improvement import queries
from app.improvement.models import PutOff
from app.people.service import record
from app.viewer import Right, Viewer

UNRATED = 3  # the criticality of what belongs to no task, or to one that nobody rated
CRITICAL = 5
LATER = timedelta(days=30)


@dataclass(frozen=True)
class Action:
    """The one thing to do about an item: a link, or with `post` a button."""

    label: str
    url: str
    post: bool = False


@dataclass(frozen=True)
class Item:
    """Something that would help: `key` stays the same as long as it is the same thing.

    `people` are the different readers whom it met in 90 days, 0 where they cannot be known. `lead` stands before the
    text where it says more than how many people.
    """

    key: str
    kind: str
    text: str
    action: Action
    people: int = 0
    criticality: int | None = None
    lead: str | None = None
    url: str | None = None
    detail: str | None = None


Contributor = Callable[[Session, datetime], Sequence[Item]]


@dataclass(frozen=True)
class Ranked:
    """An item with what may be shown of it: `people` is None where they are too few to be told apart."""

    item: Item
    people: int | None
    weight: int
    criticality: int

    @property
    def score(self) -> int:
        """People affected × criticality."""
        return self.weight * self.criticality


@dataclass(frozen=True)
class Worklist:
    """What is to be done, best first, and what was put off."""

    items: list[Ranked]
    later: list[PutOff]


def build(session: Session, now: datetime, contributors: Iterable[Contributor], least: int) -> Worklist:
    """Everything that the contributors know, ranked; what somebody put off stands aside."""
    later = queries.put_off(session, now)
    found = [item for contribute in contributors for item in contribute(session, now)]
    ranked = rank((item for item in found if item.key not in later), least)
    here = {item.key for item in found}
    return Worklist(ranked, [one for one in later.values() if one.key in here])


def rank(items: Iterable[Item], least: int) -> list[Ranked]:
    """By people × criticality, then by criticality; fewer people than `least` all count as one less than that."""
    ranked = [_ranked(item, least) for item in items]
    return sorted(ranked, key=lambda one: (-one.score, -one.criticality, one.item.kind, one.item.key))


def _ranked(item: Item, least: int) -> Ranked:
    people = item.people if item.people >= least else None
    return Ranked(item, people, people or least - 1, item.criticality or UNRATED)


def put_off(session: Session, now: datetime, viewer: Viewer, key: str, text: str) -> None:
    """Not now: the item comes back after 30 days, or when somebody puts it back."""
    viewer.require(Right.WRITE)
    if not key.strip():
        raise Invalid("Say which item. Nothing was changed.")
    session.merge(PutOff(key=key[:500], text=text[:500], until=now + LATER, by=viewer.person))
    record(session, now, viewer, "put off", key)


def put_back(session: Session, now: datetime, viewer: Viewer, key: str) -> None:
    """Have it on the list again."""
    viewer.require(Right.WRITE)
    found = session.get(PutOff, key)
    if found is None:
        raise NotFound("That item is on the list already.")
    session.delete(found)
    record(session, now, viewer, "put back", key)
