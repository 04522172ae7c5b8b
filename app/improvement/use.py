"""Every SELECT of upkeep that looks at use events. Each is bounded: a type, and the last 90 days, by their index."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from app.improvement.models import Question, State
from app.usage.models import UseEvent
from app.usage.queries import READER

MOST_FAILED = 50_000
Asked = tuple[UseEvent, Question | None]


def openers(session: Session, since: datetime) -> dict[str, int]:
    """How many different readers opened each aid, by the address it had then."""
    statement = (
        select_columns(col(UseEvent.slug), func.count(READER.distinct()))
        .where(col(UseEvent.type) == "open", col(UseEvent.at) >= since)
        .group_by(col(UseEvent.slug))
    )
    return {slug: count for slug, count in session.execute(statement) if slug}


def busy(session: Session, tasks: Collection[str], since: datetime) -> dict[str, int]:
    """How many different readers searched while at each of these tasks."""
    statement = (
        select_columns(col(UseEvent.task), func.count(READER.distinct()))
        .where(col(UseEvent.type) == "search", col(UseEvent.at) >= since, col(UseEvent.task).in_(tasks))
        .group_by(col(UseEvent.task))
    )
    return {task: count for task, count in session.execute(statement) if task}


@dataclass(frozen=True)
class Failed:
    """A reader searched for this, settled on it, and nothing was found."""

    query: str
    reader: str
    task: str | None


def failed(session: Session, since: datetime) -> list[Failed]:
    """The settled searches that found nothing, each once for a reader; readers who cannot be told apart left out."""
    statement = (
        select_columns(col(UseEvent.query), READER, col(UseEvent.task))
        .where(col(UseEvent.type) == "search", col(UseEvent.at) >= since, col(UseEvent.results) == 0)
        .where(col(UseEvent.settled_by).is_(None), col(UseEvent.query).is_not(None), READER.is_not(None))
        .distinct()
        .limit(MOST_FAILED)
    )
    return [Failed(query, reader, task) for query, reader, task in session.execute(statement)]


@dataclass(frozen=True)
class Said:
    """What a reader said of a revision, perhaps at one of its sections."""

    slug: str
    reader: str
    stuck: bool
    revision: int | None
    section: str | None


def said(session: Session, since: datetime) -> list[Said]:
    """What readers said of aids, oldest first."""
    columns = map(col, (UseEvent.slug, UseEvent.outcome, UseEvent.revision, UseEvent.section))
    statement = (
        select_columns(READER, *columns)
        .where(col(UseEvent.type) == "outcome", col(UseEvent.at) >= since)
        .where(READER.is_not(None), col(UseEvent.slug).is_not(None))
        .order_by(col(UseEvent.at))
    )
    rows = session.execute(statement)
    return [Said(slug, reader, outcome == "stuck", number, part) for reader, slug, outcome, number, part in rows]


def last_steps(session: Session, slugs: Collection[str], since: datetime) -> dict[tuple[str, str], int]:
    """The furthest step that each reader ticked, by aid and reader."""
    statement = (
        select_columns(col(UseEvent.slug), READER, func.max(UseEvent.step))
        .where(col(UseEvent.slug).in_(slugs), col(UseEvent.at) >= since)
        .where(col(UseEvent.type) == "step", READER.is_not(None))
        .group_by(col(UseEvent.slug), READER)
    )
    return {(slug, reader): step for slug, reader, step in session.execute(statement) if step}


# Questions


def questions(session: Session, since: datetime, state: str | None, limit: int) -> list[Asked]:
    """The questions that readers put since then, newest first, with what became of each."""
    asked = (
        select(UseEvent, Question)
        .join(Question, col(Question.id) == UseEvent.id, isouter=True)
        .where(UseEvent.type == "question", col(UseEvent.text).is_not(None), col(UseEvent.at) >= since)
    )
    if state == State.OPEN:
        asked = asked.where(or_(col(Question.state).is_(None), col(Question.state) == State.OPEN))
    elif state:
        asked = asked.where(Question.state == state)
    return [(event, life) for event, life in session.exec(asked.order_by(col(UseEvent.at).desc()).limit(limit))]


def question(session: Session, number: UUID) -> UseEvent | None:
    """The question with this number."""
    found = session.get(UseEvent, number)
    return found if found is not None and found.type == "question" and found.text else None


def asked_by(session: Session, pseudonym: str) -> list[Asked]:
    """What this reader asked, newest first, and what became of it; by her own index."""
    statement = (
        select(UseEvent, Question)
        .join(Question, col(Question.id) == UseEvent.id, isouter=True)
        .where(UseEvent.person == pseudonym, UseEvent.type == "question")
        .order_by(col(UseEvent.at).desc())
    )
    return [(event, life) for event, life in session.exec(statement)]
