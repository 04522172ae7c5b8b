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
    """The figures of these persons; blurred where a few of them are competent, or are not."""
    if counts.n < ask.least and name:
        return ArmOut(name=name)
    curve = kaplan_meier(counts)
    made = ArmOut(
        name=name,
        n=counts.n,
        events=counts.events,
        transfer=interval(transfer(curve, ask.horizon)),
        median_days=interval(median(curve)),
        curve=points(curve, ask.least) if drawn else [],
    )
    return made if telling(counts.n, counts.events, ask.least) else blurred(made)


def blurred(one: ArmOut) -> ArmOut:
    """The same without the count of those who became competent, and with shares in twentieths, which tell no count."""
    share = one.transfer.estimate
    steps = {_twentieth(point.competent): point.day for point in reversed(one.curve)}
    last = one.curve[-1].day if one.curve else 0
    places = [*((day, share) for share, day in steps.items()), *([(last, max(steps))] if steps else [])]
    curve = [
        Point(day=day, competent=competent, low=None, high=None, at_risk=None) for day, competent in sorted(set(places))
    ]
    days = Interval(estimate=one.median_days.estimate)
    told = Interval(estimate=None if share is None else _twentieth(share))
    return one.model_copy(update={"events": None, "transfer": told, "median_days": days, "curve": curve})


def _twentieth(share: float) -> float:
    return round(20 * share) / 20


def divided(
    part: Sample, division: Division, allowed: Collection[str], told: Collection[str], ask: Ask
) -> list[ArmOut]:
    """The figures of each cell that may be shown, by name; blurred are those of which no more may be told."""
    days, events = part.days, part.events
    order = np.argsort(division.code, kind="stable")
    ends = np.cumsum(np.bincount(division.code, minlength=len(division.names)))
    cells = []
    for code, name in enumerate(division.names):
        if name in allowed:
            persons = order[ends[code - 1] : ends[code]]
            made = cell(name, Counts.of(days[persons], events[persons]), ask, drawn=False)
            cells.append(made if name in told else blurred(made))
    return cells


def of(analysis: Analysis, ask: Ask) -> list[ArmOut]:
    """The arms of a roll-out.

    A number of an arm that would tell a few of another one, or a few of those in none, is left out; the curve stays.
    """
    counted, told = (
        set()
        if small(analysis.outside, ask.least)
        else publishable({"arm": analysis.division}, competent, ask.least)["arm"]
        for competent in (None, analysis.competent)
    )
    cells = [cell(name, counts, ask) for name, counts in analysis.arms]
    cells = [one if one.name in told else blurred(one) for one in cells]
    return [one if one.name in counted else coarse(one) for one in cells]


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
