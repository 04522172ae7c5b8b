"""Whether two arms of a randomised roll-out differ: persons or groups were given the aid by lot.

Where groups were drawn, what is certain is what the lot can do: p comes from drawing again, and intervals from leaving
each group out in turn (the jackknife over clusters, with Student's t for the few degrees of freedom that groups give).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from app.transfer import cox
from app.transfer.survival import (
    UNKNOWN,
    Z95,
    Counts,
    Curve,
    Days,
    Estimate,
    Flags,
    Numbers,
    finite,
    kaplan_meier,
    log_rank,
    residuals,
    restricted_mean,
    summed,
)

DRAWS = 4_999
MOST_COUNTED = 5_000  # arrangements; more are drawn from
Statistic = Callable[[Counts, Counts], float | None]


@dataclass(frozen=True)
class Arms:
    """The persons of a comparison: days followed, whether competent then, whether given the aid, and her cluster.

    `clusters` numbers the groups that the lot was cast for, from 0; None where it was cast for persons.
    """

    days: Days
    events: Flags
    given: Flags
    clusters: Days | None = None

    @cached_property
    def both(self) -> tuple[Counts, Counts]:
        """The arm that was given the aid, and the other."""
        given = Counts.of(self.days[self.given], self.events[self.given])
        return given, Counts.of(self.days[~self.given], self.events[~self.given])

    @cached_property
    def without(self) -> list[tuple[Counts, Counts]]:
        """Both arms with each cluster left out in turn."""
        if self.clusters is None:
            return []
        left = []
        for cluster in range(int(self.clusters.max(initial=-1)) + 1):
            mine = self.clusters == cluster
            given = bool(self.given[mine].any())
            part = Counts.of(self.days[mine], self.events[mine])
            one, other = self.both
            left.append((one - part, other) if given else (one, other - part))
        return left


@dataclass(frozen=True)
class Contrast:
    """Given less not given: share competent within the horizon, mean days up to `within`, and the ratio of hazards."""

    p: float | None
    transfer_difference: Estimate
    mean_difference: Estimate
    hazard_ratio: Estimate
    within: int
    smallest_p: float | None = None


def compare(arms: Arms, horizon: int, seed: int) -> Contrast:
    """All contrasts of two arms; `within` is the horizon, or less where an arm was not followed so long."""
    one, other = (kaplan_meier(counts) for counts in arms.both)
    within = max(min(horizon, one.followed, other.followed), 0)
    p, smallest = _p(arms, seed)
    return Contrast(
        p=p,
        transfer_difference=_transfer_difference(arms, one, other, horizon),
        mean_difference=_mean_difference(arms, one, other, within),
        hazard_ratio=_hazard_ratio(arms),
        within=within,
        smallest_p=smallest,
    )


def _p(arms: Arms, seed: int) -> tuple[float | None, float | None]:
    """The p of the log-rank test; with clusters by drawing the groups again, and the smallest that could come out."""
    if arms.clusters is None:
        return log_rank(*arms.both).p, None
    count = int(arms.clusters.max(initial=-1)) + 1
    sums = summed(arms.clusters, residuals(arms.days, arms.events), count)
    given = np.bincount(arms.clusters, arms.given, count) > 0
    if not arms.events.any() or given.all() or not given.any():
        return None, None
    return again(sums, given, seed)


def again(sums: Numbers, given: Flags, seed: int) -> tuple[float, float]:
    """The share of drawings that come out at least as far from the middle as this one, and the least it could be.

    Every possible drawing is looked at where there are few; else 4,999 are drawn, and the one that was counts too.
    """
    middle = sums.mean() * given.sum()
    far = abs(float(sums[given].sum()) - middle)
    total = math.comb(len(sums), int(given.sum()))
    drawn = np.fromiter((abs(value - middle) for value in _drawings(sums, int(given.sum()), total, seed)), np.float64)
    as_far = int((drawn >= far - 1e-9 * max(1.0, far)).sum())
    if total <= MOST_COUNTED:
        return as_far / total, 1 / total
    return (as_far + 1) / (DRAWS + 1), 1 / (DRAWS + 1)


def _drawings(sums: Numbers, size: int, total: int, seed: int) -> Iterator[float]:
    if total <= MOST_COUNTED:
        for chosen in combinations(range(len(sums)), size):
            yield float(sums[list(chosen)].sum())
        return
    lot = np.random.default_rng(seed)
    for _ in range(DRAWS):
        yield float(sums[lot.permutation(len(sums))[:size]].sum())


def _transfer_difference(arms: Arms, one: Curve, other: Curve, horizon: int) -> Estimate:
    if one.followed < horizon or other.followed < horizon:
        return UNKNOWN

    def difference(given: Counts, rest: Counts) -> float | None:
        first, second = kaplan_meier(given), kaplan_meier(rest)
        if first.followed < horizon or second.followed < horizon:
            return None
        return float(second.surviving[second.on(horizon)] - first.surviving[first.on(horizon)])

    variance = sum(_variance_at(curve, horizon) for curve in (one, other))
    return _interval(arms, difference, variance)


def _variance_at(curve: Curve, day: int) -> float:
    """Greenwood's variance; where everybody or nobody had the event by then, that of a share half a person off."""
    at, n = curve.on(day), curve.counts.n
    surviving, greenwood = float(curve.surviving[at]), float(curve.greenwood[at])
    if math.isfinite(greenwood) and greenwood > 0:
        return surviving**2 * greenwood
    near = 0.5 / (n + 1)
    return near * (1 - near) / n


def _mean_difference(arms: Arms, one: Curve, other: Curve, within: int) -> Estimate:
    means = [restricted_mean(curve, within) for curve in (one, other)]
    if means[0] is None or means[1] is None:
        return UNKNOWN

    def difference(given: Counts, rest: Counts) -> float | None:
        first = restricted_mean(kaplan_meier(given), within)
        second = restricted_mean(kaplan_meier(rest), within)
        return None if first is None or second is None else first[0] - second[0]

    return _interval(arms, difference, means[0][1] + means[1][1])


def _interval(arms: Arms, statistic: Statistic, variance: float) -> Estimate:
    value = statistic(*arms.both)
    if value is None:
        return UNKNOWN
    if arms.clusters is None:
        half = Z95 * math.sqrt(variance)
    else:
        spread = cox.jackknife([statistic(*left) for left in arms.without])
        if spread is None:
            return Estimate(value)
        half = student(len(arms.without) - 2) * math.sqrt(spread)
    return finite(value, value - half, value + half)


def _hazard_ratio(arms: Arms) -> Estimate:
    if arms.clusters is None:
        return cox.hazard_ratio(*arms.both)
    found = cox.log_ratio(*arms.both)
    if found is None:
        return UNKNOWN
    left = [cox.log_ratio(*both) for both in arms.without]
    spread = cox.jackknife([None if one is None else one[0] for one in left])
    if spread is None:
        return finite(math.exp(found[0]))
    return cox.ratio(found[0], math.sqrt(spread), student(len(left) - 2))


def student(freedom: float) -> float:
    """Student's t at 97.5 %."""
    from scipy.special import stdtrit

    return float(stdtrit(max(freedom, 1), 0.975))
