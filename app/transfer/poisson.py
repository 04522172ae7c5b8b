"""Poisson regression of counts on factors, by Newton's method on the normal equations.

A factor is a number for each row that says which of its levels the row has. The products of the columns that they
stand for are counts by pairs of levels, so the columns are never made: 200 groups and a year of weeks cost what the
rows cost. statsmodels gives the same to eight digits (a test holds the two together) and decomposes the whole design
in every round; a roll-out by groups needs a fit for each group left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.transfer.survival import Days, Flags, Numbers, summed

ROUNDS = 40
ENOUGH = 1e-9
SMALL = 1e-10
STEEP = 30.0


@dataclass(frozen=True)
class Fit:
    """The coefficient of the state, and its standard error robust to clusters."""

    first: float
    error: float


@dataclass(frozen=True)
class Design:
    """A state of 0 or 1, a factor with a column for each level (the constant is in it), and factors without the first.

    `factors` are in this order; without a state the first is None.
    """

    state: Days | None
    factors: Sequence[Days]

    @cached_property
    def codes(self) -> list[Days]:
        """The levels of all, each counted on from those before it: the places of the columns."""
        codes, at = [], 0
        for levels, size in zip(self._all, self._sizes, strict=True):
            codes.append(levels + at)
            at += size
        return codes

    @property
    def _all(self) -> list[Days]:
        return [*([] if self.state is None else [self.state]), *self.factors]

    @cached_property
    def _sizes(self) -> list[int]:
        return [int(levels.max(initial=0)) + 1 for levels in self._all]

    @cached_property
    def kept(self) -> Flags:
        """Which of the places are columns: the first level of a factor is what the others are compared with."""
        keep = np.ones(sum(self._sizes), dtype=np.bool_)
        for place, at in enumerate(np.cumsum([0, *self._sizes[:-1]]).tolist()):
            keep[at] = place == (self.state is not None)
        return keep

    @property
    def columns(self) -> int:
        """How many."""
        return int(self.kept.sum())

    def line(self, beta: Numbers) -> Numbers:
        """The linear predictor of each row."""
        whole = np.zeros(len(self.kept))
        whole[self.kept] = beta
        line: Numbers = np.sum([whole[codes] for codes in self.codes], axis=0)
        return line

    def sums(self, values: Numbers) -> Numbers:
        """The columns times some values."""
        every: Numbers = np.sum([summed(codes, values, len(self.kept)) for codes in self.codes], axis=0)
        return every[self.kept]

    def information(self, weights: Numbers) -> Numbers:
        """The columns times each other, weighted."""
        size = len(self.kept)
        whole = np.zeros((size, size))
        for place, one in enumerate(self.codes):
            for other in self.codes[place:]:
                pairs = np.bincount(one * size + other, weights, size * size).reshape(size, size)
                whole += pairs if other is one else pairs + pairs.T
        kept: Numbers = whole[np.ix_(self.kept, self.kept)]
        return kept

    def by_cluster(self, values: Numbers, group: Days) -> Numbers:
        """The columns times some values, a row for each cluster."""
        size, clusters = len(self.kept), int(group.max(initial=0)) + 1
        parts = [np.bincount(group * size + codes, values, clusters * size) for codes in self.codes]
        every: Numbers = np.sum(parts, axis=0).reshape(clusters, size)
        return every[:, self.kept]


def fit(design: Design, events: Numbers, exposure: Numbers, group: Days) -> Fit | None:
    """The coefficient of the state; None where the factors say all that it says, or where there is no maximum."""
    solved = _solve(design, events, exposure)
    if solved is None:
        return None
    beta, mean = solved
    information = design.information(mean)
    if _own(information) <= SMALL * max(float(information[0, 0]), SMALL):
        return None
    scores = design.by_cluster(events - mean, group) @ _inverse(information)[0]
    clusters = len(np.unique(group))
    variance = float((scores**2).sum()) * clusters / max(clusters - 1, 1)
    return Fit(float(beta[0]), variance**0.5) if variance > 0 else None


def expected(design: Design, events: Numbers, exposure: Numbers) -> Numbers | None:
    """What the model expects in each row."""
    solved = _solve(design, events, exposure)
    return None if solved is None else solved[1]


def _solve(design: Design, events: Numbers, exposure: Numbers) -> tuple[Numbers, Numbers] | None:
    exposure = exposure * (events.sum() / exposure.sum())
    beta = np.zeros(design.columns)
    mean, worth = _at(design.line(beta), events, exposure)
    for _ in range(ROUNDS):
        step = _solved(design.information(mean), design.sums(events - mean))
        tried, better = _at(design.line(beta + step), events, exposure)
        while better < worth - ENOUGH and np.abs(step).max() > ENOUGH:
            step = step / 2
            tried, better = _at(design.line(beta + step), events, exposure)
        beta, mean, worth = beta + step, tried, better
        if np.abs(design.line(step)).max(initial=0) < ENOUGH:
            return beta, mean
        if np.abs(beta).max(initial=0) > STEEP:
            return None
    return None


def _at(line: Numbers, events: Numbers, exposure: Numbers) -> tuple[Numbers, float]:
    """Means and log-likelihood."""
    line = np.clip(line, -STEEP, STEEP)
    mean = (exposure * np.exp(line)).astype(np.float64)
    return mean, float((events * line - mean).sum())


def _solved(matrix: Numbers, vector: Numbers) -> Numbers:
    """The solution, the shortest one where columns depend on each other."""
    try:
        root = np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return np.asarray(_inverse(matrix) @ vector, dtype=np.float64)
    diagonal = np.diagonal(root) ** 2
    if diagonal.min() <= SMALL * diagonal.max():
        return np.asarray(_inverse(matrix) @ vector, dtype=np.float64)
    return np.asarray(np.linalg.solve(matrix, vector), dtype=np.float64)


def _inverse(matrix: Numbers) -> Numbers:
    return np.asarray(np.linalg.pinv(matrix, rcond=SMALL, hermitian=True), dtype=np.float64)


def _own(information: Numbers) -> float:
    """What the first column says that the others do not."""
    crossed = information[0, 1:]
    return float(information[0, 0] - crossed @ _inverse(information[1:, 1:]) @ crossed)
