"""All tasks on one page: how many are at mastery, how many are competent, and after how long."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.aids import queries as aid_queries
from app.transfer import queries, report, sample, suppression
from app.transfer.report import House
from app.transfer.survival import median, transfer
from app.web.words import _
from app.work import queries as work_queries
from app.work.models import Task

CRITICAL = 5


@dataclass(frozen=True)
class TaskLine:
    """One task; None where it is about too few people, or cannot be had."""

    slug: str
    title: str
    criticality: int | None
    mastered: int | None
    competent: int | None
    median_days: float | None
    within: float | None
    observed: float | None

    @property
    def quality(self) -> str:
        """How far the evidence can be trusted, in words."""
        if self.mastered is None:
            return _("too few people")
        if self.observed is None:
            return _("nobody was seen at work yet")
        return _("most were seen at work") if self.observed >= 0.5 else _("few were seen at work")


def lines(session: Session, house: House) -> list[TaskLine]:
    """Every task with evidence, by title."""
    return [_line(session, house, task) for task in queries.tasks_with_evidence(session)]


def _line(session: Session, house: House, task: Task) -> TaskLine:
    number = task.id or 0
    known = sample.known_at(session, number, house.today, house.zone)
    whole = sample.draw(session, number, house.today, known)
    if whole.n < house.least:
        return TaskLine(task.slug, task.title, task.criticality, None, None, None, None, None)
    curve = report.curve_of(whole)
    events = int(whole.events.sum())
    seen = queries.count_with_evidence(session, number, house.today, known)
    return TaskLine(
        slug=task.slug,
        title=task.title,
        criticality=task.criticality,
        mastered=whole.n,
        competent=events,
        median_days=median(curve).estimate,
        within=transfer(curve, house.horizon).estimate,
        observed=None if suppression.small(seen, house.least) or not seen else min(seen / whole.n, 1.0),
    )


def coverage(session: Session, house: House) -> tuple[int, int]:
    """Critical tasks with a current aid, and all critical tasks."""
    from datetime import date

    covered = aid_queries.critical_covered(session, CRITICAL, date.fromordinal(house.today))
    return covered, work_queries.critical_count(session, CRITICAL)


KEYS = ("title", "criticality", "mastered", "competent", "median_days", "within", "observed")


def ordered(rows: Sequence[TaskLine], key: str) -> list[TaskLine]:
    """By a column: words upwards, numbers downwards, what is not known last."""
    if key not in KEYS[1:]:
        return sorted(rows, key=lambda row: row.title)
    known = [row for row in rows if getattr(row, key) is not None]
    return sorted(known, key=lambda row: -getattr(row, key)) + [row for row in rows if getattr(row, key) is None]
