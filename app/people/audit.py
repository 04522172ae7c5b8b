"""The audit: who did what to which thing. It is only ever added to; nothing that must be erasable goes into it.

So `subject` and `detail` hold ids, roles and the names of changed fields, never a person's name, e-mail or groups.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.errors import Invalid
from app.people import audit_queries as queries
from app.people.audit_queries import Wanted
from app.people.models import AuditEntry
from app.viewer import Right, Viewer

COLUMNS = ("id", "at", "actor", "action", "subject", "detail")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins so
MOST_DETAIL = 4_000


def record(session: Session, at: datetime, viewer: Viewer, action: str, subject: str, detail: str = "") -> None:
    """Add a line to the audit."""
    line = AuditEntry(
        at=at, actor=viewer.actor[:200], action=action, subject=subject[:400], detail=detail[:MOST_DETAIL]
    )
    session.add(line)


def search(
    session: Session, viewer: Viewer, wanted: Wanted, zone: ZoneInfo, cursor: str, limit: int
) -> list[AuditEntry]:
    """The lines that fit, newest first, from behind the cursor."""
    viewer.require(Right.AUDIT)
    return queries.lines(session, wanted, wanted.span(zone), _before(cursor), limit)


def actions(session: Session) -> Sequence[str]:
    """What was ever done, by name."""
    return queries.actions(session)


def looked_up(session: Session, at: datetime, viewer: Viewer, wanted: Wanted) -> None:
    """Put on record that somebody searched the audit."""
    record(session, at, viewer, "audit searched", "audit", str(wanted))


def export(session: Session, at: datetime, viewer: Viewer, wanted: Wanted, zone: ZoneInfo) -> Iterator[str]:
    """The lines that fit as CSV, newest first; that they were taken out is on record."""
    viewer.require(Right.AUDIT)
    record(session, at, viewer, "audit exported", "audit", str(wanted))
    return _csv(queries.lines(session, wanted, wanted.span(zone)))


def _csv(lines: Sequence[AuditEntry]) -> Iterator[str]:
    yield _line(COLUMNS)
    for one in lines:
        yield _line([str(one.id), one.at.isoformat(), one.actor, one.action, one.subject, one.detail])


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return text.getvalue()


def _before(cursor: str) -> int | None:
    if not cursor:
        return None
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 18:
        raise Invalid("This cursor is not one of ours. Take the one of the answer before.")
    return int(cursor)
