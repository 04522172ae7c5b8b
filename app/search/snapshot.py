"""One state of the index, scored.

Whoosh holds the postings; a term's documents and BM25 impacts are read once and kept as arrays, so that a question is
a few additions. The formula is the one of Whoosh's own `BM25F` (B = .75, K1 = 1.2), and a test holds the two together.
Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.
"""

import difflib
import string
import threading
from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import scoring
from whoosh.index import FileIndex

from app.search import analysis

B, K1 = 0.75, 1.2
MOST_COMPLETIONS = 20
MOST_COMPARED = 2_000
LETTERS = string.ascii_lowercase + string.digits + "äöüßéèêçñåøæ"

Documents = NDArray[np.int64]
Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Snapshot:
    """The index as it was when this was made; safe to use from many threads."""

    def __init__(self, opened: FileIndex, before: "Snapshot | None" = None) -> None:
        self.generation = opened.latest_generation()
        self.folder: str = opened.storage.folder
        self.reader: Any = opened.reader()
        self.count: int = self.reader.doc_count_all()
        self._impacts: dict[tuple[str, str], tuple[Documents, Scores]] = {}
        self._reading = threading.Lock()  # Whoosh's readers share one position in their files
        self.segment_lengths: dict[tuple[str, str], Scores] = {}
        known = before.segment_lengths if before else {}
        self._lengths = {name: self._length(name, known) for name in (*analysis.WEIGHTS, analysis.WORDS)}

    def _length(self, field: str, known: dict[tuple[str, str], Scores]) -> Scores:
        """The length of this field in every document; a segment never changes, so what is known of it stays right."""
        parts = []
        for leaf, _start in self.reader.leaf_readers():
            if not leaf.doc_count_all():
                continue  # an empty index has a reader without a segment
            key = (leaf.segment().segment_id(), field)
            self.segment_lengths[key] = known[key] if key in known else _lengths(leaf, field)
            parts.append(self.segment_lengths[key])
        return np.concatenate(parts) if parts else np.zeros(0)

    def impacts(self, field: str, term: str) -> tuple[Documents, Scores]:
        """The documents with this term in this field, and what it adds to the score of each."""
        found = self._impacts.get((field, term))
        if found is None:
            with self._reading:
                found = self._impacts[field, term] = self._read(field, term)
        return found

    def _read(self, field: str, term: str) -> tuple[Documents, Scores]:
        if (field, term) not in self.reader:
            return np.empty(0, dtype=np.int64), np.empty(0)
        matcher = self.reader.postings(field, term)
        documents: list[int] = []
        weights: list[float] = []
        while matcher.is_active():
            documents.append(matcher.id())
            weights.append(matcher.weight())
            matcher.next()
        numbers = np.array(documents, dtype=np.int64)
        return numbers, self._bm25(field, term, numbers, np.array(weights))

    def _bm25(self, field: str, term: str, documents: Documents, weights: Scores) -> Scores:
        frequency = self.reader.doc_frequency(field, term)
        idf = np.log(self.count / (frequency + 1)) + 1
        average = (self.reader.field_length(field) / self.count) or 1
        share = 1 - B + B * self._lengths[field][documents] / average
        return np.asarray(idf * weights * (K1 + 1) / (weights + K1 * share))

    def score(self, terms: Iterable[str], completions: Iterable[str] = ()) -> Scores:
        """The score of every document: the sum over terms and fields; completions of a half word count half."""
        scores = np.zeros(self.count)
        for term in terms:
            for field, weight in analysis.WEIGHTS.items():
                documents, impacts = self.impacts(field, term)
                scores[documents] += weight * impacts
        for word in completions:
            documents, impacts = self.impacts(analysis.WORDS, word)
            scores[documents] += 0.5 * impacts
        return scores

    def having(self, field: str, value: str) -> Mask:
        """Which documents have this value in this field."""
        mask = np.zeros(self.count, dtype=np.bool_)
        with self._reading:
            if (field, value) in self.reader:
                mask[list(self.reader.postings(field, value).all_ids())] = True
        return mask

    @cached_property
    def public(self) -> Mask:
        """Which documents everyone may see."""
        return self.having("audience", "everyone")

    def knows(self, term: str) -> bool:
        """Whether any aid has this term."""
        return any(len(self.impacts(field, term)[0]) for field in analysis.WEIGHTS)

    @cached_property
    def vocabulary(self) -> list[str]:
        """Every word, in order."""
        with self._reading:
            return list(self.reader.field_terms(analysis.WORDS))

    def completions(self, start: str) -> list[str]:
        """The most frequent words that begin so."""
        first = bisect_left(self.vocabulary, start)
        last = bisect_left(self.vocabulary, start + "\U0010ffff")
        found = self.vocabulary[first:last]
        return sorted(found, key=lambda word: -len(self.impacts(analysis.WORDS, word)[0]))[:MOST_COMPLETIONS]

    def correction(self, word: str) -> str | None:
        """The most frequent known word one edit away, else the most similar one with the same first letter."""
        near = [candidate for candidate in _one_edit(word) if candidate in self._known_words]
        if near:
            return max(near, key=lambda found: len(self.impacts(analysis.WORDS, found)[0]))
        first, last = (bisect_left(self.vocabulary, start) for start in (word[0], word[0] + "\U0010ffff"))
        alike = [known for known in self.vocabulary[first:last] if abs(len(known) - len(word)) <= 2]
        return next(iter(difflib.get_close_matches(word, alike[:MOST_COMPARED], n=1, cutoff=0.75)), None)

    @cached_property
    def _known_words(self) -> frozenset[str]:
        return frozenset(self.vocabulary)

    def shown(self, document: int) -> dict[str, Any]:
        """What a result shows of this document."""
        with self._reading:
            stored: dict[str, Any] = self.reader.stored_fields(document)["shown"]
        return stored


def _lengths(leaf: Any, field: str) -> Scores:
    count = leaf.doc_count_all()
    if not leaf.field_length(field):
        return np.zeros(count)
    return np.fromiter((leaf.doc_field_length(n, field, 0) or 0 for n in range(count)), dtype=np.float64, count=count)


def _one_edit(word: str) -> set[str]:
    """Every string one deletion, transposition, replacement or insertion away."""
    parts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    deleted = {left + right[1:] for left, right in parts if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1}
    replaced = {left + letter + right[1:] for left, right in parts if right for letter in LETTERS}
    inserted = {left + letter + right for left, right in parts for letter in LETTERS}
    return (deleted | swapped | replaced | inserted) - {"", word}


def weighting() -> scoring.BM25F:
    """Whoosh's own formula with the numbers used here."""
    return scoring.BM25F(B=B, K1=K1)
