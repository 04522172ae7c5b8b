"""How many events a comparison needs, and what a planned one could show.

Schoenfeld, "The asymptotic properties of nonparametric tests for comparing survival distributions", Biometrika 68
(1981): the number of events decides, not the number of persons.
"""

import math
from dataclasses import dataclass

Z_BETA = 0.8416212335729143  # 80 % power
Z_ALPHA = 1.959963984540054  # 5 %, two-sided
DEFAULT_ICC = 0.05


def events_needed(ratio: float, share: float = 0.5, inflation: float = 1.0) -> int:
    """Events for a hazard ratio to be seen with 80 % power at 5 %, with this share of people in the first arm."""
    if ratio <= 0 or ratio == 1 or not 0 < share < 1:
        raise ValueError("a ratio other than 1, and a share between 0 and 1")
    events = (Z_ALPHA + Z_BETA) ** 2 / (share * (1 - share) * math.log(ratio) ** 2)
    return math.ceil(events * inflation)


def inflation(group_size: float, icc: float) -> float:
    """How many times as many are needed where groups of this size are drawn: 1 + (m − 1)·ICC (Kish)."""
    return 1 + max(group_size - 1, 0) * icc


def detectable(events: float, share: float = 0.5, inflated: float = 1.0) -> float | None:
    """The smallest hazard ratio above 1 that so many events show; None where there will be none."""
    if events <= 0 or not 0 < share < 1:
        return None
    exponent = (Z_ALPHA + Z_BETA) / math.sqrt(share * (1 - share) * events / inflated)
    return math.exp(exponent) if exponent < 10 else None


@dataclass(frozen=True)
class Outlook:
    """What a planned roll-out could show."""

    persons: int
    events: int
    inflation: float
    detectable: float | None
    needed: dict[str, int]


def outlook(persons: int, rate: float, share: float, group_size: float = 1, icc: float = DEFAULT_ICC) -> Outlook:
    """For so many persons of whom this share will reach competency in the time, given the share in the first arm."""
    factor = inflation(group_size, icc)
    events = math.floor(persons * min(max(rate, 0), 1) + 1e-9)
    needed = {f"{ratio:g}": events_needed(ratio, share, factor) for ratio in (1.5, 2.0, 3.0)} if 0 < share < 1 else {}
    return Outlook(persons, events, factor, detectable(events, share, factor), needed)
