"""A roll-out as it is analysed: by assignment, whatever people used."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.transfer import comparison, hazard
from app.transfer.comparison import Arms, Contrast
from app.transfer.hazard import Change, Steps
from app.transfer.models import Rollout
from app.transfer.persons import NEVER
from app.transfer.sample import Clock, Sample
from app.transfer.schemas import Mechanism
from app.transfer.suppression import Division
from app.transfer.survival import Counts, Days, Flags


@dataclass(frozen=True)
class Analysis:
    """What a roll-out shows: its arms, how many events there are with the aids and without, and the estimates.

    `division` says in which arm each person of the sample is analysed, `competent` whether she became competent in it,
    `begins` from which day on she was to have the aids; -1 where she is in none. `outside` counts those.
    """

    rollout: Rollout
    arms: list[tuple[str, Counts]]
    division: Division
    begins: Days
    competent: Flags
    outside: int
    n: int
    events_with: int
    events_without: int
    units: int
    by_group: bool
    contrast: Contrast | None = None
    change: Change | None = None
    reset: int = 0


@dataclass(frozen=True)
class _Assigned:
    """The persons of a sample who are in the roll-out: their places in it, their units, and from when on they have it.

    `arm` numbers the arm of each unit among `names`, `starts` gives its day.
    """

    sample: Sample
    place: Days
    unit: Days
    names: list[str]
    arm: Days
    starts: Days
    by_group: bool

    @property
    def clock(self) -> Clock:
        """Their clocks."""
        return self.sample.clock.of(self.place)

    @property
    def begins(self) -> Days:
        """From when on each has the aids."""
        return self.starts[self.unit] if len(self.starts) else self.unit

    def arms(self, clock: Clock, kept: Flags) -> dict[str, Any]:
        """Of those who are kept, the clocks as they count, by arm; and where each stands in the sample."""
        arm, place = self.arm[self.unit[kept]], self.place[kept]
        size, days, events = self.sample.n, clock.days, clock.events
        code, begins, competent = np.zeros(size, np.int64), np.full(size, -1), np.zeros(size, np.bool_)
        code[place], begins[place], competent[place] = arm + 1, self.begins[kept], events
        counts = [(name, Counts.of(days[arm == one], events[arm == one])) for one, name in enumerate(self.names)]
        return {
            "arms": counts,
            "division": Division(["", *self.names], code),
            "begins": begins,
            "competent": competent,
            "outside": size - len(place),
        }


def analyse(sample: Sample, rollout: Rollout, units: Sequence[Any], horizon: int, least: int) -> Analysis:
    """The comparison that the roll-out's mechanism allows; estimates only from `least` events on either side."""
    first = min((unit.begins_on.toordinal() for unit in units if unit.begins_on), default=NEVER)
    assigned = _assign(sample, units, first)
    if rollout.mechanism == Mechanism.RANDOMISED:
        return _randomised(assigned, rollout, first, horizon, least)
    return _staggered(assigned, rollout, least)


def _assign(sample: Sample, units: Sequence[Any], first: int) -> _Assigned:
    unit = _units(sample, units, sample.origin if first == NEVER else np.maximum(sample.origin, first))
    names = list(dict.fromkeys(one.arm for one in units))
    number = {name: place for place, name in enumerate(names)}
    place = np.flatnonzero(unit >= 0)
    return _Assigned(
        sample=sample,
        place=place,
        unit=unit[place],
        names=names,
        arm=np.array([number[one.arm] for one in units], np.int64),
        starts=np.array([one.begins_on.toordinal() if one.begins_on else NEVER for one in units], np.int64),
        by_group=any(one.kind == "group" for one in units),
    )


def _units(sample: Sample, units: Sequence[Any], since: Days) -> Days:
    """The unit of each person, her own or that of her group on a day; -1 where she is in none."""
    alone = {one.name: place for place, one in enumerate(units) if one.kind == "person"}
    groups = {one.name: place for place, one in enumerate(units) if one.kind == "group"}
    unit = np.full(sample.n, -1)
    if groups:
        directory = sample.directory
        of = np.array([groups.get(name, -1) for name in directory.names], np.int64)
        code = directory.groups(since, of >= 0) if len(of) else unit
        unit = np.where(code >= 0, of[code], -1) if len(of) else unit
    if alone:
        own = np.fromiter((alone.get(name, -1) for name in sample.names), np.int64, sample.n)
        unit = np.where(own >= 0, own, unit)
    return unit


def _randomised(assigned: _Assigned, rollout: Rollout, first: int, horizon: int, least: int) -> Analysis:
    """From mastery or the roll-out's first day, whichever is later, until the others are given the aids too."""
    whole = assigned.clock
    until = _until(assigned, rollout, first)
    began = np.maximum(whole.origin, first)
    inside = (whole.competent >= began) & (whole.end >= began) & (began < until)
    clock = replace(whole, origin=began, end=np.minimum(whole.end, until)).of(inside)
    unit = assigned.unit[inside]
    clusters = np.unique(unit, return_inverse=True)[1] if assigned.by_group else None
    arms = Arms(clock.days, clock.events, assigned.begins[inside] == first, clusters)
    one, other = arms.both
    enough = min(one.events, other.events) >= least
    return Analysis(
        rollout=rollout,
        n=len(unit),
        events_with=one.events,
        events_without=other.events,
        units=len(np.unique(unit)),
        by_group=assigned.by_group,
        contrast=comparison.compare(arms, horizon, rollout.seed or 0) if enough else None,
        reset=int((inside & (whole.origin < first)).sum()),
        **assigned.arms(clock, inside),
    )


def _until(assigned: _Assigned, rollout: Rollout, first: int) -> int:
    """The day on which the arms are alike again: the others are given the aids too, or it was stopped."""
    later = assigned.starts[(assigned.starts > first) & (assigned.starts < NEVER)]
    until = int(later.min()) if len(later) else NEVER
    return until if rollout.stopped_on is None else min(until, rollout.stopped_on.toordinal())


def _staggered(assigned: _Assigned, rollout: Rollout, least: int) -> Analysis:
    clock = assigned.clock
    if rollout.stopped_on is not None:
        end = np.minimum(clock.end, rollout.stopped_on.toordinal())
        clock = replace(clock, end=np.maximum(end, clock.origin))
    unit, starts = _steps_of(assigned)
    steps = Steps(clock.origin, clock.days, clock.events, unit, starts)
    with_aid = steps.events & (clock.competent >= starts[unit]) if len(unit) else steps.events
    counts = int(with_aid.sum()), int(steps.events.sum() - with_aid.sum())
    change = None
    if min(counts) >= least:
        staggered = rollout.mechanism == Mechanism.STAGGERED
        change = hazard.randomised(steps, rollout.seed or 0) if staggered else hazard.chosen(steps)
    return Analysis(
        rollout=rollout,
        n=len(unit),
        events_with=counts[0],
        events_without=counts[1],
        units=len(starts),
        by_group=assigned.by_group,
        change=change,
        **assigned.arms(clock, np.ones(len(unit), np.bool_)),
    )


def _steps_of(assigned: _Assigned) -> tuple[Days, Days]:
    """Who goes together: the groups, or where persons were assigned, those of one arm."""
    if assigned.by_group:
        return assigned.unit, assigned.starts
    starts = np.full(len(assigned.names), NEVER)
    starts[assigned.arm] = assigned.starts
    return assigned.arm[assigned.unit], starts
