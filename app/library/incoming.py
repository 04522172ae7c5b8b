"""Documents on their way in: stored as they came, read on every core, and then drafts with a report.

Every document is a row, so that nothing is lost when the server ends in the middle: the next one goes on. A file that
was brought in before is recognised by its bytes.
"""

import hashlib
import posixpath
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from app.aids import images, slugs
from app.aids import queries as aid_queries
from app.aids import service as aids
from app.aids.models import Aid
from app.errors import NotFound
from app.library import documents, queries
from app.library.models import ImportBatch, ImportDocument
from app.library.reading import Part, Parts, Read, Unread
from app.people.service import record
from app.viewer import Right, Role, Viewer

MOST_FILES = 1_000
BESIDE = "There is another aid at {slug}. This came in beside it; compare the two, and keep one."
AGAIN = "The document changed since it was brought in; this is a new draft of the same aid."


def begin(session: Session, at: datetime, viewer: Viewer) -> ImportBatch:
    """A new batch of this viewer.

    Raises:
        Forbidden: who may not write, may not bring in.
    """
    viewer.require(Right.WRITE)
    batch = ImportBatch(at=at, actor=viewer.actor)
    session.add(batch)
    session.flush()
    record(session, at, viewer, "documents brought in", f"batch {batch.id}")
    return batch


def take(session: Session, batch: ImportBatch, name: str, folder: str, raw: bytes) -> ImportDocument:
    """Keep a file until it is read. One of a kind that does not come in has failed at once, and says why."""
    taken = {path for _, _, path in queries.places(session, batch.id or 0)}
    path = _apart(posixpath.join(folder, documents.target(name)), taken)
    part = Part(name, path, hashlib.sha256(raw).hexdigest(), len(raw), raw)
    document = _add(session, batch.id or 0, part, path)
    if documents.suffix(name) not in documents.SUFFIXES:
        fail(document, f"Files of this kind do not come in. {', '.join(documents.SUFFIXES)} do.")
    session.flush()
    return document


def add_parts(session: Session, container: ImportDocument, parts: Parts) -> None:
    """The documents in a zip file or a table as documents of their own."""
    folder = posixpath.dirname(container.path)
    if documents.suffix(container.name) == ".csv":
        folder = container.path.removesuffix(".md")
    taken = {path for _, _, path in queries.places(session, container.batch_id)}
    for part in parts.found:
        path = _apart(posixpath.join(folder, part.path), taken)
        taken.add(path)
        added = _add(session, container.batch_id, part, path, container.id if part.raw is None else None)
        added.is_part = True
    container.state, container.lost = "opened", list(parts.left_out)


def _add(session: Session, batch: int, part: Part, path: str, container: int | None = None) -> ImportDocument:
    document = ImportDocument(
        batch_id=batch,
        container_id=container,
        name=part.name[:400],
        path=path[:400],
        digest=part.digest,
        size=part.size,
        state="waiting",
        raw=part.raw,
        lost=[],
    )
    session.add(document)
    return document


def _apart(path: str, taken: set[str]) -> str:
    """The path itself, or with a number where it is taken."""
    stem = path.removesuffix(".md")
    return next(one for one in (path, *(f"{stem}-{n}.md" for n in range(2, 10_000))) if one not in taken)


def clean_name(name: str) -> str:
    """The name of an uploaded file as it can be kept and shown: no folders of the sender's computer."""
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name).replace("\0", ""))[-1].strip()
    return "".join(mark for mark in base if mark.isprintable())[-200:] or "document"


def folder(text: str) -> str:
    """The folder of the library that was asked for, as it can be part of an address.

    Raises:
        Invalid: it leads out of the library.
    """
    wanted = text.strip().strip("/")
    if not wanted:
        return ""
    return slugs.from_path(documents.target(f"{wanted}.x")).strip("/")


def fail(document: ImportDocument, problem: str) -> None:
    """The document cannot come in, and why."""
    document.state, document.problem, document.raw = "failed", problem[:1000], None


def settle(session: Session, at: datetime, document: ImportDocument, read: Read | Unread) -> None:
    """Make the draft of a document that was read, or note why there is none. Done twice, it does nothing."""
    if document.state != "waiting":
        return
    known = queries.brought_in(session, document.digest)
    if known is not None:
        document.state, document.aid_id, document.revision, document.raw = "known", known.aid_id, known.revision, None
    elif isinstance(read, Unread):
        fail(document, read.problem)
    else:
        _store(session, at, document, read)


def _store(session: Session, at: datetime, document: ImportDocument, read: Read) -> None:
    batch = session.get_one(ImportBatch, document.batch_id)
    viewer = Viewer(role=Role.TRAINER, person=batch.actor)
    aid, said = _aid(session, at, document)
    for path, accepted in read.images.items():
        images.keep(session, path, accepted)
    note = f"Brought in from {document.name}"
    revision = aids.add_revision(session, at, viewer, aid, read.compiled, note, "document")
    session.flush()
    document.state, document.raw, document.aid_id, document.revision = "done", None, aid.id, revision.number
    document.original, document.lost = read.original, [*said, *read.lost]


def _aid(session: Session, at: datetime, document: ImportDocument) -> tuple[Aid, list[str]]:
    """The aid that the document becomes: a new one, or another draft of the one that an older state of it became."""
    slug = slugs.from_path(document.path)
    before = aid_queries.by_slug(session, slug) or aid_queries.by_path(session, document.path)
    if before is None:
        return aids.new_aid(session, at, slug, document.path), []
    newest = aid_queries.newest(session, before.id or 0)
    if newest is not None and queries.made(session, document.name, before.id or 0, newest.number):
        return before, [AGAIN]
    path = next(path for path in _others(document.path) if aid_queries.by_path(session, path) is None)
    return aids.new_aid(session, at, slugs.from_path(path), path), [BESIDE.format(slug=before.slug)]


def _others(path: str) -> Sequence[str]:
    stem = path.removesuffix(".md")
    return [f"{stem}-{number}.md" for number in range(2, 1_000)]


def find(session: Session, viewer: Viewer, number: int) -> ImportDocument:
    """A document that was brought in.

    Raises:
        NotFound: there is none with this number.
    """
    viewer.require(Right.WRITE)
    found = session.get(ImportDocument, number) if number < 1 << 31 else None
    if found is None:
        raise NotFound("No such document was brought in. Its batch is listed under “Bring in”.")
    return found


def discard(session: Session, at: datetime, viewer: Viewer, number: int) -> ImportDocument:
    """Take the draft of a document away again. The document may be brought in anew.

    Raises:
        Conflict: the draft was changed, sent to review or published since.
    """
    document = find(session, viewer, number)
    if document.state == "failed":
        document.state = "discarded"
    if document.state != "done" or document.aid_id is None or document.revision is None:
        return document
    aid = session.get_one(Aid, document.aid_id)
    number_of_aid, revision = document.aid_id, document.revision
    queries.let_go(session, number_of_aid, revision)
    aids.withdraw(session, at, viewer, aid, revision)
    return document
