"""The figures of some persons: everybody, one arm of a roll-out, one group, one month."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from app.transfer.analysis import Analysis
from app.transfer.sample import Sample
from app.transfer.schemas import ArmOut, Interval, Point
from app.transfer.suppression import Division, publishable, small, telling
from app.transfer.survival import Counts, Curve, Estimate, kaplan_meier, median, transfer

NOTHING = Interval()


@dataclass(frozen=True)
class Ask:
    """Within how many days is asked, and how few people no count may be about."""

    horizon: int
    least: int


def cell(name: str, counts: Counts, ask: Ask, drawn: bool = True) -> ArmOut:
    """The figures of these persons; only how many they are where a few of them are competent, or are not."""
    if counts.n < ask.least and name:
        return ArmOut(name=name)
    if not telling(counts.n, counts.events, ask.least):
        return ArmOut(name=name, n=counts.n)
    curve = kaplan_meier(counts)
    return ArmOut(
        name=name,
        n=counts.n,
        events=counts.events,
        transfer=interval(transfer(curve, ask.horizon)),
        median_days=interval(median(curve)),
        curve=points(curve, ask.least) if drawn else [],
    )


def divided(part: Sample, division: Division, allowed: Collection[str], ask: Ask) -> list[ArmOut]:
    """The figures of each cell that may be shown, by name; each has a report of its own, with its curve."""
    days, events = part.days, part.events
    order = np.argsort(division.code, kind="stable")
    ends = np.cumsum(np.bincount(division.code, minlength=len(division.names)))
    cells = []
    for code, name in enumerate(division.names):
        if name in allowed:
            persons = order[ends[code - 1] : ends[code]]
            cells.append(cell(name, Counts.of(days[persons], events[persons]), ask, drawn=False))
    return cells


def of(analysis: Analysis, ask: Ask) -> list[ArmOut]:
    """The arms of a roll-out.

    A number of an arm that would tell a few of another one, or a few of those in none, is left out; the curve stays.
    """
    allowed = publishable({"arm": analysis.division}, analysis.competent, ask.least)["arm"]
    if small(analysis.outside, ask.least):
        allowed = set()
    told = [cell(name, counts, ask) for name, counts in analysis.arms]
    return [one if one.name in allowed else coarse(one) for one in told]


def coarse(one: ArmOut) -> ArmOut:
    """The same without any count of persons."""
    curve = [point.model_copy(update={"at_risk": None}) for point in one.curve]
    return one.model_copy(update={"n": None, "events": None, "curve": curve})


def interval(one: Estimate) -> Interval:
    """For going out."""
    return Interval(estimate=one.estimate, low=one.low, high=one.high)


def points(curve: Curve, least: int) -> list[Point]:
    """The days on which the curve steps, the first and the last one."""
    counts = curve.counts
    if not counts.n:
        return []
    days = sorted({0, counts.length - 1, *np.flatnonzero(counts.had).tolist()})
    risk = counts.at_risk
    return [
        Point(
            day=day,
            competent=float(1 - curve.surviving[day]),
            low=_number(1 - curve.high[day]),
            high=_number(1 - curve.low[day]),
            at_risk=int(risk[day]) if risk[day] >= least else None,
        )
        for day in days
    ]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
