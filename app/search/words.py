"""What one word of a question finds: as it is typed, while it is typed, and written as one with its neighbour."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(slots=True, eq=False)
class Word:
    """A word as it was typed: what it finds, and whether it is right, or too common to be looked for.

    So many aids have it. `direction` is what it means, the longer the rarer it is; None while there are no vectors.
    """

    group: Group
    known: bool
    common: bool
    often: int
    direction: meaning.Vector | None


def read(sight: Sight, word: str) -> Word:
    """A word of a question, small letters."""
    terms = sight.snapshot.terms(word)
    common = analysis.fold(word) in analysis.too_common(sight.snapshot.languages)
    group = sight.group((Wanted(term, 1.0, "word", word),) for term in terms)
    often = sight.snapshot.count if common else len(group.documents)
    return Word(group, any(map(sight.right, terms)), common, often, _direction(sight, word, often))


def towards(sight: Sight, piece: str) -> meaning.Vector | None:
    """What stands between two spaces means, punctuation and all: "C++", "e-mail"; None while there are no vectors."""
    words = [sight.once(read, part) for part in analysis.split(piece)[:MOST_PARTS]]
    return _direction(sight, piece, max((word.often for word in words), default=sight.snapshot.count))


def _direction(sight: Sight, piece: str, often: int) -> meaning.Vector | None:
    """What is meant, times its inverse document frequency, damped.

    Arora, Liang and Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings" (2017).
    """
    model = meaning.at_hand()
    weight = np.float32(math.log(1 + sight.snapshot.count / (1 + often)) ** DAMPED)
    return None if model is None else model.word(piece) * weight


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


def joined(sight: Sight, word: str) -> Group | None:
    """What is found where neighbours are written as this one word; None where nobody knows it."""
    terms = sight.snapshot.terms(word) if len(word) <= analysis.MOST_TERM else ()
    alternatives = [(Wanted(term, 1.0, "joined", word),) for term in terms if sight.right(term)]
    return sight.group(alternatives) if alternatives else None
