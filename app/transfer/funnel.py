"""The way from the assessment to competency, and where the evidence comes from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.transfer import report_queries, suppression
from app.transfer.persons import NEVER
from app.transfer.report_queries import Row
from app.transfer.sample import Sample
from app.transfer.schemas import Interval
from app.transfer.survival import Days
from app.usage.metrics import Share


def steps(
    session: Session, task: int, part: Sample, known: datetime | None, uses: Days, least: int
) -> list[dict[str, Any]]:
    """How many were invited, mastered, looked, were seen and arrived; None where it, or a difference, is a few."""
    asked = (session, task, part.day, known)
    mastered = report_queries.first_mastery(*asked).by_name.keys()
    seen = report_queries.first_competency(*asked).by_name.keys() | report_queries.seen_otherwise(*asked)
    counts = {
        "mastery": part.n,
        "full competency": int(part.events.sum()),
        "invited": len(mastered | report_queries.attempted_only(*asked)),
        "first evidence": len(mastered & seen),
        "first aid use": int((uses < NEVER).sum()),
    }
    told = dict(zip(counts, suppression.nested([*counts.values()], 2, least), strict=True))
    if not suppression.telling(part.n, counts["full competency"], least):
        told["full competency"] = None
    order = ("invited", "mastery", "first aid use", "first evidence", "full competency")
    return [{"step": step, "n": told[step]} for step in order]


def full_share(tally: Sequence[Row], least: int) -> Interval:
    """Successes without help among all successes that count, with a Wilson interval; none where either is a few."""
    counted = [row for row in tally if row[1] and row[2]]
    share = Share(sum(row[4] for row in counted if row[0] == "full"), sum(row[4] for row in counted))
    low, high = share.interval or (None, None)
    if not suppression.telling(share.n, share.part, least):
        return Interval()
    return Interval(estimate=share.value, low=low, high=high)


def sources(tally: Sequence[Row], least: int) -> list[dict[str, Any]]:
    """How many records come from where; None where they are a few, or about a few."""
    records: dict[str, int] = {}
    persons: dict[str, int] = {}
    for _level, _success, counts, source, number, people in tally:
        if counts:
            records[source] = records.get(source, 0) + number
            persons[source] = max(persons.get(source, 0), people)
    return [
        {"source": source or "observer", "records": number if persons[source] >= least else None}
        for source, number in sorted(records.items())
    ]
