"""Synonyms, learned words and use, bound to one snapshot of the index."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from app.search import analysis
from app.search.segment import Impacts, Mask, Scores
from app.search.snapshot import NOTHING, Impact, Snapshot
from app.search.vocabulary import Vocabulary

# Learned words are one more field of an aid, scored like the others; its weights are readers, so that more of them
# count for longer than repetitions of a word in a text do.
B, K1 = 0.9, 4.0
MOST_POPULAR = 0.25
LEAST_SHARE = 0.5
MANY = 30  # readers that an aid helped, from which on more make no difference


@dataclass(frozen=True)
class Rule:
    """Who asks for these words also finds those."""

    words: tuple[str, ...]
    means: tuple[str, ...]


@dataclass(frozen=True)
class Hints:
    """What the tables of hints hold, `number` saying in which state.

    `learned` is by term and aid; `words` are the learned words as they are written, each with its aids.
    """

    number: int = 0
    rules: Sequence[Rule] = ()
    learned: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    words: Mapping[str, Collection[int]] = field(default_factory=dict)
    persons: Mapping[int, int] = field(default_factory=dict)
    together: Mapping[int, Mapping[int, int]] = field(default_factory=dict)

    @cached_property
    def named(self) -> frozenset[str]:
        """The words that have a synonym, small letters."""
        return frozenset(word.lower() for rule in self.rules for word in rule.words)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words that have a synonym, and the learned ones, which are as frequent as they have aids."""
        found = Vocabulary(
            (dict.fromkeys(self.named, 1) | {word: len(aids) for word, aids in self.words.items()}).items()
        )
        found.prepare()
        return found


class Bound:
    """The hints in terms of the documents of one snapshot."""

    def __init__(self, hints: Hints, snapshot: Snapshot) -> None:
        self.number = hints.number
        self._hints = hints
        self._snapshot = snapshot

    def impact(self, term: str) -> Impact:
        """What a term adds to which documents, by where it stands and by what was learned."""
        own, learned = self._snapshot.impact(term), self.learned(term)
        if not len(learned.documents):
            return own
        documents, owner = np.unique(np.concatenate([own.documents, learned.documents]), return_inverse=True)
        scores = np.bincount(owner, np.concatenate([own.scores, learned.scores]), len(documents))
        return Impact(documents, scores.astype(np.float64, copy=False))

    def learned(self, term: str) -> Impact:
        """What was learned adds to which documents."""
        if term not in self._hints.learned:
            return NOTHING
        placed = ((self._snapshot.document_of(aid), aid, weight) for aid, weight in self._hints.learned[term].items())
        rows = sorted((place, weight, self._length[aid]) for place, aid, weight in placed if place is not None)
        if not rows:
            return NOTHING
        documents, weights, lengths = (np.array(column) for column in zip(*rows, strict=True))
        rarity = np.log(self._snapshot.count / (len(rows) + 1)) + 1
        return Impact(documents, rarity * weights * (K1 + 1) / (weights + K1 * (1 - B + B * lengths)))

    @cached_property
    def _length(self) -> dict[int, float]:
        """All weights of an aid, in terms of their mean over the aids that have any."""
        totals: dict[int, float] = defaultdict(float)
        for aids in self._hints.learned.values():
            for aid, weight in aids.items():
                totals[aid] += weight
        mean = sum(totals.values()) / max(len(totals), 1)
        return {aid: total / mean for aid, total in totals.items()}

    @cached_property
    def popularity(self) -> Impacts:
        """The factor of each document, from 1 to 1.25, by how many readers it helped."""
        factors = np.ones(self._snapshot.count, np.float32)
        for document, persons in self._snapshot.documents_of(self._hints.persons).items():
            factors[document] += MOST_POPULAR * min(1.0, np.log1p(persons) / np.log1p(MANY))
        return factors

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that have a synonym, and the learned ones."""
        return self._hints.vocabulary

    def spoken(self, word: str, visible: Mask) -> bool:
        """Whether this word has a synonym, or led readers to any of these aids."""
        if word in self._hints.named:
            return True
        learned = map(self._snapshot.document_of, self._hints.words.get(word, ()))
        return any(bool(visible[document]) for document in learned if document is not None)

    def readers(self, word: str) -> float:
        """How many readers a word helped."""
        return sum(self._readers.get(term, 0.0) for term in self._snapshot.terms(word))

    @cached_property
    def _readers(self) -> dict[str, float]:
        return {term: sum(aids.values()) for term, aids in self._hints.learned.items()}

    def together(self, aid: int) -> Scores:
        """How often each document is used beside this aid, from 0 to 1."""
        often = np.zeros(self._snapshot.count)
        for document, persons in self._snapshot.documents_of(self._hints.together.get(aid, {})).items():
            often[document] = min(1.0, np.log1p(persons) / np.log1p(MANY))
        return often

    def answered(self, terms: Sequence[str]) -> Scores:
        """How many of the words of a question led readers to each document, from a half to 1; less is 0."""
        share = np.zeros(self._snapshot.count)
        for term in set(terms):
            share[self.learned(term).documents] += 1 / len(set(terms))
        return np.where(share >= LEAST_SHARE, share, 0.0)

    def knows(self, term: str, visible: Mask) -> bool:
        """Whether this term has a synonym, or led readers to any of these aids."""
        return term in self._spoken or bool(visible[self.learned(term).documents].any())

    def synonyms(self, words: Sequence[str]) -> list[tuple[int, Rule]]:
        """The rules that speak of these words, as they were typed, and where in the question."""
        return list(self._synonyms([self._key(word) for word in words])) if self._hints.rules else []

    def _synonyms(self, keys: Sequence[frozenset[str]]) -> Iterator[tuple[int, Rule]]:
        for at, key in enumerate(keys):
            for rule in {rule for term in key for rule in self._rules.get(term, ())}:
                wanted = [self._key(word) for word in rule.words]
                if len(keys) - at >= len(wanted) and all(a & b for a, b in zip(keys[at:], wanted, strict=False)):
                    yield at, rule

    @cached_property
    def _spoken(self) -> frozenset[str]:
        return frozenset(term for rule in self._hints.rules for word in rule.words for term in self._key(word))

    @cached_property
    def _rules(self) -> dict[str, list[Rule]]:
        found = defaultdict(list)
        for rule in self._hints.rules:
            if any(self._snapshot.terms(word) or word.isupper() for word in rule.words):  # not in almost every question
                for term in self._key(rule.words[0]):
                    found[term].append(rule)
        return found

    def _key(self, word: str) -> frozenset[str]:
        """What is the same in all forms of a word; of one that is too common to search for only "IT" is "IT"."""
        return frozenset(self._snapshot.terms(word)) or frozenset([word if word.isupper() else analysis.fold(word)])
