"""Who the persons of a report are on which day: their groups, their first and their last day.

Groups are those of a day. Whoever came into the directory later than into the evidence counts, before her first
membership, as in the group that she was in first.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from app.people.models import Membership, Person

MOST_NAMED = 2_000


@dataclass(frozen=True)
class Directory:
    """First and last days, and memberships (first day, last day or none, group) with the earliest first."""

    since: dict[str, int]
    left: dict[str, int]
    groups: dict[str, list[tuple[int, int | None, str]]]

    def group(self, person: str, day: int, among: Collection[str] | None = None) -> str | None:
        """The group of a person on a day; of several the first by name, of those asked for."""
        belonged = [one for one in self.groups.get(person, []) if among is None or one[2] in among]
        current = [name for begins, ends, name in belonged if begins <= day and (ends is None or day < ends)]
        if current:
            return min(current)
        return belonged[0][2] if belonged and belonged[0][0] > day else None


def read(session: Session, persons: Collection[str]) -> Directory:
    """What is known of these persons."""
    few = sorted(persons) if len(persons) <= MOST_NAMED else None
    table: Any = Membership
    known_as: Any = Person
    people = sa_select(*(col(one) for one in (known_as.id, known_as.tenure_from, known_as.left_on)))
    belonging = sa_select(*(col(one) for one in (table.person_id, table.begins_on, table.ends_on, table.group)))
    since: dict[str, int] = {}
    left: dict[str, int] = {}
    for some in _portions(few):
        known = people if some is None else people.where(col(Person.id).in_(some))
        for person, first, last in session.connection().execute(known):
            if first is not None:
                since[person] = first.toordinal()
            if last is not None:
                left[person] = last.toordinal()
    groups: dict[str, list[tuple[int, int | None, str]]] = {}
    for some in _portions(few):
        rows = belonging if some is None else belonging.where(col(Membership.person_id).in_(some))
        for person, begins, ends, name in session.connection().execute(rows.order_by(table.begins_on)):
            groups.setdefault(person, []).append((begins.toordinal(), ends.toordinal() if ends else None, name))
    return Directory(since, left, groups)


def _portions(ids: Sequence[str] | None) -> Iterable[Sequence[str] | None]:
    return [None] if ids is None else [ids[start : start + 400] for start in range(0, len(ids), 400)]


def group_sizes(session: Session, day: date) -> dict[str, int]:
    """How many belong to each group on a day."""
    statement = (
        select(Membership.group, func.count())
        .where(Membership.begins_on <= day, (col(Membership.ends_on).is_(None)) | (col(Membership.ends_on) > day))
        .group_by(Membership.group)
    )
    return {name: int(count) for name, count in session.execute(statement.order_by(Membership.group))}
