"""Events are kept for some time, then only how many there were a day.

A day is an organisation's own. Its totals are written and its events deleted in one transaction, so what is counted is
in one of the two, never in both and never in none.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, and_, case, delete, func, or_
from sqlmodel import Session, col, select

from app.db import reading, writing
from app.settings import Settings
from app.usage.models import UseEvent, UseTotal

EMPTY = "empty"


@dataclass(frozen=True)
class Forgetting:
    """The chore: day by day from the oldest, what is older than the setting says becomes totals."""

    engine: Engine
    settings: Settings

    def __call__(self, now: datetime) -> int:
        """Returns how many events went."""
        zone, gone = self.settings.zone, 0
        before = first_kept(now, self.settings)
        while (oldest := self._oldest()) is not None and (day := oldest.astimezone(zone).date()) < before:
            with writing(self.engine) as session:
                gone += forget(session, day, zone)
        return gone

    def _oldest(self) -> datetime | None:
        with reading(self.engine) as session:
            types = select(UseEvent.type).distinct()
            first = [_first_of(session, kind) for kind in session.exec(types)]
        return min((one for one in first if one is not None), default=None)


def first_kept(now: datetime, settings: Settings) -> date:
    """The first day of which events are kept."""
    return now.astimezone(settings.zone).date() - timedelta(days=settings.event_days)


def _first_of(session: Session, kind: str) -> datetime | None:
    return session.exec(select(func.min(UseEvent.at)).where(UseEvent.type == kind)).one()


def forget(session: Session, day: date, zone: ZoneInfo) -> int:
    """Turn the events of a day into totals, added to those that are there; returns how many events went."""
    start, end = (datetime.combine(one, time.min, zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    of_day = and_(col(UseEvent.at) >= start, col(UseEvent.at) < end)
    for what, count in _counted(session, of_day).items():
        total = session.get(UseTotal, (day, what)) or UseTotal(day=day, what=what, count=0)
        total.count += count
        session.add(total)
    return int(session.execute(delete(UseEvent).where(of_day)).rowcount)  # type: ignore[attr-defined]


def _counted(session: Session, of_day: Any) -> Counter[str]:
    settled = or_(col(UseEvent.type) != "search", col(UseEvent.settled_by).is_(None))
    found = func.sum(case((func.coalesce(UseEvent.results, 0) == 0, 1), else_=0))
    rows = session.execute(select(UseEvent.type, func.count(), found).where(of_day, settled).group_by(UseEvent.type))
    counted: Counter[str] = Counter()
    for kind, count, without in rows:
        counted[kind] += count
        if kind == "search":
            counted[EMPTY] += without
    return +counted


def between(session: Session, start: date, end: date) -> Sequence[UseTotal]:
    """The totals of the days from `start` to `end`, both counted."""
    return session.exec(select(UseTotal).where(UseTotal.day >= start, UseTotal.day <= end)).all()
