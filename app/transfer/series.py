"""A measure over time, before and after something began: weak evidence, because whatever else began then counts too."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.transfer.comparison import student
from app.transfer.survival import UNKNOWN, Z95, Estimate, Numbers, finite

LEAST_BEFORE = 6
LEAST_AFTER = 3
LEAST_GROUPS = 2


@dataclass(frozen=True)
class Interrupted:
    """The step at the start, and the change of slope per period after it, with intervals."""

    step: Estimate
    slope: Estimate
    p: float | None


NOTHING = Interrupted(UNKNOWN, UNKNOWN, None)


def interrupted(values: Numbers, start: int, lags: int | None = None) -> Interrupted:
    """The step and the change of slope from period `start` on, by least squares.

    The intervals hold under autocorrelation (Newey and West 1987), by default with n^(1/4) lags. Too few periods on
    either side give nothing.
    """
    n = len(values)
    if start < LEAST_BEFORE or n - start < LEAST_AFTER or not np.isfinite(values).all():
        return NOTHING
    import statsmodels.api as sm

    time = np.arange(n, dtype=np.float64)
    after = (time >= start).astype(np.float64)
    design = np.column_stack([after, after * (time - start), np.ones(n), time])
    lags = max(1, int(n**0.25)) if lags is None else lags
    fitted = sm.OLS(values, design).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
    return Interrupted(*_parts(fitted))


@dataclass(frozen=True)
class Ratio:
    """The rate over what the trend led to expect, with an interval that holds under autocorrelation, and one that not.

    `p` is of the first.
    """

    robust: Estimate
    independent: Estimate
    p: float | None


def counted(events: Numbers, exposure: Numbers, start: int) -> Ratio:
    """The ratio of rates at the start of counts, by Poisson regression with a trend (Bernal et al. 2017).

    The published interval takes periods as independent; ours is that of Newey and West, with n^(1/4) lags.
    """
    n = len(events)
    if start < LEAST_BEFORE or n - start < LEAST_AFTER or not events.sum():
        return Ratio(UNKNOWN, UNKNOWN, None)
    import statsmodels.api as sm

    time = np.arange(n, dtype=np.float64)
    design = np.column_stack([(time >= start).astype(np.float64), np.ones(n), time])
    model = sm.GLM(events, design, family=sm.families.Poisson(), offset=np.log(exposure))
    plain = model.fit()
    robust = model.fit(cov_type="HAC", cov_kwds={"maxlags": max(1, int(n**0.25)), "use_correction": True})
    estimates = [finite(*np.exp([fit.params[0], *fit.conf_int()[0]])) for fit in (robust, plain)]
    return Ratio(estimates[0], estimates[1], finite(robust.pvalues[0]).estimate)


def _parts(fitted: Any) -> tuple[Estimate, Estimate, float | None]:
    intervals = fitted.conf_int()
    step, slope = (finite(fitted.params[place], *intervals[place]) for place in (0, 1))
    return step, slope, finite(fitted.pvalues[0]).estimate


@dataclass(frozen=True)
class Cell:
    """How often something came about, in how many cases, of each group of one side before or after."""

    count: Numbers
    of: Numbers

    @staticmethod
    def of_groups(sums: Sequence[tuple[float, float]]) -> "Cell":
        """From the count and the cases of each group."""
        return Cell(np.array([count for count, _ in sums]), np.array([of for _, of in sums]))

    @property
    def rate(self) -> float:
        """Of all groups together."""
        return float(self.count.sum() / self.of.sum())

    @property
    def variance(self) -> float:
        """Of the rate, cases being independent: of a share, or of a count where there are more than cases."""
        total, rate = float(self.of.sum()), self.rate
        return rate * max(1 - rate, 0) / max(total - 1, 1) if (self.count <= self.of).all() else rate / total


def difference_in_differences(before: tuple[Cell, Cell], after: tuple[Cell, Cell]) -> Estimate:
    """How much more the rate of the first side changed than that of the second.

    With two groups or more on either side the interval is from how their changes differ (Welch 1947), so that cases of
    a group need not be independent (Bertrand, Duflo and Mullainathan 2004); with one, from the cases.
    """
    cells = (*before, *after)
    if any(not len(cell.of) or cell.of.sum() <= 0 for cell in cells):
        return UNKNOWN
    if min(len(cell.of) for cell in cells) >= LEAST_GROUPS:
        changes = [late.count / late.of - early.count / early.of for early, late in zip(before, after, strict=True)]
        return _by_groups(changes[0], changes[1])
    change = (after[0].rate - before[0].rate) - (after[1].rate - before[1].rate)
    half = Z95 * math.sqrt(sum(cell.variance for cell in cells))
    return finite(change, change - half, change + half)


def _by_groups(one: Numbers, other: Numbers) -> Estimate:
    change = float(one.mean() - other.mean())
    parts = [float(side.var(ddof=1)) / len(side) for side in (one, other)]
    spread = sum(parts)
    if spread <= 0:
        return finite(change)
    freedom = spread**2 / sum(part**2 / (len(side) - 1) for part, side in zip(parts, (one, other), strict=True))
    half = student(freedom) * math.sqrt(spread)
    return finite(change, change - half, change + half)
