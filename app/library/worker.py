"""Works off what was brought in, in the background, a few documents at a time.

It is woken by an upload and looks again from time to time, so that what a server left when it ended is gone on with,
by whichever process looks first.
"""

import os
import socket
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from app.clock import Clock
from app.db import reading, writing
from app.errors import AppError
from app.library import documents, incoming, queries
from app.library.models import ImportDocument
from app.library.reading import Here, Job, Parts, Read, Readers, Unread, parts, read

log = structlog.get_logger(__name__)
PORTION = 16
CLAIMED = timedelta(minutes=4)  # after that another may; longer than the slowest document
LOOKS = timedelta(minutes=1)


class Worker:
    """One thread at a time in this process, and processes that read."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        readers: type[Readers] | type[Here] = Readers,
        batch: int | None = None,
        done: Callable[[int, int], None] | None = None,
    ) -> None:
        """With `batch` it works on that one alone, and tells `done` how far it is."""
        self.engine, self.clock, self.readers, self.batch, self.done = engine, clock, readers, batch, done
        self.name = f"{socket.gethostname()} {os.getpid()}"
        self._busy = threading.Lock()
        self._more = threading.Event()
        self._stop = threading.Event()

    def wake(self) -> None:
        """Begin now, in a thread of its own."""
        self._more.set()
        threading.Thread(target=self.run, name="incoming", daemon=True).start()

    def stop(self) -> None:
        """End after the portion in hand."""
        self._stop.set()
        with self._busy:
            pass

    def look(self, _now: datetime) -> None:
        """Go on with what waits."""
        with reading(self.engine) as session:
            waits = queries.waiting(session, self.clock() + CLAIMED, 1)
        if waits:
            self.run()

    def run(self) -> None:
        """Work until nothing waits. Does nothing where this process is at it already."""
        self._more.set()
        while self._more.is_set() and not self._stop.is_set() and self._busy.acquire(blocking=False):
            try:
                self._more.clear()
                self._all()
            except Exception:
                log.exception("documents could not be brought in")
            finally:
                self._busy.release()

    def _all(self) -> None:
        self._release()
        with self.readers() as readers, tempfile.TemporaryDirectory(prefix="jobaids-") as folder:
            while not self._stop.is_set() and (claimed := self._claim()):
                self._portion(readers, Path(folder), claimed)
                self._say()

    def _say(self) -> None:
        if self.done is not None and self.batch is not None:
            with reading(self.engine) as session:
                self.done(*queries.progress(session, self.batch))

    def _release(self) -> None:
        """Processes of this machine that have ended leave what they had in hand, and so did this one before."""
        with writing(self.engine) as session:
            for claimant in queries.claimants(session):
                if claimant == self.name or _has_ended(claimant):
                    queries.release(session, claimant)

    def _claim(self) -> Sequence[ImportDocument]:
        now = self.clock()
        with writing(self.engine) as session:
            found = queries.waiting(session, now - CLAIMED, PORTION, self.batch)
            for document in found:
                document.claimed_at, document.claimed_by = now, self.name
            session.flush()
            session.expunge_all()
        return found

    def _portion(self, readers: Readers | Here, folder: Path, claimed: Sequence[ImportDocument]) -> None:
        inner = [one for one in claimed if documents.suffix(one.name) in documents.CONTAINERS and not _is_row(one)]
        others = [one for one in claimed if one not in inner]
        others = self._without_known(others)
        jobs = self._jobs(folder, [*inner, *others])
        for document, answer in zip(inner, readers.each(parts, [jobs[one.id or 0] for one in inner]), strict=True):
            self._open(document, answer)
        for document, answer in zip(others, readers.each(read, [jobs[one.id or 0] for one in others]), strict=True):
            self._settle(document, answer)
        self._tidy({one.container_id for one in claimed if one.container_id})

    def _without_known(self, claimed: Sequence[ImportDocument]) -> list[ImportDocument]:
        """Settle what was brought in before; it need not be read again."""
        with reading(self.engine) as session:
            known = queries.already(session, [one.digest for one in claimed])
        for one in claimed:
            if one.digest in known:
                self._settle(one, Unread(""))
        return [one for one in claimed if one.digest not in known]

    def _settle(self, document: ImportDocument, answer: Read | Unread) -> None:
        try:
            with writing(self.engine) as session:
                incoming.settle(session, self.clock(), session.get_one(ImportDocument, document.id), answer)
        except AppError as error:
            with writing(self.engine) as session:
                incoming.fail(session.get_one(ImportDocument, document.id), error.detail)

    def _jobs(self, folder: Path, claimed: Sequence[ImportDocument]) -> dict[int, Job]:
        """What to read, with the files put where other processes can read them."""
        found: dict[int, Job] = {}
        with reading(self.engine) as session:
            others = {batch: _paths(session, batch) for batch in {one.batch_id for one in claimed}}
            for one in claimed:
                holder = one.container_id or one.id or 0
                file = folder / f"{holder}{documents.suffix(one.name) if not one.container_id else '.zip'}"
                if not file.exists():
                    file.write_bytes(session.get_one(ImportDocument, holder).raw or b"")
                entry = one.name if one.container_id else None
                near = others[one.batch_id].get(one.container_id, {})
                found[one.id or 0] = Job(file, one.name, one.path, entry, near)
        return found

    def _open(self, document: ImportDocument, answer: Parts | Unread) -> None:
        with writing(self.engine) as session:
            kept = session.get_one(ImportDocument, document.id)
            if kept.state != "waiting":
                return
            if isinstance(answer, Unread):
                incoming.fail(kept, answer.problem)
            else:
                incoming.add_parts(session, kept, answer)

    def _tidy(self, containers: set[int]) -> None:
        """Let go of the bytes of a zip file whose documents are all done."""
        with writing(self.engine) as session:
            for number in containers:
                if not queries.needed(session, number):
                    session.get_one(ImportDocument, number).raw = None


def _has_ended(claimant: str) -> bool:
    host, _, number = claimant.rpartition(" ")
    try:
        if host == socket.gethostname():
            os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _is_row(document: ImportDocument) -> bool:
    """Whether it is one row of a table and not the table: rows come with a number in front."""
    return documents.suffix(document.name) == ".csv" and document.is_part


def _paths(session: Session, batch: int) -> Mapping[int | None, Mapping[str, str]]:
    """The paths of the aids in a batch by the name of their document, for each zip file apart."""
    found: dict[int | None, dict[str, str]] = {}
    for container, name, path in queries.places(session, batch):
        found.setdefault(container, {})[name] = path
    return found
