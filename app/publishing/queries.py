"""Every SELECT of review and suggestions."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_
from sqlmodel import Session, col, select

from app.aids.models import Aid, Revision
from app.publishing.models import Comment, Schedule, Step, Suggestion

MOST_OWNERS = 300


class Shelf(StrEnum):
    """Where an aid stands; `live`, `overdue` and `retired` say what readers have, the others what is worked on."""

    DRAFT = "draft"
    REVIEW = "review"
    RETURNED = "returned"
    APPROVED = "approved"
    LIVE = "live"
    OVERDUE = "overdue"
    RETIRED = "retired"


class Row(NamedTuple):
    """An aid in the list of the studio, with the revision that is worked on."""

    slug: str
    title: str
    kind: str
    owner: str | None
    state: str
    number: int
    live: int | None
    review_due: date | None
    author: str


# The revision that is worked on


def _current() -> Subquery:
    """For each aid the number of the revision that waits for review or its date, or else of the newest."""
    waits = case((col(Revision.state).in_(("review", "approved")), col(Revision.number)))
    number = func.coalesce(func.max(waits), func.max(Revision.number)).label("number")
    return select(col(Revision.aid_id).label("aid_id"), number).group_by(col(Revision.aid_id)).subquery()


def current(session: Session, aid_id: int) -> Revision | None:
    """The revision of an aid that waits for review or its date, or else the newest."""
    waits = col(Revision.state).in_(("review", "approved"))
    statement = select(Revision).where(Revision.aid_id == aid_id).order_by(waits.desc(), col(Revision.number).desc())
    return session.exec(statement).first()


def waiting(session: Session, aid_id: int) -> Sequence[Revision]:
    """The revisions of an aid that wait for review or their date."""
    waits = col(Revision.state).in_(("review", "approved"))
    return session.exec(select(Revision).where(Revision.aid_id == aid_id, waits)).all()


def in_review(session: Session, limit: int) -> list[tuple[str, int, str]]:
    """Address, revision and title of the texts that wait for somebody to approve them, the longest waiting first."""
    statement = select(Aid.slug, Revision.number, Revision.title).join(Revision, col(Revision.aid_id) == col(Aid.id))
    statement = statement.where(Revision.state == "review").order_by(col(Revision.created_at)).limit(limit)
    return [(slug, number, title) for slug, number, title in session.exec(statement)]


# The list


def _on(shelf: Shelf, today: date) -> ColumnElement[bool]:
    live, state = col(Aid.live), col(Revision.state)
    if shelf == Shelf.LIVE:
        return live.is_not(None)
    if shelf == Shelf.OVERDUE:
        return and_(live.is_not(None), col(Aid.review_due) < today)
    if shelf == Shelf.RETIRED:
        return and_(live.is_(None), state == "past")
    return state == shelf.value


def _listed(words: str, owner: str) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if words:
        found = [col(Revision.title), col(Aid.slug)]
        wanted.append(or_(*(one.icontains(words, autoescape=True) for one in found)))
    if owner:
        wanted.append(col(Revision.owner) == owner)
    return wanted


def _joined(statement: Any) -> Any:
    now = _current()
    return (
        statement.select_from(Aid)
        .join(now, now.c.aid_id == col(Aid.id))
        .join(Revision, and_(col(Revision.aid_id) == col(Aid.id), col(Revision.number) == now.c.number))
    )


def counts(session: Session, words: str, owner: str, today: date) -> dict[Shelf | None, int]:
    """How many aids stand where, and (None) how many there are, in one statement."""
    numbers = [func.count().filter(_on(shelf, today)) for shelf in Shelf]
    row = session.exec(_joined(select(func.count(), *numbers)).where(*_listed(words, owner))).one()
    return dict(zip((None, *Shelf), row, strict=True))


def page(
    session: Session, shelf: Shelf | None, words: str, owner: str, today: date, after: str, limit: int
) -> list[Row]:
    """Aids by slug from behind `after`."""
    chosen = [_on(shelf, today)] if shelf else []
    columns = (
        Aid.slug, Revision.title, Revision.kind, Revision.owner, Revision.state, Revision.number, Aid.live,
        Aid.review_due, Revision.author,
    )  # fmt: skip
    statement = _joined(select(*columns)).where(*chosen, *_listed(words, owner), col(Aid.slug) > after)  # type: ignore[call-overload]
    return [Row(*row) for row in session.exec(statement.order_by(col(Aid.slug)).limit(limit))]


def owners(session: Session) -> Sequence[str]:
    """Everybody who owns an aid."""
    statement = _joined(select(Revision.owner)).where(col(Revision.owner).is_not(None)).distinct()
    found: Sequence[str] = session.exec(statement.order_by(col(Revision.owner)).limit(MOST_OWNERS)).all()
    return found


# One aid


def steps(session: Session, aid_id: int) -> list[tuple[int, Step]]:
    """What happened to the revisions of an aid, with their numbers, in order."""
    statement = (
        select(Revision.number, Step)
        .join(Revision, col(Revision.id) == Step.revision_id)
        .where(Revision.aid_id == aid_id)
        .order_by(col(Step.id))
    )
    return [(number, step) for number, step in session.exec(statement)]


def comments(session: Session, aid_id: int, since: int) -> Sequence[Comment]:
    """The comments on revisions of an aid from number `since`, in order."""
    statement = select(Comment).where(Comment.aid_id == aid_id, Comment.number >= since).order_by(col(Comment.id))
    return session.exec(statement).all()


def comments_by(session: Session, actor: str) -> Sequence[Comment]:
    """What a person said about drafts."""
    return session.exec(select(Comment).where(Comment.actor == actor).order_by(col(Comment.id))).all()


def live_before(session: Session, aid_id: int, number: int) -> Revision | None:
    """The last text before revision `number` that readers had."""
    had = (Revision.aid_id == aid_id, col(Revision.number) < number, Revision.state == "past")
    return session.exec(select(Revision).where(*had).order_by(col(Revision.number).desc())).first()


def schedules(session: Session, aid_id: int) -> dict[str, Schedule]:
    """What is to happen to an aid, by action."""
    return {one.action: one for one in session.exec(select(Schedule).where(Schedule.aid_id == aid_id))}


def due(session: Session, today: date) -> Sequence[tuple[int, str]]:
    """Which aids something is to happen to by now; what publishes comes before what retires."""
    statement = select(Schedule.aid_id, Schedule.action).where(Schedule.on_day <= today)
    return session.exec(statement.order_by(col(Schedule.on_day), col(Schedule.action))).all()


def several(session: Session, slugs: Sequence[str]) -> list[tuple[Aid, Revision]]:
    """These aids by slug, with the revision that is worked on."""
    rows = session.exec(_joined(select(Aid, Revision)).where(col(Aid.slug).in_(slugs)).order_by(col(Aid.slug)))
    return [(aid, revision) for aid, revision in rows]


# Suggestions


def suggestions(
    session: Session, is_open: bool, before: int, limit: int
) -> list[tuple[Suggestion, str | None, str | None]]:
    """Suggestions, newest first from before number `before`, with slug and title of their aid."""
    state = col(Suggestion.state) == "open" if is_open else col(Suggestion.state) != "open"
    statement = _with_aid().where(state)
    if before:
        statement = statement.where(col(Suggestion.id) < before)
    rows = session.exec(statement.order_by(col(Suggestion.id).desc()).limit(limit))
    return [(one, slug, title) for one, slug, title in rows]


def _with_aid() -> Any:
    number = select(func.max(Revision.number)).where(Revision.aid_id == Aid.id).correlate(Aid).scalar_subquery()
    shown = func.coalesce(col(Aid.live), number)
    return (
        select(Suggestion, Aid.slug, Revision.title)
        .join(Aid, col(Aid.id) == Suggestion.aid_id, isouter=True)
        .join(Revision, and_(col(Revision.aid_id) == col(Aid.id), col(Revision.number) == shown), isouter=True)
    )


def suggested_by(session: Session, actor: str) -> list[tuple[Suggestion, str | None, str | None]]:
    """What a person suggested, newest first, with slug and title of the aid."""
    rows = session.exec(_with_aid().where(Suggestion.actor == actor).order_by(col(Suggestion.id).desc()))
    return [(one, slug, title) for one, slug, title in rows]


def thanked(session: Session, actor: str, name: str) -> Sequence[Revision]:
    """The revisions that thank a person by name for what she suggested."""
    same = and_(col(Revision.aid_id) == col(Suggestion.aid_id), col(Revision.number) >= col(Suggestion.adopted_as))
    statement = select(Revision).join(Suggestion, same).where(Suggestion.actor == actor)
    return session.exec(statement.where(Revision.contributor == name)).all()


def unseen(session: Session, actor: str) -> Sequence[Suggestion]:
    """Answers that a person has not seen."""
    answered = (Suggestion.actor == actor, Suggestion.state != "open", col(Suggestion.seen_at).is_(None))
    return session.exec(select(Suggestion).where(*answered)).all()


def count_unseen(session: Session, actor: str) -> int:
    """How many answers a person has not seen."""
    answered = (Suggestion.actor == actor, Suggestion.state != "open", col(Suggestion.seen_at).is_(None))
    return session.exec(select(func.count()).select_from(Suggestion).where(*answered)).one()
