"""A roll-out as it is analysed: by assignment, whatever people used."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.transfer import comparison, hazard
from app.transfer.comparison import Arms, Contrast
from app.transfer.hazard import Change, Steps
from app.transfer.models import Rollout, RolloutUnit
from app.transfer.sample import NEVER, Sample
from app.transfer.schemas import Mechanism
from app.transfer.survival import Days


@dataclass(frozen=True)
class Arm:
    """One arm with the persons that count in it."""

    name: str
    begins: int
    sample: Sample


@dataclass(frozen=True)
class Analysis:
    """What a roll-out shows: its arms, how many events there are with the aids and without, and the estimates."""

    rollout: Rollout
    arms: list[Arm]
    n: int
    events_with: int
    events_without: int
    units: int
    by_group: bool
    contrast: Contrast | None = None
    change: Change | None = None
    left_out: int = 0
    reset: int = 0


@dataclass(frozen=True)
class _Assigned:
    """The persons of a sample who are in the roll-out, with the number of their unit and its first day."""

    sample: Sample
    unit: Days
    begins: Days
    arm: list[str]
    names: list[str]
    starts: Days
    by_group: bool


def analyse(sample: Sample, rollout: Rollout, units: Sequence[RolloutUnit], horizon: int, least: int) -> Analysis:
    """The comparison that the roll-out's mechanism allows; estimates only from `least` events on either side."""
    first = min((unit.begins_on.toordinal() for unit in units if unit.begins_on), default=NEVER)
    assigned = _assign(sample, units, first)
    if rollout.mechanism == Mechanism.RANDOMISED:
        return _randomised(assigned, rollout, first, horizon, least)
    return _staggered(assigned, rollout, least)


def _assign(sample: Sample, units: Sequence[RolloutUnit], first: int) -> _Assigned:
    groups = {unit.name: place for place, unit in enumerate(units) if unit.kind == "group"}
    alone = {unit.name: place for place, unit in enumerate(units) if unit.kind == "person"}
    since = sample.origin if first == NEVER else np.maximum(sample.origin, first)
    unit = np.fromiter(
        (_place(sample, name, int(day), groups, alone) for name, day in zip(sample.names, since, strict=True)),
        np.int64,
        sample.n,
    )
    starts = np.array([one.begins_on.toordinal() if one.begins_on else NEVER for one in units], np.int64)
    inside = unit >= 0
    unit = unit[inside]
    return _Assigned(
        sample=sample.part(inside),
        unit=unit,
        begins=starts[unit] if len(units) else unit,
        arm=[units[place].arm for place in unit],
        names=list(dict.fromkeys(one.arm for one in units)),
        starts=starts,
        by_group=bool(groups),
    )


def _place(sample: Sample, name: str, day: int, groups: dict[str, int], alone: dict[str, int]) -> int:
    if name in alone:
        return alone[name]
    group = sample.directory.group(name, day, groups) if groups else None
    return groups[group] if group is not None else -1


def _randomised(assigned: _Assigned, rollout: Rollout, first: int, horizon: int, least: int) -> Analysis:
    """From mastery or the roll-out's first day, whichever is later, until the others are given the aids too."""
    whole = assigned.sample
    later = assigned.starts[(assigned.starts > first) & (assigned.starts < NEVER)]
    until = int(later.min()) if len(later) else NEVER
    if rollout.stopped_on is not None:
        until = min(until, rollout.stopped_on.toordinal())
    began = np.maximum(whole.origin, first)
    inside = (whole.competent >= began) & (whole.end >= began) & (began < until)
    reset = int((inside & (whole.origin < first)).sum())
    moved = replace(whole, origin=began, end=np.minimum(whole.end, until))
    sample, unit = moved.part(inside), assigned.unit[inside]
    given = assigned.begins[inside] == first
    clusters = np.unique(unit, return_inverse=True)[1] if assigned.by_group else None
    arms = Arms(sample.days, sample.events, given, clusters)
    one, other = arms.both
    enough = min(one.events, other.events) >= least
    return Analysis(
        rollout=rollout,
        arms=_arms(assigned, sample, [arm for arm, keep in zip(assigned.arm, inside, strict=True) if keep]),
        n=sample.n,
        events_with=one.events,
        events_without=other.events,
        units=len(np.unique(unit)),
        by_group=assigned.by_group,
        contrast=comparison.compare(arms, horizon, rollout.seed or 0) if enough else None,
        left_out=whole.n - sample.n,
        reset=reset,
    )


def _staggered(assigned: _Assigned, rollout: Rollout, least: int) -> Analysis:
    sample = assigned.sample
    if rollout.stopped_on is not None:
        sample = replace(sample, end=np.clip(sample.end, None, rollout.stopped_on.toordinal()))
        sample = replace(sample, end=np.maximum(sample.end, sample.origin))
    unit, starts = _steps_of(assigned)
    steps = Steps(sample.origin, sample.days, sample.events, unit, starts)
    with_aid = steps.events & (sample.competent >= starts[unit]) if sample.n else steps.events
    counts = int(with_aid.sum()), int(steps.events.sum() - with_aid.sum())
    change = None
    if min(counts) >= least:
        staggered = rollout.mechanism == Mechanism.STAGGERED
        change = hazard.randomised(steps, rollout.seed or 0) if staggered else hazard.chosen(steps)
    return Analysis(
        rollout=rollout,
        arms=_arms(assigned, sample, assigned.arm),
        n=sample.n,
        events_with=counts[0],
        events_without=counts[1],
        units=len(starts),
        by_group=assigned.by_group,
        change=change,
    )


def _steps_of(assigned: _Assigned) -> tuple[Days, Days]:
    """Who goes together: the groups, or where persons were assigned, those of one arm."""
    if assigned.by_group:
        return assigned.unit, assigned.starts
    place = {name: number for number, name in enumerate(assigned.names)}
    unit = np.array([place[arm] for arm in assigned.arm], np.int64)
    starts = np.full(len(place), NEVER, np.int64)
    starts[unit] = assigned.begins
    return unit, starts


def _arms(assigned: _Assigned, sample: Sample, arm: Sequence[str]) -> list[Arm]:
    begins: dict[str, int] = {}
    for name, day in zip(assigned.arm, assigned.begins.tolist(), strict=True):
        begins[name] = min(day, begins.get(name, NEVER))
    labels: Any = np.asarray(list(arm), dtype=object)
    return [Arm(name, begins.get(name, NEVER), sample.part(labels == name)) for name in assigned.names]
