"""Poisson regression of counts on many columns of zeros and ones, by Newton's method on the normal equations.

statsmodels gives the same to eight digits (a test holds the two together) and decomposes the whole design in every
round: 60 times as long, and a roll-out by groups needs a fit for each group left out.
"""

from dataclasses import dataclass

import numpy as np

from app.transfer.survival import Days, Numbers

ROUNDS = 40
ENOUGH = 1e-9
SMALL = 1e-10
STEEP = 30.0


@dataclass(frozen=True)
class Fit:
    """The coefficient of the first column, and its standard error robust to clusters."""

    first: float
    error: float


def fit(design: Numbers, events: Numbers, exposure: Numbers, group: Days) -> Fit | None:
    """The first coefficient; None where the other columns say all that it says, or where there is no maximum."""
    solved = _solve(design, events, exposure)
    if solved is None:
        return None
    beta, mean = solved
    inverse = _inverse(design.T @ (design * mean[:, None]))
    rest = design[:, 1:]
    own = _own_information(design[:, 0], rest, mean)
    if own <= SMALL * max(float((design[:, 0] ** 2 * mean).sum()), SMALL):
        return None
    scores = np.zeros((int(group.max(initial=0)) + 1, design.shape[1]))
    np.add.at(scores, group, design * (events - mean)[:, None])
    clusters = len(np.unique(group))
    factor = clusters / max(clusters - 1, 1)
    variance = float((inverse @ (scores.T @ scores) @ inverse)[0, 0]) * factor
    return Fit(float(beta[0]), variance**0.5) if variance > 0 else None


def expected(design: Numbers, events: Numbers, exposure: Numbers) -> Numbers | None:
    """What the model expects in each row."""
    solved = _solve(design, events, exposure)
    return None if solved is None else solved[1]


def _solve(design: Numbers, events: Numbers, exposure: Numbers) -> tuple[Numbers, Numbers] | None:
    exposure = exposure * (events.sum() / exposure.sum())
    beta = np.zeros(design.shape[1])
    mean, worth = _at(design, beta, events, exposure)
    for _ in range(ROUNDS):
        step = _inverse(design.T @ (design * mean[:, None])) @ (design.T @ (events - mean))
        tried, better = _at(design, beta + step, events, exposure)
        while better < worth - ENOUGH and np.abs(step).max() > ENOUGH:
            step = step / 2
            tried, better = _at(design, beta + step, events, exposure)
        beta, mean, worth = beta + step, tried, better
        if np.abs(design @ step).max(initial=0) < ENOUGH:
            return beta, mean
        if np.abs(beta).max(initial=0) > STEEP:
            return None
    return None


def _at(design: Numbers, beta: Numbers, events: Numbers, exposure: Numbers) -> tuple[Numbers, float]:
    """Means and log-likelihood."""
    line = np.clip(design @ beta, -STEEP, STEEP)
    mean = (exposure * np.exp(line)).astype(np.float64)
    return mean, float((events * line - mean).sum())


def _inverse(matrix: Numbers) -> Numbers:
    return np.asarray(np.linalg.pinv(matrix, rcond=SMALL, hermitian=True), dtype=np.float64)


def _own_information(first: Numbers, rest: Numbers, mean: Numbers) -> float:
    """What the first column says that the others do not."""
    weighted = rest * mean[:, None]
    crossed = weighted.T @ first
    return float((first**2 * mean).sum() - crossed @ _inverse(rest.T @ weighted) @ crossed)
