"""From a question to the terms that are looked for: its own words, and what they may also be."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from app.search import analysis, meaning
from app.search.segment import Mask
from app.search.sight import HALF, Group, Sight
from app.search.vocabulary import Vocabulary

MOST_WORDS = 60
MOST_CORRECTED = 5  # words of one question
MOST_PHRASES = 5
MOST_MEANT = 3  # words that a mistyped one may stand for
LEAST_PART = 3  # letters of each part of a word that was written together
LEAST_SLIP = 5  # letters from which on a word may be a mistyping of one that is too common to search for
LIKELY, UNLIKELY, ALIKE = 0.9, 0.45, 0.8
PHRASE = re.compile(r'["“”„«»]([^"“”„«»]{2,200})["“”„«»]')
CODE = re.compile(r"\d")


class Understood(NamedTuple):
    """A question taken apart. Of a group only the best term counts; `corrected` is the question as it may be meant.

    `flat` is what a title would be that is typed in full.
    """

    text: str
    words: Sequence[str]
    groups: Sequence[Group] = ()
    phrases: Sequence[str] = ()
    flat: str = ""
    corrected: str | None = None

    @property
    def terms(self) -> list[str]:
        """Every term."""
        return [wanted.term for group in self.groups for wanted in group.wanted]


def understand(sight: Sight, text: str) -> Understood:
    """The terms of a question, of its first 60 words."""
    spelled = analysis.split(text)
    sequence = [word.lower() for word in spelled[:MOST_WORDS]]
    words = list(dict.fromkeys(sequence))
    unfinished = sequence[-1] if sequence and not text[-1].isspace() else None
    groups, mended = _taken(sight, words, unfinished)
    for at, rule in sight.hints.synonyms(sequence):
        _add_synonym(sight, groups, sequence[at] if len(rule.words) == 1 else " ".join(rule.words), rule.means)
    for word in _written_together(sequence, text):
        joined = sight.joined(word)
        if joined.wanted:
            _add(sight, groups, word, joined)
    return Understood(
        text,
        words,
        [group for group in groups.values() if group.wanted],
        [found for found in PHRASE.findall(text)[:MOST_PHRASES] if len(analysis.words(found)) > 1],
        " ".join(map(analysis.fold, spelled)),
        _corrected(text, mended) if mended else None,
    )


def _corrected(text: str, mended: Mapping[str, str]) -> str:
    return analysis.WORD.sub(lambda found: mended.get(found[0].lower(), found[0]), text)


def _taken(sight: Sight, words: Sequence[str], unfinished: str | None) -> tuple[dict[str, Group], dict[str, str]]:
    """What each word finds, and what the mistyped ones may stand for.

    A word that one language is too full of to search for it finds nothing, unless the question has no others.
    """
    read = {word: sight.word(word) for word in words}
    groups = {word: one.group for word, one in read.items() if not one.common}
    unknown = [word for word in groups if not read[word].known][:MOST_CORRECTED]
    if not groups:
        groups = {word: one.group for word, one in read.items()}
    mended: dict[str, str] = {}
    if unfinished in groups:
        begun = sight.begun(unfinished)
        if begun.wanted:
            groups[unfinished] = begun
            unknown = [word for word in unknown if word != unfinished]
    for word in unknown:
        meant = _meant(sight, groups, word, mended)
        if meant.wanted:
            groups[word] = meant
    return groups, mended


def _meant(sight: Sight, groups: Mapping[str, Group], word: str, mended: dict[str, str]) -> Group:
    """What a word that no aid has may stand for: a code, two words in one, a mistyping; `mended` takes it down."""
    snapshot, folded = sight.snapshot, analysis.fold(word)
    if CODE.search(word):
        codes = list(filter(sight.known, snapshot.codes(folded))) if len(word) >= LEAST_PART else []
        return sight.alternatives(codes, "completion", [HALF])
    parts = _parts(sight, folded)
    if parts:
        mended[word] = " ".join(parts)
        return sight.alternatives(parts, "parts", [LIKELY])
    right = _is_right(sight, folded)
    corrections = [] if right else sight.corrections(folded, _near(sight, groups, word))[:MOST_MEANT]
    if corrections:
        mended[word] = corrections[0]
    return sight.alternatives(corrections, "correction", [LIKELY, UNLIKELY])


def _is_right(sight: Sight, folded: str) -> bool:
    """Whether a word that no aid has is a common one, or a mistyping of one that is too common to search for."""
    model = meaning.at_hand()
    if model and model.is_word(folded):
        return True
    return len(folded) >= LEAST_SLIP and any(_common_words(sight.snapshot.languages).alike(folded, 1))


@cache
def _common_words(langs: tuple[str, ...]) -> Vocabulary:
    """The words that are too common to search for, to see which one was mistyped."""
    found = Vocabulary((word, 1) for word in analysis.too_common(langs))
    found.prepare()
    return found


def _near(sight: Sight, groups: Mapping[str, Group], but: str) -> Mask | None:
    """The aids that have another word of the question."""
    others = [group.documents for word, group in groups.items() if word != but and group.wanted]
    if not others:
        return None
    near = np.zeros(sight.snapshot.count, dtype=np.bool_)
    near[np.concatenate(others)] = True
    return near


def _parts(sight: Sight, folded: str) -> list[str]:
    """The two known words that this one was made of by leaving out the space; the most frequent such pair."""
    frequency = sight.snapshot.frequency
    places = range(LEAST_PART, len(folded) - LEAST_PART + 1)
    worth = {at: min(frequency(folded[:at]), frequency(folded[at:])) for at in places}
    best = max(worth, key=lambda at: worth[at], default=None)
    if best is None or not worth[best]:
        return []
    parts = [folded[:best], folded[best:]]
    return parts if all(map(sight.known, parts)) else []


def _add_synonym(sight: Sight, groups: dict[str, Group], spoken: str, means: Sequence[str]) -> None:
    weight = ALIKE / len(means)
    if len(means) == 1:
        _add(sight, groups, spoken, sight.alternatives(means, "synonym", [weight]))
    else:  # all its words count, each in a group of its own
        for word in means:
            _add(sight, groups, f"{spoken} {word}", sight.alternatives([word], "synonym", [weight]))


def _add(sight: Sight, groups: dict[str, Group], word: str, more: Group) -> None:
    groups[word] = sight.group([*groups[word].wanted, *more.wanted]) if word in groups else more


def _written_together(sequence: Sequence[str], text: str) -> Iterable[str]:
    """What may also be written as one word: neighbours, and what is held together by a dash or a dot."""
    runs = ["".join(analysis.split(run)).lower() for run in analysis.HELD_TOGETHER.findall(text)[:MOST_WORDS]]
    return dict.fromkeys([*runs, *(one + two for one, two in pairwise(sequence))])
