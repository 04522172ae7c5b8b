"""Who the persons of a report are on which day: their groups, their first and their last day.

Groups are those of a day. Whoever came into the directory later than into the evidence counts, before her first
membership, as in the group that she was in first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from typing import Any

import numpy as np
from sqlalchemy import func
from sqlmodel import Session, col, select

from app.people.models import Membership, Person
from app.transfer.report_queries import texts
from app.transfer.survival import Days, Flags

MOST_NAMED = 2_000
AT_ONCE = 400
NEVER = 1 << 40


@dataclass(frozen=True)
class Directory:
    """First and last days of persons who are numbered from 0, `NEVER` where not known, and their memberships.

    Each membership is one place in `member` (whose it is), `group` (of `names`, which are in order), `begins`, `ends`.
    """

    since: Days
    left: Days
    names: list[str]
    member: Days
    group: Days
    begins: Days
    ends: Days

    def part(self, which: Flags) -> "Directory":
        """Some of the persons, numbered anew."""
        place = np.cumsum(which) - 1
        theirs = which[self.member]
        group, begins, ends = (some[theirs] for some in (self.group, self.begins, self.ends))
        return Directory(
            self.since[which], self.left[which], self.names, place[self.member[theirs]], group, begins, ends
        )

    def groups(self, days: Days, among: Flags | None = None) -> Days:
        """The group of each person on a day of her own, of several the first by name; -1 where she is in none.

        `among` says which of the groups are asked for.
        """
        asked = np.ones(len(self.member), np.bool_) if among is None else among[self.group]
        member, group, begins, ends = (some[asked] for some in (self.member, self.group, self.begins, self.ends))
        none = len(self.names)
        found = np.full(len(days), none)
        current = (begins <= days[member]) & (days[member] < ends)
        np.minimum.at(found, member[current], group[current])
        order = np.lexsort((group, begins))[::-1]
        earliest = np.full(len(days), -1)
        earliest[member[order]] = order  # the last one that is put down is the first membership
        later = (found == none) & (earliest >= 0)
        later[later] = begins[earliest[later]] > days[later]
        found[later] = group[earliest[later]]
        return np.where(found == none, -1, found)


def read(session: Session, persons: Sequence[str]) -> Directory:
    """What is known of these persons."""
    place = {name: number for number, name in enumerate(persons)}
    few = sorted(persons) if len(persons) <= MOST_NAMED else None
    ids, since, left = _taken(session, (Person.id, Person.tenure_from, Person.left_on), few)
    known, who = _known(place, ids)
    table = Membership
    members, groups, begins, ends = _taken(session, (table.person_id, table.group, table.begins_on, table.ends_on), few)
    theirs, member = _known(place, members)
    names = sorted(set(groups))
    number = {name: code for code, name in enumerate(names)}
    codes = np.fromiter(map(number.__getitem__, groups), np.int64, len(groups))
    return Directory(
        since=_placed(who, ordinals(since)[known], len(persons)),
        left=_placed(who, ordinals(left)[known], len(persons)),
        names=names,
        member=member,
        group=codes[theirs],
        begins=ordinals(begins)[theirs],
        ends=ordinals(ends)[theirs],
    )


def _taken(session: Session, wanted: Sequence[Any], few: Sequence[str] | None) -> list[list[str]]:
    """Columns of all or of these few persons; the first one says whose a row is."""
    if few is None:
        return texts(session, *wanted)
    parts = [
        texts(session, *wanted, where=[col(wanted[0]).in_(few[start : start + AT_ONCE])])
        for start in range(0, len(few), AT_ONCE)
    ]
    return [[one for part in parts for one in part[place]] for place in range(len(wanted))]


def _known(place: dict[str, int], ids: Sequence[str]) -> tuple[Flags, Days]:
    """Which rows are about persons who are asked for, and about whom."""
    who = np.fromiter(map(place.get, ids, repeat(-1)), np.int64, len(ids))
    known: Flags = who >= 0
    return known, who[known]


def _placed(who: Days, days: Days, length: int) -> Days:
    placed = np.full(length, NEVER)
    placed[who] = days
    return placed


def ordinals(days: Sequence[str]) -> Days:
    """Days as they are written; `NEVER` where there is none."""
    known = {day: date.fromisoformat(day).toordinal() if day else NEVER for day in set(days)}
    return np.fromiter(map(known.__getitem__, days), np.int64, len(days))


def left_on(session: Session) -> dict[str, int]:
    """The last day of everybody who left."""
    names, days = texts(session, Person.id, Person.left_on, where=[col(Person.left_on).is_not(None)])
    return dict(zip(names, ordinals(days).tolist(), strict=True))


def group_sizes(session: Session, day: date) -> dict[str, int]:
    """How many belong to each group on a day."""
    statement = (
        select(Membership.group, func.count())
        .where(Membership.begins_on <= day, (col(Membership.ends_on).is_(None)) | (col(Membership.ends_on) > day))
        .group_by(Membership.group)
    )
    return {name: int(count) for name, count in session.execute(statement.order_by(Membership.group))}
