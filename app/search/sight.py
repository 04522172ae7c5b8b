"""What one kind of reader has in sight: one state of the index without the aids that she may not see.

What depends on one word alone is worked out once and kept. A question then only adds up.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from app.search import analysis
from app.search.group import Alternative, Group, Wanted
from app.search.hints import Bound
from app.search.segment import Mask
from app.search.snapshot import Impact, Snapshot

MOST_REMEMBERED = 10_000  # of each kind
ALIKE = 0.8  # the weight of a synonym

Key = TypeVar("Key")
Value = TypeVar("Value")


class Sight:
    """What is kept here belongs to this state of index and hints; safe to use from many threads."""

    def __init__(self, snapshot: Snapshot, hints: Bound, visible: Mask, member: bool = True) -> None:
        self.snapshot = snapshot
        self.hints = hints
        self.visible = visible
        self.member = member
        self._stands: dict[str, bool] = {}
        self._groups: dict[Sequence[Alternative], Group] = {}
        self._made: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.bytes = 0  # of the arrays of its words

    def once(self, make: Callable[["Sight", str], Value], word: str) -> Value:
        """What is made of a word here, made once."""
        kept: dict[str, Value] = self._made[make]
        try:
            return kept[word]
        except KeyError:
            return _keep(kept, word, make(self, word))

    def each(self, make: Callable[["Sight", str], Value], words: Collection[str]) -> list[Value]:
        """What is made of each of these words."""
        kept: dict[str, Value] = self._made[make]
        try:
            return list(map(kept.__getitem__, words))
        except KeyError:
            return [self.once(make, word) for word in words]

    # Which words there are

    def stands(self, term: str) -> bool:
        """Whether any of the aids has this term."""
        try:
            return self._stands[term]
        except KeyError:
            return _keep(self._stands, term, self.snapshot.stands(term, self.visible))

    def known(self, word: str) -> bool:
        """Whether any of the aids has this word."""
        return any(map(self.stands, self.snapshot.terms(word)))

    def right(self, term: str) -> bool:
        """Whether a term is right as it is typed."""
        return self.stands(term) or self.hints.knows(term, self.visible)

    def spoken(self, word: str) -> bool:
        """Whether a word has a synonym, or led readers to any of the aids: how it is written may be told."""
        return self.hints.spoken(word, self.visible)

    # What terms add to the scores

    def group(self, alternatives: Iterable[Alternative]) -> Group:
        """These terms and what the best of them adds."""
        key = tuple(alternatives)
        try:
            return self._groups[key]
        except KeyError:
            made = self._weigh(key)
            self.bytes += made.size
            return _keep(self._groups, key, made)

    def _weigh(self, alternatives: Sequence[Alternative]) -> Group:
        best = np.zeros(self.snapshot.count, np.float32)
        for alternative in alternatives:
            documents, scores = self._together(alternative)
            best[documents] = np.maximum(best[documents], scores)
        best *= self.visible
        documents = best.nonzero()[0]
        return Group(alternatives, documents, best[documents])

    def _together(self, alternative: Alternative) -> Impact:
        """The documents that have all of the terms, and what these add to the score of each."""
        found = [self.hints.impact(one.term) for one in alternative]
        if len(found) == 1:
            return Impact(found[0].documents, alternative[0].weight * found[0].scores)
        documents, owner, often = np.unique(
            np.concatenate([one.documents for one in found]), return_inverse=True, return_counts=True
        )
        weighed = [wanted.weight * one.scores for wanted, one in zip(alternative, found, strict=True)]
        all_there = often == len(alternative)
        return Impact(documents[all_there], np.bincount(owner, np.concatenate(weighed), len(documents))[all_there])

    # What words are as terms

    def alternatives(self, words: Sequence[str], origin: str, weights: Sequence[float]) -> list[Alternative]:
        """These words, any of which may be meant; the last weight is that of all that follow."""
        found: dict[str, Alternative] = {}
        for at, word in enumerate(words):
            for term in self.snapshot.terms(word):
                found.setdefault(term, (Wanted(term, weights[min(at, len(weights) - 1)], origin, word),))
        return list(found.values())

    def synonym(self, means: Sequence[str], weight: float = 1.0) -> list[Alternative]:
        """All of these words together, in any one of the languages of the library."""
        found = []
        for lang in self.snapshot.languages:
            terms = [(word, analysis.terms_of(word, lang)) for word in means]
            found.append(tuple(Wanted(term[0], ALIKE * weight, "synonym", word) for word, term in terms if term))
        return list(dict.fromkeys(filter(None, found)))


def _keep(kept: dict[Key, Value], key: Key, value: Value) -> Value:
    """Keep a value; all begin anew where they became too many.

    A cache around a method would hold its object until the collector comes by, with all arrays.
    """
    if len(kept) >= MOST_REMEMBERED:
        kept.clear()
    kept[key] = value
    return value
