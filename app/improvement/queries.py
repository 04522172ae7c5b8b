"""Every SELECT of upkeep that looks at the library: reviews and owners, what questions and answers are about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from app.aids.models import Aid, AidTask, Revision
from app.aids.queries import LIVE
from app.aids.upkeep import AMENDED
from app.improvement.models import MailStop, PutOff
from app.people.models import Person
from app.work.models import Task

# Reviews and owners


@dataclass(frozen=True)
class Review:
    """A live aid and when it is to be checked."""

    aid_id: int
    slug: str
    title: str
    kind: str
    owner: str | None
    checked_on: date | None
    review_due: date | None


_REVIEW = (Aid.id, Aid.slug, Revision.title, Revision.kind, Revision.owner, Aid.checked_on, Aid.review_due)
REVIEW = tuple(map(col, _REVIEW))


def reviews(session: Session, before: date, limit: int, offset: int = 0) -> list[Review]:
    """The live aids that are to be checked before this day, the most urgent first."""
    due = select_columns(*REVIEW).join(Revision, LIVE).where(col(Aid.review_due) < before)
    rows = session.execute(due.order_by(col(Aid.review_due), col(Aid.slug)).limit(limit).offset(offset))
    return [Review(*row) for row in rows]


def overdue(session: Session, today: date) -> int:
    """How many live aids are past their review date."""
    past = select(func.count()).where(col(Aid.review_due) < today, col(Aid.live).is_not(None))
    return session.exec(past).one()


def owners(session: Session) -> dict[str, int]:
    """How many live aids each owner has; the empty name for those without one."""
    owner = func.coalesce(col(Revision.owner), "")
    statement = select_columns(owner, func.count()).select_from(Aid).join(Revision, LIVE).group_by(owner)
    return {row[0]: row[1] for row in session.execute(statement)}


def slugs_of(session: Session, names: Collection[str]) -> dict[str, list[str]]:
    """The addresses of the live aids of these owners."""
    statement = select(Revision.owner, Aid.slug).join(Aid, LIVE).where(col(Revision.owner).in_(names))
    found: dict[str, list[str]] = {}
    for owner, slug in session.exec(statement.order_by(Aid.slug)):
        found.setdefault(owner or "", []).append(slug)
    return found


def owned(session: Session, owner: str, limit: int) -> list[Review]:
    """The live aids of this owner, or of nobody."""
    hers = col(Revision.owner) == owner if owner else or_(col(Revision.owner).is_(None), col(Revision.owner) == "")
    statement = select_columns(*REVIEW).join(Revision, LIVE).where(hers).order_by(col(Aid.slug)).limit(limit)
    return [Review(*row) for row in session.execute(statement)]


def newest_of(session: Session, slugs: Collection[str]) -> list[tuple[Aid, Revision]]:
    """These aids, each with the revision that was made last."""
    newest = select(func.max(Revision.number)).where(Revision.aid_id == Aid.id).correlate(Aid).scalar_subquery()
    same = and_(col(Revision.aid_id) == col(Aid.id), col(Revision.number) == newest)
    rows = session.exec(select(Aid, Revision).join(Revision, same).where(col(Aid.slug).in_(slugs)).order_by(Aid.slug))
    return [(aid, revision) for aid, revision in rows]


def persons(session: Session) -> Sequence[Person]:
    """Everybody who is known here."""
    return session.exec(select(Person)).all()


def mail_stops(session: Session) -> set[str]:
    """The addresses that get no weekly mail."""
    return set(session.exec(select(MailStop.address)))


# The worklist


@dataclass(frozen=True)
class About:
    """A live aid that a question or an answer is about, with the tasks that it supports."""

    slug: str
    title: str
    owner: str | None
    steps: int
    tasks: list[Task]

    @property
    def criticality(self) -> int | None:
        """Of its most critical task."""
        return max((task.criticality for task in self.tasks if task.criticality), default=None)

    @property
    def coach(self) -> str | None:
        """Who coaches its task, or else keeps the aid."""
        return next((task.owner for task in self.tasks if task.owner), self.owner)


def about(session: Session, slugs: Collection[str]) -> dict[str, About]:
    """The live aids at these addresses."""
    columns = (Aid.slug, Revision.title, Revision.owner, Revision.steps)
    statement = (
        select_columns(*map(col, columns), Task)
        .join(Revision, LIVE)
        .join(AidTask, col(AidTask.aid_id) == col(Aid.id), isouter=True)
        .join(Task, col(Task.id) == AidTask.task_id, isouter=True)
        .where(col(Aid.slug).in_(slugs))
        .order_by(col(Task.criticality).desc())
    )
    found: dict[str, About] = {}
    for slug, title, owner, steps, task in session.execute(statement):
        one = found.setdefault(slug, About(slug, title, owner, len(steps), []))
        one.tasks.extend([task] if task else [])
    return found


def begun(session: Session, slugs: Collection[str]) -> dict[str, int]:
    """The revision with which the present text of each of these aids began: later ones changed keys only."""
    statement = (
        select_columns(col(Aid.slug), func.max(Revision.number))
        .join(Revision, and_(col(Revision.aid_id) == col(Aid.id), col(Revision.number) <= col(Aid.live)))
        .where(col(Aid.slug).in_(slugs), col(Revision.origin) != AMENDED)
        .group_by(col(Aid.slug))
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def tasks(session: Session, slugs: Collection[str]) -> dict[str, Task]:
    """The tasks of these slugs."""
    return {task.slug: task for task in session.exec(select(Task).where(col(Task.slug).in_(slugs)))}


def put_off(session: Session, now: datetime) -> dict[str, PutOff]:
    """The items that somebody wants to see later, by key."""
    return {one.key: one for one in session.exec(select(PutOff).where(col(PutOff.until) > now))}


def uncovered(session: Session, least: int, today: date) -> list[tuple[Task, int]]:
    """Tasks of at least this criticality without a live aid within its review date, and how many they have past it."""
    current = and_(col(Aid.live).is_not(None), or_(col(Aid.review_due).is_(None), col(Aid.review_due) >= today))
    statement = (
        select(Task, func.count(col(Aid.live)))
        .join(AidTask, col(AidTask.task_id) == Task.id, isouter=True)
        .join(Aid, col(Aid.id) == AidTask.aid_id, isouter=True)
        .where(col(Task.criticality) >= least)
        .group_by(col(Task.id))
        .having(func.count(col(Aid.id)).filter(current) == 0)
        .order_by(col(Task.criticality).desc(), Task.title)
    )
    return [(task, stale) for task, stale in session.exec(statement)]
