"""What one kind of reader has in sight: one state of the index without the aids that she may not see.

What depends on one word alone is worked out once and kept: its terms, what it may become while it is typed, and what
they add to the score of each aid. A question then only adds up.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np

from app.search import analysis
from app.search.hints import Bound
from app.search.segment import Documents, Impacts, Mask
from app.search.snapshot import Snapshot

CONSIDERED = 64  # aids with the best words, which all else is looked at for
MOST_REMEMBERED = 4_000  # of each kind
OFTEN = 16  # what stands in more than this part of the aids is kept as a row of all aids
LEAST_START = 2
LEAST_LIKELY = 0.5  # the weight of a rare completion, in terms of the most frequent and most used one
KNOWN, HALF = 0.2, 0.5
LEFT_OUT = 0.5

Key = TypeVar("Key")
Value = TypeVar("Value")


class Wanted(NamedTuple):
    """A term to look for, and where it comes from: word, completion, correction, parts, joined or synonym."""

    term: str
    weight: float
    origin: str
    word: str


class Group:
    """Terms of which only the best counts for each aid, and what they add to the scores of `documents`, in order."""

    def __init__(self, wanted: Sequence[Wanted], documents: Documents, scores: Impacts, count: int) -> None:
        self.wanted = wanted
        self.documents = documents
        self.scores = scores
        self._count = count
        self._row: Impacts | None = None
        if len(documents) * OFTEN > count:
            self._row = self.row()

    def often(self) -> int:
        """How many aids it adds to."""
        return len(self.documents)

    def row(self) -> Impacts:
        """Its scores of all aids, as an array of the caller's own."""
        if self._row is not None:
            return self._row.copy()
        row = np.zeros(self._count, np.float32)
        row[self.documents] = self.scores
        return row

    def add_to(self, row: Impacts) -> None:
        """Add its scores to those of all aids."""
        if self._row is not None:
            row += self._row
        else:
            row[self.documents] += self.scores

    @cached_property
    def strongest(self) -> Documents:
        """The aids to which it adds most, as many as are considered."""
        return self.documents[np.argpartition(self.scores, -CONSIDERED)[-CONSIDERED:]]


class Word(NamedTuple):
    """A word as it was typed: what it finds, and whether it is right, or too common to be looked for."""

    group: Group
    known: bool
    common: bool


class Sight:
    """What is kept here belongs to this state of index and hints; safe to use from many threads."""

    def __init__(self, snapshot: Snapshot, hints: Bound, visible: Mask) -> None:
        self.snapshot = snapshot
        self.hints = hints
        self.visible = visible
        self._stands: dict[str, bool] = {}
        self._groups: dict[Sequence[Wanted], Group] = {}
        self._words: dict[str, Word] = {}
        self._begun: dict[str, Group] = {}
        self._joined: dict[str, Group] = {}

    def stands(self, term: str) -> bool:
        """Whether any of the aids has this term."""
        return _kept(self._stands, term, self._look)

    def _look(self, term: str) -> bool:
        return self.snapshot.stands(term, self.visible)

    def known(self, word: str) -> bool:
        """Whether any of the aids has this word."""
        return any(map(self.stands, self.snapshot.terms(word)))

    def _knows(self, term: str) -> bool:
        """Whether a term is right as it is typed."""
        return self.stands(term) or self.hints.knows(term)

    # What a word finds

    def word(self, word: str) -> Word:
        """A word of a question, small letters."""
        return _kept(self._words, word, self._read)

    def _read(self, word: str) -> Word:
        wanted = [Wanted(term, 1.0, "word", word) for term in self.snapshot.terms(word)]
        common = analysis.fold(word) in analysis.too_common(self.snapshot.languages)
        return Word(self.group(wanted), any(self._knows(one.term) for one in wanted), common)

    def begun(self, word: str) -> Group:
        """What a word finds while it is typed: also what it may become, or only that where no aid has it.

        Nothing is looked for where it becomes nothing else.
        """
        return _kept(self._begun, word, self._complete)

    def _complete(self, word: str) -> Group:
        if len(word) < LEAST_START:
            return self.group(())
        read = self.word(word)
        whole = read.known or read.common
        likely = [one for one in self.hints.completions(analysis.fold(word)) if self.known(one[0])]
        weight = KNOWN if whole else HALF
        weights = [weight * (LEAST_LIKELY + (1 - LEAST_LIKELY) * worth / likely[0][1]) for _, worth in likely]
        own = self.snapshot.terms(word)
        found = self._alternatives([found for found, _ in likely], "completion", weights)
        becomes = [one for one in found if one.term not in own]
        return self.group([*read.group.wanted, *becomes] if whole and becomes else becomes)

    def joined(self, word: str) -> Group:
        """What is found where neighbours are written as this one word; nothing is looked for where nobody knows it."""
        return _kept(self._joined, word, self._join)

    def _join(self, word: str) -> Group:
        terms = self.snapshot.terms(word) if len(word) <= analysis.MOST_TERM else ()
        return self.group(Wanted(term, 1.0, "joined", word) for term in terms if self._knows(term))

    def alternatives(self, words: Sequence[str], origin: str, weights: Sequence[float]) -> Group:
        """These words, any of which may be meant; the last weight is that of all that follow."""
        return self.group(self._alternatives(words, origin, weights))

    def _alternatives(self, words: Sequence[str], origin: str, weights: Sequence[float]) -> list[Wanted]:
        found: dict[str, Wanted] = {}
        for at, word in enumerate(words):
            for term in self.snapshot.terms(word):
                found.setdefault(term, Wanted(term, weights[min(at, len(weights) - 1)], origin, word))
        return list(found.values())

    def corrections(self, folded: str, near: Mask | None) -> list[str]:
        """The words that this one may be a mistyping of, the likeliest first: frequent ones, and those among `near`."""
        counts = self.snapshot.alike(folded)

        def worth(word: str) -> float:
            together = (
                0
                if near is None
                else max((self._together(term, near) for term in self.snapshot.terms(word)), default=0)
            )
            left_out = LEFT_OUT if len(word) > len(folded) else 0.0  # rather a letter forgotten than one too many
            return float(np.log1p(counts[word])) / 4 + float(np.log1p(together)) + left_out

        return sorted(filter(self.known, counts), key=worth, reverse=True)

    def _together(self, term: str, near: Mask | None) -> int:
        return (
            0 if near is None else int(np.count_nonzero(near[self.group([Wanted(term, 1.0, "word", term)]).documents]))
        )

    # What is added to the scores

    def group(self, wanted: Iterable[Wanted]) -> Group:
        """These terms and what the best of them adds."""
        return _kept(self._groups, tuple(wanted), self._weigh)

    def _weigh(self, wanted: Sequence[Wanted]) -> Group:
        best = np.zeros(self.snapshot.count, np.float32)
        for one in wanted:
            documents, scores = self.hints.impact(one.term)
            best[documents] = np.maximum(best[documents], one.weight * scores)
        best *= self.visible
        documents = best.nonzero()[0]
        return Group(wanted, documents, best[documents], self.snapshot.count)


def _kept(kept: dict[Key, Value], key: Key, make: Callable[[Key], Value]) -> Value:
    """What was made for this key before, or is made now; all begin anew where they became too many.

    A cache around a method would hold its object until the collector comes by, with all arrays.
    """
    try:
        return kept[key]
    except KeyError:
        found = make(key)
        if len(kept) >= MOST_REMEMBERED:
            kept.clear()
        kept[key] = found
        return found
