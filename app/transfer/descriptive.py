"""Use against outcome: people who looked at an aid beside people who did not. It never says whether the aid helped."""

from dataclasses import dataclass

import numpy as np

from app.transfer import cox
from app.transfer.persons import NEVER
from app.transfer.sample import Sample
from app.transfer.survival import UNKNOWN, Counts, Days, Estimate, kaplan_meier, median

LANDMARK = 7


@dataclass(frozen=True)
class Half:
    """Those who had used an aid by the landmark, or those who had not."""

    n: int
    events: int
    median_days: Estimate


@dataclass(frozen=True)
class Use:
    """Both halves at the landmark, and the hazard ratio of having used an aid, its time counted as it passes."""

    used: Half
    not_used: Half
    landmark_ratio: Estimate
    time_dependent: Estimate
    ever: int


def describe(sample: Sample, first_use: Days, least: int) -> Use | None:
    """None where one half has fewer than `least` persons."""
    used_by = first_use - sample.origin
    there = sample.days > LANDMARK
    early = there & (used_by <= LANDMARK)
    late = there & ~early
    if min(int(early.sum()), int(late.sum())) < least:
        return None
    halves = [Counts.of(sample.days[some] - LANDMARK, sample.events[some]) for some in (early, late)]
    used = np.where(first_use < NEVER, used_by, NEVER)
    since, before = cox.split(sample.days, sample.events, used, NEVER)
    enough = min(since.events, before.events) >= least
    return Use(
        used=_half(halves[0]),
        not_used=_half(halves[1]),
        landmark_ratio=cox.hazard_ratio(*halves) if min(half.events for half in halves) >= least else UNKNOWN,
        time_dependent=cox.hazard_ratio(since, before) if enough else UNKNOWN,
        ever=int((first_use < NEVER).sum()),
    )


def _half(counts: Counts) -> Half:
    found = median(kaplan_meier(counts))
    shifted = (None if part is None else part + LANDMARK for part in (found.estimate, found.low, found.high))
    return Half(counts.n, counts.events, Estimate(*shifted))
