"""Every SELECT of the checks: texts, what there is to link to, what leads nowhere."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import Text as TextType
from sqlalchemy import and_, cast, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from app.aids.models import Aid, Revision
from app.aids.queries import LIVE
from app.improvement.links import Fault, Text
from app.improvement.models import ExternalLink, Finding
from app.work.models import Task

PORTION = 200
_TEXT = (Aid.id, Aid.slug, Aid.path, Revision.markdown, Revision.sections, Revision.tasks, Revision.images)
TEXT = tuple(map(col, _TEXT))


def texts(session: Session) -> Iterator[list[Text]]:
    """Every live text, in portions."""
    last = 0
    while True:
        live = select_columns(*TEXT).join(Revision, LIVE).where(col(Aid.id) > last)
        rows = session.execute(live.order_by(col(Aid.id)).limit(PORTION)).all()
        if not rows:
            return
        yield [Text(*row) for row in rows]
        last = rows[-1][0]


def texts_about(session: Session, aid_ids: Collection[int]) -> list[Text]:
    """The live texts of these aids, and those that lead to one of them."""
    slugs = session.exec(select(Aid.slug).where(col(Aid.id).in_(aid_ids))).all()
    sections = cast(col(Revision.sections), TextType)
    leading = [sections.contains(f"/aids/{quote(slug)}", autoescape=True) for slug in slugs]
    live = select_columns(*TEXT).join(Revision, LIVE).where(or_(col(Aid.id).in_(aid_ids), *leading))
    return [Text(*row) for row in session.execute(live)]


def sections_of(session: Session, slug: str) -> list[dict[str, Any]]:
    """The rendered parts of the live aid at this address."""
    return list(session.exec(select(Revision.sections).join(Aid, LIVE).where(Aid.slug == slug)).first() or ())


def live_slugs(session: Session) -> set[str]:
    """The address of every live aid."""
    return set(session.exec(select(Aid.slug).where(col(Aid.live).is_not(None))))


def task_slugs(session: Session) -> dict[str, bool]:
    """Every task, and whether somebody defined it."""
    return dict(session.exec(select(Task.slug, Task.confirmed)).all())


def dead_links(session: Session) -> dict[str, str]:
    """The addresses elsewhere that lead nowhere, with the reason."""
    found = select(ExternalLink.url, ExternalLink.fault).where(col(ExternalLink.fault).is_not(None))
    return {url: fault or "" for url, fault in session.exec(found)}


def external_known(session: Session) -> Sequence[str]:
    """The digest of every address elsewhere that is asked from time to time."""
    return session.exec(select(ExternalLink.digest)).all()


def external_due(session: Session, before: datetime, limit: int) -> Sequence[ExternalLink]:
    """The addresses elsewhere that were asked longest ago."""
    asked = col(ExternalLink.checked_at)
    due = select(ExternalLink).where(or_(asked.is_(None), asked < before))
    return session.exec(due.order_by(asked.is_not(None), asked).limit(limit)).all()


@dataclass(frozen=True)
class Broken:
    """A live aid, and how many things in it lead nowhere."""

    aid_id: int
    slug: str
    title: str
    owner: str | None
    count: int


# A task is defined without any change to the aids that name it.
STILL_WRONG = ~and_(
    col(Finding.kind) == Fault.TASK,
    select(Task.id).where(Task.slug == Finding.target, col(Task.confirmed)).correlate(Finding).exists(),
)


def broken_aids(session: Session) -> list[Broken]:
    """The live aids in which something leads nowhere, by address."""
    columns = tuple(map(col, (Aid.id, Aid.slug, Revision.title, Revision.owner)))
    statement = (
        select_columns(*columns, func.count())
        .join(Revision, LIVE)
        .join(Finding, col(Finding.aid_id) == col(Aid.id))
        .where(STILL_WRONG)
        .group_by(*columns)
        .order_by(col(Aid.slug))
    )
    return [Broken(*row) for row in session.execute(statement)]


def findings(session: Session, aid_ids: Collection[int]) -> dict[int, list[Finding]]:
    """What leads nowhere in each of these aids, by line."""
    found: dict[int, list[Finding]] = {}
    statement = select(Finding).where(col(Finding.aid_id).in_(aid_ids), STILL_WRONG)
    for one in session.exec(statement.order_by(col(Finding.line), col(Finding.id))):
        found.setdefault(one.aid_id, []).append(one)
    return found
