"""Which aids answer best: words, learned words and meaning put together, and a nudge by circumstances."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.aids.catalogue import Neighbour
from app.search import analysis, meaning, trouble
from app.search.group import CONSIDERED, SAMPLED, Group, Wanted
from app.search.segment import Documents, Impacts, Mask, Scores
from app.search.sight import Sight
from app.search.snapshot import Snapshot, top
from app.search.terms import Understood
from app.search.words import read

MEANING = 0.6  # the share of meaning in a score; the rest is words
LEADERS, FEEDBACK = 4, 0.5  # the best aids, and how far the meaning of a question is moved towards them
MANY = 500  # aids with any of the words; of fewer all are put in order
FEW = 3  # aids with the words; with fewer, those that mean the same are added
LEAST_LIKE = 0.35  # cosine from which on an aid without any of the words means the same
AS_TYPED = 1.5
PHRASE = 1.0  # where the whole question is quoted; less for a part of it
LIFT = 1.15  # for an aid of the reader's task or role, or for trouble where she writes of trouble
NEAR, SAME_TASK, MOST_NEIGHBOURS = 0.55, 0.2, 4
MOST_CHECKED = 100  # aids whose text is searched for a phrase


@dataclass(frozen=True)
class Circumstances:
    """What is known about the situation: it lifts aids and hides none."""

    tasks: Sequence[str] = ()
    role: str | None = None


NOWHERE = Circumstances()


@dataclass(slots=True)
class Scored:
    """The scores of a question before they are put in order, each part by document; `total` aids have a word of it.

    Words are taken by their `share`; meaning in terms of the most alike.
    """

    total: int
    candidates: Documents
    words: Impacts
    share: float
    factor: Scores
    meaning: Impacts | None = None
    as_typed: Scores | None = None

    @property
    def final(self) -> Scores:
        """The score that decides."""
        final = self.words * self.share
        if self.meaning is not None:
            final += self.meaning
        final = final * self.factor
        if self.as_typed is not None:
            final += self.as_typed
        return final


def best(scored: Scored, most: int) -> list[tuple[int, float]]:
    """The documents with the highest scores, best first."""
    final = scored.final
    places = top(final, most)
    return list(zip(scored.candidates[places].tolist(), final[places].tolist(), strict=True))


def score(
    sight: Sight, asked: Understood, around: Circumstances = NOWHERE, narrowed: Mask | None = None, needed: int = 0
) -> Scored | None:
    """The parts of the score of the aids with the best words; of all that have one, where so many are needed.

    Where few have a word of the question, those that mean it are among them. `narrowed` are the only aids that count.
    """
    words = added(asked.groups)
    if narrowed is not None:
        words *= narrowed
    has = words > 0
    total = int(np.count_nonzero(has))
    direction = _direction(asked.meant) if sight.snapshot.loaded else None
    exact = _exact(sight, asked, words)
    if needed <= CONSIDERED < total:
        candidates = _best_words(words, has, total, asked.groups)
        if exact:
            candidates = np.union1d(candidates, list(exact))
    else:
        candidates = has.nonzero()[0]
        if total < FEW and direction is not None:
            candidates = _with_alike(sight, candidates, direction, narrowed)
            total = len(candidates)
    if not total:
        return None
    own = words[candidates]
    scored = Scored(total, candidates, own, 1 / (_most(own) or 1), _factor(sight, asked, around, candidates))
    if exact:
        scored.as_typed = np.zeros(len(candidates))
        scored.as_typed[candidates.searchsorted(list(exact))] = list(exact.values())
    if direction is not None:
        _add_meaning(scored, sight.snapshot, direction)
    return scored


def added(groups: Sequence[Group]) -> Impacts:
    """What the groups of a question, of which there is one, add to the score of each aid."""
    words = groups[0].row()
    for group in groups[1:]:
        group.add_to(words)
    return words


def _best_words(words: Impacts, has: Mask, total: int, groups: Sequence[Group]) -> Documents:
    """The aids with the best words, in order, of `total` that have any.

    As many as are wanted have the rarest word, most often; what scores less than the last of these is not looked at.
    """
    frequent = [group for group in groups if group.often() >= SAMPLED] if total > MANY else []
    if frequent:
        sample = words[min(frequent, key=Group.often).strongest]
        sample.partition(-CONSIDERED)
        has = has & (words >= sample[-CONSIDERED])
    candidates = has.nonzero()[0]
    return candidates[_highest(words[candidates])]


def _highest(words: Impacts) -> Documents | slice:
    """The places of the best words, in order."""
    if len(words) <= CONSIDERED:
        return slice(None)
    places = words.argpartition(-CONSIDERED)[-CONSIDERED:]
    places.sort()
    return places


def _among(scores: Impacts, places: Documents | slice, count: int) -> Impacts:
    """These scores at their places, and none at all others."""
    if isinstance(places, slice):
        return scores
    row = np.zeros(count, np.float32)
    row[places] = scores
    return row


def _most(scores: NDArray[Any]) -> float:
    """The highest of a few scores; the method `max` takes twice as long."""
    return float(scores[scores.argmax()])


def neighbours(sight: Sight, aid: int, asked: str = "") -> list[Neighbour]:
    """The aids nearest to this one: alike, of one task, used together or after the same question."""
    snapshot, hints = sight.snapshot, sight.hints
    here = snapshot.of_aid.get(aid)
    if here is None:
        return []
    together = hints.together(aid)
    answered = hints.answered([term for word in analysis.words(asked) for term in snapshot.terms(word)])
    nearness = snapshot.likeness(snapshot.vectors(np.array([here]))[0] / meaning.STEPS) + together + answered
    for task in snapshot.shown(here)["tasks"]:
        nearness[snapshot.having("task", task)] += SAME_TASK
    nearness[~sight.visible] = 0
    nearness[here] = 0
    near = np.flatnonzero(nearness >= NEAR)
    found = near[top(nearness[near], MOST_NEIGHBOURS)].tolist()
    shown = [snapshot.shown(number) for number in found]
    return [
        Neighbour(one["slug"], one["title"], bool(together[number]), bool(answered[number]))
        for number, one in zip(found, shown, strict=True)
    ]


@dataclass(frozen=True)
class Part:
    """A share of a score: what gave it, by which word of which field, and how much.

    `term` is what was looked for in its place, and `languages` those of the library that make it of the word, where
    there are several. Of a task or role `word` is the slug.
    """

    what: str
    word: str
    where: str
    score: float
    term: str = ""
    languages: Sequence[str] = ()


def explain(
    sight: Sight, asked: Understood, scored: Scored, document: int, around: Circumstances = NOWHERE
) -> list[Part]:
    """How the score of one aid came about, the largest share first."""
    at = int(np.searchsorted(scored.candidates, document))
    parts = [part for group in asked.groups for part in _best(sight, group, document, scored.share)]
    if scored.meaning is not None and scored.meaning[at]:
        parts.append(Part("meaning", "", "", float(scored.meaning[at])))
    parts += _raised(sight, asked, around, document, sum(part.score for part in parts))
    if scored.as_typed is not None and scored.as_typed[at]:
        parts.append(Part("as typed", "", "", float(scored.as_typed[at])))
    return sorted(parts, key=lambda part: -part.score)


def _best(sight: Sight, group: Group, document: int, share: float) -> list[Part]:
    """The shares of the alternative that counts in its group."""
    found = [
        [part for wanted in alternative for part in _parts(sight, wanted, document, share)]
        for alternative in group.alternatives
        if all(document in sight.hints.impact(wanted.term).documents for wanted in alternative)
    ]
    return max(found, key=lambda parts: sum(part.score for part in parts), default=[])


def _parts(sight: Sight, wanted: Wanted, document: int, share: float) -> list[Part]:
    scale, term = share * wanted.weight, wanted.term
    langs = sight.snapshot.languages
    langs = tuple(lang for lang in langs if term in analysis.terms_in(wanted.word, (lang,))) if len(langs) > 1 else ()
    parts = [
        Part(wanted.origin, wanted.word, part.field, scale * part.score, term, langs)
        for part in sight.snapshot.parts(term, document)
    ]
    learned = sight.hints.learned(wanted.term)
    if document in learned.documents:
        given = float(learned.scores[np.searchsorted(learned.documents, document)])
        parts.append(Part("learned", wanted.word, "learned", scale * given, term, langs))
    return parts


def _raised(sight: Sight, asked: Understood, around: Circumstances, document: int, score: float) -> list[Part]:
    """What popularity and the circumstances add to the score of one aid; of their product each has its logarithm."""
    snapshot, popularity = sight.snapshot, float(sight.hints.popularity[document])
    own = Circumstances([task for task in around.tasks if snapshot.having("task", task)[document]], around.role)
    lifts = _lifts(snapshot, asked, own, np.array([document]))
    factors = [("popularity", "", popularity)] if popularity > 1 else []
    factors += [(what, word, LIFT) for what, word, lifted in lifts if lifted[0]]
    whole = math.prod(factor for _, _, factor in factors)
    return [
        Part(what, word, "", score * (whole - 1) * math.log(factor) / math.log(whole)) for what, word, factor in factors
    ]


def _direction(text: str) -> meaning.Vector | None:
    model = meaning.at_hand()
    return model.question(text) if model else None


def _add_meaning(scored: Scored, snapshot: Snapshot, direction: meaning.Vector) -> None:
    """How alike each aid is, in terms of the most alike; only for those with the best words.

    What the question means is taken to lie towards the best aids found by it: Rocchio, "Relevance feedback in
    information retrieval" (1971), with the best as the relevant ones.
    """
    scored.share *= 1 - MEANING
    best = _highest(scored.words)
    vectors = snapshot.vectors(scored.candidates[best])
    near = vectors.dot(direction)
    if len(near) > LEADERS:
        first = scored.words[best] * scored.share
        first += near * (MEANING / (_most(near) or 1))
        leaders = vectors[first.argpartition(-LEADERS)[-LEADERS:]]
    else:
        leaders = vectors
    near += vectors.dot(leaders.sum(axis=0) * (FEEDBACK / meaning.STEPS / len(leaders)))
    near = np.maximum(near, 0)
    near *= MEANING / (_most(near) or 1)
    scored.meaning = _among(near, best, len(scored.words))


def _with_alike(sight: Sight, candidates: Documents, direction: meaning.Vector, narrowed: Mask | None) -> Documents:
    """These aids and all that mean the same."""
    alike = (sight.snapshot.likeness(direction) >= LEAST_LIKE) & sight.visible
    if narrowed is not None:
        alike &= narrowed
    return np.union1d(candidates, alike.nonzero()[0])


def _factor(sight: Sight, asked: Understood, around: Circumstances, candidates: Documents) -> Scores:
    """What each score is multiplied by: popularity, the reader's task and role, help for trouble."""
    factor = sight.hints.popularity[candidates]
    for _, _, lifted in _lifts(sight.snapshot, asked, around, candidates):
        factor[lifted] *= LIFT
    return factor


def _lifts(
    snapshot: Snapshot, asked: Understood, around: Circumstances, documents: Documents
) -> Iterator[tuple[str, str, Mask]]:
    """What lifts aids, by which task, role or words, and which of these aids it lifts."""
    if around.tasks:
        at_hand = [snapshot.having("task", task)[documents] for task in around.tasks]
        yield "task", ", ".join(around.tasks), np.any(at_hand, axis=0)
    if around.role:
        yield "role", around.role, snapshot.having("role", around.role)[documents]
    told = trouble.told(asked)
    if told:
        helps = snapshot.having("kind", "troubleshooting")[documents] | snapshot.having("moment", "solve")[documents]
        yield "trouble", told, helps


def _exact(sight: Sight, asked: Understood, words: Impacts) -> dict[int, float]:
    """More than any other score for an aid with the question as its title; a lift for one that holds what is quoted."""
    exact = {number: AS_TYPED for number in sight.snapshot.titled(asked.flat[: analysis.MOST_TITLE]) if words[number]}
    if asked.phrases:
        quoted = sum(len(analysis.words(phrase)) for phrase in asked.phrases) / len(asked.words)
        for number in _holding(sight, asked.phrases, words):
            exact[number] = exact.get(number, 0.0) + PHRASE * min(quoted, 1)
    return exact


def _holding(sight: Sight, phrases: Sequence[str], words: Impacts) -> list[int]:
    """Those of the aids with the best words that hold every phrase as it was typed."""
    has = words > 0
    for word in {word for phrase in phrases for word in analysis.words(phrase)}:
        found = sight.once(read, word)
        if not found.common:  # in any language: such a word is not looked for
            has &= found.group.row() > 0
    candidates = has.nonzero()[0]
    wanted = [f" {analysis.flat(phrase)} " for phrase in phrases]
    best = candidates[top(words[candidates], MOST_CHECKED)].tolist()
    return [number for number in best if all(phrase in sight.snapshot.text(number) for phrase in wanted)]
