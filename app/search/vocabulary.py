"""The words of a segment: which ones begin so, and which ones are a slip of the keyboard away.

Mistyped words are found by deletion: a word and its mistyping become the same string when some letters are left out of
both. Wolf Garbe, "1000x faster spelling correction", 2012. The strings are kept as sorted hashes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.search.analysis import fold

ONE_EDIT, TWO_EDITS = 4, 8  # letters from which on so many edits are taken for a slip
MOST_LETTERS = 30
PREFIX = 7  # deletions are made in the first letters only
MOST_ALIKE = 200
MOST_COMPARED = 60
MOST_REMEMBERED = 4_000
LAST = "\U0010ffff"


class Alike(NamedTuple):
    """A word, how many aids have it, and how many edits it is away."""

    word: str
    often: int
    edits: int


class Vocabulary:
    """Words, each with the number of aids that have it."""

    def __init__(self, counted: Iterable[tuple[str, int]]) -> None:
        ordered = sorted((fold(word), word, count) for word, count in counted)
        self.folded = [folded for folded, _, _ in ordered]
        self.words = [word for _, word, _ in ordered]
        self.counts = [count for _, _, count in ordered]
        self._codes = [n for n, folded in enumerate(self.folded) if not folded.isalpha()]
        ends = (len(self.folded[n]) + 1 for n in self._codes)
        self._code_ends = list(accumulate(ends))
        self._code_text = "\n".join(self.folded[n] for n in self._codes)
        self._hashes: NDArray[np.int64] = np.zeros(0, np.int64)
        self._owners: NDArray[np.int32] = np.zeros(0, np.int32)
        self._remembered = lru_cache(MOST_REMEMBERED)(self._alike)  # the same words are unknown to every reader

    def count(self, folded: str) -> int:
        """How many aids have this word."""
        at = bisect_left(self.folded, folded)
        return self.counts[at] if at < len(self.folded) and self.folded[at] == folded else 0

    def beginning(self, start: str) -> Iterator[tuple[str, int]]:
        """The words that begin so, with their counts."""
        first, last = bisect_left(self.folded, start), bisect_left(self.folded, start + LAST)
        return zip(self.words[first:last], self.counts[first:last], strict=True)

    def holding(self, part: str) -> Iterator[tuple[str, int]]:
        """The first 200 part numbers and codes with this in them, with their counts."""
        at = self._code_text.find(part)
        for _ in range(MOST_ALIKE):
            if at < 0:
                return
            place = bisect_right(self._code_ends, at)
            yield self.words[self._codes[place]], self.counts[self._codes[place]]
            at = self._code_text.find(part, self._code_ends[place])

    def prepare(self) -> None:
        """Make the deletions; until then nothing is alike."""
        owners: list[int] = []
        hashes: list[int] = []
        for number, word in enumerate(self.folded):
            if ONE_EDIT - 1 <= len(word) <= MOST_LETTERS and word.isalpha():
                made = [hash(left) for left in deletions(word, 1 if len(word) < TWO_EDITS - 1 else 2)]
                hashes += made
                owners += [number] * len(made)
        keys = np.array(hashes, dtype=np.int64)
        order = np.argsort(keys, kind="stable")
        self._owners = np.array(owners, dtype=np.int32)[order]
        self._hashes = keys[order]

    def alike(self, folded: str, most: int = 2) -> Sequence[Alike]:
        """The words that this one may be a mistyping of, those with the fewest edits."""
        if not len(self._hashes) or len(folded) > MOST_LETTERS:
            return ()
        return self._remembered(folded, min(most, edits_allowed(folded)))

    def _alike(self, folded: str, most: int) -> Sequence[Alike]:
        found = (tuple(self._away(folded, edits)) for edits in range(1, most + 1))
        return next(filter(None, found), ())

    def _away(self, folded: str, edits: int) -> Iterator[Alike]:
        keys = np.array([hash(left) for left in deletions(folded, edits)], dtype=np.int64)
        starts, ends = np.searchsorted(self._hashes, keys), np.searchsorted(self._hashes, keys, side="right")
        slices = [self._owners[a : min(b, a + MOST_ALIKE)] for a, b in zip(starts, ends, strict=True)]
        near, shared = np.unique(np.concatenate(slices), return_counts=True)
        if len(near) > MOST_COMPARED:  # those that have the most in common with it
            near = near[np.argpartition(-shared, MOST_COMPARED)[:MOST_COMPARED]]
        for number in near.tolist():
            if distance(folded, self.folded[number], edits) == edits:
                yield Alike(self.words[number], self.counts[number], edits)


def edits_allowed(word: str) -> int:
    """How many edits a word of this length may be away from what was meant."""
    return 0 if len(word) < ONE_EDIT else 1 if len(word) < TWO_EDITS else 2


def deletions(word: str, edits: int) -> set[str]:
    """The first letters of the word, and what is left of them without so many letters or fewer."""
    left = {word[:PREFIX]}
    for _ in range(edits):
        left |= {rest[:n] + rest[n + 1 :] for rest in left for n in range(len(rest))}
    return left


def _without_common_ends(one: str, two: str) -> tuple[str, str]:
    first = 0
    while first < min(len(one), len(two)) and one[first] == two[first]:
        first += 1
    one, two = one[first:], two[first:]
    while one and two and one[-1] == two[-1]:
        one, two = one[:-1], two[:-1]
    return one, two


def distance(one: str, two: str, most: int) -> int:
    """Insertions, deletions, replacements and swaps of neighbours from one word to the other; `most` + 1 where more.

    Damerau (1964), each place edited once ("optimal string alignment").
    """
    if abs(len(one) - len(two)) > most:
        return most + 1
    one, two = _without_common_ends(one, two)
    if not one or not two:
        return min(len(one) + len(two), most + 1)
    before: list[int] = []
    row = list(range(len(two) + 1))
    for n, letter in enumerate(one, 1):
        last, before, row = before, row, [n]
        for m, other in enumerate(two, 1):
            edits = min(before[m] + 1, row[m - 1] + 1, before[m - 1] + (letter != other))
            if n > 1 and m > 1 and letter == two[m - 2] and one[n - 2] == other:
                edits = min(edits, last[m - 2] + 1)
            row.append(edits)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
