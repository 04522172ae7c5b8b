"""Every SELECT about what was imported."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlalchemy import select as select_columns
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from app.aids.models import Aid, AidTask, Attachment, LibraryFile, Revision
from app.library.models import ImportBatch, ImportDocument, LibraryText
from app.library.threeway import mark
from app.work.models import Task

LIVE = and_(col(Revision.aid_id) == col(Aid.id), col(Revision.number) == col(Aid.live))


@dataclass(frozen=True)
class Told:
    """A revision, as far as an import needs to know it; `mark` is that of its text with its images."""

    number: int
    state: str
    origin: str
    digest: str
    mark: str


@dataclass
class Known:
    """What is stored of a file: its aid and all its revisions, newest first."""

    aid_id: int
    live: int | None
    told: list[Told] = field(default_factory=list)

    @property
    def newest(self) -> Told:
        """The revision that was made last."""
        return self.told[0]

    @property
    def is_retired(self) -> bool:
        """Whether readers had it once and have it no more."""
        return self.live is None and any(one.state == "past" for one in self.told)

    @property
    def shown(self) -> Told:
        """The live revision, or where none is live the newest."""
        return next((one for one in self.told if one.number == self.live), self.newest)


def known(session: Session) -> dict[str, Known]:
    """By path, every aid that has a revision."""
    columns = (
        col(Aid.path), col(Aid.id), col(Aid.live), col(Revision.number), col(Revision.state), col(Revision.origin),
        col(Revision.digest), col(Revision.images),
    )  # fmt: skip
    statement = select_columns(*columns).join(Revision, col(Revision.aid_id) == col(Aid.id))
    found: dict[str, Known] = {}
    rows = session.execute(statement.order_by(col(Revision.number).desc()))
    for path, aid_id, live, number, state, origin, digest, images in rows:
        one = Told(number, state, origin, digest, mark(digest, images.values()))
        found.setdefault(path, Known(aid_id, live)).told.append(one)
    return found


def agreed(session: Session, folder: str) -> dict[str, LibraryText]:
    """What this folder and the server agreed on last, by path."""
    rows = session.exec(select(LibraryText).where(LibraryText.folder == folder)).all()
    return {row.path: row for row in rows}


def text(session: Session, aid_id: int, number: int) -> str:
    """The text of a revision."""
    statement = select(Revision.markdown).where(Revision.aid_id == aid_id, Revision.number == number)
    return session.exec(statement).one()


def slugs(session: Session) -> dict[str, str]:
    """The path of every aid by its slug."""
    return dict(session.exec(select(Aid.slug, Aid.path)).all())


def files(session: Session) -> list[tuple[str, str]]:
    """Path and digest of the images and task lists of the library."""
    return [(path, name) for path, name in session.exec(select(LibraryFile.path, LibraryFile.digest))]


def content(session: Session, digest: str) -> bytes:
    """The bytes with this digest."""
    return session.exec(select(Attachment.content).where(Attachment.digest == digest)).one()


def image(session: Session, digest: str) -> tuple[str, bytes]:
    """The media type and the bytes of an image."""
    return session.exec(select(Attachment.media_type, Attachment.content).where(Attachment.digest == digest)).one()


def live(session: Session, task: str, kind: str, slugs: Sequence[str] | None) -> list[tuple[Aid, Revision]]:
    """Live aids by address: all, those of a task, of a kind, at these addresses."""
    statement = select(Aid, Revision).join(Revision, LIVE).where(*_narrowed(task, kind, slugs))
    return [(aid, revision) for aid, revision in session.exec(statement.order_by(Aid.slug))]


def live_number(session: Session, task: str, kind: str, slugs: Sequence[str] | None) -> int:
    """How many they are."""
    statement = select(func.count(col(Aid.id))).join(Revision, LIVE).where(*_narrowed(task, kind, slugs))
    return session.exec(statement).one()


def _narrowed(task: str, kind: str, slugs: Sequence[str] | None) -> list[ColumnElement[bool]]:
    named = select(AidTask.aid_id).join(Task, col(Task.id) == AidTask.task_id).where(Task.slug == task)
    return [
        *([col(Aid.id).in_(named)] if task else []),
        *([col(Revision.kind) == kind] if kind else []),
        *([col(Aid.slug).in_(slugs)] if slugs is not None else []),
    ]


def tasks(session: Session) -> list[tuple[str, str]]:
    """Slug and title of every task by title."""
    return [(slug, title) for slug, title in session.exec(select(Task.slug, Task.title).order_by(Task.title))]


def batches(session: Session, limit: int) -> list[tuple[ImportBatch, int, int]]:
    """The newest batches, each with how many documents it has and how many of them wait."""
    waiting = func.count(col(ImportDocument.id)).filter(col(ImportDocument.state) == "waiting")
    number = func.count(col(ImportDocument.id)).filter(col(ImportDocument.state) != "opened")
    statement = (
        select(ImportBatch, number, waiting)
        .join(ImportDocument, col(ImportDocument.batch_id) == col(ImportBatch.id))
        .group_by(col(ImportBatch.id))
        .order_by(col(ImportBatch.id).desc())
        .limit(limit)
    )
    return [(batch, many, open_) for batch, many, open_ in session.exec(statement)]


def documents(session: Session, batch: int) -> Sequence[ImportDocument]:
    """The documents of a batch, without their bytes and words."""
    statement = select(ImportDocument).where(ImportDocument.batch_id == batch).order_by(col(ImportDocument.id))
    return session.exec(statement.options(defer(ImportDocument.raw), defer(ImportDocument.original))).all()  # type: ignore[arg-type]


def places(session: Session, batch: int) -> Sequence[tuple[int | None, str, str]]:
    """The container, the name and the path of every document of a batch."""
    columns = (col(ImportDocument.container_id), col(ImportDocument.name), col(ImportDocument.path))
    rows = session.execute(select_columns(*columns).where(col(ImportDocument.batch_id) == batch)).all()
    return [(container, name, path) for container, name, path in rows]


def waiting(session: Session, before: datetime, limit: int, batch: int | None = None) -> Sequence[ImportDocument]:
    """Documents that nobody works on, or nobody since this time; the oldest first; of one batch, or of all."""
    free = or_(col(ImportDocument.claimed_at).is_(None), col(ImportDocument.claimed_at) < before)
    statement = select(ImportDocument).where(ImportDocument.state == "waiting", free).order_by(col(ImportDocument.id))
    if batch is not None:
        statement = statement.where(ImportDocument.batch_id == batch)
    return session.exec(statement.limit(limit).options(defer(ImportDocument.raw))).all()  # type: ignore[arg-type]


def brought_in(session: Session, digest: str) -> ImportDocument | None:
    """The document with these bytes that became an aid."""
    statement = select(ImportDocument).where(ImportDocument.digest == digest, ImportDocument.state == "done")
    return session.exec(statement.order_by(col(ImportDocument.id))).first()


def already(session: Session, digests: Sequence[str]) -> set[str]:
    """Which of these bytes became an aid before."""
    statement = select(ImportDocument.digest).where(
        col(ImportDocument.digest).in_(digests), ImportDocument.state == "done"
    )
    return set(session.exec(statement).all())


def made(session: Session, name: str, aid_id: int, revision: int) -> bool:
    """Whether this revision came from a document of this name."""
    statement = select(ImportDocument.id).where(
        ImportDocument.name == name, ImportDocument.aid_id == aid_id, ImportDocument.revision == revision
    )
    return session.exec(statement).first() is not None


def needed(session: Session, container: int) -> bool:
    """Whether a document in this zip file still waits."""
    statement = select(ImportDocument.id).where(
        ImportDocument.container_id == container, ImportDocument.state == "waiting"
    )
    return session.exec(statement).first() is not None


def let_go(session: Session, aid_id: int, revision: int) -> None:
    """No document says any more that it became this revision."""
    change = update(ImportDocument).where(
        col(ImportDocument.aid_id) == aid_id, col(ImportDocument.revision) == revision
    )
    session.execute(change.values(state="discarded", aid_id=None, revision=None))


def addresses(session: Session, aids: Sequence[int]) -> dict[int, str]:
    """The slugs of these aids."""
    return dict(session.exec(select(Aid.id, Aid.slug).where(col(Aid.id).in_(aids))).all())  # type: ignore[arg-type]


def claimants(session: Session) -> Sequence[str]:
    """Who works on documents, or did."""
    statement = select(ImportDocument.claimed_by).where(
        ImportDocument.state == "waiting", col(ImportDocument.claimed_at).is_not(None)
    )
    return session.exec(statement.distinct()).all()


def release(session: Session, claimant: str) -> None:
    """What this process worked on is free again."""
    mine = update(ImportDocument).where(
        col(ImportDocument.state) == "waiting", col(ImportDocument.claimed_by) == claimant
    )
    session.execute(mine.values(claimed_at=None, claimed_by=""))


def progress(session: Session, batch: int) -> tuple[int, int]:
    """How many documents of a batch are done with, and how many there are."""
    waiting = func.count(col(ImportDocument.id)).filter(col(ImportDocument.state) == "waiting")
    statement = select(func.count(col(ImportDocument.id)), waiting).where(ImportDocument.batch_id == batch)
    total, open_ = session.exec(statement).one()
    return total - open_, total
