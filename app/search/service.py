"""The rules of search: what is asked, what is answered, and what happens when the index is not to be had."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import numpy as np
import structlog
from markupsafe import Markup
from sqlalchemy import Engine

from app.aids import queries as aid_queries
from app.db import reading
from app.errors import Invalid
from app.ids import uuid7
from app.search import analysis
from app.search.excerpt import Marker
from app.search.snapshot import Mask, Scores, Snapshot
from app.search.store import Store
from app.viewer import Viewer
from app.work import service as work

log = structlog.get_logger(__name__)
MOST_CHARACTERS = 1_000
MOST_WORDS = 60
RETRY_SECONDS = 5.0


@dataclass(frozen=True)
class Question:
    """What somebody looks for."""

    text: str
    task: str | None = None
    kind: str | None = None
    moment: str | None = None
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True)
class Hit:
    """One aid that was found; `highlight` is safe HTML, `step` the step that answers best."""

    slug: str
    title: str
    summary: str
    kind: str
    tasks: list[str]
    task_titles: list[str]
    highlight: Markup
    score: float
    step: int | None = None


@dataclass(frozen=True)
class Answer:
    """What was found, `total` in all; `degraded` when it came from SQL because there is no index at the moment."""

    search_id: UUID
    query: str
    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    took_ms: float = 0.0
    corrected: str | None = None
    degraded: bool = False
    message: str | None = None


class Search:
    """The search of one process: follows the index, answers questions."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.store = Store(folder, engine)
        self.engine = engine
        self.snapshot: Snapshot | None = None
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._refreshing = threading.Lock()
        self._thread: threading.Thread | None = None

    # Keeping up

    def start(self) -> None:
        """Open the index and follow the feed of changes in the background."""
        self.refresh()
        self._thread = threading.Thread(target=self._follow, name="search-follow", daemon=True)
        self._thread.start()
        self.wake()

    def stop(self) -> None:
        """End the background work."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def wake(self) -> None:
        """Something may have changed: look now, not within the second."""
        self._wake.set()

    def _follow(self) -> None:
        pause = 0.0
        while not self._stop.wait(pause):
            self._wake.wait(1.0)
            self._wake.clear()
            try:
                self.catch_up(wait=False)
                pause = 0.0
            except Exception:
                log.exception("the index could not catch up")
                pause = RETRY_SECONDS

    def catch_up(self, wait: bool = True) -> None:
        """Bring the index up to date, by this process or another one, and use it."""
        if not self._stop.is_set():
            self.store.catch_up(wait)
            self.refresh()

    def refresh(self) -> None:
        """Use the newest state of the index."""
        with self._refreshing:
            opened = self.store.open()
            if opened is None:
                self.snapshot = None
                return
            now = self.snapshot
            if now and (now.folder, now.generation) == (opened.storage.folder, opened.latest_generation()):
                return
            try:
                self.snapshot = Snapshot(opened, now)
            except Exception as error:  # noqa: BLE001 - whatever damaged bytes make Whoosh raise
                self._discard(error)

    def _discard(self, error: Exception) -> None:
        log.error("the index is damaged and is made anew", error=repr(error))
        self.snapshot = None
        (self.store.folder / "CURRENT").unlink(missing_ok=True)
        self.wake()

    # Answering

    def find(self, question: Question, viewer: Viewer) -> Answer:
        """The aids that answer a question, best first, of those that the viewer may see.

        Raises:
            Invalid: the question is too long.
            SignInNeeded: the viewer may not read here.
        """
        viewer.require_reading()
        started = time.perf_counter()
        if len(question.text) > MOST_CHARACTERS:
            raise Invalid(f"A question has at most {MOST_CHARACTERS:,} characters; shorten it.")
        answer = Answer(uuid7(), question.text)
        asked = analysis.words(question.text)[:MOST_WORDS]
        terms = analysis.terms(asked)
        if not terms:
            return replace(answer, message=_nothing_to_search(question.text, asked))
        answer = self._answer(answer, question, viewer, asked, terms)
        return replace(answer, took_ms=round((time.perf_counter() - started) * 1e3, 2))

    def _answer(
        self, answer: Answer, question: Question, viewer: Viewer, asked: Sequence[str], terms: Sequence[str]
    ) -> Answer:
        snapshot = self.snapshot
        if snapshot is not None and snapshot.count:
            try:
                return _from_index(snapshot, answer, question, viewer, asked, terms)
            except Exception as error:  # noqa: BLE001 - whatever damaged bytes make Whoosh raise
                self._discard(error)
        elif snapshot is not None:
            return answer
        return self._from_database(answer, question, viewer, asked, terms)

    def _from_database(
        self, answer: Answer, question: Question, viewer: Viewer, asked: Sequence[str], terms: Sequence[str]
    ) -> Answer:
        needed = question.offset + question.limit
        with reading(self.engine) as session:
            rows = aid_queries.matching(session, list(terms), viewer.member, needed)
        marker = Marker(terms, asked)
        hits = []
        for aid, revision in rows[question.offset :]:
            titles = [work.title_of(slug) for slug in revision.tasks]
            html = marker.mark(revision.summary or revision.text)
            common = (aid.slug, revision.title, revision.summary, revision.kind, revision.tasks, titles)
            hits.append(Hit(*common, html, 0.0))
        return replace(answer, hits=hits, total=len(rows), degraded=True)

    def suggest(self, text: str, limit: int, viewer: Viewer) -> list[Hit]:
        """The aids that a question which is still being typed leads to."""
        return self.find(Question(text[:MOST_CHARACTERS], limit=limit), viewer).hits


def _nothing_to_search(text: str, asked: Sequence[str]) -> str | None:
    if not text.strip():
        return None
    if asked:
        return "These words are in almost every aid. Add a word for the thing that you are working on."
    return "There is no word in this question. Type what you are trying to do."


def _from_index(
    snapshot: Snapshot, answer: Answer, question: Question, viewer: Viewer, asked: Sequence[str], terms: Sequence[str]
) -> Answer:
    completions = _completions(snapshot, asked)
    scores = snapshot.score(terms, completions)
    scores[~_allowed(snapshot, question, viewer)] = 0
    total = int(np.count_nonzero(scores))
    if not total:
        return replace(answer, corrected=_corrected(snapshot, asked))
    marker = Marker(terms, {*asked, *completions} - {word for word in asked if analysis.stem(word) is None})
    best = top(scores, question.offset + question.limit)[question.offset :]
    hits = [_hit(snapshot, number, float(scores[number]), marker) for number in best]
    return replace(answer, hits=hits, total=total)


def top(scores: Scores, most: int) -> list[int]:
    """The documents with the highest scores above zero; equal ones in their order in the index."""
    candidates = np.flatnonzero(scores)
    if len(candidates) > most:
        least = np.partition(scores[candidates], -most)[-most]
        candidates = candidates[scores[candidates] >= least]
    order = np.lexsort((candidates, -scores[candidates]))
    return [int(number) for number in candidates[order][:most]]


def _allowed(snapshot: Snapshot, question: Question, viewer: Viewer) -> Mask:
    mask = np.ones(snapshot.count, dtype=np.bool_) if viewer.member else snapshot.public.copy()
    for name, value in (("task", question.task), ("kind", question.kind), ("moment", question.moment)):
        if value:
            mask &= snapshot.having(name, value)
    return mask


def _completions(snapshot: Snapshot, asked: Sequence[str]) -> list[str]:
    """What the last word may become, where no aid has it as it is."""
    term = analysis.stem(asked[-1])
    return [] if term is None or snapshot.knows(term) else snapshot.completions(asked[-1])


def _corrected(snapshot: Snapshot, asked: Sequence[str]) -> str | None:
    mended = []
    for word in asked:
        term = analysis.stem(word)
        known = term is None or snapshot.knows(term)
        mended.append(word if known else snapshot.correction(word) or word)
    return " ".join(mended) if mended != list(asked) else None


def _hit(snapshot: Snapshot, number: int, score: float, marker: Marker) -> Hit:
    shown = snapshot.shown(number)
    excerpt = marker.excerpt(shown["passages"], shown["summary"], shown["title"])
    return Hit(
        slug=shown["slug"],
        title=shown["title"],
        summary=shown["summary"],
        kind=shown["kind"],
        tasks=shown["tasks"],
        task_titles=shown["task_titles"],
        highlight=excerpt.html,
        score=round(score, 4),
        step=excerpt.step,
    )
