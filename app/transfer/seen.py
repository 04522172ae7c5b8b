"""What a manager, or her line, put down of what they saw; and taking back what she put down herself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.errors import NotFound
from app.people import service as people
from app.transfer import queries
from app.transfer.intake import require_hers
from app.transfer.models import CompetencyEvidence
from app.viewer import Right, Viewer

MOST = 50


@dataclass(frozen=True)
class Entry:
    """One record: what was seen of whom, by whom, and what became of the record."""

    id: str
    at: datetime
    person: str
    task: str
    slug: str
    alone: bool
    success: bool
    adapted: bool
    counts: bool
    by: str
    mine: bool
    corrected: bool
    withdrawn_at: datetime | None
    reason: str


def page(session: Session, viewer: Viewer, start: int) -> tuple[Sequence[Entry], bool]:
    """What she or her line recorded, the newest first, and whether there is more."""
    viewer.require(Right.RECORD)
    actors = {viewer.actor} | (people.line(session, viewer.person) if viewer.person else frozenset())
    rows = queries.seen_by(session, actors, start, MOST + 1)
    return [_entry(viewer, *row) for row in rows[:MOST]], len(rows) > MOST


def _entry(viewer: Viewer, one: CompetencyEvidence, task: str, slug: str, name: str | None) -> Entry:
    return Entry(
        id=one.id,
        at=one.at,
        person=name or one.person,
        task=task,
        slug=slug,
        alone=one.level == "full",
        success=one.success,
        adapted=one.adapted,
        counts=one.counts,
        by=one.observer or one.source or one.recorded_by,
        mine=one.recorded_by == viewer.actor,
        corrected=bool(one.reason and one.reason.startswith("corrected by ")),
        withdrawn_at=one.withdrawn_at,
        reason=one.reason or "",
    )


def own(session: Session, viewer: Viewer, record: str) -> CompetencyEvidence:
    """A record that she may say better.

    Raises:
        NotFound: there is none, or it holds no more.
        Forbidden: somebody else recorded it.
    """
    viewer.require(Right.RECORD)
    found = next(iter(queries.withdrawable(session, CompetencyEvidence, record)), None)
    if not isinstance(found, CompetencyEvidence) or found.withdrawn_at is not None:
        raise NotFound("This record is not here, or it was corrected already. Look at what you saw.")
    require_hers(viewer, found)
    return found
