"""Which aids answer best: words, learned words and meaning put together, and a nudge by circumstances."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.search import meaning
from app.search.circumstances import LIFT, NOWHERE, Circumstances, lifts
from app.search.exact import as_typed
from app.search.group import CONSIDERED, SAMPLED, Group
from app.search.segment import Documents, Impacts, Mask, Scores
from app.search.sight import Sight
from app.search.snapshot import Snapshot, top
from app.search.terms import MOST_WORDS, Understood
from app.search.words import towards

MEANING = 0.6  # the share of meaning in a score; the rest is words
FLOOR = 0.5  # how much of what all candidates have in common does not count as being alike
LEADERS, FEEDBACK = 4, 0.5  # the best aids, and how far the meaning of a question is moved towards them
MANY = 500  # aids with any of the words; of fewer all are put in order
FEW = 3  # aids with the words; with fewer, those that mean the same are added
LEAST_LIKE = 0.35  # cosine from which on an aid without any of the words means the same


@dataclass(slots=True)
class Scored:
    """The scores of a question before they are put in order, each part by document; `total` aids have a word of it.

    Words are taken by their `share`; meaning in terms of the most alike. `others` have worse words than all candidates,
    and are in order.
    """

    total: int
    candidates: Documents
    words: Impacts
    share: float
    factor: Scores
    meaning: Impacts | None = None
    as_typed: Scores | None = None
    others: Documents | None = None

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
    """The documents with the highest scores, best first; of those that were not looked at closely the score is 0."""
    final = scored.final
    places = top(final, most)
    found = list(zip(scored.candidates[places].tolist(), final[places].tolist(), strict=True))
    if scored.others is not None:
        found += [(number, 0.0) for number in scored.others[: most - len(found)].tolist()]
    return found


def score(
    sight: Sight, asked: Understood, around: Circumstances = NOWHERE, narrowed: Mask | None = None, needed: int = 0
) -> Scored | None:
    """The parts of the score of the aids with the best words; `needed` is how many aids are to be put in order.

    Where few have a word of the question, those that mean it are among them. `narrowed` are the only aids that count.
    """
    words = added(asked.groups)
    if narrowed is not None:
        words *= narrowed
    has = words > 0
    total = int(np.count_nonzero(has))
    direction = _direction(sight, asked.meant) if sight.snapshot.loaded else None
    typed = as_typed(sight, asked, words)
    candidates = _best_words(words, has, total, asked.groups) if total > CONSIDERED else has.nonzero()[0]
    if total < FEW and direction is not None:
        candidates = _with_alike(sight, candidates, direction, narrowed)
        total = len(candidates)
    if typed:
        candidates = np.union1d(candidates, list(typed))
    if not total:
        return None
    own = words[candidates]
    scored = Scored(total, candidates, own, 1 / (_most(own) or 1), _factor(sight, asked, around, candidates))
    if typed:
        scored.as_typed = np.zeros(len(candidates))
        scored.as_typed[candidates.searchsorted(list(typed))] = list(typed.values())
    if direction is not None:
        _add_meaning(scored, sight.snapshot, direction)
    if needed > len(candidates):
        scored.others = _others(words, has, candidates, needed)
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
    places = words[candidates].argpartition(-CONSIDERED)[-CONSIDERED:]
    places.sort()
    return candidates[places]


def _others(words: Impacts, has: Mask, but: Documents, most: int) -> Documents:
    """The aids with the next best words, best first."""
    has = has.copy()
    has[but] = False
    others = has.nonzero()[0]
    return others[top(words[others], most)]


def _most(scores: NDArray[Any]) -> float:
    """The highest of a few scores; the method `max` takes twice as long."""
    return float(scores[scores.argmax()])


def _factor(sight: Sight, asked: Understood, around: Circumstances, candidates: Documents) -> Scores:
    """What each score is multiplied by: popularity, the reader's task and role, help for trouble."""
    factor = sight.hints.popularity[candidates]
    for _, _, lifted in lifts(sight.snapshot, asked, around, candidates):
        factor[lifted] *= LIFT
    return factor


def _direction(sight: Sight, text: str) -> meaning.Vector | None:
    """What a question means, by its first 60 words; None where it has none, or while there are no vectors."""
    found = [vector for vector in sight.each(towards, text.split()[:MOST_WORDS]) if vector is not None]
    return meaning.unit(reduce(np.add, found)) if found else None


def _add_meaning(scored: Scored, snapshot: Snapshot, direction: meaning.Vector) -> None:
    """How alike each aid is, in terms of the most alike.

    What the question means is taken to lie towards the best aids found by it: Rocchio, "Relevance feedback in
    information retrieval" (1971), with the best as the relevant ones.
    """
    scored.share *= 1 - MEANING
    vectors = snapshot.vectors(scored.candidates)
    near = np.maximum(vectors.dot(direction), 0)
    leaders = vectors
    if len(near) > LEADERS:
        first = scored.words * scored.share
        first += near * (MEANING / (_most(near) or 1))
        leaders = vectors[first.argpartition(-LEADERS)[-LEADERS:]]
    near += vectors.dot(leaders.sum(axis=0) * (FEEDBACK / meaning.STEPS / len(leaders)))
    near = np.maximum(near - FLOOR * near[near.argmin()], 0)
    near *= MEANING / (_most(near) or 1)
    scored.meaning = near


def _with_alike(sight: Sight, candidates: Documents, direction: meaning.Vector, narrowed: Mask | None) -> Documents:
    """These aids and all that mean the same."""
    alike = (sight.snapshot.likeness(direction) >= LEAST_LIKE) & sight.visible
    if narrowed is not None:
        alike &= narrowed
    return np.union1d(candidates, alike.nonzero()[0])
