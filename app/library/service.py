"""Import and export of a library folder.

Files are read and rendered outside any transaction, on every core when there are many, and stored in portions, so
that a running server can go on writing in between. What was stored stays stored; running it again does the rest.
"""

import hashlib
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from app.aids import queries as aid_queries
from app.aids import service as aids
from app.aids import slugs
from app.aids.models import Aid, Attachment, LibraryFile
from app.clock import Clock
from app.db import reading, writing
from app.errors import AppError
from app.library import queries
from app.library.files import (
    Found,
    Problem,
    Read,
    gather,
    images_of,
    read_aid,
    read_bytes,
    synonyms_of,
    tasks_of,
    text_of,
)
from app.library.queries import Known
from app.search import synonyms
from app.viewer import Viewer
from app.work import queries as work_queries
from app.work import service as work

PORTION = 200
Progress = Callable[[int, int], None]


@dataclass
class Report:
    """What an import did, or with `dry_run` would do, by the paths of the files; notes are no failures."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether anything did not go in as it should."""
        return bool(self.problems)


@dataclass
class Importer:
    """One run of an import; `publish` makes what came in live."""

    engine: Engine
    clock: Clock
    viewer: Viewer
    publish: bool = False
    dry_run: bool = False
    report: Report = field(default_factory=Report)
    known: dict[str, Known] = field(default_factory=dict)
    slugs: dict[str, str] = field(default_factory=dict)
    defined: set[str] = field(default_factory=set)

    def run(self, paths: Sequence[Path], progress: Progress = lambda done, total: None) -> Report:
        """Take in these folders and files."""
        found, self.report.problems = gather(paths)
        with reading(self.engine) as session:
            self.known, self.slugs = queries.known(session), queries.slugs(session)
            self.defined = work_queries.confirmed(session)
        for one in found:
            if one.is_tasks:
                self._tasks(one)
            elif one.is_synonyms:
                self._synonyms(one)
        texts = [one for one in found if not (one.is_tasks or one.is_synonyms)]
        moved = self._moved(texts)
        done = 0
        for portion in _portions(self._fresh(texts)):
            self._store([one for one in portion if isinstance(one, Read)], moved)
            self.report.problems += [one for one in portion if isinstance(one, Problem)]
            done += len(portion)
            progress(done, len(texts))
        progress(len(texts), len(texts))
        return self.report

    def _tasks(self, found: Found) -> None:
        try:
            catalogue, raw = tasks_of(found), read_bytes(found)
        except AppError as error:
            self.report.problems.append(Problem(str(found.file), error.detail))
            return
        self.defined |= {task.slug for task in catalogue.tasks}
        if self.dry_run:
            return
        with writing(self.engine) as session:
            aids.announce_of_tasks(session, work.load(session, self.clock(), catalogue))
            _keep(session, found.path, raw, "application/yaml")

    def _synonyms(self, found: Found) -> None:
        try:
            content, raw = synonyms_of(found), read_bytes(found)
        except AppError as error:
            self.report.problems.append(Problem(str(found.file), error.detail))
            return
        if self.dry_run:
            return
        with writing(self.engine) as session:
            synonyms.load(session, found.path, content)
            _keep(session, found.path, raw, "application/yaml")

    def _fresh(self, texts: Sequence[Found]) -> Iterator[Read | Problem]:
        """What is not stored yet, read and rendered; counts what is."""
        changed: list[tuple[Found, str]] = []
        for one in texts:
            try:
                text = text_of(one)
                if self._is_unchanged(one, text):
                    self.report.unchanged += 1
                else:
                    changed.append((one, text))
            except AppError as error:
                yield Problem(str(one.file), error.detail)
        yield from _read_all(changed)

    def _is_unchanged(self, found: Found, text: str) -> bool:
        known = self.known.get(found.path)
        if known is None or known.digest != aids.digest(text):
            return False
        if self.publish and known.live is None and known.state == "draft":
            return False  # it waits to be published; a retired one stays retired
        images, problems = images_of(found, text)
        self.report.problems += problems
        return known.images == frozenset(image.digest for image in images.values())

    def _moved(self, texts: Sequence[Found]) -> dict[str, str]:
        """By digest, the stored path of files that are gone from a library that is otherwise known."""
        here = {one.path for one in texts}
        if len(here & self.known.keys()) * 2 < len(here):
            return {}
        return {known.digest: path for path, known in self.known.items() if path not in here}

    def _store(self, portion: Sequence[Read], moved: dict[str, str]) -> None:
        if not portion:
            return
        with writing(self.engine) as session:
            for read in portion:
                try:
                    self._store_one(session, read, moved)
                    self.report.problems += read.problems
                    self.report.notes += self._undefined(read)
                except AppError as error:
                    self.report.problems.append(Problem(str(read.found.file), error.detail))
            if self.dry_run:
                session.rollback()

    def _undefined(self, read: Read) -> list[Problem]:
        lines = read.compiled.markdown.splitlines()
        return [
            Problem(
                str(read.found.file),
                f"line {next((n for n, line in enumerate(lines, 1) if task in line), 1)}: "
                f"task {task} is not defined in any tasks.yaml; it is listed as unconfirmed until it is.",
            )
            for task in dict.fromkeys(read.compiled.front.tasks)
            if task not in self.defined
        ]

    def _store_one(self, session: Session, read: Read, moved: dict[str, str]) -> None:
        path, at = read.found.path, self.clock()
        slug = slugs.from_path(path)
        taken = self.slugs.get(slug)
        if taken is not None and taken != path:
            detail = f"its address {slug!r} belongs to {taken} already; rename one of them."
            self.report.problems.append(Problem(str(read.found.file), detail))
            return
        if path not in self.known and (before := moved.pop(read.compiled.digest, None)):
            self._rename(session, before, path, slug)
        self.slugs[slug] = path
        aid = aid_queries.by_slug(session, slug) or aids.new_aid(session, at, slug, path)
        known = self.known.get(path)
        if known is None or known.digest != read.compiled.digest or known.images != _digests(read):
            (self.report.changed if aid.live or known else self.report.created).append(path)
            _keep_images(session, read)
            aids.add_revision(session, at, self.viewer, aid, read.compiled, "imported", "library")
        self._publish(session, aid, path)

    def _rename(self, session: Session, before: str, path: str, slug: str) -> None:
        aid = session.get_one(Aid, self.known[before].aid_id)
        aids.rename(session, self.clock(), self.viewer, aid, slug)
        aid.path = path
        self.known[path] = self.known.pop(before)
        self.report.renamed.append(f"{before} → {path}")

    def _publish(self, session: Session, aid: Aid, path: str) -> None:
        revision = aid_queries.newest(session, aid.id or 0)
        if self.publish and revision is not None and aid.live != revision.number:
            aids.publish(session, self.clock(), self.viewer, aid, revision)
            self.report.published.append(path)


def export(engine: Engine, folder: Path, progress: Progress = lambda done, total: None) -> int:
    """Write every aid, image and task list below `folder`, byte for byte as they came in; returns how many files."""
    with reading(engine) as session:
        total = len(queries.slugs(session)) + len(queries.files(session))
        done = 0
        for path, raw in itertools.chain(_texts(session), _files(session)):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(raw)
            done += 1
            progress(done, total)
    return done


def _texts(session: Session) -> Iterator[tuple[str, bytes]]:
    last = 0
    while rows := queries.texts(session, last, PORTION):
        yield from ((path, markdown.encode()) for _, path, markdown in rows)
        last = rows[-1][0]


def _files(session: Session) -> Iterator[tuple[str, bytes]]:
    for path, digest in queries.files(session):
        yield path, queries.content(session, digest)


def _read_all(changed: Sequence[tuple[Found, str]]) -> Iterator[Read | Problem]:
    cores = os.cpu_count() or 1
    if len(changed) < PORTION or cores == 1:
        yield from (read_aid(found, text) for found, text in changed)
        return
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        found, texts = zip(*changed, strict=True)
        yield from pool.map(read_aid, found, texts, chunksize=25)


def _portions(items: Iterable[Read | Problem]) -> Iterator[list[Read | Problem]]:
    iterator = iter(items)
    while portion := list(itertools.islice(iterator, PORTION)):
        yield portion


def _digests(read: Read) -> frozenset[str]:
    return frozenset(image.digest for image in read.images)


def _keep_images(session: Session, read: Read) -> None:
    for image in read.images:
        _keep(session, image.path, read_bytes(Found(read.found.root, image.path)), image.media_type)


def _keep(session: Session, path: str, raw: bytes, media_type: str) -> None:
    digest = hashlib.sha256(raw).hexdigest()
    if session.get(Attachment, digest) is None:
        session.add(Attachment(digest=digest, media_type=media_type, content=raw))
        session.flush()
    session.merge(LibraryFile(path=path, digest=digest))
