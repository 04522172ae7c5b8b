"""Whether people become competent faster once their group has the aid, where groups get it one after another.

A hazard for each person and week: how many became competent per day at risk. The model has an effect of each calendar
week, so that a trend over time is not taken for the aid, one of each group, one of the time since mastery, and one of
having the aid. Persons are at risk from mastery on, so a person counts first without the aid and later with it. (Hussey
and Hughes 2007, "Design and analysis of stepped wedge cluster randomized trials"; Laird and Olivier 1981 for hazards
that are constant within a week as Poisson counts.)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.transfer import comparison, cox, poisson
from app.transfer.survival import UNKNOWN, Days, Estimate, Flags, Numbers, finite, summed

NEVER = 1 << 40
WEEK = 7
BANDS = np.array([1, 2, 3, 4, 6, 9, 13, 26])  # weeks since mastery
LEAST_EVENTS = 8  # in a calendar period with an effect of its own
LEAD = 8 * WEEK
DRAWS = 4_999
FEW_GROUPS = 30


@dataclass(frozen=True)
class Steps:
    """Persons of groups that are given the aid one after another; days of the calendar are ordinals.

    `starts[g]` is the day on which group `g` is given the aid, `NEVER` where it is not.
    """

    origin: Days
    days: Days
    events: Flags
    group: Days
    starts: Days


@dataclass(frozen=True)
class Change:
    """The hazard with the aid over that without, its p, how many events each rests on, and the trend before."""

    hazard_ratio: Estimate
    p: float | None
    events_with: int
    events_without: int
    before: Estimate = UNKNOWN
    smallest_p: float | None = None


@dataclass(frozen=True)
class Cells:
    """Person-days and events, added up over all that have the same group, period, time since mastery and state."""

    group: Days
    week: Days
    band: Days
    given: Days
    lead: Days
    exposure: Numbers
    events: Numbers

    def keep(self, which: Flags) -> "Cells":
        """Some of them."""
        names = ("group", "week", "band", "given", "lead", "exposure", "events")
        return Cells(**{name: getattr(self, name)[which] for name in names})


def randomised(steps: Steps, seed: int) -> Change:
    """The order was drawn: p by drawing it again."""
    cells = cut(steps)
    found = _effect(cells, len(steps.starts))
    p, smallest = _order_again(cells, steps.starts, seed)
    return replace(found, p=p, smallest_p=smallest)


def chosen(steps: Steps) -> Change:
    """The order was chosen: the same contrast, and beside it whether hazards had risen before the aid came."""
    cells = cut(steps)
    found = _effect(cells, len(steps.starts))
    early = cells.keep(cells.given == 0)
    before = _fit(early, early.lead, len(steps.starts))
    return replace(found, before=UNKNOWN if before is None else cox.ratio(*before))


def cut(steps: Steps) -> Cells:
    """The cells of all person-days; calendar weeks begin on the weekday of the first start.

    Days are added up for those of one group who began in one week: person-weeks may be millions, and are never made.
    """
    anchor = _anchor(steps.starts)
    order = np.argsort(steps.group, kind="stable")
    ends = np.cumsum(np.bincount(steps.group, minlength=len(steps.starts)))
    parts = [
        _of_group(steps, order[end - size : end], anchor)
        for end, size in zip(ends.tolist(), np.diff(ends, prepend=0).tolist(), strict=True)
        if size
    ]
    columns = (
        [np.concatenate([part[index] for part in parts]) for index in range(7)] if parts else [np.zeros(0, int)] * 7
    )
    return _added_up(*columns)


def _anchor(starts: Days) -> int:
    """The weekday on which weeks begin: that of the first start."""
    known = starts[starts < NEVER]
    return int(known.min()) % WEEK if len(known) else 0


def _of_group(steps: Steps, persons: Days, anchor: int) -> list[NDArray[Any]]:
    """Columns of the cells of one group, which are told apart by the week of the origin too."""
    group = int(steps.group[persons[0]])
    origin, last = steps.origin[persons], steps.origin[persons] + steps.days[persons]
    low, began = int(origin.min()), (origin - anchor) // WEEK
    cohort, length = began - began.min(), int(last.max()) - low + 1
    shape = (int(cohort.max()) + 1, length + 1)
    came, gone, had = (
        np.bincount(cohort[some] * shape[1] + days - low, minlength=shape[0] * shape[1]).reshape(shape)[:, :length]
        for some, days in (
            (slice(None), origin),
            (slice(None), last + 1),
            (steps.events[persons], last[steps.events[persons]]),
        )
    )
    seen = np.cumsum(came - gone, axis=1)
    day = np.arange(low, low + length)
    week, start = (day - anchor) // WEEK, int(steps.starts[group])
    given = (day >= start).astype(np.int64)
    lead = ((day >= start - LEAD) & (given == 0)).astype(np.int64)
    opens = np.flatnonzero(np.diff(week * 4 + given * 2 + lead, prepend=-1))
    exposure, events = (np.add.reduceat(some, opens, axis=1) for some in (seen, had))
    place, slot = np.nonzero(exposure)
    at = opens[slot]
    band = np.searchsorted(BANDS, week[at] - place - int(began.min()), side="right")
    columns = (np.full(len(at), group), week[at], band, given[at], lead[at])
    return [*columns, exposure[place, slot].astype(float), events[place, slot].astype(float)]


def _added_up(
    group: Days, week: Days, band: Days, given: Days, lead: Days, exposure: Numbers, events: Numbers
) -> Cells:
    low = int(week.min(initial=0))
    key = ((((group * (int(week.max(initial=0)) - low + 1)) + week - low) * (len(BANDS) + 1) + band) * 2 + given) * 2
    _, place, inverse = np.unique(key + lead, return_index=True, return_inverse=True)
    size = len(place)
    totals = [summed(inverse, weights, size) for weights in (exposure, events)]
    return Cells(group[place], week[place], band[place], given[place], lead[place], totals[0], totals[1])


def _effect(cells: Cells, groups: int) -> Change:
    given = cells.given == 1
    with_aid, without = int(cells.events[given].sum()), int(cells.events[~given].sum())
    fitted = _fit(cells, cells.given, groups)
    if fitted is None:
        return Change(UNKNOWN, None, with_aid, without)
    beta, error, quantile = fitted
    return Change(cox.ratio(beta, error, quantile), _two_sided(beta / error, quantile), with_aid, without)


def _two_sided(z: float, quantile: float) -> float:
    """The p of an estimate that is `z` standard errors from none, on the scale on which `quantile` is 95 %."""
    return math.erfc(abs(z) * 1.959963984540054 / quantile / math.sqrt(2))


def _fit(cells: Cells, state: Days, groups: int) -> tuple[float, float, float] | None:
    """The logarithm of the ratio of hazards, its standard error, and the quantile for 95 %."""
    whole = _model(cells, state)
    if whole is None:
        return None
    if groups > FEW_GROUPS:
        return whole[0], whole[1], 1.959963984540054
    present = np.unique(cells.group)
    left = [_model(cells.keep(cells.group != one), state[cells.group != one]) for one in present]
    spread = cox.jackknife([None if one is None else one[0] for one in left])
    if spread is None or spread <= 0:
        return None
    return whole[0], math.sqrt(spread), comparison.student(len(present) - 1)


def _model(cells: Cells, state: Days) -> tuple[float, float] | None:
    """The effect of a state in the Poisson model, with its standard error robust to clusters."""
    use, factors = _factors(cells)
    state = state[use]
    if cells.events[use][state == 1].sum() == 0 or cells.events[use][state == 0].sum() == 0:
        return None
    first, place = _rows([state, *factors])
    design = poisson.Design(state[first], [levels[first] for levels in factors])
    sums = [summed(place, weights[use]) for weights in (cells.events, cells.exposure)]
    found = poisson.fit(design, sums[0], sums[1], cells.group[use][first])
    if found is None or abs(found.first) > cox.FAR or found.error <= 0:
        return None
    return found.first, found.error


def _rows(factors: Sequence[Days]) -> tuple[Days, Days]:
    """Rows with the same levels are one: where each is found first, and to which each belongs."""
    key = np.zeros(len(factors[0]), dtype=np.int64)
    for levels in factors:
        key = key * (int(levels.max(initial=0)) + 1) + levels
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    return first, place


def _factors(cells: Cells) -> tuple[Flags, list[Days]]:
    """Which cells say anything, and their groups, periods and times since mastery, each numbered from 0.

    A group, period or time without an event has no effect that could be estimated, and its cells tell nothing.
    """
    use = np.ones(len(cells.events), dtype=np.bool_)
    period = _periods(cells)
    for _ in range(3):
        for factor in (cells.group, period, cells.band):
            sums = np.bincount(factor, np.where(use, cells.events, 0))
            use &= sums[factor] > 0
    return use, [np.unique(factor[use], return_inverse=True)[1] for factor in (cells.group, period, cells.band)]


def _periods(cells: Cells) -> Days:
    """Calendar weeks joined until each period has some events."""
    weeks, inverse = np.unique(cells.week, return_inverse=True)
    events = np.bincount(inverse, cells.events, len(weeks))
    period, number, sofar = np.zeros(len(weeks), dtype=np.int64), 0, 0.0
    for index, count in enumerate(events):
        period[index] = number
        sofar += count
        if sofar >= LEAST_EVENTS:
            number, sofar = number + 1, 0.0
    if number and sofar < LEAST_EVENTS:
        period[period == number] = number - 1
    joined: Days = period[inverse]
    return joined


def _order_again(cells: Cells, starts: Days, seed: int) -> tuple[float | None, float | None]:
    """The p by drawing the order of the groups again.

    Where the aid does nothing, what the model without it leaves unexplained has nothing to do with the order. So the
    statistic is the sum of what is unexplained in the weeks by whose middle a group had the aid.
    """
    unexplained = _unexplained(cells, len(starts))
    if unexplained is None or len(np.unique(starts)) < 2:
        return None, None
    left, weeks = unexplained
    middles = weeks * WEEK + _anchor(starts) + WEEK // 2
    steps, step = np.unique(starts, return_inverse=True)
    sums = np.stack([np.where(middles >= start, left, 0.0).sum(axis=1) for start in steps], axis=1)
    lot = np.random.default_rng(seed)
    orders = lot.permuted(np.tile(step, (DRAWS, 1)), axis=1)
    groups = np.arange(len(starts))
    drawn = sums[groups, orders].sum(axis=1)
    middle = drawn.mean()
    as_far = int((np.abs(drawn - middle) >= abs(sums[groups, step].sum() - middle) - 1e-9).sum())
    return (as_far + 1) / (DRAWS + 1), 1 / (DRAWS + 1)


def _unexplained(cells: Cells, groups: int) -> tuple[Numbers, Days] | None:
    """Events less expected ones by group and week under the model without the aid, and the weeks."""
    use, factors = _factors(cells)
    events, exposure = cells.events[use], cells.exposure[use]
    if not events.sum():
        return None
    expected = poisson.expected(poisson.Design(None, factors), events, exposure)
    if expected is None:
        return None
    weeks, inverse = np.unique(cells.week[use], return_inverse=True)
    place = cells.group[use] * len(weeks) + inverse
    sums = summed(place, events - expected, groups * len(weeks)).reshape(groups, len(weeks))
    return sums, weeks


def rate(steps: Steps) -> Estimate:
    """Events per 100 person-weeks at risk, without an interval."""
    weeks = float((steps.days + 1).sum()) / WEEK
    return finite(100 * float(steps.events.sum()) / weeks) if weeks else UNKNOWN
