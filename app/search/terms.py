"""From a question to the terms that are looked for: its own words, and what they may also be."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from app.search import analysis, meaning
from app.search.hints import Bound
from app.search.segment import Mask
from app.search.snapshot import Snapshot
from app.search.vocabulary import Vocabulary

MOST_WORDS = 60
MOST_CORRECTED = 5  # words of one question
MOST_PHRASES = 5
MOST_MEANT = 3  # words that a mistyped one may stand for
LEAST_PART = 3  # letters of each part of a word that was written together
LEAST_START = 2
LEAST_LIKELY = 0.5  # the weight of a rare completion, in terms of the most frequent and most used one
LEAST_SLIP = 5  # letters from which on a word may be a mistyping of one that is too common to search for
KNOWN, HALF, LIKELY, UNLIKELY, ALIKE = 0.2, 0.5, 0.9, 0.45, 0.8
PHRASE = re.compile(r'["“”„«»]([^"“”„«»]{2,200})["“”„«»]')
CODE = re.compile(r"\d")


class Wanted(NamedTuple):
    """A term to look for, and where it comes from: word, completion, correction, parts, joined or synonym."""

    term: str
    weight: float
    origin: str
    word: str


class Understood(NamedTuple):
    """A question taken apart. Of a group only the best term counts; `corrected` is the question as it may be meant.

    `flat` is what a title would be that is typed in full.
    """

    text: str
    words: Sequence[str]
    groups: Sequence[Sequence[Wanted]] = ()
    phrases: Sequence[str] = ()
    flat: str = ""
    corrected: str | None = None

    @property
    def terms(self) -> list[str]:
        """Every term."""
        return [wanted.term for group in self.groups for wanted in group]


@dataclass
class _Reading:
    """A question while it is read; `visible` are the aids that this reader may see, and no other gives a word away."""

    snapshot: Snapshot
    hints: Bound
    visible: Mask
    words: list[str]
    half: bool
    mended: dict[str, str] = field(default_factory=dict)

    def stands(self, term: str) -> bool:
        """Whether any of the aids has this term."""
        found = self.snapshot.impact(term).documents
        return len(found) > 0 and bool(self.visible[found[0]] or self.visible[found].any())  # most often the first

    def knows(self, term: str) -> bool:
        """Whether it is right as it is typed."""
        return self.stands(term) or self.hints.knows(term)

    def known(self, word: str) -> bool:
        """Whether any of the aids has this word."""
        return any(map(self.stands, self.snapshot.terms(word)))


def understand(snapshot: Snapshot, hints: Bound, text: str, visible: Mask | None = None) -> Understood:
    """The terms of a question, of its first 60 words, for a reader to whom these aids (or all) are visible."""
    spelled = list(analysis.split(text))
    sequence = spelled[:MOST_WORDS]
    words = list(dict.fromkeys(word.lower() for word in sequence))
    half = bool(text) and not text[-1].isspace()
    reading = _Reading(snapshot, hints, snapshot.alive if visible is None else visible, words, half)
    groups, unknown = _taken(reading)
    for word in unknown[:MOST_CORRECTED]:
        groups[word] = _meant(reading, word, groups) or groups[word]
    if words and groups[words[-1]] and words[-1] not in unknown:
        groups[words[-1]] += _begun(reading, words[-1], KNOWN)
    for at, rule in hints.synonyms(sequence):
        spoken = sequence[at].lower() if len(rule.words) == 1 else " ".join(rule.words)
        _add_synonym(snapshot, groups, spoken, rule.means)
    for joined in _joined(reading, sequence, text):
        groups.setdefault(joined[0].word, []).extend(joined)
    corrected = _corrected(text, reading.mended) if reading.mended else None
    return Understood(
        text=text,
        words=words,
        groups=[group for group in groups.values() if group],
        phrases=[found for found in PHRASE.findall(text)[:MOST_PHRASES] if len(analysis.words(found)) > 1],
        flat=" ".join(map(analysis.fold, spelled)),
        corrected=corrected,
    )


def _corrected(text: str, mended: Mapping[str, str]) -> str:
    return analysis.WORD.sub(lambda found: mended.get(found[0].lower(), found[0]), text)


def _own(reading: _Reading, word: str) -> list[Wanted]:
    return [Wanted(term, 1.0, "word", word) for term in reading.snapshot.terms(word)]


def _taken(reading: _Reading) -> tuple[dict[str, list[Wanted]], list[str]]:
    """The terms of each word, and the words that no aid has.

    A word that one language is too full of to search for it has no terms, unless the question has no others.
    """
    too_common = analysis.too_common(reading.snapshot.languages)
    common = {word for word in reading.words if analysis.fold(word) in too_common}
    groups = {word: _own(reading, word) for word in reading.words}
    unknown = [
        word
        for word, own in groups.items()
        if word not in common and not any(reading.knows(wanted.term) for wanted in own)
    ]
    if any(own and word not in common for word, own in groups.items()):
        groups |= {word: [] for word in common}
    return groups, unknown


def _meant(reading: _Reading, word: str, groups: dict[str, list[Wanted]]) -> list[Wanted]:
    """What a word that no aid has may stand for: its beginning, a code, two words in one, a mistyping."""
    snapshot, folded = reading.snapshot, analysis.fold(word)
    begun = _begun(reading, word, HALF)
    if begun:
        return begun
    if CODE.search(word):
        codes = list(filter(reading.known, snapshot.codes(folded))) if len(word) >= LEAST_PART else []
        return _alternatives(snapshot, codes, "completion", [HALF])
    parts = _parts(reading, folded)
    if parts:
        reading.mended[word] = " ".join(parts)
        return _alternatives(snapshot, parts, "parts", [LIKELY])
    if _is_right(snapshot, folded):
        return []
    corrections = list(filter(reading.known, snapshot.corrections(folded, _near(reading, groups, word))))[:MOST_MEANT]
    if corrections:
        reading.mended[word] = corrections[0]
    return _alternatives(snapshot, corrections, "correction", [LIKELY, UNLIKELY])


def _is_right(snapshot: Snapshot, folded: str) -> bool:
    """Whether a word that no aid has is a common one, or a mistyping of one that is too common to search for."""
    model = meaning.at_hand()
    if model and model.is_word(folded):
        return True
    return len(folded) >= LEAST_SLIP and any(_common_words(snapshot.languages).alike(folded, 1))


def _begun(reading: _Reading, word: str, weight: float) -> list[Wanted]:
    """What the last word may become while it is typed."""
    if not reading.half or word != reading.words[-1] or len(word) < LEAST_START:
        return []
    own, known = reading.snapshot.terms(word), reading.known
    likely = [(found, worth) for found, worth in reading.hints.completions(analysis.fold(word)) if known(found)]
    weights = [weight * (LEAST_LIKELY + (1 - LEAST_LIKELY) * worth / likely[0][1]) for _, worth in likely]
    found = _alternatives(reading.snapshot, [found for found, _ in likely], "completion", weights)
    return [wanted for wanted in found if wanted.term not in own]


@cache
def _common_words(langs: tuple[str, ...]) -> Vocabulary:
    """The words that are too common to search for, to see which one was mistyped."""
    found = Vocabulary((word, 1) for word in analysis.too_common(langs))
    found.prepare()
    return found


def _alternatives(snapshot: Snapshot, words: Sequence[str], origin: str, weights: Sequence[float]) -> list[Wanted]:
    """These words as terms; the last weight is that of all that follow."""
    found: dict[str, Wanted] = {}
    for at, word in enumerate(words):
        for term in snapshot.terms(word):
            found.setdefault(term, Wanted(term, weights[min(at, len(weights) - 1)], origin, word))
    return list(found.values())


def _near(reading: _Reading, groups: dict[str, list[Wanted]], but: str) -> Mask | None:
    """The aids that have another word of the question."""
    snapshot = reading.snapshot
    near = None
    for word, own in groups.items():
        for wanted in own if word != but else ():
            if near is None:
                near = np.zeros(snapshot.count, dtype=np.bool_)
            near[snapshot.impact(wanted.term).documents] = True
    return None if near is None else near & reading.visible


def _parts(reading: _Reading, folded: str) -> list[str]:
    """The two known words that this one was made of by leaving out the space; the most frequent such pair."""
    snapshot = reading.snapshot
    places = range(LEAST_PART, len(folded) - LEAST_PART + 1)
    worth = {at: min(snapshot.frequency(folded[:at]), snapshot.frequency(folded[at:])) for at in places}
    best = max(worth, key=lambda at: worth[at], default=None)
    if best is None or not worth[best]:
        return []
    parts = [folded[:best], folded[best:]]
    return parts if all(map(reading.known, parts)) else []


def _add_synonym(snapshot: Snapshot, groups: dict[str, list[Wanted]], group: str, means: Sequence[str]) -> None:
    found = _alternatives(snapshot, means, "synonym", [ALIKE / len(means)])
    if len(means) == 1:
        groups.setdefault(group, []).extend(found)
    else:  # all its words count, each in a group of its own
        for wanted in found:
            groups.setdefault(f"{group} {wanted.word}", []).append(wanted)


def _joined(reading: _Reading, sequence: Sequence[str], text: str) -> Iterator[list[Wanted]]:
    """What may also be written as one word: neighbours, and what is held together by a dash or a dot."""
    pairs = [one.lower() + two.lower() for one, two in pairwise(sequence)]
    runs = ["".join(analysis.split(run)).lower() for run in analysis.HELD_TOGETHER.findall(text)[:MOST_WORDS]]
    for word in dict.fromkeys((*runs, *pairs)):
        terms = reading.snapshot.terms(word) if len(word) <= analysis.MOST_TERM else ()
        known = [term for term in terms if reading.knows(term)]
        if known:
            yield [Wanted(term, 1.0, "joined", word) for term in known]
