"""Every statement about use events."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, update
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.usage.models import UseEvent

TYPING_LASTS = timedelta(seconds=30)
COLUMNS = tuple(UseEvent.__table__.columns.keys())  # type: ignore[attr-defined]
ROWS_A_STATEMENT = 400
ROWS_AT_ONCE = 2_000


def store(session: Session, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Add these events, collapse typing, and return the ids that were new.

    An event that is there already is completed: the page that the server answered adds its tab and its time.
    """
    unique: dict[UUID, dict[str, Any]] = {}
    for row in rows:
        _complete_row(unique.setdefault(row["id"], {name: row.get(name) for name in COLUMNS}), row)
    new: set[UUID] = set()
    ordered = sorted(unique.values(), key=lambda row: row["at"])
    for start in range(0, len(ordered), ROWS_A_STATEMENT):
        new |= _insert(session, ordered[start : start + ROWS_A_STATEMENT])
    _complete(session, [row for row in ordered if row["id"] not in new])
    for row in ordered:
        if row["type"] == "search":
            _collapse(session, row)
    return new


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(UseEvent).on_conflict_do_nothing().returning(UseEvent.id)
    return set(session.execute(statement, list(rows)).scalars())


def _complete_row(known: dict[str, Any], row: dict[str, Any]) -> None:
    """What `_complete` does to a stored event, to one that comes in the same commit."""
    nobodys = known["tab"] is None and known["person"] is None
    hers = known["person"] is not None and known["person"] == row.get("person")
    if known["ms"] is None and (nobodys or hers) and (row.get("tab") or row.get("person")):
        known["tab"], known["ms"] = row.get("tab"), row.get("ms")


def _complete(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    wanted = [
        {"event": row["id"], "who": row["person"], "its_tab": row["tab"], "its_ms": row["ms"]}
        for row in rows
        if row["tab"] or row["person"]
    ]
    if wanted:
        table = UseEvent.__table__  # type: ignore[attr-defined]
        nobodys = and_(table.c.tab.is_(None), table.c.person.is_(None))
        mine = or_(nobodys, table.c.person == bindparam("who"))
        complete = update(table).where(table.c.id == bindparam("event"), table.c.ms.is_(None), mine)
        session.connection().execute(complete.values(tab=bindparam("its_tab"), ms=bindparam("its_ms")), wanted)


def _collapse(session: Session, row: dict[str, Any]) -> None:
    """A search that extends or shortens the reader's last one within 30 s, with nothing opened between, is the same."""
    if not (row["person"] or row["tab"]):
        return
    who = col(UseEvent.person) == row["person"] if row["person"] else col(UseEvent.tab) == row["tab"]
    before = session.exec(
        select(UseEvent.id, UseEvent.query)
        .where(UseEvent.type == "search", who, col(UseEvent.settled_by).is_(None), UseEvent.id != row["id"])
        .where(col(UseEvent.at) <= row["at"], col(UseEvent.at) >= row["at"] - TYPING_LASTS)
        .order_by(col(UseEvent.at).desc())
        .limit(1)
    ).first()
    if before is None or not _same_typing(before[1] or "", row["query"] or ""):
        return
    if session.exec(select(UseEvent.id).where(UseEvent.search_id == before[0]).limit(1)).first() is None:
        session.execute(update(UseEvent).where(col(UseEvent.id) == before[0]).values(settled_by=row["id"]))


def _same_typing(before: str, after: str) -> bool:
    one, other = " ".join(before.lower().split()), " ".join(after.lower().split())
    return one.startswith(other) or other.startswith(one)


def between(session: Session, start: datetime, end: datetime) -> Iterator[UseEvent]:
    """The events of a period by time, without the typing that later settled."""
    statement = (
        select(UseEvent)
        .where(col(UseEvent.at) >= start, col(UseEvent.at) < end)
        .where(or_(col(UseEvent.type) != "search", col(UseEvent.settled_by).is_(None)))
        .order_by(col(UseEvent.at))
    )
    yield from session.exec(statement.execution_options(yield_per=5_000))


def written(session: Session, kind: str, start: datetime, end: datetime, limit: int) -> Sequence[UseEvent]:
    """The newest events of this type in a period that say something in words: questions, remarks."""
    statement = (
        select(UseEvent)
        .where(UseEvent.type == kind, col(UseEvent.text).is_not(None))
        .where(col(UseEvent.at) >= start, col(UseEvent.at) < end)
        .order_by(col(UseEvent.at).desc())
        .limit(limit)
    )
    return session.exec(statement).all()


def popular(session: Session, app: str, since: datetime, least: int, limit: int) -> list[str]:
    """The aids that most readers opened in this application; fewer than `least` readers do not count."""
    who = func.count(func.distinct(func.coalesce(col(UseEvent.person), col(UseEvent.tab))))
    statement = (
        select(UseEvent.slug)
        .where(UseEvent.type == "open", col(UseEvent.at) >= since, UseEvent.app == app)
        .group_by(col(UseEvent.slug))
        .having(who >= least)
        .order_by(who.desc(), col(UseEvent.slug))
        .limit(limit)
    )
    return [slug for slug in session.exec(statement) if slug]


# For learning

READER = func.coalesce(col(UseEvent.person), col(UseEvent.tab))


class Step(NamedTuple):
    """A reader searched (no slug), opened an aid from a search with these words, or said what came of it."""

    at: datetime
    type: str
    slug: str | None
    outcome: str | None
    words: str | None


def slugs_used(session: Session, since: datetime) -> set[str]:
    """The aids that somebody opened or judged since then."""
    statement = select(UseEvent.slug).where(col(UseEvent.type).in_(("open", "outcome")), col(UseEvent.at) >= since)
    return {slug for slug in session.exec(statement.distinct()) if slug}


def journeys(session: Session, slugs: Collection[str] | None, since: datetime) -> Iterator[tuple[str, Iterator[Step]]]:
    """What each reader did, oldest first: those who opened one of these aids, or all; read as it is asked for."""
    searched = aliased(UseEvent)
    from_hers = or_(col(searched.person) == UseEvent.person, col(searched.tab) == UseEvent.tab)
    statement = (
        select_columns(READER, *map(col, (UseEvent.at, UseEvent.type, UseEvent.slug, UseEvent.outcome, searched.query)))
        .join(searched, and_(col(searched.id) == UseEvent.search_id, from_hers), isouter=True)
        .where(col(UseEvent.type).in_(("search", "open", "outcome")), col(UseEvent.at) >= since, READER.is_not(None))
        .order_by(READER, col(UseEvent.at), col(UseEvent.id))
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    if slugs is not None:
        opened = (UseEvent.type == "open", col(UseEvent.slug).in_(slugs), col(UseEvent.at) >= since)
        persons = select(UseEvent.person).where(*opened, col(UseEvent.person).is_not(None))
        tabs = select(UseEvent.tab).where(*opened, col(UseEvent.person).is_(None))
        nobody = and_(col(UseEvent.person).is_(None), col(UseEvent.tab).in_(tabs))
        statement = statement.where(or_(col(UseEvent.person).in_(persons), nobody))
    rows = session.execute(statement)
    for reader, hers in groupby(rows, key=itemgetter(0)):
        yield reader, (Step(*row[1:]) for row in hers)
