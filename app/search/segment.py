"""One segment of the index. A segment never changes, so what was read of it stays right; deletions come from outside.

Whoosh holds the postings. Until `load` has read them all they are asked from Whoosh term by term.
"""

import threading
import weakref
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.search import analysis, meaning
from app.search.vocabulary import Vocabulary

FIELDS = tuple(analysis.WEIGHTS)
NUMBER = {name: number for number, name in enumerate(FIELDS)}
MOST_REMEMBERED = 4_000
MOST_MASKS = 256

Documents = NDArray[np.int64]
Scores = NDArray[np.float64]
Impacts = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Postings(NamedTuple):
    """Where a term stands: row by row a document, in order, how often, and the number of the field."""

    documents: NDArray[np.int32]
    weights: NDArray[np.float32]
    fields: NDArray[np.uint8]


NOWHERE = Postings(np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.uint8))
NO_FREQUENCY = np.zeros(len(FIELDS))


class Damaged(Exception):
    """Whoosh cannot read what it wrote."""


class Segment:
    """The arrays of one segment; safe to use from many threads."""

    def __init__(self, leaf: Any, whole: Callable[[], Any]) -> None:
        """`leaf` is Whoosh's reader; `whole` opens one of its own with all files in memory."""
        self.leaf = leaf
        self._whole = whole
        weakref.finalize(self, _close, leaf)
        self.count: int = leaf.doc_count_all()
        self.totals = np.array([leaf.field_length(name) for name in FIELDS], dtype=np.float64)
        self.lengths = np.stack([_lengths(leaf, name) for name in FIELDS])
        self.words, self.words_of_members = (
            Vocabulary(_counted(leaf, name)) for name in (analysis.WORDS, analysis.WORDS_OF_MEMBERS)
        )
        self.directions: meaning.Directions = np.zeros((self.count, meaning.DIMENSIONS), np.int8)
        self.aids: dict[int, int] = {}
        self._reading = threading.Lock()  # Whoosh's readers share one position in their files
        self._rows: dict[str, int] | None = None
        self._titles: dict[str, list[int]] | None = None
        self.shown = lru_cache(MOST_REMEMBERED)(self._shown)
        self.text = lru_cache(MOST_REMEMBERED)(self._text)
        self.having = lru_cache(MOST_MASKS)(self._having)
        self._asked = lru_cache(MOST_REMEMBERED)(self._ask)

    @contextmanager
    def _whoosh(self) -> Iterator[None]:
        """One at a time at the reader; whatever damaged bytes make Whoosh raise is `Damaged`."""
        with self._reading, _damage_told():
            yield

    def load(self) -> None:
        """Read all that scores are made of: no word is asked from Whoosh any more. Questions do not wait for it."""
        if self._rows is not None:
            return
        self.words.prepare()
        self.words_of_members.prepare()
        with _damage_told():
            leaf = self._whole()
            self._load_documents(leaf)
            self._load_postings(leaf)
            leaf.close()

    def _load_documents(self, leaf: Any) -> None:
        for number in range(self.count):
            stored = leaf.stored_fields(number)
            self.directions[number] = meaning.unpack(stored.get("vector"))
            self.aids[int(stored["aid"])] = number
        self._titles = {title: _documents(leaf, "exact", title) for title in leaf.field_terms("exact")}

    def _load_postings(self, leaf: Any) -> None:
        rows: dict[str, int] = {}
        found: list[tuple[int, int, int]] = []  # row, field, frequency
        documents, weights = array("i"), array("f")
        counts: list[int] = []
        for field, text, frequency in _terms(leaf):
            ids, often = _read(leaf, field, text)
            found.append((rows.setdefault(text, len(rows)), NUMBER[field], frequency))
            counts.append(len(ids))
            documents.extend(ids)
            weights.extend(often)
        row, field_number, frequencies = np.array(found, dtype=np.int64).reshape(-1, 3).T
        where = np.array(documents, dtype=np.int32)
        order = np.lexsort((where, np.repeat(row, counts)))
        self._documents = where[order]
        self._weights = np.array(weights, dtype=np.float32)[order]
        self._fields = np.repeat(field_number, counts).astype(np.uint8)[order]
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(row, counts, len(rows)))]).astype(np.int64)
        self._frequencies = np.zeros((len(rows), len(FIELDS)), np.int32)
        self._frequencies[row, field_number] = frequencies
        self._rows = rows

    @property
    def loaded(self) -> bool:
        """Whether everything was read."""
        return self._rows is not None

    def has(self, term: str) -> bool:
        """Whether the term stands anywhere."""
        return term in self._rows if self._rows is not None else bool(len(self._asked(term)[0].documents))

    def postings(self, term: str) -> Postings:
        """Where the term stands, in all fields."""
        if self._rows is None:
            return self._asked(term)[0]
        row = self._rows.get(term)
        if row is None:
            return NOWHERE
        part = slice(self._starts[row], self._starts[row + 1])
        return Postings(self._documents[part], self._weights[part], self._fields[part])

    def frequency(self, term: str) -> Scores:
        """In how many documents the term stands, field by field, deleted ones included."""
        if self._rows is None:
            return self._asked(term)[1]
        row = self._rows.get(term)
        return NO_FREQUENCY if row is None else self._frequencies[row]

    def _ask(self, term: str) -> tuple[Postings, Scores]:
        parts = []
        frequency = np.zeros(len(FIELDS))
        with self._whoosh():
            for number, field in enumerate(FIELDS):
                if (field, term) in self.leaf:
                    frequency[number] = self.leaf.doc_frequency(field, term)
                    ids, often = _read(self.leaf, field, term)
                    parts.append((ids, often, [number] * len(ids)))
        if not parts:
            return NOWHERE, frequency
        documents, weights, fields = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = np.argsort(documents, kind="stable")
        found = Postings(
            documents.astype(np.int32)[order], weights.astype(np.float32)[order], fields.astype(np.uint8)[order]
        )
        return found, frequency

    def titled(self, flat: str) -> list[int]:
        """The documents with this title."""
        if self._titles is not None:
            return self._titles.get(flat, [])
        with self._whoosh():
            return _documents(self.leaf, "exact", flat)

    def _having(self, field: str, value: str) -> Mask:
        mask = np.zeros(self.count, dtype=np.bool_)
        with self._whoosh():
            mask[_documents(self.leaf, field, value)] = True
        return mask

    def _shown(self, document: int) -> dict[str, Any]:
        with self._whoosh():
            stored: dict[str, Any] = self.leaf.stored_fields(document)["shown"]
        passages = [(step, text, frozenset(terms.split())) for step, text, terms in stored["passages"]]
        sets = {name: frozenset(stored[name].split()) for name in ("summary_terms", "head_terms")}
        return stored | sets | {"passages": passages}

    def _text(self, document: int) -> str:
        shown = self.shown(document)
        lines = (shown["title"], shown["summary"], shown["keywords"], *(text for _, text, _ in shown["passages"]))
        return "".join(f" {analysis.flat(line)} " for line in lines)

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages of its aids."""
        with self._whoosh():
            return frozenset(self.leaf.field_terms("lang"))


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise Damaged(repr(error)) from error


def _terms(leaf: Any) -> list[tuple[str, str, int]]:
    return [(field, text.decode(), info.doc_frequency()) for (field, text), info in leaf if field in NUMBER]


def _close(leaf: Any) -> None:
    if not leaf.is_closed:
        leaf.close()


def _counted(leaf: Any, field: str) -> Iterator[tuple[str, int]]:
    return ((word.decode(), info.doc_frequency()) for word, info in leaf.iter_field(field))


def _documents(leaf: Any, field: str, value: str) -> list[int]:
    return list(leaf.postings(field, value).all_ids()) if (field, value) in leaf else []


def _read(leaf: Any, field: str, term: str) -> tuple[list[int], list[float]]:
    matcher = leaf.postings(field, term)
    documents: list[int] = []
    weights: list[float] = []
    while matcher.is_active():
        documents.append(matcher.id())
        weights.append(matcher.weight())
        matcher.next()
    return documents, weights


def _lengths(leaf: Any, field: str) -> NDArray[np.float32]:
    count = leaf.doc_count_all()
    if not leaf.field_length(field):
        return np.zeros(count, np.float32)
    return np.fromiter((leaf.doc_field_length(n, field, 0) or 0 for n in range(count)), dtype=np.float32, count=count)
