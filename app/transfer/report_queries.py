"""What a report reads: columns as the driver gives them, not objects, for they may be of 100,000 persons.

Each statement about one task is answered from an index that holds all it asks for. `known` is the moment until which
records must have come in; None means all that are here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, String, and_, cast, extract, func, not_, or_
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from app.aids.models import Aid, AidTask
from app.transfer.models import CompetencyEvidence, MasteryRecord, ShownReport
from app.transfer.queries import Evidence
from app.transfer.schemas import Level
from app.transfer.survival import Days
from app.usage.models import UseEvent

Row = tuple[Any, ...]
Moment = datetime | None
MARK = "\x1f"


@dataclass(frozen=True)
class Firsts:
    """Persons, each once, and the first day of each, as an ordinal."""

    names: list[str]
    days: Days

    @cached_property
    def by_name(self) -> dict[str, int]:
        """The day of each person."""
        return dict(zip(self.names, self.days.tolist(), strict=True))


def texts(session: Session, *wanted: Any, where: Sequence[ColumnElement[bool]] = ()) -> list[list[str]]:
    """Columns as text, "" where there is nothing.

    The database hands over one long text for each: a tuple for each of 100,000 persons would take twice as long.
    """
    plain = [func.coalesce(cast(one, String), "").label(f"c{place}") for place, one in enumerate(wanted)]
    found = sa_select(*plain).where(*where).subquery()
    joined = sa_select(func.count(), *(func.aggregate_strings(one, MARK) for one in found.c))
    count, *long = session.connection().execute(joined).one()
    if not count:
        return [[] for _ in wanted]
    lists = [text.split(MARK) for text in long]
    if all(len(one) == count for one in lists):
        return lists
    rows = session.connection().execute(sa_select(found)).all()  # a name holds the mark
    return [list(column) for column in zip(*rows, strict=True)]


def numbers(given: Sequence[str]) -> Days:
    """Whole numbers from their text."""
    return np.array(given, np.int64) if given else np.zeros(0, np.int64)


def rows(session: Session, statement: Any) -> list[Row]:
    """A few rows as plain tuples."""
    return [tuple(row) for row in session.connection().execute(statement)]


def stands(table: Evidence, task: int, day: int, known: Moment) -> ColumnElement[bool]:
    """The records of a task that count on a day, as far as they were known by then."""
    of_task = and_(col(table.task_id) == task, col(table.day) <= day)
    withdrawn = col(table.withdrawn_at)
    if known is None:
        return and_(of_task, withdrawn.is_(None))
    return and_(of_task, col(table.recorded_at) <= known, or_(withdrawn.is_(None), withdrawn > known))


def _mastery() -> ColumnElement[bool]:
    return and_(col(MasteryRecord.mastered).is_(True), col(MasteryRecord.low_trust).is_(False))


def _full() -> ColumnElement[bool]:
    return and_(col(CompetencyEvidence.success).is_(True), col(CompetencyEvidence.level) == Level.FULL)


def _first(session: Session, table: Evidence, *where: ColumnElement[bool]) -> Firsts:
    names, days = texts(session, table.person, table.day, where=where)
    ordinals = numbers(days)
    return Firsts(names, ordinals) if len(set(names)) == len(names) else _once(names, ordinals)


def _once(names: list[str], days: Days) -> Firsts:
    """Each person with the least of her days."""
    later_first = np.argsort(-days, kind="stable")
    first = dict(zip((names[place] for place in later_first.tolist()), days[later_first].tolist(), strict=True))
    return Firsts(list(first), np.fromiter(first.values(), np.int64, len(first)))


def first_recorded(session: Session, task: int) -> Moment:
    """When the first piece of evidence of a task came in, of either kind."""
    found: list[Moment] = [
        session.exec(select(func.min(table.recorded_at)).where(col(table.task_id) == task)).one()
        for table in (MasteryRecord, CompetencyEvidence)
    ]
    return min((one for one in found if one is not None), default=None)


def first_mastery(session: Session, task: int, day: int, known: Moment, source: str = "") -> Firsts:
    """The day of the first mastery of each person."""
    where = [stands(MasteryRecord, task, day, known), _mastery()]
    if source:
        where.append(col(MasteryRecord.source) == source)
    return _first(session, MasteryRecord, *where)


def first_competency(session: Session, task: int, day: int, known: Moment) -> Firsts:
    """The day of the first success without help of each person."""
    table = CompetencyEvidence
    return _first(session, table, stands(table, task, day, known), col(table.counts).is_(True), _full())


def attempted_only(session: Session, task: int, day: int, known: Moment) -> set[str]:
    """Those with an assessment that says nothing of mastery."""
    where = [stands(MasteryRecord, task, day, known), not_(_mastery())]
    return set(texts(session, MasteryRecord.person, where=where)[0])


def seen_otherwise(session: Session, task: int, day: int, known: Moment) -> set[str]:
    """Those with evidence that counts, and is no success without help."""
    table = CompetencyEvidence
    where = [stands(table, task, day, known), col(table.counts).is_(True), not_(_full())]
    return set(texts(session, table.person, where=where)[0])


def evidence_tally(session: Session, task: int, day: int, known: Moment) -> Sequence[Row]:
    """(level, success, counts, source, records, persons) of the competency evidence of a task."""
    table = CompetencyEvidence
    told = (table.level, table.success, table.counts, table.source)
    counted = (func.count(), func.count(func.distinct(table.person)))
    statement = select(*told, *counted).where(stands(table, task, day, known))  # type: ignore[call-overload]
    return rows(session, statement.group_by(*told))


def later_records(session: Session, task: int, day: int, known: Moment) -> int:
    """How many records about days up to this one came in too late for the report."""
    if known is None:
        return 0
    return sum(
        session.exec(
            select(func.count()).where(
                col(table.task_id) == task, col(table.day) <= day, col(table.recorded_at) > known
            )
        ).one()
        for table in (MasteryRecord, CompetencyEvidence)
    )


def sources(session: Session, task: int) -> Sequence[str]:
    """The courses and systems that mastery of a task comes from."""
    statement = select(MasteryRecord.source).where(MasteryRecord.task_id == task).distinct()
    return sorted(source for source in session.exec(statement) if source)


def opened(session: Session, slugs: Collection[str], until: datetime) -> tuple[list[str], Days]:
    """Pseudonyms of members, and the seconds since 1970 at which they opened any of these aids."""
    if not slugs:
        return [], numbers([])
    where = [
        col(UseEvent.type) == "open",
        col(UseEvent.slug).in_(list(slugs)),
        col(UseEvent.person).is_not(None),
        col(UseEvent.at) < until,
    ]
    second = cast(func.floor(extract("epoch", col(UseEvent.at))), BigInteger)
    who, seconds = texts(session, UseEvent.person, second, where=where)
    return who, numbers(seconds)


def aids_of(session: Session, task: int) -> list[str]:
    """The addresses of the live aids of a task."""
    statement = select(Aid.slug).join(AidTask, col(AidTask.aid_id) == Aid.id).where(AidTask.task_id == task)
    return list(session.exec(statement.where(col(Aid.live).is_not(None)).order_by(Aid.slug)))


def shown(session: Session, task: int, chosen: str) -> Sequence[ShownReport]:
    """The days of which a report with this choice was shown."""
    return session.exec(select(ShownReport).where(ShownReport.task_id == task, ShownReport.chosen == chosen)).all()
