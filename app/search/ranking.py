"""Which aids answer best: words, learned words and meaning put together, and a nudge by circumstances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.search import meaning, trouble
from app.search.circumstances import LIFT, NOWHERE, Circumstances, lifts
from app.search.exact import as_typed
from app.search.group import LEAST, MOST_CONSIDERED, added
from app.search.segment import Documents, Impacts, Mask
from app.search.sight import Sight
from app.search.snapshot import top
from app.search.terms import Understood

MEANING = 0.6  # the share of meaning in a score; the rest is words
FLOOR = 0.5  # how much of what all candidates have in common does not count as being alike
LEADERS, FEEDBACK = 4, 0.5  # the best aids, and how far the meaning of a question is moved towards them
# What each of so many best aids moves it by.
PULLS = {count: np.full(count, FEEDBACK / count / meaning.STEPS, np.float32) for count in range(1, LEADERS + 1)}
FEW = 3  # aids with the words; with fewer, those that mean the same are added
LEAST_LIKE = 0.35  # cosine from which on an aid without any of the words means the same


@dataclass(slots=True)
class Scored:
    """The scores of a question before they are put in order, each part by document; `total` aids have a word of it.

    Words and meaning are in terms of the best and the most alike, `share` being what words were multiplied by. `others`
    are those with the next best words, each with its score, by words alone.
    """

    total: int
    candidates: Documents
    share: float
    words: Impacts
    factor: Impacts
    meaning: Impacts | None = None
    as_typed: Impacts | None = None
    others: tuple[Documents, Impacts] | None = None

    @property
    def final(self) -> Impacts:
        """The score that decides."""
        final = self.words if self.meaning is None else self.words + self.meaning
        final = final * self.factor
        if self.as_typed is not None:
            final += self.as_typed
        return final


def best(scored: Scored, most: int) -> tuple[list[int], list[float]]:
    """The documents with the highest scores, best first, and the scores."""
    documents, final = scored.candidates, scored.final
    if scored.others is not None:
        documents = np.concatenate((documents, scored.others[0]))
        final = np.concatenate((final, scored.others[1]))
    places = top(final, most)
    return documents[places].tolist(), final[places].tolist()


def score(
    sight: Sight, asked: Understood, around: Circumstances = NOWHERE, narrowed: Mask | None = None, needed: int = 0
) -> Scored | None:
    """The parts of the score of the aids with the best words; of `needed` aids the others are scored by words alone.

    Where few have a word of the question, those that mean it are among them. `narrowed` are the only aids that count.
    """
    words = added(asked.groups, sight.snapshot.count)
    if narrowed is not None:
        words *= narrowed
    total = int(np.count_nonzero(words.view(np.int32)))  # which are counted twice as fast as words > 0
    direction = _direction(asked.meant) if sight.snapshot.loaded else None
    typed = as_typed(sight, asked, words)
    told = trouble.told(asked)
    # Aids that are asked for alone, or lifted by task, role or trouble, may have much worse words than others.
    all_alike = narrowed is None and not (around.tasks or around.role or told)
    candidates = _best_words(words, max([group.floor for group in asked.groups]) if all_alike else LEAST)
    if total < FEW and direction is not None:
        candidates = _with_alike(sight, candidates, direction, narrowed)
        total = len(candidates)
    if typed:
        candidates = np.union1d(candidates, list(typed))
    if not total:
        return None
    own = words[candidates]
    share = _scale(own, 1.0 if direction is None else 1 - MEANING)
    scored = Scored(total, candidates, share, own, _factor(sight, told, around, candidates))
    if typed:
        scored.as_typed = _placed(typed, candidates)
    if direction is not None:
        scored.meaning = _likeness(sight.snapshot.directions(candidates), direction, own)
    if needed > len(candidates) or typed:  # who has it as typed may have worse words than others
        scored.others = _others(words, candidates, needed, share)
    return scored


def _best_words(words: Impacts, floor: float) -> Documents:
    """The aids with the best words, in order: all that score `floor` at least, or the best of them if they are many."""
    candidates = (words >= floor).nonzero()[0]
    if len(candidates) <= MOST_CONSIDERED:
        return candidates
    places = words[candidates].argpartition(-MOST_CONSIDERED)[-MOST_CONSIDERED:]
    places.sort()
    return candidates[places]


def _placed(typed: Mapping[int, float], candidates: Documents) -> Impacts:
    scores = np.zeros(len(candidates), np.float32)
    scores[candidates.searchsorted(list(typed))] = list(typed.values())
    return scores


def _others(words: Impacts, but: Documents, most: int, share: float) -> tuple[Documents, Impacts]:
    """The aids with the next best words, best first, and their scores."""
    has = words > 0
    has[but] = False
    others = has.nonzero()[0]
    others = others[top(words[others], most)]
    return others, words[others] * share


def _scale(scores: Impacts, highest: float) -> float:
    """Multiply scores so that the highest is this, or by 0 where none is above 0; returns by what."""
    most = float(scores[scores.argmax()])  # the method `max` takes twice as long
    by = highest / most if most > 0 else 0.0
    scores *= by
    return by


def _factor(sight: Sight, told: str, around: Circumstances, candidates: Documents) -> Impacts:
    """What each score is multiplied by: popularity, the reader's task and role, help for trouble."""
    factor = sight.hints.popularity[candidates]
    for _, _, lifted in lifts(sight.snapshot, told, around, candidates):
        factor[lifted] *= LIFT
    return factor


def _direction(meant: Sequence[meaning.Vector]) -> meaning.Vector | None:
    """What a question means, by its parts; None where it has none, or while there are no vectors."""
    if not meant:
        return None
    direction = meant[0].copy()
    for more in meant[1:]:
        direction += more
    return meaning.unit(direction)


def _likeness(directions: meaning.Vector, direction: meaning.Vector, words: Impacts) -> Impacts:
    """How alike each aid is, in terms of the most alike.

    What the question means is taken to lie towards the best aids found by it: Rocchio, "Relevance feedback in
    information retrieval" (1971), with the best as the relevant ones.
    """
    first: Impacts = directions.dot(direction)
    _scale(first, MEANING)
    first += words
    leaders = directions.take(first.argsort()[-LEADERS:], axis=0)
    near: Impacts = directions.dot(direction + PULLS[len(leaders)].dot(leaders))
    least = float(near[near.argmin()])
    if least > 0:
        near -= FLOOR * least
    else:
        np.maximum(near, 0, out=near)
    _scale(near, MEANING)
    return near


def _with_alike(sight: Sight, candidates: Documents, direction: meaning.Vector, narrowed: Mask | None) -> Documents:
    """These aids and all that mean the same."""
    alike = (sight.snapshot.likeness(direction) >= LEAST_LIKE) & sight.visible
    if narrowed is not None:
        alike &= narrowed
    return np.union1d(candidates, alike.nonzero()[0])
