"""One row for each person with a first mastery: when her clock began, how long she was seen, and whether she arrived.

Whatever is asked of a past day is answered from what was known by the end of that day, so that the same question has
the same answer on any later day. Evidence that was brought in for the time before the first record of the task counts
as known then: a history has to begin somewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import compress
from zoneinfo import ZoneInfo

import numpy as np
from sqlmodel import Session

from app.transfer import persons, queries
from app.transfer.survival import Days, Flags

NEVER = 1 << 40
TENURES = (("under 1 year", 0), ("1 to 5 years", 365), ("over 5 years", 5 * 365))


@dataclass(frozen=True)
class Sample:
    """The persons whose clock ran, in arrays of one length; days of the calendar are ordinals, `NEVER` where none.

    `already` counts those who were competent before mastery; `competent` is the day of full competency.
    """

    names: Sequence[str]
    origin: Days
    end: Days
    competent: Days
    already: int
    directory: persons.Directory
    day: int

    @property
    def n(self) -> int:
        """How many."""
        return len(self.names)

    @property
    def days(self) -> Days:
        """Whole days from mastery to competency, or to when she was last seen."""
        length: Days = np.maximum(np.minimum(self.competent, self.end) - self.origin, 0)
        return length

    @property
    def events(self) -> Flags:
        """Whether she became competent while she was seen."""
        flags: Flags = self.competent <= self.end
        return flags

    def part(self, which: Flags) -> "Sample":
        """Some of the persons; those who were competent before are not told apart."""
        if which.all():
            return self
        names = list(compress(self.names, which.tolist()))
        origin, end, competent = (array[which] for array in (self.origin, self.end, self.competent))
        return Sample(names, origin, end, competent, self.already, self.directory, self.day)


def known_at(session: Session, task: int, day: int, zone: ZoneInfo) -> datetime:
    """Until when evidence must have come in to count in a report as of a day."""
    first = queries.first_recorded(session, task)
    return (
        max(end_of(day, zone), end_of(first.astimezone(zone).date().toordinal(), zone)) if first else end_of(day, zone)
    )


def end_of(day: int, zone: ZoneInfo) -> datetime:
    """The last moment of a calendar day."""
    following = datetime.combine(date.fromordinal(day) + timedelta(days=1), time.min, zone)
    return following.astimezone(UTC) - timedelta(microseconds=1)


def draw(session: Session, task: int, day: int, known: datetime, source: str = "") -> Sample:
    """The sample of a task as of a day; with `source`, of those who mastered it there."""
    mastered = queries.first_mastery(session, task, day, known, source)
    competent = dict(tuple(row) for row in queries.first_competency(session, task, day, known))
    names = [person for person, _ in mastered]
    origin = np.array([first for _, first in mastered], np.int64)
    arrived = np.array([competent.get(name, NEVER) for name in names], np.int64)
    directory = persons.read(session, names)
    left = directory.left
    end = np.array([left.get(name, day) for name in names] if left else [day] * len(names), np.int64)
    end = np.minimum(end, day)
    before = arrived < origin
    whole = Sample(names, origin, np.maximum(end, origin), arrived, int(before.sum()), directory, day)
    return whole.part(~before)


def groups(sample: Sample) -> list[str]:
    """The group of each person when her clock began; empty where she was in none."""
    if not sample.directory.groups:
        return [""] * sample.n
    return [sample.directory.group(name, int(day)) or "" for name, day in zip(sample.names, sample.origin, strict=True)]


def cohorts(sample: Sample) -> list[str]:
    """The month in which each person's clock began."""
    months = {day: date.fromordinal(day).strftime("%Y-%m") for day in set(sample.origin.tolist())}
    return [months[day] for day in sample.origin.tolist()]


def tenures(sample: Sample) -> list[str]:
    """How long each person had been here when her clock began; empty where her first day is not known."""
    since = sample.directory.since
    if not since:
        return [""] * sample.n
    return [
        _tenure(int(day) - since[name]) if name in since else ""
        for name, day in zip(sample.names, sample.origin, strict=True)
    ]


def _tenure(days: int) -> str:
    return next(label for label, least in reversed(TENURES) if days >= least or least == 0)
