"""Terms that stand for each other, and what they add to the score of each aid."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from app.search.segment import Documents, Impacts

CONSIDERED, MOST_CONSIDERED = 20, 64  # aids with the best words that all else is looked at for: at least, at most
LEAST = float(np.finfo(np.float32).tiny)  # no aid scores less that has a word


class Wanted(NamedTuple):
    """A term to look for, and where it comes from: word, completion, correction, parts, joined or synonym."""

    term: str
    weight: float
    origin: str
    word: str


Alternative = tuple[Wanted, ...]  # terms that an aid must all have, most often a single one


@dataclass(slots=True, eq=False)
class Group:
    """Alternatives of which only the best counts for each aid, and what they add to the scores of `documents`.

    As many aids as are considered score at least `floor`, which is next to nothing where there are fewer.
    """

    alternatives: Sequence[Alternative]
    documents: Documents  # in order
    scores: Impacts
    floor: float = field(init=False)

    def __post_init__(self) -> None:
        enough = len(self.scores) > CONSIDERED
        self.floor = float(np.partition(self.scores, -CONSIDERED)[-CONSIDERED]) if enough else LEAST

    @property
    def size(self) -> int:
        """Bytes of its arrays."""
        return self.documents.nbytes + self.scores.nbytes


def added(groups: Sequence[Group], count: int) -> Impacts:
    """What the groups of a question, of which there is one, add to the score of each of so many aids."""
    words = np.zeros(count, np.float32)
    words[groups[0].documents] = groups[0].scores
    for group in groups[1:]:
        words[group.documents] += group.scores
    return words
