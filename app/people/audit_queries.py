"""Every SELECT about the audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app.people.models import AuditEntry


@dataclass(frozen=True)
class Wanted:
    """Which lines: parts of the words, and whole days from `since` to `until`."""

    actor: str = ""
    action: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None

    def __str__(self) -> str:
        """For the audit, which also says what was looked up in it."""
        given = {name: value for name, value in vars(self).items() if value}
        return ", ".join(f"{name} {value}" for name, value in given.items())

    def span(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """From when until before when."""
        since = datetime.combine(self.since, time(), zone) if self.since else None
        until = datetime.combine(self.until + timedelta(days=1), time(), zone) if self.until else None
        return since, until


def lines(
    session: Session,
    wanted: Wanted,
    span: tuple[datetime | None, datetime | None],
    before: int | None = None,
    limit: int | None = None,
) -> list[AuditEntry]:
    """The lines that fit, newest first, older than the line `before`."""
    since, until = span
    statement = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(AuditEntry.id) < before)
    if since is not None:
        statement = statement.where(col(AuditEntry.at) >= since)
    if until is not None:
        statement = statement.where(col(AuditEntry.at) < until)
    if wanted.actor:
        statement = statement.where(col(AuditEntry.actor).icontains(wanted.actor, autoescape=True))
    if wanted.action:
        statement = statement.where(AuditEntry.action == wanted.action)
    if wanted.text:
        found = [
            col(column).icontains(wanted.text, autoescape=True) for column in (AuditEntry.subject, AuditEntry.detail)
        ]
        statement = statement.where(or_(*found))
    return list(session.exec(statement))


def actions(session: Session) -> Sequence[str]:
    """Every action that occurs, by name."""
    return session.exec(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()


def about(session: Session, person: str) -> Sequence[AuditEntry]:
    """The lines that somebody caused or that name her, newest first."""
    hers = or_(col(AuditEntry.actor) == person, col(AuditEntry.subject) == person)
    return session.exec(select(AuditEntry).where(hers).order_by(col(AuditEntry.id).desc())).all()
