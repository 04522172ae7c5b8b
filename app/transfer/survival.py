"""How long it takes until an event, where not everybody has had it yet: pure functions on counts by day.

Durations are whole days, so a sample is three short arrays however many persons it has, and every figure is made from
them in one pass. On a tie events come before censorings. Kaplan and Meier, "Nonparametric Estimation from Incomplete
Observations", JASA 53 (1958). What cannot be had is None; no NaN and no infinity leaves this module.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]

Z95 = 1.959963984540054
HALF = 0.5
ALMOST = 1e-12


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; a part that cannot be had is None."""

    estimate: float | None = None
    low: float | None = None
    high: float | None = None


UNKNOWN = Estimate()


def summed(place: Any, weights: Any, length: int = 0) -> Numbers:
    """The weights of each place, added up."""
    return np.bincount(place, weights, length).astype(np.float64)


def finite(*values: float | None) -> Estimate:
    """An estimate of these parts, those that are no numbers left out."""
    known = [value if value is not None and math.isfinite(value) else None for value in values]
    return Estimate(*(None if value is None else float(value) for value in known))


@dataclass(frozen=True)
class Counts:
    """A sample by day: how many came under observation, had the event, and were seen for the last time (events too).

    Whoever came on day 5 is at risk from day 5 on; of an ordinary sample all came on day 0.
    """

    came: Days
    had: Days
    gone: Days

    @staticmethod
    def of(days: Any, events: Any, since: Any = None) -> "Counts":
        """Count durations (whole days, not negative) and whether each ended in the event."""
        last = np.asarray(days, dtype=np.int64)
        flags = np.asarray(events, dtype=np.bool_)
        first = np.zeros_like(last) if since is None else np.asarray(since, dtype=np.int64)
        length = int(last.max(initial=0)) + 1
        came, had, gone = (np.bincount(some, minlength=length) for some in (first, last[flags], last))
        return Counts(came, had, gone)

    @property
    def n(self) -> int:
        """How many are in the sample."""
        return int(self.gone.sum())

    @property
    def events(self) -> int:
        """How many had the event."""
        return int(self.had.sum())

    @property
    def length(self) -> int:
        """One more than the last day on which anybody was seen."""
        return len(self.gone)

    @cached_property
    def at_risk(self) -> Days:
        """How many are seen on each day without having had the event before it."""
        risk: Days = np.cumsum(self.came) - np.cumsum(self.gone) + self.gone
        return risk

    def to(self, length: int) -> "Counts":
        """The same over more days."""
        more = (0, max(length - self.length, 0))
        return Counts(*(np.pad(some, more) for some in (self.came, self.had, self.gone)))

    def __add__(self, other: "Counts") -> "Counts":
        length = max(self.length, other.length)
        one, two = self.to(length), other.to(length)
        return Counts(one.came + two.came, one.had + two.had, one.gone + two.gone)

    def __sub__(self, other: "Counts") -> "Counts":
        two = other.to(self.length)
        return Counts(self.came - two.came, self.had - two.had, self.gone - two.gone)


@dataclass(frozen=True)
class Curve:
    """The Kaplan–Meier estimate, a value for each day: the share that has not had the event yet, with its band.

    `low` and `high` are NaN inside this module where there is no band: before the first event and after the last.
    """

    counts: Counts
    surviving: Numbers
    greenwood: Numbers
    low: Numbers
    high: Numbers

    @property
    def followed(self) -> int:
        """The last day that the curve knows of; for ever where everybody had the event."""
        if not self.counts.n or self.surviving[-1] <= ALMOST:
            return 1 << 40 if self.counts.n else -1
        return self.counts.length - 1

    def on(self, day: int) -> int:
        """The place in the arrays that holds for a day."""
        return min(day, self.counts.length - 1)


def kaplan_meier(counts: Counts) -> Curve:
    """The curve with Greenwood's variance and the log-log band (Kalbfleisch and Prentice 1980, section 1.3)."""
    risk, had = counts.at_risk.astype(np.float64), counts.had.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        staying: Numbers = np.where(risk > 0, 1 - had / np.maximum(risk, 1), 1.0)
        surviving: Numbers = np.cumprod(staying).astype(np.float64)
        greenwood = np.cumsum(np.where(had > 0, had / (risk * (risk - had)), 0.0))
        spread = Z95 * np.sqrt(greenwood) / np.abs(np.log(surviving))
        low, high = surviving ** np.exp(spread), surviving ** np.exp(-spread)
    known = (surviving > ALMOST) & (surviving < 1)
    return Curve(counts, surviving, greenwood, np.where(known, low, np.nan), np.where(known, high, np.nan))


def transfer(curve: Curve, within: int) -> Estimate:
    """The share that has had the event within so many days; unknown where nobody was seen for so long."""
    if within < 0 or curve.followed < within:
        return UNKNOWN
    at = curve.on(within)
    return finite(1 - curve.surviving[at], 1 - curve.high[at], 1 - curve.low[at])


def median(curve: Curve) -> Estimate:
    """The first day on which half have had the event; the interval is the band read across."""
    return Estimate(*(_first(line) for line in (curve.surviving, curve.low, curve.high)))


def _first(line: Numbers) -> float | None:
    with np.errstate(invalid="ignore"):
        below = np.flatnonzero(line <= HALF + ALMOST)
    return float(below[0]) if len(below) else None


def restricted_mean(curve: Curve, within: int) -> tuple[float, float] | None:
    """Mean days to the event, counted up to `within`, and its variance; None past the data."""
    if within <= 0 or curve.followed < within:
        return None
    surviving = curve.surviving[:within]
    surviving = np.pad(surviving, (0, within - len(surviving)), constant_values=float(surviving[-1]))
    rest = surviving[::-1].cumsum()[::-1]
    risk, had = (array[:within].astype(np.float64) for array in (curve.counts.at_risk, curve.counts.had))
    some = (had > 0) & (risk > had)
    terms = rest[: len(had)][some] ** 2 * had[some] / (risk[some] * (risk[some] - had[some]))
    return float(surviving.sum()), float(terms.sum())


@dataclass(frozen=True)
class LogRank:
    """Events beyond the expected in the first sample, their variance, χ² with one degree of freedom, and p."""

    excess: float
    variance: float
    chi2: float | None
    p: float | None


def log_rank(one: Counts, other: Counts) -> LogRank:
    """Whether two samples differ (Mantel 1966), ties by the hypergeometric variance."""
    length = max(one.length, other.length)
    one, both = one.to(length), one.to(length) + other.to(length)
    days = both.had > 0
    had, risk, mine = (array[days].astype(np.float64) for array in (both.had, both.at_risk, one.at_risk))
    share = mine / risk
    variance = float((share * (1 - share) * had * (risk - had) / np.maximum(risk - 1, 1)).sum())
    excess = float(one.events - (share * had).sum())
    if variance <= ALMOST:
        return LogRank(excess, 0.0, None, None)
    chi2 = excess**2 / variance
    return LogRank(excess, variance, chi2, math.erfc(math.sqrt(chi2 / 2)))


def residuals(days: Days, events: Flags) -> Numbers:
    """For each person, whether the event came less what was to be expected by then if all were alike.

    Martingale residuals of the pooled Nelson–Aalen estimate; their sum over one arm is the log-rank excess.
    """
    counts = Counts.of(days, events)
    hazard = np.cumsum(counts.had / np.maximum(counts.at_risk, 1))
    left: Numbers = events - hazard[days] if len(days) else np.zeros(0)
    return left


def ticks(curve: Curve, days: Sequence[int]) -> list[int]:
    """How many are at risk on these days."""
    risk = curve.counts.at_risk
    return [int(risk[day]) if day < len(risk) else 0 for day in days]
