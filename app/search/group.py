"""Terms that stand for each other, and what they add to the score of each aid."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from app.search.segment import Documents, Impacts

CONSIDERED = 64  # aids with the best words, which all else is looked at for
SAMPLED = 3 * CONSIDERED  # aids that show what the best words score at least
OFTEN = 8  # what stands in more than this part of the aids is kept as a row of all aids


class Wanted(NamedTuple):
    """A term to look for, and where it comes from: word, completion, correction, parts, joined or synonym."""

    term: str
    weight: float
    origin: str
    word: str


Alternative = tuple[Wanted, ...]  # terms that an aid must all have, most often a single one


class Group:
    """Alternatives of which only the best counts for each aid, and what they add to the scores of `documents`."""

    def __init__(self, alternatives: Sequence[Alternative], documents: Documents, scores: Impacts, count: int) -> None:
        self.alternatives = alternatives
        self.documents = documents  # in order
        self.scores = scores
        self._count = count
        self._row: Impacts | None = None
        if len(documents) * OFTEN > count:
            self._row = self.row()

    @property
    def size(self) -> int:
        """Bytes of its arrays."""
        row = 0 if self._row is None else self._row.nbytes
        return self.documents.nbytes + self.scores.nbytes + row

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
        """The aids to which it adds most, as many as are sampled."""
        return self.documents[np.argpartition(self.scores, -SAMPLED)[-SAMPLED:]]
