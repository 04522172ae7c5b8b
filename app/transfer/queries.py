"""Every SELECT about evidence and roll-outs. Those of a report give columns, not objects: they may be 100,000."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from app.aids.models import Aid, AidTask, Redirect, Revision
from app.people.models import AuditEntry, Person
from app.transfer.models import ActivityMapping, CompetencyEvidence, MasteryRecord, Rollout, RolloutUnit, ShownReport
from app.transfer.schemas import Level
from app.usage.models import UseEvent
from app.work.models import Task

Evidence = type[MasteryRecord] | type[CompetencyEvidence]
AT_ONCE = 400


def by_id(session: Session, table: Any, ids: Collection[str]) -> dict[str, list[Any]]:
    """The stored records of these ids; one id may stand for several tasks."""
    found: dict[str, list[Any]] = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        portion = ordered[start : start + AT_ONCE]
        for row in session.exec(select(table).where(col(table.id).in_(portion))):
            found.setdefault(row.id, []).append(row)
    return found


def known_persons(session: Session, persons: Collection[str]) -> set[str]:
    """Those of these who are in the directory."""
    ordered, found = sorted(persons), set[str]()
    for start in range(0, len(ordered), AT_ONCE):
        found |= set(session.exec(select(Person.id).where(col(Person.id).in_(ordered[start : start + AT_ONCE]))))
    return found


def mappings(session: Session) -> Sequence[tuple[ActivityMapping, Task]]:
    """Which activity assesses which task, by name."""
    statement = select(ActivityMapping, Task).join(Task, col(Task.id) == ActivityMapping.task_id)
    return [(one, task) for one, task in session.exec(statement.order_by(ActivityMapping.activity, Task.slug))]


def stands(table: Evidence, task: int, day: int, known_at: datetime) -> ColumnElement[bool]:
    """The records of a task that count on a day, as far as they were known by then."""
    withdrawn = col(table.withdrawn_at)
    return and_(
        col(table.task_id) == task,
        col(table.day) <= day,
        col(table.recorded_at) <= known_at,
        or_(withdrawn.is_(None), withdrawn > known_at),
    )


def first_recorded(session: Session, task: int) -> datetime | None:
    """When the first piece of evidence of a task came in, of either kind."""
    found: list[datetime | None] = [
        session.exec(select(func.min(table.recorded_at)).where(col(table.task_id) == task)).one()
        for table in (MasteryRecord, CompetencyEvidence)
    ]
    return min((one for one in found if one is not None), default=None)


def first_mastery(session: Session, task: int, day: int, known_at: datetime, source: str = "") -> Sequence[Any]:
    """(person, day) of the first mastery of each."""
    table = MasteryRecord
    where: list[ColumnElement[bool]] = [
        stands(table, task, day, known_at),
        col(table.mastered).is_(True),
        col(table.low_trust).is_(False),
    ]
    if source:
        where.append(col(table.source) == source)
    statement = select(table.person, func.min(table.day)).where(*where).group_by(col(table.person))
    return session.connection().execute(statement).all()


def first_competency(session: Session, task: int, day: int, known_at: datetime) -> Sequence[Any]:
    """(person, day) of the first success without help of each."""
    table = CompetencyEvidence
    where = [stands(table, task, day, known_at), col(table.counts).is_(True), col(table.success).is_(True)]
    where.append(col(table.level) == Level.FULL)
    statement = select(table.person, func.min(table.day)).where(*where).group_by(col(table.person))
    return session.connection().execute(statement).all()


def evidence_tally(session: Session, task: int, day: int, known_at: datetime) -> Sequence[Any]:
    """(level, success, counts, source, records, persons) of the competency evidence of a task."""
    table = CompetencyEvidence
    columns = (table.level, table.success, table.counts, table.source)
    counted = (func.count(), func.count(func.distinct(table.person)))
    statement = select(*columns, *counted).where(stands(table, task, day, known_at))  # type: ignore[call-overload]
    return session.connection().execute(statement.group_by(*columns)).all()


def seen_after_mastery(session: Session, task: int, day: int, known_at: datetime) -> int:
    """Of how many with a mastery there is any competency evidence that counts."""
    table = CompetencyEvidence
    mastered = select(MasteryRecord.person).where(
        stands(MasteryRecord, task, day, known_at), col(MasteryRecord.mastered), col(MasteryRecord.low_trust).is_(False)
    )
    persons = select(func.count(func.distinct(table.person)))
    where = (stands(table, task, day, known_at), col(table.counts), col(table.person).in_(mastered))
    return session.exec(persons.where(*where)).one()


def count_attempted(session: Session, task: int, day: int, known_at: datetime) -> int:
    """Of how many there is any assessment."""
    persons = select(func.count(func.distinct(MasteryRecord.person)))
    return session.exec(persons.where(stands(MasteryRecord, task, day, known_at))).one()


def later_records(session: Session, task: int, day: int, known_at: datetime) -> int:
    """How many records about days up to this one came in too late for the report."""
    return sum(
        session.exec(
            select(func.count()).where(
                col(table.task_id) == task, col(table.day) <= day, col(table.recorded_at) > known_at
            )
        ).one()
        for table in (MasteryRecord, CompetencyEvidence)
    )


def sources(session: Session, task: int) -> Sequence[str]:
    """The courses and systems that mastery of a task comes from."""
    statement = select(MasteryRecord.source).where(MasteryRecord.task_id == task).distinct()
    return sorted(source for source in session.exec(statement) if source)


def first_use(session: Session, slugs: Collection[str], until: datetime) -> Sequence[Any]:
    """(pseudonym, moment) of the first opening of any of these aids by each member."""
    if not slugs:
        return []
    statement = (
        select(UseEvent.person, func.min(UseEvent.at))
        .where(UseEvent.type == "open", col(UseEvent.slug).in_(list(slugs)), col(UseEvent.person).is_not(None))
        .where(col(UseEvent.at) < until)
        .group_by(col(UseEvent.person))
    )
    return session.connection().execute(statement).all()


def aids_of(session: Session, task: int) -> list[str]:
    """The addresses of the live aids of a task."""
    statement = select(Aid.slug).join(AidTask, col(AidTask.aid_id) == Aid.id).where(AidTask.task_id == task)
    return list(session.exec(statement.where(col(Aid.live).is_not(None)).order_by(Aid.slug)))


def tasks_with_evidence(session: Session) -> Sequence[Task]:
    """The tasks that have any evidence, by title."""
    mastered, seen = select(MasteryRecord.task_id).distinct(), select(CompetencyEvidence.task_id).distinct()
    statement = select(Task).where(or_(col(Task.id).in_(mastered), col(Task.id).in_(seen)))
    return session.exec(statement.order_by(Task.title)).all()


# Roll-outs


def rollout(session: Session, slug: str) -> Rollout | None:
    """The roll-out with this slug."""
    return session.exec(select(Rollout).where(Rollout.slug == slug)).first()


def rollouts(session: Session, after: int | None = None, limit: int = 200) -> Sequence[tuple[Rollout, Task]]:
    """Roll-outs with their tasks, newest first, from behind the one with this number."""
    statement = select(Rollout, Task).join(Task, col(Task.id) == Rollout.task_id)
    if after is not None:
        statement = statement.where(col(Rollout.id) < after)
    return [(one, task) for one, task in session.exec(statement.order_by(col(Rollout.id).desc()).limit(limit))]


def rollouts_of(session: Session, task: int) -> Sequence[Rollout]:
    """The roll-outs of a task, newest first."""
    return session.exec(select(Rollout).where(Rollout.task_id == task).order_by(col(Rollout.id).desc())).all()


def units(session: Session, rollout_id: int) -> Sequence[RolloutUnit]:
    """The groups and persons of a roll-out."""
    statement = select(RolloutUnit).where(RolloutUnit.rollout_id == rollout_id)
    return session.exec(statement.order_by(col(RolloutUnit.begins_on), RolloutUnit.arm, RolloutUnit.name)).all()


def waiting(session: Session, person: str, groups: Collection[str], today: date) -> list[Rollout]:
    """The roll-outs in which this person, herself or by her groups, is not yet given the aids."""
    unit = RolloutUnit
    hers = or_(
        and_(col(unit.kind) == "person", col(unit.name) == person),
        and_(col(unit.kind) == "group", col(unit.name).in_(list(groups))),
    )
    statement = (
        select(Rollout)
        .join(unit, col(unit.rollout_id) == Rollout.id)
        .where(hers, or_(col(unit.begins_on).is_(None), col(unit.begins_on) > today))
        .where(or_(col(Rollout.stopped_on).is_(None), col(Rollout.stopped_on) > today))
    )
    return list({one.id: one for one in session.exec(statement)}.values())


def shown(session: Session, task: int, chosen: str) -> Sequence[ShownReport]:
    """The days of which a report with this choice was shown."""
    return session.exec(select(ShownReport).where(ShownReport.task_id == task, ShownReport.chosen == chosen)).all()


def withdrawable(session: Session, table: Evidence, ids: str) -> Iterator[Any]:
    """The rows of one record."""
    yield from session.exec(select(table).where(table.id == ids))


def superseded(session: Session) -> set[str]:
    """The roll-outs in whose place another one stands."""
    return {slug for slug in session.exec(select(Rollout.supersedes)) if slug}


def task_slug(session: Session, task: int) -> str:
    """The slug of a task."""
    return session.exec(select(Task.slug).where(Task.id == task)).one()


def tasks_by_slug(session: Session, slugs: Collection[str]) -> Sequence[Task]:
    """The tasks of these slugs that exist."""
    return session.exec(select(Task).where(col(Task.slug).in_(list(slugs)))).all()


def live_markdown(session: Session, slug: str) -> str | None:
    """The live text of an aid; None where it has none."""
    on = and_(col(Revision.aid_id) == Aid.id, col(Revision.number) == Aid.live)
    return session.exec(select(Revision.markdown).join(Aid, on).where(Aid.slug == slug)).first()


def aid_numbers(session: Session, slugs: Collection[str]) -> set[int]:
    """The numbers of these aids, by the address they have or had."""
    now = session.exec(select(Aid.id).where(col(Aid.slug).in_(list(slugs))))
    before = session.exec(select(Redirect.aid_id).where(col(Redirect.slug).in_(list(slugs))))
    return {number for number in (*now, *before) if number is not None}


def count_with_evidence(session: Session, task: int, day: int, known_at: datetime) -> int:
    """Of how many persons there is competency evidence that counts."""
    table = CompetencyEvidence
    persons = select(func.count(func.distinct(table.person)))
    return session.exec(persons.where(stands(table, task, day, known_at), col(table.counts))).one()


def tasks_by_title(session: Session) -> Sequence[Task]:
    """All tasks that somebody defined."""
    return session.exec(select(Task).where(col(Task.confirmed)).order_by(Task.title)).all()


def steps_of(session: Session, task: int) -> list[str]:
    """The steps of the aid of a task that has the most of them, as a checklist."""
    statement = (
        select(Revision.steps)
        .join(Aid, and_(col(Revision.aid_id) == Aid.id, col(Revision.number) == Aid.live))
        .join(AidTask, col(AidTask.aid_id) == Aid.id)
        .where(AidTask.task_id == task, col(Revision.kind).in_(("procedure", "checklist")))
        .order_by(Aid.slug)
    )
    found = [list(steps) for (steps,) in session.execute(statement)]
    return max(found, key=len, default=[])


def names(session: Session, persons: Collection[str] | None) -> Sequence[tuple[str, str]]:
    """Ids and names of these persons (None: of the first 500 of all) who are here."""
    statement = select(Person.id, Person.name).where(col(Person.gone_at).is_(None)).order_by(Person.name).limit(500)
    if persons is not None:
        statement = statement.where(col(Person.id).in_(sorted(persons)))
    return [(one, name) for one, name in session.exec(statement)]


def last_thresholds(session: Session, action: str) -> str | None:
    """The thresholds as the audit has them last."""
    statement = select(AuditEntry.detail).where(AuditEntry.action == action).order_by(col(AuditEntry.id).desc())
    return session.exec(statement.limit(1)).first()
