"""What is found as it was typed: a title in full, and what stands in quotes."""

from collections.abc import Sequence

from app.search import analysis
from app.search.group import added
from app.search.segment import Impacts
from app.search.sight import Sight
from app.search.snapshot import top
from app.search.terms import Understood
from app.search.words import read

AS_TYPED = 1.5
PHRASE = 1.0  # where the whole question is quoted; less for a part of it
MOST_CHECKED = 100  # aids whose text is searched for a phrase


def as_typed(sight: Sight, asked: Understood, words: Impacts) -> dict[int, float]:
    """More than any other score for an aid with the question as its title; a lift for one that holds what is quoted."""
    found = {number: AS_TYPED for number in sight.snapshot.titled(asked.flat[: analysis.MOST_TITLE]) if words[number]}
    if asked.phrases:
        quoted = sum(len(analysis.words(phrase)) for phrase in asked.phrases) / len(asked.words)
        for number in _holding(sight, asked.phrases, words):
            found[number] = found.get(number, 0.0) + PHRASE * min(quoted, 1)
    return found


def _holding(sight: Sight, phrases: Sequence[str], words: Impacts) -> list[int]:
    """Those of the aids with the best words that hold every phrase as it was typed."""
    has = words > 0
    for word in {word for phrase in phrases for word in analysis.words(phrase)}:
        found = sight.once(read, word)
        if not found.common:  # in any language: such a word is not looked for
            has &= added([found.group], len(has)) > 0
    candidates = has.nonzero()[0]
    wanted = [f" {analysis.flat(phrase)} " for phrase in phrases]
    best = candidates[top(words[candidates], MOST_CHECKED)].tolist()
    return [number for number in best if all(phrase in sight.snapshot.text(number) for phrase in wanted)]
