"""All tasks on one page: how many are at mastery, how many are competent, and after how long."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat

import numpy as np
from sqlmodel import Session

from app.aids import queries as aid_queries
from app.transfer import arms, persons, queries, report_queries, sample
from app.transfer.persons import NEVER
from app.transfer.question import House
from app.transfer.report_queries import Firsts
from app.transfer.schemas import ArmOut
from app.transfer.suppression import telling
from app.transfer.survival import Counts
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
    left = persons.left_on(session)
    return [_line(session, house, task, left) for task in queries.tasks_with_evidence(session)]


def _line(session: Session, house: House, task: Task, left: Mapping[str, int]) -> TaskLine:
    asked = (session, task.id or 0, house.today, None)
    mastered, competent = report_queries.first_mastery(*asked), report_queries.first_competency(*asked)
    gone = np.fromiter(map(left.get, mastered.names, repeat(NEVER)), np.int64, len(mastered.names))
    clock = sample.clocks(mastered, competent, gone, house.today)
    seen = int((clock.competent < NEVER).sum()) + _others(mastered, competent, report_queries.seen_otherwise(*asked))
    clock = clock.of(clock.competent >= clock.origin)
    counts = Counts.of(clock.days, clock.events)
    told = arms.cell(task.slug, counts, arms.Ask(house.horizon, house.least), drawn=False)
    return TaskLine(
        slug=task.slug,
        title=task.title,
        criticality=task.criticality,
        mastered=told.n,
        competent=told.events,
        median_days=told.median_days.estimate,
        within=told.transfer.estimate,
        observed=_observed(told, len(mastered.names), seen, house.least),
    )


def _others(mastered: Firsts, competent: Firsts, seen: Collection[str]) -> int:
    """How many with a mastery were seen, and never without help."""
    return len((set(seen) - competent.by_name.keys()) & mastered.by_name.keys()) if seen else 0


def _observed(told: ArmOut, mastered: int, seen: int, least: int) -> float | None:
    """The share that somebody saw at work, in twentieths; None where those or the others are few, or nobody was."""
    if told.n is None or not seen or not telling(mastered, seen, least):
        return None
    return round(20 * seen / mastered) / 20


def coverage(session: Session, house: House) -> tuple[int, int]:
    """Critical tasks with a current aid, and all critical tasks."""
    covered = aid_queries.critical_covered(session, CRITICAL, date.fromordinal(house.today))
    return covered, work_queries.critical_count(session, CRITICAL)


KEYS = ("title", "criticality", "mastered", "competent", "median_days", "within", "observed")


def ordered(rows: Sequence[TaskLine], key: str) -> list[TaskLine]:
    """By a column: words upwards, numbers downwards, what is not known last."""
    if key not in KEYS[1:]:
        return sorted(rows, key=lambda row: row.title)
    known = [row for row in rows if getattr(row, key) is not None]
    return sorted(known, key=lambda row: -getattr(row, key)) + [row for row in rows if getattr(row, key) is None]
