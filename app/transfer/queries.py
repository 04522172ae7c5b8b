"""The SELECTs about evidence and roll-outs, but for those of a report (`report_queries`)."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from app.aids.models import Aid, AidTask, Redirect, Revision
from app.people.models import AuditEntry, Person
from app.transfer.models import ActivityMapping, CompetencyEvidence, MasteryRecord, MeasurePoint, Rollout, RolloutUnit
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


def units(session: Session, rollout_id: int) -> Sequence[Any]:
    """(kind, name, arm, begins_on) of the groups and persons of a roll-out: they may be 20,000."""
    unit = RolloutUnit
    columns: Any = (unit.kind, unit.name, unit.arm, unit.begins_on)
    statement = select(*columns).where(unit.rollout_id == rollout_id)
    return list(session.exec(statement.order_by(col(unit.begins_on), unit.arm, unit.name)))


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


def measure_points(session: Session, ids: Collection[str]) -> dict[str, MeasurePoint]:
    """The points of these ids."""
    return {one.id: one for one in session.exec(select(MeasurePoint).where(col(MeasurePoint.id).in_(list(ids))))}


def measured(session: Session, task: int, day: int, known: datetime | None) -> Sequence[MeasurePoint]:
    """What was counted of a task up to a day, as far as it was known then, in order of time."""
    statement = select(MeasurePoint).where(MeasurePoint.task_id == task, MeasurePoint.day <= day)
    if known is not None:
        statement = statement.where(MeasurePoint.recorded_at <= known)
    return session.exec(statement.order_by(MeasurePoint.measure, col(MeasurePoint.day), MeasurePoint.group)).all()


def seen_by(session: Session, actors: Collection[str], start: int, limit: int) -> Sequence[Any]:
    """(evidence, the task's title and slug, the person's name) that these recorded or saw, the newest first."""
    table = CompetencyEvidence
    columns: Any = (table, Task.title, Task.slug, Person.name)
    statement = (
        select(*columns)
        .join(Task, col(Task.id) == table.task_id)
        .join(Person, col(Person.id) == table.person, isouter=True)
        .where(or_(col(table.recorded_by).in_(sorted(actors)), col(table.observer).in_(sorted(actors))))
        .order_by(col(table.at).desc(), table.id)
    )
    return list(session.exec(statement.offset(start).limit(limit)))


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
