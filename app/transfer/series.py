"""A measure over time, before and after something began: weak evidence, because whatever else began then counts too."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.transfer.survival import UNKNOWN, Estimate, Numbers, finite

LEAST_BEFORE = 6
LEAST_AFTER = 3


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


def counted(events: Numbers, exposure: Numbers, start: int) -> Interrupted:
    """The ratio of rates at the start of counts, by Poisson regression with a trend (Bernal et al. 2017)."""
    n = len(events)
    if start < LEAST_BEFORE or n - start < LEAST_AFTER:
        return NOTHING
    import statsmodels.api as sm

    time = np.arange(n, dtype=np.float64)
    design = np.column_stack([(time >= start).astype(np.float64), np.ones(n), time])
    fitted = sm.GLM(events, design, family=sm.families.Poisson(), offset=np.log(exposure)).fit()
    low, high = np.exp(fitted.conf_int()[0])
    return Interrupted(finite(float(np.exp(fitted.params[0])), low, high), UNKNOWN, finite(fitted.pvalues[0]).estimate)


def _parts(fitted: Any) -> tuple[Estimate, Estimate, float | None]:
    intervals = fitted.conf_int()
    step, slope = (finite(fitted.params[place], *intervals[place]) for place in (0, 1))
    return step, slope, finite(fitted.pvalues[0]).estimate


def difference_in_differences(before: tuple[Numbers, Numbers], after: tuple[Numbers, Numbers]) -> Estimate:
    """How much more the first of two groups changed than the second; values per person, before and after.

    The interval takes the four samples as independent, each with a variance of its own (White 1980).
    """
    cells = (*after, *before)
    if any(len(cell) < 2 for cell in cells):
        return UNKNOWN
    means = [float(cell.mean()) for cell in cells]
    change = (means[0] - means[2]) - (means[1] - means[3])
    half = 1.959963984540054 * float(np.sqrt(sum(cell.var(ddof=1) / len(cell) for cell in cells)))
    return finite(change, change - half, change + half)
