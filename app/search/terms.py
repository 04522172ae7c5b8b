"""From a question to the terms that are looked for: its own words, and what they may also be."""

import re
from collections.abc import Collection, Mapping, Sequence
from operator import add
from typing import NamedTuple

import numpy as np

from app.search import analysis, meaning
from app.search.group import Group
from app.search.segment import Mask
from app.search.sight import Sight
from app.search.slips import LIKELY, guess
from app.search.words import Word, begun, joined, read, towards

MOST_WORDS = 60
MOST_GUESSED = 5  # words of one question
MOST_PHRASES = 5
MOST_MEANT = 3  # words that a mistyped one may stand for
UNLIKELY = 0.45
PHRASE = re.compile(r'["“”„«»]([^"“”„«»]{2,200})["“”„«»]')


class Understood(NamedTuple):
    """A question taken apart. Of a group only the best alternative counts.

    `corrected` is the question as it may be meant, `meant` what its parts and their synonyms mean, none while there are
    no vectors; `flat` is what a title would be that is typed in full.
    """

    text: str
    words: Sequence[str]
    groups: Sequence[Group]
    phrases: Sequence[str]
    flat: str
    meant: Sequence[meaning.Vector]
    corrected: str | None = None

    @property
    def terms(self) -> list[str]:
        """Every term."""
        return [wanted.term for group in self.groups for one in group.alternatives for wanted in one]


def understand(sight: Sight, text: str) -> Understood:
    """The terms of a question, of its first 60 words."""
    spelled = analysis.split(text)
    unfinished = spelled[-1].lower() if spelled and not text[-1].isspace() else None
    del spelled[MOST_WORDS:]
    sequence = list(map(str.lower, spelled))
    words = list(dict.fromkeys(sequence))
    as_typed = sight.each(read, words)
    groups, mended = _taken(sight, words, as_typed, unfinished)
    corrected = _corrected(text, mended) if mended else None
    synonyms = _add_synonyms(sight, groups, spelled, mended)
    neighbours = _written_together(sequence, text)
    for word, found in zip(neighbours, sight.each(joined, neighbours), strict=True):
        if found is not None:
            _add(sight, groups, word, found)
    flat = " ".join(sequence if text.isascii() else map(analysis.fold, sequence))
    if flat == text and not (mended or synonyms):  # nothing stands between its words
        meant = [word.direction for word in as_typed if word.direction is not None]
    else:
        pieces = [*(corrected or text).lower().split()[:MOST_WORDS], *synonyms]
        meant = [direction for direction in sight.each(towards, dict.fromkeys(pieces)) if direction is not None]
    return Understood(
        text,
        words,
        [group for group in groups.values() if group.alternatives],
        _phrases(text),
        flat,
        meant,
        corrected,
    )


def _phrases(text: str) -> list[str]:
    """What is quoted, in two words or more."""
    if '"' not in text and text.isascii():
        return []
    return [found for found in PHRASE.findall(text)[:MOST_PHRASES] if len(analysis.words(found)) > 1]


def _corrected(text: str, mended: Mapping[str, str]) -> str:
    return analysis.WORD.sub(lambda found: mended.get(found[0].lower(), found[0]), text)


def _taken(
    sight: Sight, words: Sequence[str], as_typed: Sequence[Word], unfinished: str | None
) -> tuple[dict[str, Group], dict[str, str]]:
    """What each word finds, and what the mistyped ones may stand for.

    A word that one language is too full of to search for it finds nothing, unless the question has no others.
    """
    groups, unknown = _found(words, as_typed)
    if unfinished in groups:
        becomes = sight.once(begun, unfinished)
        if becomes.alternatives:
            groups[unfinished] = becomes
            unknown = [word for word in unknown if word != unfinished]
    return groups, _mend(sight, groups, unknown[:MOST_GUESSED]) if unknown else {}


def _found(words: Sequence[str], as_typed: Sequence[Word]) -> tuple[dict[str, Group], list[str]]:
    """What each word finds as it is typed, and the words that no aid has."""
    groups, unknown = {}, []
    for word, one in zip(words, as_typed, strict=True):
        if not one.common:
            groups[word] = one.group
            if not one.known:
                unknown.append(word)
    return groups or {word: one.group for word, one in zip(words, as_typed, strict=True)}, unknown


def _mend(sight: Sight, groups: dict[str, Group], unknown: Sequence[str]) -> dict[str, str]:
    """Look for what these words may stand for, and return how that is written."""
    mended: dict[str, str] = {}
    for word in unknown:
        group, mended_word = _meant(sight, groups, word)
        if group.alternatives:
            groups[word] = group
        if mended_word:
            mended[word] = mended_word
    return mended


def _meant(sight: Sight, groups: Mapping[str, Group], word: str) -> tuple[Group, str | None]:
    """What a word that no aid has may stand for, and how that is written; the other words decide in doubt."""
    guessed = sight.once(guess, word)
    if not guessed.corrections:
        return guessed.group, guessed.mended
    near = _near(sight, groups, word)

    def worth(found: str) -> float:
        group = sight.once(read, found).group
        together = 0 if near is None else int(np.count_nonzero(near[group.documents]))
        return guessed.corrections[found] + float(np.log1p(together))

    likely = sorted(guessed.corrections, key=worth, reverse=True)[:MOST_MEANT]
    return sight.group(sight.alternatives(likely, "correction", [LIKELY, UNLIKELY])), likely[0]


def _near(sight: Sight, groups: Mapping[str, Group], but: str) -> Mask | None:
    """The aids that have another word of the question."""
    others = [group.documents for word, group in groups.items() if word != but and group.alternatives]
    if not others:
        return None
    near = np.zeros(sight.snapshot.count, dtype=np.bool_)
    near[np.concatenate(others)] = True
    return near


def _add_synonyms(sight: Sight, groups: dict[str, Group], words: Sequence[str], mended: Mapping[str, str]) -> list[str]:
    """Look for what also says it, and return its words; a phrase of several words adds its own group."""
    spelled = [mended.get(word.lower(), word) for word in words] if mended else words
    meant: list[str] = []
    for at, rule in sight.hints.synonyms(spelled):
        spoken = words[at].lower() if len(rule.words) == 1 else " ".join(rule.words)
        _add(sight, groups, spoken, sight.group(sight.synonym(rule.means)))
        meant += rule.means
    return meant


def _add(sight: Sight, groups: dict[str, Group], word: str, more: Group) -> None:
    groups[word] = sight.group([*groups[word].alternatives, *more.alternatives]) if word in groups else more


def _written_together(sequence: Sequence[str], text: str) -> Collection[str]:
    """What may also be written as one word: neighbours, and what is held together by a dash or a dot."""
    found = list(map(add, sequence, sequence[1:]))
    if analysis.HOLDS.search(text):
        runs = analysis.HELD_TOGETHER.findall(text)[:MOST_WORDS]
        found[:0] = ["".join(analysis.split(run)).lower() for run in runs]
    return dict.fromkeys(found)
