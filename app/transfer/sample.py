"""One row for each person with a first mastery: when her clock began, how long she was seen, and whether she arrived.

Whatever is asked of a past day is answered from what was known by the end of that day, so that the same question has
the same answer on any later day. Evidence that was brought in for the time before the first record of the task counts
as known then: a history has to begin somewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import compress, repeat
from zoneinfo import ZoneInfo

import numpy as np
from sqlmodel import Session

from app.transfer import persons, report_queries
from app.transfer.persons import NEVER
from app.transfer.report_queries import Firsts
from app.transfer.suppression import Division
from app.transfer.survival import Days, Flags

TENURES = (("under 1 year", 0), ("1 to 5 years", 365), ("over 5 years", 5 * 365))


@dataclass(frozen=True)
class Clock:
    """When clocks began, until when each person was seen, and when she arrived, in arrays of one length.

    Days of the calendar are ordinals, `NEVER` where none.
    """

    origin: Days
    end: Days
    competent: Days

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

    def of(self, which: Flags | Days) -> "Clock":
        """Some of them, by flags or by places."""
        return Clock(self.origin[which], self.end[which], self.competent[which])


@dataclass(frozen=True)
class Sample:
    """The persons whose clock ran; `already` counts those who were competent before mastery."""

    names: Sequence[str]
    clock: Clock
    already: int
    directory: persons.Directory
    day: int

    @property
    def n(self) -> int:
        """How many."""
        return len(self.names)

    @property
    def origin(self) -> Days:
        """When each clock began."""
        return self.clock.origin

    @property
    def end(self) -> Days:
        """Until when each person was seen."""
        return self.clock.end

    @property
    def competent(self) -> Days:
        """When each person arrived."""
        return self.clock.competent

    @property
    def days(self) -> Days:
        """Whole days from mastery to competency, or to when she was last seen."""
        return self.clock.days

    @property
    def events(self) -> Flags:
        """Whether she became competent while she was seen."""
        return self.clock.events

    def part(self, which: Flags) -> "Sample":
        """Some of the persons; those who were competent before are not told apart."""
        if which.all():
            return self
        names = list(compress(self.names, which.tolist()))
        return Sample(names, self.clock.of(which), self.already, self.directory.part(which), self.day)


def known_at(session: Session, task: int, day: int, zone: ZoneInfo, today: int) -> datetime | None:
    """Until when evidence must have come in to count in a report as of a day; None: all that is here."""
    if day >= today:
        return None
    first = report_queries.first_recorded(session, task)
    last = end_of(day, zone)
    return max(last, end_of(first.astimezone(zone).date().toordinal(), zone)) if first else last


def end_of(day: int, zone: ZoneInfo) -> datetime:
    """The last moment of a calendar day."""
    following = datetime.combine(date.fromordinal(day) + timedelta(days=1), time.min, zone)
    return following.astimezone(UTC) - timedelta(microseconds=1)


def days_of(seconds: Days, zone: ZoneInfo) -> Days:
    """The calendar days of moments, given in seconds since 1970: by the midnights of the zone."""
    if not len(seconds):
        return seconds
    first, last = (datetime.fromtimestamp(int(second), zone).toordinal() for second in (seconds.min(), seconds.max()))
    midnights = [datetime.combine(date.fromordinal(day), time.min, zone).timestamp() for day in range(first, last + 2)]
    days: Days = np.searchsorted(midnights, seconds, side="right") - 1 + first
    return days


def clocks(mastered: Firsts, competent: Firsts, left: Days, day: int) -> Clock:
    """The clock of everybody who mastered a task, as of a day."""
    arrived = np.fromiter(map(competent.by_name.get, mastered.names, repeat(NEVER)), np.int64, len(mastered.names))
    return Clock(mastered.days, np.maximum(np.minimum(left, day), mastered.days), arrived)


def draw(session: Session, task: int, day: int, known: datetime | None, source: str = "") -> Sample:
    """The sample of a task as of a day; with `source`, of those who mastered it there."""
    mastered = report_queries.first_mastery(session, task, day, known, source)
    competent = report_queries.first_competency(session, task, day, known)
    names = mastered.names
    directory = persons.read(session, names)
    clock = clocks(mastered, competent, directory.left, day)
    before = clock.competent < clock.origin
    return Sample(names, clock, int(before.sum()), directory, day).part(~before)


def groups(sample: Sample) -> Division:
    """The group of each person when her clock began."""
    return Division(["", *sample.directory.names], sample.directory.groups(sample.origin) + 1)


def cohorts(sample: Sample) -> Division:
    """The month in which each person's clock began."""
    days, place = np.unique(sample.origin, return_inverse=True)
    months = [date.fromordinal(day).strftime("%Y-%m") for day in days.tolist()]
    names = sorted(set(months))
    code = np.array([names.index(month) + 1 for month in months], np.int64)
    return Division(["", *names], code[place])


def tenures(sample: Sample) -> Division:
    """How long each person had been here when her clock began; none where her first day is not known."""
    since = sample.directory.since
    code = np.searchsorted([least for _, least in TENURES[1:]], sample.origin - since, side="right") + 1
    return Division(["", *(name for name, _ in TENURES)], np.where(since == NEVER, 0, code))
