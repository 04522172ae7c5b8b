"""What a word that no aid has may stand for: a code, two words written as one, a slip of the keyboard."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from app.search import analysis, meaning
from app.search.group import Group
from app.search.sight import Sight
from app.search.vocabulary import Alike, Vocabulary
from app.search.words import HALF

LEAST_PART = 3  # letters of each part of a word that was written together
LEAST_SLIP = 5  # letters from which on a word may be a mistyping of one that is too common to search for
LEAST_INFLECTED, LEAST_WHOLE = 7, 5  # letters of a word that may be a form of a common one, and of that one
MOST_CORRECTIONS = 10
LIKELY = 0.9
SWAPPED, LEFT_OUT, FIRST = 1.0, 0.5, -0.5  # which slips are likelier than others, in logarithms of frequency
CODE = re.compile(r"[\d_]")

_RIGHT_WORDS: dict[tuple[str, ...], frozenset[str]] = {}  # by the languages of a library


class Guess(NamedTuple):
    """What a word may stand for: something certain, `mended` being how it is written, or corrections.

    Each correction has its likelihood, in logarithms of frequency.
    """

    group: Group
    mended: str | None = None
    corrections: Mapping[str, float] = {}


def guess(sight: Sight, word: str) -> Guess:
    """What a word that no aid has may stand for."""
    folded, nothing = analysis.fold(word), sight.group(())
    if CODE.search(word):
        return Guess(sight.group(sight.alternatives(_codes(sight, folded), "completion", [HALF])))
    alike = _alike(sight, folded)
    fewest = min((one.edits for one in alike), default=0)
    if _is_right(sight, folded, fewest):
        return Guess(nothing)
    parts = _parts(sight, folded) if fewest != 1 else []
    if parts:
        return Guess(sight.group(sight.alternatives(parts, "parts", [LIKELY])), " ".join(parts))
    counts: Counter[str] = Counter()
    for one in alike:
        counts[one.word] += one.often if one.edits == fewest else 0
    likely = counts.most_common(MOST_CORRECTIONS)
    return Guess(nothing, None, {found: _likelihood(folded, found, often) for found, often in likely if often})


def _codes(sight: Sight, folded: str) -> list[str]:
    codes = sight.snapshot.codes(folded, sight.member) if len(folded) >= LEAST_PART else []
    return list(filter(sight.known, codes))


def _alike(sight: Sight, folded: str) -> list[Alike]:
    of_aids = [one for one in sight.snapshot.alike(folded, sight.member) if sight.known(one.word)]
    return of_aids + [one for one in sight.hints.vocabulary.alike(folded) if sight.spoken(one.word)]


def _is_right(sight: Sight, folded: str, edits: int) -> bool:
    """Whether a word that no aid has is a common one, or a mistyping of one that is too common to search for.

    The latter only if it is not as near to a word that an aid has, which is so many `edits` away.
    """
    right = right_words(sight.snapshot.languages)
    if folded in right or (len(folded) >= LEAST_INFLECTED and not right.isdisjoint(sight.snapshot.terms(folded))):
        return True
    common = _common_words(sight.snapshot.languages)
    return len(folded) >= LEAST_SLIP and edits != 1 and any(common.alike(folded, 1))


def _parts(sight: Sight, folded: str) -> list[str]:
    """The two known words that this one was made of by leaving out the space; the most frequent such pair."""

    def often(part: str) -> int:
        return sight.snapshot.frequency(part, sight.member)

    places = range(LEAST_PART, len(folded) - LEAST_PART + 1)
    worth = {at: min(often(folded[:at]), often(folded[at:])) for at in places}
    best = max(worth, key=lambda at: worth[at], default=None)
    if best is None or not worth[best]:
        return []
    parts = [folded[:best], folded[best:]]
    return parts if all(map(sight.known, parts)) else []


def _likelihood(typed: str, meant: str, count: int) -> float:
    """How likely a word was meant, in logarithms of frequency: by how often it stands, and by what the slip was."""
    return (
        float(np.log1p(count)) / 4
        + (SWAPPED if sorted(typed) == sorted(meant) else 0.0)
        + (LEFT_OUT if len(meant) > len(typed) else 0.0)  # rather a letter forgotten than one too many
        + (FIRST if typed[0] != meant[0] else 0.0)
    )


def right_words(langs: tuple[str, ...]) -> frozenset[str]:
    """The commonest words as they are written, and the terms of the longer ones; none until `prepare` has made them."""
    return _RIGHT_WORDS.get(langs, frozenset())


def prepare(langs: tuple[str, ...]) -> bool:
    """Read the vectors and stem the commonest words, which nobody waits for; returns whether any were new."""
    model = meaning.model()
    new = model is not None and langs not in _RIGHT_WORDS
    if model and new:
        whole = [word for word in model.words if word.isalpha() and len(word) >= LEAST_WHOLE]
        terms = (term for word in whole for term in analysis.terms_in(word, langs))
        _RIGHT_WORDS[langs] = model.words.union(terms)
    return new


@cache
def _common_words(langs: tuple[str, ...]) -> Vocabulary:
    """The words that are too common to search for, to see which one was mistyped."""
    found = Vocabulary((word, 1) for word in analysis.too_common(langs))
    found.prepare()
    return found
