"""Measures of the work over time: what its business counts, before and after groups were given the aids as chosen.

Some groups given them and others not yet: a difference in differences. Everybody at once: an interrupted time series,
which has nothing to compare with. Neither is proof; where the order was drawn, the comparison of persons is better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np
from sqlmodel import Session

from app.errors import Conflict, Fault
from app.transfer import queries, series
from app.transfer.arms import interval
from app.transfer.intake import Desk
from app.transfer.models import MeasurePoint
from app.transfer.persons import NEVER
from app.transfer.schemas import MeasureIn, MeasureOut, Receipt
from app.transfer.series import Cell
from app.transfer.survival import UNKNOWN, Estimate
from app.viewer import Right
from app.web.words import _, ngettext
from app.work import service as work


def take(desk: Desk, records: Sequence[MeasureIn]) -> Receipt:
    """Store all of these, or none; the same again changes nothing.

    Raises:
        Conflict: an id is here already with other content.
    """
    desk.viewer.require(Right.PLAN)
    tasks = work.note(desk.session, desk.at, sorted({one.task for one in records})) if records else {}
    known = queries.measure_points(desk.session, {one.id for one in records})
    faults, new = [], 0
    for place, one in enumerate(records):
        point = _point(one, tasks[one.task].id or 0, desk)
        before = known.setdefault(one.id, point)
        if before is point:
            desk.session.add(point)
            new += 1
        elif _content(before) != _content(point):
            faults.append(Fault(f"/{place}", f"The id {one.id!r} is here with other content: {_content(before)}."))
    if faults:
        raise Conflict(f"Nothing was stored. {faults[0].detail}", faults)
    return Receipt(accepted=new, duplicates=len(records) - new)


def _point(one: MeasureIn, task: int, desk: Desk) -> MeasurePoint:
    return MeasurePoint(
        id=one.id,
        task_id=task,
        measure=one.measure,
        group=one.group,
        day=one.on.toordinal(),
        count=one.count,
        of=one.of,
        recorded_at=desk.at,
        recorded_by=desk.viewer.actor,
    )


def _content(point: MeasurePoint) -> tuple[Any, ...]:
    return point.task_id, point.measure, point.group, str(date.fromordinal(point.day)), point.count, point.of


def told(session: Session, task: int, day: int, known: Any, units: Sequence[Any], least: int) -> list[MeasureOut]:
    """What each measure of the task says of a roll-out in a chosen order."""
    starts = {one.name: one.begins_on.toordinal() if one.begins_on else NEVER for one in units if one.kind == "group"}
    points = [one for one in queries.measured(session, task, day, known) if one.group in starts]
    return [_told(name, _Data(list(some), starts), least) for name, some in groupby(points, lambda one: one.measure)]


_Time = tuple[int, int]


@dataclass(frozen=True)
class _Data:
    """The points of one measure, and from which day on each group has the aids."""

    points: list[MeasurePoint]
    starts: dict[str, int]

    @property
    def first(self) -> int:
        """The day on which the first groups were given the aids."""
        return min(self.starts.values())

    @property
    def until(self) -> int:
        """The day on which the next ones were."""
        return min((start for start in self.starts.values() if start > self.first), default=NEVER)

    def sides(self, early: _Time, late: _Time) -> tuple[tuple[Cell, Cell], tuple[Cell, Cell]]:
        """What came about in two times, each time in the first groups and in the others.

        A group without a count in both is left out: nothing can be said of how it changed.
        """
        sums = [self._sums(time) for time in (early, late)]
        both = sorted(sums[0].keys() & sums[1].keys())
        groups = [[one for one in both if (self.starts[one] == self.first) == given] for given in (True, False)]
        before, after = ([Cell.of_groups([some[one] for one in side]) for side in groups] for some in sums)
        return (before[0], before[1]), (after[0], after[1])

    def _sums(self, time: _Time) -> dict[str, tuple[float, float]]:
        sums: dict[str, tuple[float, float]] = {}
        for one in self.points:
            if time[0] <= one.day < time[1]:
                count, of = sums.get(one.group, (0.0, 0.0))
                sums[one.group] = count + one.count, of + one.of
        return sums


def _told(name: str, data: _Data, least: int) -> MeasureOut:
    together = len({data.starts[one.group] for one in data.points}) < 2
    cases = round(sum(one.of for one in data.points))
    made = {"measure": name, "periods": len({one.day for one in data.points}), "cases": cases}
    return _interrupted(data, made) if together else _differences(data, made, least)


def _differences(data: _Data, made: dict[str, Any], least: int) -> MeasureOut:
    first = data.first
    before, after = data.sides((-NEVER, first), (first, data.until))
    enough = all(cell.of.sum() >= least for cell in (*before, *after))
    found = series.difference_in_differences(before, after) if enough else UNKNOWN
    days = sorted({one.day for one in data.points if one.day < first})
    half = days[len(days) // 2] if len(days) > 1 else first
    trend = series.difference_in_differences(*data.sides((-NEVER, half), (half, first))) if enough else UNKNOWN
    design = _("difference in differences, groups in a chosen order: {one} against {other}").format(
        one=len(before[0].of), other=len(before[1].of)
    )
    verdict = _by_difference(found, design, made)
    return MeasureOut(design=design, verdict=verdict, difference=interval(found), before=interval(trend), **made)


def _interrupted(data: _Data, made: dict[str, Any]) -> MeasureOut:
    days = sorted({one.day for one in data.points})
    place = {day: number for number, day in enumerate(days)}
    count, of = np.zeros(len(days)), np.zeros(len(days))
    for one in data.points:
        count[place[one.day]] += one.count
        of[place[one.day]] += one.of
    start = sum(day < data.starts[data.points[0].group] for day in days)
    found = series.counted(count, of, start)
    design = _("interrupted time series, nothing to compare with")
    return MeasureOut(
        design=design,
        verdict=_by_ratio(found.robust, design, made),
        ratio=interval(found.robust),
        ratio_if_independent=interval(found.independent),
        **made,
    )


def _basis(design: str, made: dict[str, Any]) -> str:
    cases = ngettext("{n} case", "{n} cases", made["cases"]).format(n=f"{made['cases']:,}")
    periods = ngettext("{n} period", "{n} periods", made["periods"]).format(n=made["periods"])
    return f"{design[:1].upper()}{design[1:]}, {periods}, {cases}."


def _by_difference(found: Estimate, design: str, made: dict[str, Any]) -> str:
    if found.estimate is None or found.low is None or found.high is None:
        return _("Too little to say: {design}").format(design=_basis(design, made))
    more = _("Quasi-experimental: the share changed by {n} percentage points more where the aids were given")
    if found.low <= 0 <= found.high:
        more = _("Quasi-experimental, no clear difference: the share changed by {n} percentage points more")
    n, low, high = (f"{100 * value:+.2f}" for value in (found.estimate, found.low, found.high))
    text = (more + " " + _("(95 %: {low} to {high}).")).format(n=n, low=low, high=high)
    return f"{text} {_basis(design, made)}"


def _by_ratio(found: Estimate, design: str, made: dict[str, Any]) -> str:
    if found.estimate is None or found.low is None or found.high is None:
        return _("Too little to say: {design}").format(design=_basis(design, made))
    text = _(
        "Weak: from that day on it came about {n} times as often as the trend led to expect (95 %: {low} to {high})."
    ).format(n=f"{found.estimate:.2f}", low=f"{found.low:.2f}", high=f"{found.high:.2f}")
    return f"{text} {_basis(design, made)}"
