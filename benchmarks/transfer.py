"""What the transfer report claims, by simulation."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from app.transfer import comparison, cox, hazard
from app.transfer.comparison import Arms
from app.transfer.survival import Counts
from benchmarks.figures import Figure

RUNS = 2_000
TRUE = 1.5
ALARMS, COVERAGE = (0.03, 0.07), (0.93, 0.97)
Found = tuple[float | None, float | None, float | None]
YEAR = 365


@dataclass(frozen=True)
class Design:
    """A way to assign, and how to simulate it with a true hazard ratio: gives p, and the interval's ends."""

    name: str
    run: Callable[[np.random.Generator, float], Found]


def _followed(lot: np.random.Generator, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Days until competent at these rates a day, or until the end of a year or leaving."""
    until = np.minimum(lot.integers(60, 200, len(rate)), lot.exponential(500, len(rate)).astype(int))
    arrived = lot.exponential(1 / rate).astype(int)
    return np.minimum(arrived, until), arrived <= until


def persons(lot: np.random.Generator, ratio: float) -> Found:
    """200 people, drawn one by one."""
    given = lot.permutation(200) < 100
    found = comparison.compare(Arms(*_followed(lot, 0.012 * np.where(given, ratio, 1.0)), given), 90, 1)
    return found.p, found.hazard_ratio.low, found.hazard_ratio.high


def groups(lot: np.random.Generator, ratio: float) -> Found:
    """24 groups of 15, alike within each."""
    group = np.arange(360) % 24
    given = (lot.permutation(24) < 12)[group]
    rate = 0.012 * np.exp(lot.normal(0, 0.25, 24))[group] * np.where(given, ratio, 1.0)
    found = comparison.compare(Arms(*_followed(lot, rate), given, group), 90, int(lot.integers(1 << 30)))
    return found.p, found.hazard_ratio.low, found.hazard_ratio.high


def wedge(lot: np.random.Generator, ratio: float) -> Found:
    """12 groups of 35 in six steps, with a trend over the year."""
    starts = lot.permutation(np.repeat(100 + 28 * np.arange(6), 2))
    group = np.repeat(np.arange(12), 35)
    origin = lot.integers(0, 300, len(group))
    day = np.arange(YEAR + 1)
    rate = 0.015 * np.exp(lot.normal(0, 0.25, 12)[group][:, None] + 0.3 * day / YEAR)
    rate = rate * np.where(day >= starts[group][:, None], ratio, 1.0)
    became = (lot.random(rate.shape) < rate) & (day >= origin[:, None])
    last = np.minimum(origin + lot.exponential(400, len(group)).astype(int), YEAR)
    arrived = np.where(became.any(axis=1), became.argmax(axis=1), 1 << 30)
    steps = hazard.Steps(origin, np.minimum(arrived, last) - origin, arrived <= last, group, starts)
    found = hazard.randomised(steps, int(lot.integers(1 << 30)))
    return found.p, found.hazard_ratio.low, found.hazard_ratio.high


DESIGNS = (Design("Persons drawn", persons), Design("Groups drawn", groups), Design("Stepped wedge", wedge))


def trap(lot: np.random.Generator) -> tuple[float, float]:
    """An aid without effect, looked for by those who struggle: (log ratio by assignment, log ratio of users, naive)."""
    ease = np.exp(lot.normal(0, 0.6, 2_000))
    given = lot.permutation(2_000) < 1_000
    days, events = _followed(lot, 0.015 * ease)
    used = lot.exponential(25 * ease)
    users = given & (used < days)
    fair = cox.log_ratio(Counts.of(days[given], events[given]), Counts.of(days[~given], events[~given]))
    naive = cox.log_ratio(Counts.of(days[users], events[users]), Counts.of(days[~users], events[~users]))
    assert fair is not None
    assert naive is not None
    return fair[0], naive[0]


def simulate(design: Design, runs: int, seed: int = 1) -> tuple[float, float]:
    """The share of false alarms where there is no effect, and of intervals that hold a true one."""
    lot = np.random.default_rng(seed)
    alarms = sum((design.run(lot, 1.0)[0] or 1.0) < 0.05 for _ in range(runs))
    held = 0
    for _ in range(runs):
        _p, low, high = design.run(lot, TRUE)
        held += low is not None and high is not None and low <= TRUE <= high
    return alarms / runs, held / runs


def measure(runs: int = RUNS) -> list[Figure]:
    """All designs, then the trap."""
    figures = [figure for design in DESIGNS for figure in _claims(design, runs)]
    lot = np.random.default_rng(2)
    pairs = np.array([trap(lot) for _ in range(max(runs, 400))])
    fair, naive = np.exp(pairs.mean(axis=0))
    return [
        *figures,
        Figure("Aid without effect: ratio by assignment (1 is true)", float(fair), "×"),
        Figure("The same by use, naively (the trap)", float(naive), "×"),
    ]


def _claims(design: Design, runs: int) -> Iterator[Figure]:
    """Each share twice: it may be neither too large nor too small. Behind ± is the error of the simulation (95 %)."""
    alarms, held = simulate(design, runs)
    for what, share, (least, most) in (("false alarms", alarms, ALARMS), ("intervals with the truth", held, COVERAGE)):
        error = 196 * math.sqrt(share * (1 - share) / runs)
        name = f"{design.name}: {what}, {runs:,} runs, ± {error:.1f}"
        yield Figure(name, 100 * share, "%", 100 * most)
        yield Figure(name, 100 * share, "%", 100 * least, at_least=True)
