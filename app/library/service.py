"""Import of a library folder.

Files are read and rendered outside any transaction, on every core when there are many, and stored in portions, so
that a running server can go on writing in between. What was stored stays stored; running it again does the rest.
Where folder and server both changed, nothing is overwritten.
"""

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
from app.aids.images import keep_file
from app.aids.models import Aid
from app.clock import Clock
from app.db import reading, writing
from app.errors import AppError
from app.library import queries
from app.library.agreement import Agreement, with_folder
from app.library.comparing import Comparison, Report, Side
from app.library.files import Found, Problem, Read, gather, library_of, read_aid, read_bytes, synonyms_of, tasks_of
from app.library.queries import Known
from app.library.threeway import mark
from app.search import synonyms
from app.viewer import Viewer
from app.work import queries as work_queries
from app.work import service as work

__all__ = ["Importer", "Report", "Side"]
PORTION = 200
Progress = Callable[[int, int], None]
GONE = "its file is gone, and its aid is still live. `--retire` takes it away from readers."
GONE_CHANGED = "its file is gone, and the text here changed since. It stays; export it again, or retire it."
GONE_SYNONYMS = "the file is gone, and its synonyms stay. Studio, Synonyms takes them away."
NAMESAKES = "synonyms of {others} stay. If this is that file under a new name, Studio, Synonyms takes them away."
SAVED = "somebody saved a text here at this moment. Import it again."


@dataclass
class Importer:
    """One run of an import.

    `publish` makes what came in live, `take` decides conflicts for one side, `retire` retires aids whose file is gone.
    """

    engine: Engine
    clock: Clock
    viewer: Viewer
    publish: bool = False
    dry_run: bool = False
    take: Side | None = None
    retire: bool = False
    report: Report = field(default_factory=Report)
    known: dict[str, Known] = field(default_factory=dict)
    slugs: dict[str, str] = field(default_factory=dict)
    defined: set[str] = field(default_factory=set)
    agreements: dict[Path, Agreement] = field(default_factory=dict)
    renamed: set[str] = field(default_factory=set)

    def run(self, paths: Sequence[Path], progress: Progress = lambda done, total: None) -> Report:
        """Take in these folders and files."""
        found, self.report.problems = gather(paths)
        roots = {one.root for one in found} | {path for path in paths if path.is_dir()}
        with reading(self.engine) as session:
            self.known, self.slugs = queries.known(session), queries.slugs(session)
            self.defined = work_queries.confirmed(session)
            self.agreements = {root: with_folder(session, root) for root in roots}
        for one in found:
            if one.is_tasks:
                self._tasks(one)
            elif one.is_synonyms:
                self._synonyms(one)
        compared = Comparison(self.engine, self.report, self.agreements, self.known, self.publish, self.take)
        texts = compared.without_conflicts([one for one in found if not (one.is_tasks or one.is_synonyms)])
        self._texts(compared, texts, progress)
        for folder in [path for path in paths if path.is_dir()]:
            here = {one.path for one in found if one.root == folder}
            self._gone(folder, here)
            self._gone_synonyms(folder, here)
        self._agree()
        progress(len(texts), len(texts))
        return self.report

    def _texts(self, compared: Comparison, texts: Sequence[Found], progress: Progress) -> None:
        done, moved = 0, compared.moved(texts)
        for portion in _portions(_read_all(compared.wanted(texts))):
            self._store([one for one in portion if isinstance(one, Read)], moved)
            self.report.problems += [one for one in portion if isinstance(one, Problem)]
            done += len(portion)
            progress(done, len(texts))

    def _agree(self) -> None:
        if self.dry_run or not any(agreement.anew for agreement in self.agreements.values()):
            return
        with writing(self.engine) as session:
            for agreement in self.agreements.values():
                agreement.keep(session)

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
            keep_file(session, found.path, raw, "application/yaml")

    def _synonyms(self, found: Found) -> None:
        try:
            content, raw = synonyms_of(found), read_bytes(found)
        except AppError as error:
            self.report.problems.append(Problem(str(found.file), error.detail))
            return
        origin = synonyms.origin_of(found.library, found.path)
        with reading(self.engine) as session:
            others = synonyms.namesakes(session, origin) if content.synonyms else []
        if others:
            self.report.notes.append(Problem(str(found.file), NAMESAKES.format(others=", ".join(others))))
        if self.dry_run:
            return
        with writing(self.engine) as session:
            synonyms.load(session, origin, content)
            keep_file(session, found.path, raw, "application/yaml")

    def _gone(self, folder: Path, here: set[str]) -> None:
        """Aids whose file was there at the last import of this folder."""
        for path, agreed in self.agreements[folder].last.items():
            known = self.known.get(path)
            if path in here or known is None or known.live is None:
                continue
            if known.newest.mark != agreed.mark:
                self.report.problems.append(Problem(str(folder / path), GONE_CHANGED))
            elif self.retire:
                self._retire(folder, path, known)
            else:
                self.report.notes.append(Problem(str(folder / path), GONE))

    def _gone_synonyms(self, folder: Path, here: set[str]) -> None:
        with reading(self.engine) as session:
            before = synonyms.files(session, library_of(folder))
        self.report.notes += [Problem(str(folder / path), GONE_SYNONYMS) for path in before if path not in here]

    def _retire(self, folder: Path, path: str, known: Known) -> None:
        self.report.retired.append(path)
        if self.dry_run:
            return
        with writing(self.engine) as session:
            aid = session.get_one(Aid, known.aid_id)
            aids.retire(session, self.clock(), self.viewer, aid.slug)
        self.agreements[folder].settle(path, known.newest.mark, live=False)

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
        self._agree()

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
        known, theirs = self.known.get(path), _mark(read)
        latest = aid_queries.newest(session, aid.id or 0)
        if latest is None or mark(latest.digest, latest.images.values()) != theirs:
            if latest is not None and not self._may_follow(read, known, latest.number):
                return
            (self.report.changed if known else self.report.created).append(path)
            _keep_images(session, read)
            aids.add_revision(session, at, self.viewer, aid, read.compiled, "imported", "library")
        self._publish(session, aid, path)
        agreement = self.agreements[read.found.root]
        agreement.settle(path, theirs, aid.live is not None)
        for image in read.images:
            agreement.settle(image.path, image.digest, live=True)

    def _may_follow(self, read: Read, known: Known | None, latest: int) -> bool:
        """Whether the newest text here is still the one that was compared, and the file is not an older one."""
        if known is None or known.newest.number != latest:
            self.report.problems.append(Problem(str(read.found.file), SAVED))
            return False
        if self.take != "file" and read.found.path in self.renamed:
            self.report.newer.append(read.found.path)  # it was moved, and changed here before
            return False
        return True

    def _rename(self, session: Session, before: str, path: str, slug: str) -> None:
        aid = session.get_one(Aid, self.known[before].aid_id)
        aids.rename(session, self.clock(), self.viewer, aid, slug)
        aid.path = path
        self.known[path] = self.known.pop(before)
        self.renamed.add(path)
        self.report.renamed.append(f"{before} → {path}")

    def _publish(self, session: Session, aid: Aid, path: str) -> None:
        revision = aid_queries.newest(session, aid.id or 0)
        if self.publish and revision is not None and aid.live != revision.number:
            aids.publish(session, self.clock(), self.viewer, aid, revision)
            self.report.published.append(path)


def _read_all(wanted: Iterable[tuple[Found, str] | Problem]) -> Iterator[Read | Problem]:
    """What is to be stored, read and rendered, on every core where it is much."""
    changed = []
    for one in wanted:
        if isinstance(one, Problem):
            yield one
        else:
            changed.append(one)
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


def _mark(read: Read) -> str:
    return mark(read.compiled.digest, (image.digest for image in read.images))


def _keep_images(session: Session, read: Read) -> None:
    for image in read.images:
        keep_file(session, image.path, read_bytes(Found(read.found.root, image.path)), image.media_type)
