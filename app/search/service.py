"""The rules of search: what is asked, what is answered, and what happens when the index is not to be had."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import structlog
from markupsafe import Markup
from sqlmodel import Session

from app.aids import queries as aid_queries
from app.aids import service as aids
from app.aids import upkeep
from app.aids.catalogue import Neighbour
from app.db import reading
from app.errors import Invalid, NotFound
from app.ids import uuid7
from app.people import service as people
from app.search import analysis, learning, queries, ranking, related
from app.search.characters import plain
from app.search.circumstances import NOWHERE, Circumstances
from app.search.excerpt import Marker
from app.search.explain import Part, explain
from app.search.follower import Follower
from app.search.models import LearnedWord
from app.search.ranking import Scored
from app.search.segment import Damaged, Mask
from app.search.sight import Sight
from app.search.snapshot import Snapshot
from app.search.terms import MOST_WORDS, Understood, understand
from app.viewer import Right, Viewer
from app.work import service as work

log = structlog.get_logger(__name__)
MOST_CHARACTERS = 1_000


@dataclass(frozen=True)
class Question:
    """What somebody looks for."""

    text: str
    task: str | None = None
    kind: str | None = None
    moment: str | None = None
    limit: int = 10
    offset: int = 0
    around: Circumstances = NOWHERE
    explain: bool = False


class Hit(NamedTuple):
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
    parts: list[Part] | None = None


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


class Search(Follower):
    """The search of one process: follows the index, answers questions."""

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
        if question.explain:
            viewer.require(Right.WRITE)
        answer = Answer(uuid7(), question.text)
        if not question.text.isascii():
            question = replace(question, text=plain(question.text)[:MOST_CHARACTERS])
        answer = self._answer(answer, question, viewer)
        return replace(answer, took_ms=round((time.perf_counter() - started) * 1e3, 2))

    def _answer(self, answer: Answer, question: Question, viewer: Viewer) -> Answer:
        state = self.state
        if state is not None:
            try:
                return _from_index(state.sight(viewer), answer, question)
            except Damaged as error:
                self._discard(error)
            except Exception:
                log.exception("a question could not be answered from the index")
        asked = analysis.words(question.text)[:MOST_WORDS]
        words = _without_letters({word: analysis.terms_in(word, (self.store.lang,)) for word in asked})
        if not words:
            return replace(answer, message=_nothing_to_search(question.text, asked))
        return self._from_database(answer, question, viewer, words)

    def _from_database(
        self, answer: Answer, question: Question, viewer: Viewer, words: Mapping[str, Sequence[str]]
    ) -> Answer:
        sought = aid_queries.Sought(
            title=" ".join(question.text.split()),
            words=[{word, *terms} for word, terms in words.items()],
            members=viewer.member,
            withheld=viewer.withheld,
            kind=question.kind,
            task=question.task,
            moment=question.moment,
        )
        with reading(self.engine) as session:
            total, rows = aid_queries.matching(session, sought, question.limit, question.offset)
        marker = Marker([term for terms in words.values() for term in terms], [self.store.lang])
        hits = []
        for aid, revision in rows:
            titles = [work.title_of(slug) for slug in revision.tasks]
            html = marker.mark(revision.summary or revision.text)
            common = (aid.slug, revision.title, revision.summary, revision.kind, revision.tasks, titles)
            hits.append(Hit(*common, html, 0.0))
        return replace(answer, hits=hits, total=total, degraded=True)

    def neighbours(self, aid: int, viewer: Viewer, asked: str = "") -> list[Neighbour]:
        """The aids that belong to this one, for a reader who asked this; none while the index is being read."""
        state = self.state
        if state is None or not state.snapshot.loaded:
            return []
        try:
            return related.neighbours(state.sight(viewer), aid, plain(asked[:MOST_CHARACTERS]))
        except Damaged as error:
            self._discard(error)
            return []


def _without_letters(words: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The words that have terms; single letters, which are in every text, only where there is nothing else."""
    found = {word: terms for word, terms in words.items() if terms}
    return {word: terms for word, terms in found.items() if len(word) > 1} or found


def _nothing_to_search(text: str, asked: Sequence[str]) -> str | None:
    if not text.strip():
        return None
    if asked:
        return "These words are in almost every aid. Add a word for the thing that you are working on."
    return "There is no word in this question. Type what you are trying to do."


def _from_index(sight: Sight, answer: Answer, question: Question) -> Answer:
    if not sight.snapshot.count:
        return answer
    asked = understand(sight, question.text)
    if not asked.groups:
        return replace(answer, message=_nothing_to_search(question.text, asked.words))
    narrowed, needed = _narrowed(sight.snapshot, question), question.offset + question.limit
    scored = ranking.score(sight, asked, question.around, narrowed, needed)
    if scored is None:
        return replace(answer, corrected=asked.corrected)
    return replace(answer, hits=_hits(sight, asked, scored, question), total=scored.total, corrected=asked.corrected)


def _hits(sight: Sight, asked: Understood, scored: Scored, question: Question) -> list[Hit]:
    marker = Marker(asked.terms, sight.snapshot.languages)
    hits = []
    ranked = zip(*ranking.best(scored, question.offset + question.limit), strict=True)
    for number, value in islice(ranked, question.offset, None):
        parts = explain(sight, asked, scored, number, question.around) if question.explain else None
        hits.append(_hit(sight.snapshot.shown(number), value, marker, parts))
    return hits


def _hit(shown: dict[str, Any], score: float, marker: Marker, parts: list[Part] | None) -> Hit:
    excerpt = marker.excerpt(shown)
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
        parts=parts,
    )


def _narrowed(snapshot: Snapshot, question: Question) -> Mask | None:
    """The aids that are asked for; None where all are."""
    asked = (("task", question.task), ("kind", question.kind), ("moment", question.moment))
    masks = [snapshot.having(name, value) for name, value in asked if value]
    return np.all(masks, axis=0) if masks else None


# What trainers do with what was learned


def learned_words(session: Session, viewer: Viewer, slug: str) -> list[LearnedWord]:
    """The words that led readers to an aid, the weightiest first, removed ones last."""
    viewer.require(Right.WRITE)
    aid, _ = aids.find(session, viewer, slug)
    return queries.learned_words(session, aid.id or 0)


def adopt_word(session: Session, at: datetime, viewer: Viewer, slug: str, word: str) -> None:
    """Make a learned word a keyword: a new revision of the newest text, live where that text is.

    Raises:
        NotFound: the aid has not learned this word.
    """
    viewer.require(Right.PUBLISH)
    if word not in {one.word for one in learned_words(session, viewer, slug)}:
        raise NotFound(f"This aid has not learned the word {word!r}.", slug)
    aid, _ = aids.find(session, viewer, slug)
    upkeep.add_keyword(session, at, viewer, aid, word)


def remove_word(session: Session, at: datetime, viewer: Viewer, slug: str, word: str) -> None:
    """Have a learned word no longer lead to this aid.

    Raises:
        NotFound: the aid has not learned this word.
    """
    _set_removed(session, at, viewer, slug, word, removed=True)


def restore_word(session: Session, at: datetime, viewer: Viewer, slug: str, word: str) -> None:
    """Have a learned word that was removed lead to this aid again.

    Raises:
        NotFound: the aid has not learned this word.
    """
    _set_removed(session, at, viewer, slug, word, removed=False)


def _set_removed(session: Session, at: datetime, viewer: Viewer, slug: str, word: str, *, removed: bool) -> None:
    found = next((one for one in learned_words(session, viewer, slug) if one.word == word), None)
    if found is None:
        raise NotFound(f"This aid has not learned the word {word!r}.", slug)
    if found.removed == removed:
        return  # the form was sent twice
    found.removed = removed
    learning.announce(session)
    people.record(session, at, viewer, f"{'removed' if removed else 'restored'} a learned word", slug)
