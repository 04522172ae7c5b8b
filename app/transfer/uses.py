"""Who opened an aid and when, joined by pseudonym and at once turned into counts: no name meets a use outside."""

from collections.abc import Sequence
from datetime import datetime
from itertools import repeat
from typing import Any

import numpy as np
from sqlmodel import Session

from app.transfer import caveats, descriptive, report_queries
from app.transfer.arms import interval
from app.transfer.descriptive import Half
from app.transfer.persons import NEVER
from app.transfer.question import House
from app.transfer.sample import Sample, days_of
from app.transfer.suppression import small, telling
from app.transfer.survival import Days

NOT_SHOWN: dict[str, Any] = {"landmark": None, "time_dependent_hazard_ratio": None, "note": caveats.DESCRIPTIVE}


def first(session: Session, part: Sample, slugs: Sequence[str], until: datetime, house: House) -> Days:
    """The day on which each person first opened one of the aids, `NEVER` where she did not."""
    who, seconds = report_queries.opened(session, slugs, until)
    if not who:
        return np.full(part.n, NEVER)
    later_first = np.argsort(-seconds, kind="stable")
    days = days_of(seconds, house.zone)[later_first].tolist()
    day = dict(zip((who[place] for place in later_first.tolist()), days, strict=True))
    return np.fromiter(map(day.get, map(house.pseudonym, part.names), repeat(NEVER)), np.int64, part.n)


def crossovers(part: Sample, begins: Days, uses: Days, least: int) -> tuple[int, int] | None:
    """How many of those who were not to have the aids used one, and how many they are; None where few."""
    waiting = (begins >= 0) & (begins > np.minimum(part.end, part.day))
    crossed, total = int((waiting & (uses <= part.day)).sum()), int(waiting.sum())
    if not crossed or total < least or not telling(total, crossed, least):
        return None
    return crossed, total


def described(part: Sample, uses: Days, house: House) -> dict[str, Any]:
    """Use against outcome, of those whose openings are all kept, where no count in it is a few, nor what it leaves."""
    least, kept = house.least, part.origin >= house.uses_since
    found = descriptive.describe(part.part(kept), uses[kept], least)
    if found is None or small(part.n - found.used.n - found.not_used.n, least):
        return NOT_SHOWN
    return {
        "landmark": {
            "day": descriptive.LANDMARK,
            "used": _half(found.used, least),
            "not_used": _half(found.not_used, least),
            "hazard_ratio": interval(found.landmark_ratio).model_dump(),
        },
        "time_dependent_hazard_ratio": interval(found.time_dependent).model_dump(),
        "note": caveats.DESCRIPTIVE,
    }


def _half(half: Half, least: int) -> dict[str, Any]:
    told = telling(half.n, half.events, least)
    days = interval(half.median_days).model_dump() if told else {"estimate": None, "low": None, "high": None}
    return {"n": half.n, "events": half.events if told else None, "median_days": days}
