"""What happens on a date: an approved revision goes live, an aid is taken away. Days are those of the time zone."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from app.aids import queries as aid_queries
from app.aids import service as aids
from app.aids.models import Aid
from app.db import reading, writing
from app.errors import AppError, Conflict, Invalid
from app.facts import Facts, Published, Retired
from app.people.service import record
from app.publishing import queries, review
from app.publishing.models import Schedule
from app.viewer import Right, Role, Viewer

log = structlog.get_logger(__name__)
CALENDAR = Viewer(role=Role.ADMIN, name="calendar", open_house=True)
LAST_YEAR = 2200


def later(day: date | None, today: date) -> date | None:
    """The day itself where it is to come; None for today.

    Raises:
        Invalid: it is over.
    """
    if day is None or day == today:
        return None
    if not today < day <= date(LAST_YEAR, 12, 31):
        raise Invalid(f"{day.isoformat()} is over or too far away. Choose today or a day to come.")
    return day


def retire_on(session: Session, at: datetime, viewer: Viewer, slug: str, day: date | None) -> None:
    """Take the aid away from readers at the beginning of `day`; None takes the plan back.

    Raises:
        Conflict: it is not live.
    """
    viewer.require(Right.PUBLISH)
    found = review.desk(session, viewer, slug)
    planned = session.get(Schedule, (found.aid.id, "retire"))
    if planned:
        session.delete(planned)
        session.flush()
    if day is None:
        record(session, at, viewer, "stays", slug)
        return
    if found.aid.live is None:
        raise Conflict("This aid is not live, so there is nothing to retire.")
    session.add(Schedule(aid_id=found.aid.id or 0, action="retire", on_day=day, actor=viewer.actor))
    record(session, at, viewer, "retires on a date", f"{slug} on {day.isoformat()}")


def turn(engine: Engine, zone: ZoneInfo, facts: Facts, wake: Callable[[], None], now: datetime) -> int:
    """Do what is due, each in a transaction of its own; returns how many. What is done twice is done once."""
    today = now.astimezone(zone).date()
    with reading(engine) as session:
        keys = queries.due(session, today)
    done = sum(_tried(engine, facts, now, today, aid_id, action) for aid_id, action in keys)
    if done:
        wake()
    return done


def _tried(engine: Engine, facts: Facts, now: datetime, today: date, aid_id: int, action: str) -> bool:
    try:
        with writing(engine) as session:
            fact = _carry_out(session, now, today, (aid_id, action))
    except AppError as error:
        log.warning("could not keep a date", aid=aid_id, action=action, reason=error.detail)
        return False
    if fact is not None:
        facts.state(fact)
    return fact is not None


def _carry_out(session: Session, now: datetime, today: date, key: tuple[int, str]) -> Published | Retired | None:
    planned = session.get(Schedule, key)
    aid = session.get(Aid, key[0])
    if planned is None or aid is None or planned.on_day > today:
        return None
    session.delete(planned)
    session.flush()
    if planned.action == "retire":
        if aid.live is None:
            return None
        review.retire(session, now, CALENDAR, aid.slug)
        return Retired(now, aid.slug, CALENDAR.actor)
    revision = aid_queries.revision(session, key[0], planned.number or 0)
    if revision is None or revision.state != "approved":
        return None
    aids.publish(session, now, CALENDAR, aid, revision)
    return Published(now, aid.slug, revision.number, CALENDAR.actor)
