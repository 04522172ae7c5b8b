"""The index on disk. It is derived from the database and may be deleted at any time.

Each generation is a folder of its own with a `state.json` that says which database it was made from and the number of
the last change that it holds; `CURRENT` names the generation in use. One process writes at a time, under a file lock.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlmodel import Session
from whoosh.index import TOC, FileIndex
from whoosh.reading import SegmentReader

from app.aids import queries
from app.aids import service as aids
from app.aids.models import Aid, Revision
from app.db import reading
from app.ids import uuid7
from app.search import analysis
from app.search.entry import document
from app.search.files import Files
from app.search.segment import Damaged, Segment
from app.work import service as work

log = structlog.get_logger(__name__)
PORTION = 500
MEMORY_MB = 128


class Store:
    """The index of one machine."""

    def __init__(self, folder: Path, engine: Engine, lang: str) -> None:
        self.folder = folder
        self.engine = engine
        self.lang = lang

    def open(self) -> FileIndex | None:
        """The index in use; None where there is none that can be read."""
        generation = self._generation()
        if generation is None or self._state(generation).get("fingerprint") != analysis.fingerprint(self.lang):
            return None
        try:
            return Files(str(generation)).open_index()
        except Exception:  # whoosh raises whatever the damaged bytes make it raise
            log.exception("the index cannot be opened")
            return None

    def catch_up(self, wait: bool = True, read: Mapping[str, Segment] | None = None) -> bool:
        """Take in what changed since; make a new index where there is none to use. False: another process is at it.

        `read` are the segments that were read already, by their id: what they hold need not be asked from Whoosh.
        """
        with self._lock(wait) as mine:
            if not mine:
                return False
            with reading(self.engine) as session:
                opened = self.open()
                generation = self._generation()
                if opened is None or generation is None or not self._fits(session, generation):
                    self._rebuild(session)
                else:
                    try:
                        self._apply(session, opened, generation, read or {})
                    except Damaged as error:
                        log.error("the index is damaged and is made anew", error=repr(error))
                        self._rebuild(session)
        return True

    def tidy(self, many: int) -> bool:
        """Merge the smallest segments where there are more than `many`, to half as many; returns whether it did."""
        with self._lock(wait=False) as mine:
            opened = self.open() if mine else None
            if opened is None or len(TOC.read(opened.storage, opened.indexname).segments) <= many:
                return False
            opened.writer(limitmb=MEMORY_MB).commit(mergetype=partial(_merge_smallest, keep=many // 2))
        return True

    def rebuild(self) -> int:
        """Make the index anew beside the one in use, then put it in its place; returns how many aids it holds."""
        with self._lock(wait=True), reading(self.engine) as session:
            return self._rebuild(session)

    def behind(self) -> int:
        """How many changes the index has not taken in yet."""
        generation = self._generation()
        with reading(self.engine) as session:
            newest = queries.last_change(session)
        return newest - int(self._state(generation).get("change", 0)) if generation else newest

    def _generation(self) -> Path | None:
        try:
            name = (self.folder / "CURRENT").read_text().strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        return self.folder / name if name and (self.folder / name).is_dir() else None

    def _state(self, generation: Path) -> dict[str, Any]:
        try:
            state = json.loads((generation / "state.json").read_text())
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}

    def _fits(self, session: Session, generation: Path) -> bool:
        state = self._state(generation)
        ours = state.get("instance") == aids.instance(session)
        return ours and int(state.get("change", 0)) <= queries.last_change(session)

    def _apply(self, session: Session, opened: FileIndex, generation: Path, read: Mapping[str, Segment]) -> None:
        before = int(self._state(generation)["change"])
        newest, changed = queries.changed_after(session, before)
        if newest == before:
            return
        if len(changed) > PORTION and len(changed) * 2 > opened.doc_count():
            self._rebuild(session)
            return
        writer = opened.writer(limitmb=MEMORY_MB)
        try:
            _delete(writer, changed, read)
            for start in range(0, len(changed), PORTION):
                self._add(session, writer, queries.live_many(session, changed[start : start + PORTION]))
        except BaseException:
            writer.cancel()
            raise
        writer.commit(merge=False)
        self._save(session, generation, newest)

    def _rebuild(self, session: Session) -> int:
        generation = self.folder / uuid7().hex
        generation.mkdir(parents=True)
        change, last, count = queries.last_change(session), 0, 0
        writer = Files(str(generation)).create_index(analysis.schema()).writer(limitmb=MEMORY_MB)
        while rows := queries.live_after(session, last, PORTION):
            self._add(session, writer, rows)
            last, count = rows[-1][0].id or 0, count + len(rows)
            session.expunge_all()
        writer.commit()
        self._save(session, generation, change)
        _write(self.folder / "CURRENT", generation.name)
        for other in self.folder.iterdir():
            if other.is_dir() and other != generation:
                shutil.rmtree(other, ignore_errors=True)
        log.info("index rebuilt", aids=count, change=change)
        return count

    def _save(self, session: Session, generation: Path, change: int) -> None:
        instance = aids.instance(session)
        state = {"fingerprint": analysis.fingerprint(self.lang), "instance": instance, "change": change}
        _write(generation / "state.json", json.dumps(state))

    def _add(self, session: Session, writer: Any, rows: Sequence[tuple[Aid, Revision]]) -> None:
        tasks = work.named(session, {slug for _, revision in rows for slug in revision.tasks})
        for aid, revision in rows:
            writer.add_document(**document(aid, revision, [tasks[slug] for slug in revision.tasks], self.lang))

    @contextmanager
    def _lock(self, wait: bool) -> Iterator[bool]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def _merge_smallest(writer: Any, segments: Sequence[Any], keep: int) -> list[Any]:
    """A policy of merging for Whoosh: its own leaves many segments of a middling size alone."""
    largest = sorted(segments, key=lambda segment: segment.doc_count_all(), reverse=True)[:keep]
    for segment in segments:
        if segment not in largest:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
    return [segment for segment in segments if segment in largest]


def _delete(writer: Any, aid_ids: Sequence[int], read: Mapping[str, Segment]) -> None:
    """Take these aids out of the segments; Whoosh opens every segment anew where one was not read yet."""
    filled = [segment for segment in writer.segments if segment.doc_count_all()]  # a merge may leave an empty one
    known = [read.get(segment.segment_id()) for segment in filled]
    if not all(segment is not None and segment.loaded for segment in known):
        try:
            for aid_id in aid_ids:
                writer.delete_by_term("aid", str(aid_id))
        except Exception as error:  # whatever damaged bytes make it raise
            raise Damaged(repr(error)) from error
        return
    for segment, arrays in zip(filled, known, strict=True):
        for aid_id in aid_ids:
            number = arrays.aids.get(aid_id) if arrays else None
            if number is not None and not segment.is_deleted(number):
                segment.delete_document(number)


def _write(path: Path, text: str) -> None:
    """Replace a small file in one step."""
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(text)
    beside.replace(path)
