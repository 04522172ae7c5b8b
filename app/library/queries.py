"""Every SELECT about what was imported."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from app.aids.models import Aid, Attachment, LibraryFile, Revision


@dataclass(frozen=True)
class Known:
    """What is stored of a file: its aid, and the revision that its last import made."""

    aid_id: int
    live: int | None
    state: str
    digest: str
    images: frozenset[str]


def known(session: Session) -> dict[str, Known]:
    """By path, the newest imported revision of every aid."""
    newest = (
        select(Revision.aid_id, func.max(Revision.number).label("number"))
        .where(Revision.origin == "library")
        .group_by(col(Revision.aid_id))
        .subquery()
    )
    statement = (
        select_columns(
            col(Aid.path), col(Aid.id), col(Aid.live), col(Revision.state), col(Revision.digest), col(Revision.images)
        )
        .join(newest, newest.c.aid_id == Aid.id)
        .join(Revision, and_(col(Revision.aid_id) == newest.c.aid_id, col(Revision.number) == newest.c.number))
    )
    rows = session.execute(statement).all()
    return {row[0]: Known(row[1], row[2], row[3], row[4], frozenset(row[5].values())) for row in rows}


def slugs(session: Session) -> dict[str, str]:
    """The path of every aid by its slug."""
    return dict(session.exec(select(Aid.slug, Aid.path)).all())


def texts(session: Session, after: int, limit: int) -> Sequence[tuple[int, str, str]]:
    """Aid, path and text by the aid's number, from behind `after`: the live revision, or else the newest."""
    newest = select(func.max(Revision.number)).where(Revision.aid_id == Aid.id).correlate(Aid).scalar_subquery()
    number = func.coalesce(col(Aid.live), newest)
    statement = (
        select(Aid.id, Aid.path, Revision.markdown)
        .join(Revision, and_(col(Revision.aid_id) == col(Aid.id), col(Revision.number) == number))
        .where(col(Aid.id) > after)
        .order_by(col(Aid.id))
        .limit(limit)
    )
    return [(aid_id or 0, path, markdown) for aid_id, path, markdown in session.exec(statement)]


def files(session: Session) -> list[tuple[str, str]]:
    """Path and digest of the images and task lists of the library."""
    return [(path, name) for path, name in session.exec(select(LibraryFile.path, LibraryFile.digest))]


def content(session: Session, digest: str) -> bytes:
    """The bytes with this digest."""
    return session.exec(select(Attachment.content).where(Attachment.digest == digest)).one()
