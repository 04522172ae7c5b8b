"""What one word of a question finds: as it is typed, while it is typed, and written as one with its neighbour."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from app.search import analysis, meaning
from app.search.group import Alternative, Group, Wanted
from app.search.sight import Sight
from app.search.snapshot import MOST_COMPLETIONS

LEAST_START = 2
LEAST_LIKELY = 0.5  # the weight of a rare completion, in terms of the most frequent and most used one
KNOWN, HALF = 0.2, 0.5
MOST_PARTS = 5  # of what stands between two spaces
DAMPED = 0.35  # the power of how rare a word is by which its meaning counts


class Word(NamedTuple):
    """A word as it was typed: what it finds, and whether it is right, or too common to be looked for."""

    group: Group
    known: bool
    common: bool


def read(sight: Sight, word: str) -> Word:
    """A word of a question, small letters."""
    terms = sight.snapshot.terms(word)
    common = analysis.fold(word) in analysis.too_common(sight.snapshot.languages)
    group = sight.group((Wanted(term, 1.0, "word", word),) for term in terms)
    return Word(group, any(map(sight.right, terms)), common)


def begun(sight: Sight, word: str) -> Group:
    """What a word finds while it is typed: also what it may become, or only that where no aid has it.

    No alternatives where it becomes nothing else.
    """
    if len(word) < LEAST_START and not analysis.IS_CJK.match(word):
        return sight.group(())
    whole = sight.once(read, word)
    is_word = whole.known or whole.common
    becomes = list(_becomes(sight, word, KNOWN if is_word else HALF))
    return sight.group([*whole.group.alternatives, *becomes] if is_word and becomes else becomes)


def _becomes(sight: Sight, word: str, weight: float) -> Iterator[Alternative]:
    own = sight.snapshot.terms(word)
    likely = _completions(sight, analysis.fold(word))
    weights = [weight * (LEAST_LIKELY + (1 - LEAST_LIKELY) * worth / likely[0][1]) for _, worth in likely]
    words = [found for found, _ in likely]
    yield from (one for one in sight.alternatives(words, "completion", weights) if one[0].term not in own)
    for found, likelihood in zip(words, weights, strict=True):
        for _, rule in sight.hints.synonyms([found]):
            yield from sight.synonym(rule.means, likelihood)


def _completions(sight: Sight, start: str) -> list[tuple[str, float]]:
    """The words that begin so, the likeliest first: by how many aids have them and how many readers they helped."""
    counts = sight.snapshot.completions(start, sight.member)
    spoken = (word for word, _ in sight.hints.vocabulary.beginning(start) if sight.spoken(word))
    found = dict.fromkeys([*filter(sight.known, counts), *spoken])
    worth = {word: max(counts[word] + sight.hints.readers(word), 1) for word in found}
    return sorted(worth.items(), key=lambda one: -one[1])[:MOST_COMPLETIONS]


def towards(sight: Sight, word: str) -> meaning.Vector | None:
    """What a word means, punctuation and all, the more of it the rarer it is; None while there are no vectors.

    The weight is a damped inverse document frequency. Arora, Liang and Ma, "A Simple but Tough-to-Beat Baseline for
    Sentence Embeddings" (2017).
    """
    model = meaning.at_hand()
    if model is None:
        return None
    count = sight.snapshot.count
    often = [_often(sight, part.lower()) for part in analysis.split(word)[:MOST_PARTS]]
    return model.word(word) * np.float32(math.log(1 + count / (1 + max(often, default=count))) ** DAMPED)


def _often(sight: Sight, word: str) -> int:
    as_typed = sight.once(read, word)
    return sight.snapshot.count if as_typed.common else as_typed.group.often()


def joined(sight: Sight, word: str) -> Group:
    """What is found where neighbours are written as this one word; nothing is looked for where nobody knows it."""
    terms = sight.snapshot.terms(word) if len(word) <= analysis.MOST_TERM else ()
    return sight.group((Wanted(term, 1.0, "joined", word),) for term in terms if sight.right(term))
