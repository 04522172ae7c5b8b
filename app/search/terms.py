"""From a question to the terms that are looked for: its own words, and what they may also be."""

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from app.search import analysis
from app.search.group import Group
from app.search.segment import Mask
from app.search.sight import Sight
from app.search.slips import LIKELY, guess
from app.search.words import begun, joined, read

MOST_WORDS = 60
MOST_GUESSED = 5  # words of one question
MOST_PHRASES = 5
MOST_MEANT = 3  # words that a mistyped one may stand for
UNLIKELY = 0.45
PHRASE = re.compile(r'["“”„«»]([^"“”„«»]{2,200})["“”„«»]')


class Understood(NamedTuple):
    """A question taken apart. Of a group only the best alternative counts.

    `corrected` is the question as it may be meant, `meant` the text whose meaning counts, with synonyms; `flat` is what
    a title would be that is typed in full.
    """

    text: str
    words: Sequence[str]
    groups: Sequence[Group]
    phrases: Sequence[str]
    flat: str
    meant: str
    corrected: str | None = None

    @property
    def terms(self) -> list[str]:
        """Every term."""
        return [wanted.term for group in self.groups for one in group.alternatives for wanted in one]


def understand(sight: Sight, text: str) -> Understood:
    """The terms of a question, of its first 60 words."""
    spelled = analysis.split(text)
    sequence = [word.lower() for word in spelled[:MOST_WORDS]]
    words = list(dict.fromkeys(sequence))
    groups, mended = _taken(sight, words, spelled[-1].lower() if spelled and not text[-1].isspace() else None)
    corrected = _corrected(text, mended) if mended else None
    meant = _add_synonyms(sight, groups, spelled[:MOST_WORDS], mended)
    neighbours = _written_together(sequence, text)
    for word, found in zip(neighbours, sight.each(joined, neighbours), strict=True):
        if found.alternatives:
            _add(sight, groups, word, found)
    return Understood(
        text,
        words,
        [group for group in groups.values() if group.alternatives],
        _phrases(text),
        " ".join(sequence if text.isascii() else map(analysis.fold, sequence)),
        " ".join([corrected or text, *meant]),
        corrected,
    )


def _phrases(text: str) -> list[str]:
    """What is quoted, in two words or more."""
    return [found for found in PHRASE.findall(text)[:MOST_PHRASES] if len(analysis.words(found)) > 1]


def _corrected(text: str, mended: Mapping[str, str]) -> str:
    return analysis.WORD.sub(lambda found: mended.get(found[0].lower(), found[0]), text)


def _taken(sight: Sight, words: Sequence[str], unfinished: str | None) -> tuple[dict[str, Group], dict[str, str]]:
    """What each word finds, and what the mistyped ones may stand for.

    A word that one language is too full of to search for it finds nothing, unless the question has no others.
    """
    as_typed = dict(zip(words, sight.each(read, words), strict=True))
    groups = {word: one.group for word, one in as_typed.items() if not one.common}
    unknown = [word for word in groups if not as_typed[word].known][:MOST_GUESSED]
    if not groups:
        groups = {word: one.group for word, one in as_typed.items()}
    if unfinished in groups:
        becomes = sight.once(begun, unfinished)
        if becomes.alternatives:
            groups[unfinished] = becomes
            unknown = [word for word in unknown if word != unfinished]
    mended: dict[str, str] = {}
    for word in unknown:
        group, mended_word = _meant(sight, groups, word)
        if group.alternatives:
            groups[word] = group
        if mended_word:
            mended[word] = mended_word
    return groups, mended


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
    """Look for what also says it, and return that; a phrase of several words adds its own group."""
    spelled = [mended.get(word.lower(), word) for word in words] if mended else words
    meant = []
    for at, rule in sight.hints.synonyms(spelled):
        spoken = words[at].lower() if len(rule.words) == 1 else " ".join(rule.words)
        _add(sight, groups, spoken, sight.group(sight.synonym(rule.means)))
        meant.append(" ".join(rule.means))
    return meant


def _add(sight: Sight, groups: dict[str, Group], word: str, more: Group) -> None:
    groups[word] = sight.group([*groups[word].alternatives, *more.alternatives]) if word in groups else more


def _written_together(sequence: Sequence[str], text: str) -> Collection[str]:
    """What may also be written as one word: neighbours, and what is held together by a dash or a dot."""
    runs = ["".join(analysis.split(run)).lower() for run in analysis.HELD_TOGETHER.findall(text)[:MOST_WORDS]]
    return dict.fromkeys(runs + [one + two for one, two in pairwise(sequence)])
