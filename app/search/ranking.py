"""Which aids answer best: words, learned words and meaning put together, and a nudge by circumstances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.aids.catalogue import Neighbour
from app.search import analysis, meaning
from app.search.hints import Bound
from app.search.segment import Documents, Mask, Scores
from app.search.snapshot import Snapshot, top
from app.search.terms import Understood, Wanted

MEANING = 0.6  # the share of meaning in a score; the rest is words
LEADERS, FEEDBACK = 4, 0.5  # the best aids, and how far the meaning of a question is moved towards them
CONSIDERED = 150  # aids with the best words, which all else is looked at for
SAMPLED = 600  # aids to which the rarest word adds most: so many of them show what the best words score at least
FEW = 3  # aids with the words; with fewer, those that mean the same are added
LEAST_LIKE = 0.35  # cosine from which on an aid without any of the words means the same
AS_TYPED = 1.5
PHRASE = 1.0  # where the whole question is quoted; less for a part of it
LIFT = 1.15  # for an aid of the reader's task or role, or for trouble where she writes of trouble
NEAR, SAME_TASK, MOST_NEIGHBOURS = 0.55, 0.2, 4
MOST_CHECKED = 100  # aids whose text is searched for a phrase
TROUBLE = frozenset(
    "error errors fail fails failed failing broken stuck wrong problem problems trouble crash crashed jammed "
    "fehler kaputt erreur panne guasto fout averia".split()
)
TROUBLE_AHEAD = frozenset("won can cannot doesn isn couldn".split())  # before "t", which is all that is left of "not"


@dataclass(frozen=True)
class Circumstances:
    """What is known about the situation: it lifts aids and hides none."""

    tasks: Sequence[str] = ()
    role: str | None = None


NOWHERE = Circumstances()


@dataclass
class Scored:
    """The scores of a question before they are put in order, each part by document; `total` aids have a word of it."""

    total: int
    candidates: Documents
    words: Scores
    factor: Scores
    as_typed: Scores
    meaning: Scores | None = None

    @property
    def words_share(self) -> float:
        """What a score of words is multiplied by: the best one counts 1, or what meaning leaves of it."""
        most = float(self.words.max())
        return (1.0 if self.meaning is None else 1 - MEANING) / most if most else 0.0

    @property
    def final(self) -> Scores:
        """The score that decides."""
        total = self.words * self.words_share
        if self.meaning is not None:
            total += MEANING * self.meaning
        total *= self.factor
        total += self.as_typed
        return total


def best(scored: Scored, most: int) -> list[tuple[int, float]]:
    """The documents with the highest scores, best first."""
    final = scored.final
    places = top(final, most)
    return list(zip(scored.candidates[places].tolist(), final[places].tolist(), strict=True))


def score(
    snapshot: Snapshot, hints: Bound, asked: Understood, allowed: Mask, around: Circumstances, needed: int = 0
) -> Scored | None:
    """The parts of the score of the aids with the best words; of all that have one, where so many are needed.

    Where few have a word of the question, those that mean it are among them.
    """
    words = word_scores(snapshot, hints, asked.groups)
    has = (words > 0) & allowed
    total = int(np.count_nonzero(has))
    titled = [number for number in snapshot.titled(asked.flat[: analysis.MOST_TITLE]) if has[number]]
    holding = _holding(snapshot, asked.phrases, has.nonzero()[0], words) if asked.phrases else []
    direction = _direction(asked.corrected or asked.text) if snapshot.loaded else None
    if needed <= CONSIDERED < total:
        candidates = _best_words(hints, asked, words, has)
        if titled or holding:
            candidates = np.union1d(candidates, titled + holding)
    elif total < FEW and direction is not None:
        candidates = _like(snapshot, direction, allowed, has.nonzero()[0])
        total = len(candidates)
    else:
        candidates = has.nonzero()[0]
    if not total:
        return None
    own = words.take(candidates)
    factor = hints.popularity.take(candidates) * _lift(snapshot, asked, around, candidates)
    scored = Scored(total, candidates, own, factor, _as_typed(asked, candidates, titled, holding))
    if direction is not None:
        _add_meaning(scored, snapshot, direction)
    return scored


def _best_words(hints: Bound, asked: Understood, words: Scores, has: Mask) -> Documents:
    """The aids with the best words, in order, of those that have any.

    Among those with the rarest word are most often as many as are wanted; what scores less than the last of these is
    not looked at.
    """
    often = {term: len(hints.impact(term).documents) for term in asked.terms}
    rarest = min((term for term in often if often[term] >= CONSIDERED), key=often.__getitem__, default=None)
    if rarest is not None:
        sample = hints.strongest(rarest, SAMPLED)
        has = has & (words >= np.partition(words[sample] * has[sample], -CONSIDERED)[-CONSIDERED])
    candidates = has.nonzero()[0]
    return candidates[_highest(words.take(candidates))]


def word_scores(snapshot: Snapshot, hints: Bound, groups: Sequence[Sequence[Wanted]]) -> Scores:
    """The sum over the groups of a question; in a group the best term of an aid counts."""
    scores = _added(snapshot.count, [_weighed(hints, group[0]) for group in groups if len(group) == 1])
    for group in groups:
        if len(group) > 1:
            best = np.zeros(snapshot.count)
            documents, impacts = zip(*(_weighed(hints, wanted) for wanted in group), strict=True)
            np.maximum.at(best, np.concatenate(documents), np.concatenate(impacts))
            scores += best
    return scores


def _weighed(hints: Bound, wanted: Wanted) -> tuple[Documents, Scores]:
    documents, impacts = hints.impact(wanted.term)
    return documents, impacts if wanted.weight == 1 else wanted.weight * impacts


def _added(count: int, found: Sequence[tuple[Documents, Scores]]) -> Scores:
    if not found:
        return np.zeros(count)
    documents, impacts = zip(*found, strict=True)
    return np.bincount(np.concatenate(documents), np.concatenate(impacts), count).astype(np.float64, copy=False)


def neighbours(snapshot: Snapshot, hints: Bound, aid: int, allowed: Mask, asked: str = "") -> list[Neighbour]:
    """The aids nearest to this one: alike, of one task, used together or after the same question."""
    here = snapshot.of_aid.get(aid)
    if here is None:
        return []
    together = hints.together(aid)
    answered = hints.answered([term for word in analysis.words(asked) for term in snapshot.terms(word)])
    nearness = snapshot.likeness(snapshot.vectors(np.array([here]))[0]) + together + answered
    for task in snapshot.shown(here)["tasks"]:
        nearness[snapshot.having("task", task)] += SAME_TASK
    nearness[~allowed] = 0
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
    """A share of a score: what gave it, by which word of which field, and how much."""

    what: str
    word: str
    where: str
    score: float


def explain(snapshot: Snapshot, hints: Bound, asked: Understood, scored: Scored, document: int) -> list[Part]:
    """How the score of one aid came about, the largest share first."""
    at = int(np.searchsorted(scored.candidates, document))
    factor, share = float(scored.factor[at]), scored.words_share
    parts = [part for group in asked.groups for part in _best(snapshot, hints, group, document, share)]
    if scored.meaning is not None and scored.meaning[at]:
        parts.append(Part("meaning", "", "", MEANING * float(scored.meaning[at])))
    if factor != 1:
        parts.append(Part("boost", "", "", sum(part.score for part in parts) * (factor - 1)))
    if scored.as_typed[at]:
        parts.append(Part("as typed", "", "", float(scored.as_typed[at])))
    return sorted(parts, key=lambda part: -part.score)


def _best(snapshot: Snapshot, hints: Bound, group: Sequence[Wanted], document: int, share: float) -> list[Part]:
    """The shares of the term that counts in its group."""
    found = [_parts(snapshot, hints, wanted, document, share) for wanted in group]
    return max(found, key=lambda parts: sum(part.score for part in parts))


def _parts(snapshot: Snapshot, hints: Bound, wanted: Wanted, document: int, share: float) -> list[Part]:
    scale = share * wanted.weight
    parts = [
        Part(wanted.origin, wanted.word, part.field, scale * part.score)
        for part in snapshot.parts(wanted.term, document)
    ]
    learned = hints.learned(wanted.term)
    if document in learned.documents:
        given = float(learned.scores[np.searchsorted(learned.documents, document)])
        parts.append(Part("learned", wanted.word, "learned", scale * given))
    return parts


def _direction(text: str) -> meaning.Vector | None:
    model = meaning.at_hand()
    return model.question(text) if model else None


def _add_meaning(scored: Scored, snapshot: Snapshot, direction: meaning.Vector) -> None:
    """How alike each aid is, in terms of the most alike; only for those with the best words.

    What the question means is taken to lie towards the best aids found by it: Rocchio, "Relevance feedback in
    information retrieval" (1971), with the best as the relevant ones.
    """
    best = _highest(scored.words)
    vectors = snapshot.vectors(scored.candidates[best])

    def look(towards: meaning.Vector) -> None:
        near = np.maximum(vectors @ towards, 0)
        scored.meaning = np.zeros(len(scored.candidates))
        scored.meaning[best] = near / (near.max() or 1)

    look(direction)
    leaders = vectors[top(scored.final[best], LEADERS)]
    look(direction + FEEDBACK / len(leaders) * leaders.sum(axis=0))


def _highest(words: Scores) -> Documents | slice:
    """The places of the best words, in order."""
    if len(words) <= CONSIDERED:
        return slice(None)
    return np.sort(np.argpartition(words, -CONSIDERED)[-CONSIDERED:])


def _like(snapshot: Snapshot, direction: meaning.Vector, allowed: Mask, candidates: Documents) -> Documents:
    likeness = snapshot.likeness(direction) * allowed
    return np.union1d(candidates, np.flatnonzero(likeness >= LEAST_LIKE))


def _lift(snapshot: Snapshot, asked: Understood, around: Circumstances, candidates: Documents) -> Scores:
    factor = np.ones(len(candidates))
    for task in around.tasks:
        factor[snapshot.having("task", task)[candidates]] = LIFT
    if around.role:
        factor[snapshot.having("role", around.role)[candidates]] *= LIFT
    if TROUBLE.intersection(asked.words) or ("t" in asked.words and TROUBLE_AHEAD.intersection(asked.words)):
        helps = snapshot.having("kind", "troubleshooting")[candidates] | snapshot.having("moment", "solve")[candidates]
        factor[helps] *= LIFT
    return factor


def _as_typed(asked: Understood, candidates: Documents, titled: Sequence[int], holding: Sequence[int]) -> Scores:
    """More than any other score for an aid with the question as its title; a lift for one that holds what is quoted."""
    extra = np.zeros(len(candidates))
    extra[candidates.searchsorted(titled)] = AS_TYPED
    if holding:
        quoted = sum(len(analysis.words(phrase)) for phrase in asked.phrases) / len(asked.words)
        extra[candidates.searchsorted(holding)] += PHRASE * min(quoted, 1)
    return extra


def _holding(snapshot: Snapshot, phrases: Sequence[str], candidates: Documents, words: Scores) -> list[int]:
    """Those of the best candidates that hold every phrase as it was typed."""
    for word in {word for phrase in phrases for word in analysis.words(phrase)}:
        found = [snapshot.impact(term).documents for term in snapshot.terms(word)]
        if len(found) == len(snapshot.languages):  # else it is too common in one of them to be looked for
            has = np.zeros(snapshot.count, dtype=np.bool_)
            has[np.concatenate(found)] = True
            candidates = candidates[has[candidates]]
    wanted = [f" {analysis.flat(phrase)} " for phrase in phrases]
    best = candidates[top(words[candidates], MOST_CHECKED)].tolist()
    return [number for number in best if all(phrase in snapshot.text(number) for phrase in wanted)]
