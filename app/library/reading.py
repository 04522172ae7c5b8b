"""Reading documents on every core, away from the server: each in a process that may fail, or take too long, alone."""

import gc
import hashlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from app.aids import document, images
from app.aids import service as aids
from app.aids.images import Accepted
from app.aids.render import images_in
from app.errors import AppError, Invalid
from app.library import documents, table
from app.library.archive import Archive, opened

SECONDS = 60  # of work for one document
MEMORY = 4_000_000_000
TOO_LONG = "It takes too long to read. Split it, or save it anew, and bring it in again."
BROKE = "It could not be read. Open it in the program that made it, save it anew and bring it in again."
INNER_ZIP = "A zip file inside the zip file was not opened: {name}. Bring it in by itself."
OTHERS = "Files of other kinds were left out ({count}), such as {name}."
LISTS = "{name} was left out. Tasks and synonyms come in with `jobaids import`."
NOTHING = "There is no document in it. Put Word, HTML, PDF or markdown files into it."
NO_ROWS = "The table has no rows with a question and an answer."
SKIPPED = ("__macosx", "thumbs.db", "desktop.ini", ".")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Job:
    """A document to read: its file, its entry there where that is a zip file, and what `documents.Source` needs."""

    file: Path
    name: str
    path: str
    entry: str | None = None
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Read:
    """A document that was read, ready to be stored."""

    compiled: aids.Compiled
    original: str
    lost: tuple[str, ...]
    images: Mapping[str, Accepted]


@dataclass(frozen=True)
class Unread:
    """A document that could not be read, and what to do."""

    problem: str


@dataclass(frozen=True)
class Part:
    """A document in another: `raw` where it is not read from there again."""

    name: str
    path: str
    digest: str
    size: int
    raw: bytes | None = None


@dataclass(frozen=True)
class Parts:
    """The documents in a zip file or a table, and in sentences what else was there."""

    found: Sequence[Part]
    left_out: Sequence[str] = ()


def read(job: Job) -> Read | Unread:
    """Read one document; whatever is wrong with it is said."""
    return _said(_read, job)


def parts(job: Job) -> Parts | Unread:
    """Look into a zip file or a table."""
    return _said(_rows if documents.suffix(job.name) == ".csv" else _entries, job)


def _said(work: Callable[[Job], Answer], job: Job) -> Answer | Unread:
    try:
        with _in_time():
            return work(job)
    except AppError as error:
        return Unread(error.detail)
    except TimeoutError:
        return Unread(TOO_LONG)
    except (MemoryError, RecursionError, ValueError, LookupError, TypeError, AttributeError, OSError):
        return Unread(BROKE)


@contextmanager
def _in_time() -> Iterator[None]:
    """Stop after a minute of work; what cannot be stopped so is ended by the system after three."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _read(job: Job) -> Read:
    if job.entry is None:
        return _compiled(job, documents.Source(job.name, job.path, job.file.read_bytes(), job.others))
    with opened(job.file) as archive:
        source = documents.Source(job.name, job.path, archive.read(job.entry), job.others, _beside(archive))
        return _compiled(job, source)


def _beside(archive: Archive) -> Callable[[str], bytes | None]:
    return lambda name: archive.read(name) if name in archive.names else None


def _compiled(job: Job, source: documents.Source) -> Read:
    result = documents.convert(source)
    kept = {path: accepted.digest for path, accepted in result.images.items()}
    addresses = images_in(document.read(result.markdown)) if kept else []
    places = {address: images.place(job.path, address) for address in addresses}
    shown = {address: kept[path] for address, path in places.items() if path in kept}
    return Read(aids.compile_text(result.markdown, job.path, shown), result.original, result.lost, result.images)


def _entries(job: Job) -> Parts:
    with opened(job.file) as archive:
        wanted = [name for name in archive.names if not _is_skipped(name)]
        taken = [name for name in wanted if documents.suffix(name) in documents.FORMATS]
        found = [_part(archive, name) for name in taken if documents.suffix(name) != ".csv"]
    return Parts(_or_nothing(found, NOTHING), _left_out(wanted, taken))


def _part(archive: Archive, name: str) -> Part:
    raw = archive.read(name)
    return Part(name, documents.target(name), hashlib.sha256(raw).hexdigest(), len(raw))


def _is_skipped(name: str) -> bool:
    return any(part.lower().startswith(SKIPPED) for part in name.split("/"))


def _left_out(wanted: Sequence[str], taken: Sequence[str]) -> list[str]:
    others = [name for name in wanted if name not in set(taken) or documents.suffix(name) == ".csv"]
    inner = [name for name in others if documents.suffix(name) == ".zip"]
    lists = [name for name in others if name.endswith(("tasks.yaml", "synonyms.yaml"))]
    known = {*inner, *lists}
    rest = [name for name in others if name not in known and documents.suffix(name) not in documents.PICTURES]
    return [
        *(INNER_ZIP.format(name=name) for name in inner),
        *(LISTS.format(name=name) for name in lists),
        *([OTHERS.format(count=len(rest), name=rest[0])] if rest else []),
    ]


def _rows(job: Job) -> Parts:
    raw = job.file.read_bytes()
    lines = enumerate(zip(table.rows(raw), table.each(raw), strict=True), 2)
    return Parts(_or_nothing([_row(n, row, own) for n, (row, own) in lines if row.question and row.answer], NO_ROWS))


def _row(line: int, row: table.Row, raw: bytes) -> Part:
    """Its name ends like a table's, so that it is read as one."""
    path = documents.target(row.question.replace("/", " ") + ".csv")
    return Part(f"{line}. {row.question}.csv", path, hashlib.sha256(raw).hexdigest(), len(raw), raw)


def _or_nothing(found: list[Part], problem: str) -> list[Part]:
    if not found:
        raise Invalid(problem)
    return found


class Here:
    """Reads in this process: for a document or two, where nobody waits for anything else."""

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def each(self, work: Callable[[Job], Any], jobs: Sequence[Job]) -> Iterator[Any]:
        """The answers in the order of the jobs."""
        return map(work, jobs)


class Readers:
    """The processes that read, as many as there are cores; started at first use."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Readers":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def each(self, work: Callable[[Job], Any], jobs: Sequence[Job]) -> Iterator[Any]:
        """The answers in the order of the jobs. A job that ends its process is `Unread`; the others are not."""
        futures = [self._started().submit(work, job) for job in jobs]
        for job, future in zip(jobs, futures, strict=True):
            try:
                yield future.result()
            except BrokenProcessPool:
                yield self._alone(work, job)

    def _alone(self, work: Callable[[Job], Any], job: Job) -> Any:
        self._end()
        try:
            return self._started().submit(work, job).result()
        except BrokenProcessPool:
            self._end()
            return Unread(BROKE)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(os.cpu_count() or 1, get_context("spawn"), _begin)
        return self._pool

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _begin() -> None:
    """In a new process: little memory, and no hand on the signals of the terminal."""
    import resource

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(200_000)  # a document is many small things at once, and then none
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
