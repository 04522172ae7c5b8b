"""One state of the index: its segments taken together, and what a term adds to the score of each aid.

The formula is the one of Whoosh's own `BM25F`, and a test holds the two together. Robertson and Zaragoza, "The
Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh import scoring
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex
from whoosh.reading import SegmentReader

from app.search import analysis, meaning
from app.search.files import Whole
from app.search.segment import FIELDS, MOST_MASKS, Documents, Impacts, Mask, Scores, Segment
from app.search.vocabulary import Alike, Vocabulary

B, K1 = 0.6, 1.2
MOST_TRIES = 10  # to open the segments of a generation while others are written
MOST_COMPLETIONS = 20
ROOM = 16_384  # later documents whose directions need not be copied; they take no memory until they come
PORTION = 4_096  # directions that are looked at at once
FEW = 500  # scores that are put in order at once
WEIGHT = np.array([analysis.WEIGHTS[name] for name in FIELDS])


class Impact(NamedTuple):
    """The documents that a term stands in, each once, and what it adds to the score of each."""

    documents: Documents
    scores: Scores


NOTHING = Impact(np.zeros(0, np.int64), np.zeros(0))


class Part(NamedTuple):
    """What a term adds to the score of one document, by the field it stands in."""

    field: str
    score: float


class Snapshot:
    """The index as it was when this was made; safe to use from many threads."""

    by_id: dict[str, Segment]

    def __init__(self, opened: FileIndex, before: "Snapshot | None" = None) -> None:
        self.folder: str = opened.storage.folder
        self.generation, stored, self.by_id = _read(opened, before.by_id if before else {})
        self.segments = list(self.by_id.values())
        *self._starts, self.count = accumulate((segment.count for segment in self.segments), initial=0)
        self._places = list(zip(self._starts, self.segments, strict=True))
        self.room: meaning.Directions | None = None
        self.alive = np.ones(self.count, dtype=np.bool_)
        for start, one in zip(self._starts, stored, strict=True):
            self.alive[[start + number for number in one.deleted_docs()]] = False
        totals = sum((segment.totals for segment in self.segments), np.zeros(len(FIELDS)))
        average = np.where(totals > 0, totals / max(self.count, 1), 1.0)
        self._inverse_average = 1 / average
        self.having = lru_cache(MOST_MASKS)(self._having)

    def load(self, before: "Snapshot | None" = None) -> None:
        """Read into arrays what is not yet, so that no word has to be asked from Whoosh.

        Those segments that `before` has already keep their place.
        """
        for segment in self.segments:
            segment.load()
        room, there = self._room_for_directions(before)
        for start, segment in self._places[there:]:
            room[start : start + segment.count] = segment.directions
        self.room = room

    def _room_for_directions(self, before: "Snapshot | None") -> tuple[meaning.Directions, int]:
        """An array for the directions of all documents, and the number of segments whose directions stand there."""
        if before is not None and before.room is not None and self.count <= len(before.room):
            known = len(before.segments)
            if self.segments[:known] == before.segments:
                return before.room, known
        return np.empty((self.count + ROOM, meaning.DIMENSIONS), np.int8), 0

    @property
    def unread(self) -> int:
        """How many documents were not read into arrays yet."""
        return sum(segment.count for segment in self.segments if not segment.loaded)

    @property
    def loaded(self) -> bool:
        """Whether everything was read into arrays."""
        return self.room is not None

    # Words

    def stands(self, term: str, among: Mask) -> bool:
        """Whether any of these documents has this term."""
        places = ((segment.postings(term).documents, start) for start, segment in self._places)
        return any(bool(among[documents + start].any()) for documents, start in places)

    def impact(self, term: str) -> Impact:
        """What this term adds to which documents, all fields together."""
        rows = [self._rows(term, start, segment) for start, segment in self._places if segment.has(term)]
        if not rows:
            return NOTHING
        documents = np.concatenate([documents for documents, _, _ in rows])
        scores = np.concatenate([scores for _, scores, _ in rows])
        first = np.concatenate([[0], np.flatnonzero(documents[1:] != documents[:-1]) + 1])
        return Impact(documents[first], np.add.reduceat(scores, first))

    def _rows(self, term: str, start: int, segment: Segment) -> tuple[Documents, Scores, NDArray[np.uint8]]:
        documents, weights, fields = segment.postings(term)
        length = segment.lengths[fields, documents] * self._inverse_average[fields]
        impact = weights * (K1 + 1) / (weights + K1 * (1 - B + B * length))
        return documents.astype(np.int64) + start, (WEIGHT * self._rarity(term))[fields] * impact, fields

    def _rarity(self, term: str) -> Scores:
        """The inverse document frequency of a term, field by field."""
        frequency = sum((segment.frequency(term) for segment in self.segments), np.zeros(len(FIELDS)))
        rarity: Scores = np.log(self.count / (frequency + 1)) + 1
        return rarity

    def parts(self, term: str, document: int) -> list[Part]:
        """How the impact of a term on one document came about."""
        _, start, segment = self._place(document)
        documents, scores, fields = self._rows(term, start, segment)
        here = documents == document
        return [Part(FIELDS[field], float(score)) for field, score in zip(fields[here], scores[here], strict=True)]

    def completions(self, start: str, member: bool) -> Counter[str]:
        """The most frequent words that begin so, each with the number of aids that have it."""
        return self._frequent(words.beginning(start) for words in self._vocabularies(member))

    def codes(self, part: str, member: bool) -> list[str]:
        """The most frequent part numbers and codes with this in them."""
        return list(self._frequent(words.holding(part) for words in self._vocabularies(member)))

    def _frequent(self, found: Iterable[Iterable[tuple[str, int]]]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for words in found:
            for word, count in words:
                counts[word] += count
        return Counter(dict(counts.most_common(MOST_COMPLETIONS)))

    def alike(self, folded: str, member: bool) -> list[Alike]:
        """The words that this one may be a mistyping of."""
        return [one for words in self._vocabularies(member) for one in words.alike(folded)]

    def frequency(self, folded: str, member: bool) -> int:
        """How many aids have this word, small letters without accents."""
        return sum(words.count(folded) for words in self._vocabularies(member))

    def _vocabularies(self, member: bool) -> Iterator[Vocabulary]:
        """The words of the aids for everyone, and of those for members where this is one."""
        for segment in self.segments:
            yield segment.words
            if member:
                yield segment.words_of_members

    def terms(self, word: str) -> tuple[str, ...]:
        """The terms of a word in the languages of the library."""
        return analysis.terms_in(word, self.languages)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the library, in order."""
        return tuple(sorted(frozenset().union(*(segment.languages for segment in self.segments))))

    # Documents

    @cached_property
    def public(self) -> Mask:
        """Which documents everybody may see."""
        return self.alive & self.having("audience", "everyone")

    def _having(self, field: str, value: str) -> Mask:
        """Which documents have this value in this field."""
        parts = [segment.having(field, value) for segment in self.segments]
        return np.concatenate(parts) if parts else np.zeros(0, np.bool_)

    def shown(self, document: int) -> dict[str, Any]:
        """What a result shows of this document."""
        number, _, segment = self._place(document)
        return segment.shown(number)

    def text(self, document: int) -> str:
        """The words of an aid one after the other, each line between spaces."""
        number, _, segment = self._place(document)
        return segment.text(number)

    def likeness(self, direction: meaning.Vector) -> Scores:
        """The cosine between a direction and every document; 0 without a vector."""
        assert self.room is not None, "not everything was read"
        room = self.room[: self.count]
        portions = (room[first : first + PORTION] for first in range(0, self.count, PORTION))
        cosines = [portion.astype(np.float32).dot(direction) for portion in portions]
        return np.concatenate(cosines).astype(np.float64) / meaning.STEPS

    def directions(self, documents: Documents) -> meaning.Vector:
        """The directions of these documents, one a row, in steps."""
        assert self.room is not None, "not everything was read"
        return self.room.take(documents, axis=0).astype(np.float32)

    def document_of(self, aid: int) -> int | None:
        """The document of an aid, by the aid's number; None where it has none, and until everything was read."""
        found = (start + segment.aids[aid] for start, segment in self._places if aid in segment.aids)
        return next((document for document in found if self.alive[document]), None) if self.loaded else None

    def documents_of(self, aids: Mapping[int, float]) -> dict[int, float]:
        """What is said of aids, by their documents."""
        found = ((self.document_of(aid), value) for aid, value in aids.items())
        return {document: value for document, value in found if document is not None}

    def titled(self, flat: str) -> list[int]:
        """The documents with exactly this title."""
        return [start + number for start, segment in self._places for number in segment.titled(flat)]

    def _place(self, document: int) -> tuple[int, int, Segment]:
        owner = bisect_right(self._starts, document) - 1
        start = self._starts[owner]
        return document - start, start, self.segments[owner]


def _read(
    opened: FileIndex, known: Mapping[str, Segment], tries: int = MOST_TRIES
) -> tuple[int, list[Any], dict[str, Segment]]:
    """The generation in use, Whoosh's segments of it, and ours by their id; only new ones are opened."""
    found = TOC.read(opened.storage, opened.indexname)
    stored = [one for one in found.segments if one.doc_count_all()]
    try:
        return found.generation, stored, {one.segment_id(): _segment(opened, found, one, known) for one in stored}
    except OSError:  # a writer has just merged it into another and removed its file
        if not tries:
            raise
        return _read(opened, known, tries - 1)


def _segment(opened: FileIndex, found: TOC, one: Any, known: Mapping[str, Segment]) -> Segment:
    def reader(storage: FileStorage) -> SegmentReader:
        return SegmentReader(storage, found.schema, one, generation=found.generation)

    read = known.get(one.segment_id())
    return read or Segment(reader(opened.storage), whole=lambda: reader(Whole(opened.storage.folder)))


def top(scores: Scores | Impacts, most: int) -> Documents:
    """The places of the highest scores, best first; of equal ones the first."""
    if len(scores) <= FEW or len(scores) <= most:
        return (-scores).argsort(kind="stable")[:most]
    chosen = np.flatnonzero(scores >= np.partition(scores, -most)[-most])
    return chosen[np.argsort(-scores[chosen], kind="stable")][:most]


def weighting() -> scoring.BM25F:
    """Whoosh's own formula with the numbers used here."""
    return scoring.BM25F(B=B, K1=K1)
