"""How the score of an aid came about, part by part."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.search import analysis, trouble
from app.search.circumstances import LIFT, NOWHERE, Circumstances, lifts
from app.search.group import Group, Wanted
from app.search.ranking import Scored
from app.search.sight import Sight
from app.search.terms import Understood


@dataclass(frozen=True)
class Part:
    """A share of a score: what gave it, by which word of which field, and how much.

    `term` is what was looked for in its place, and `languages` those of the library that make it of the word, where
    there are several. Of a task or role `word` is the slug; of several tasks each has its part.
    """

    what: str
    word: str
    where: str
    score: float
    term: str = ""
    languages: Sequence[str] = ()


def explain(
    sight: Sight, asked: Understood, scored: Scored, document: int, around: Circumstances = NOWHERE
) -> list[Part]:
    """How the score of one aid came about, the largest share first."""
    at = int(np.searchsorted(scored.candidates, document))
    parts = [part for group in asked.groups for part in _best(sight, group, document, scored.share)]
    if at == len(scored.candidates) or scored.candidates[at] != document:
        return sorted(parts, key=lambda part: -part.score)  # behind the candidates words alone count
    if scored.meaning is not None and scored.meaning[at]:
        parts.append(Part("meaning", "", "", float(scored.meaning[at])))
    parts += _raised(sight, asked, around, document, sum(part.score for part in parts))
    if scored.as_typed is not None and scored.as_typed[at]:
        parts.append(Part("as typed", "", "", float(scored.as_typed[at])))
    return sorted(parts, key=lambda part: -part.score)


def _best(sight: Sight, group: Group, document: int, share: float) -> list[Part]:
    """The shares of the alternative that counts in its group."""
    found = [
        [part for wanted in alternative for part in _parts(sight, wanted, document, share)]
        for alternative in group.alternatives
        if all(document in sight.hints.impact(wanted.term).documents for wanted in alternative)
    ]
    return max(found, key=lambda parts: sum(part.score for part in parts), default=[])


def _parts(sight: Sight, wanted: Wanted, document: int, share: float) -> list[Part]:
    scale, term = share * wanted.weight, wanted.term
    langs = sight.snapshot.languages
    langs = tuple(lang for lang in langs if term in analysis.terms_in(wanted.word, (lang,))) if len(langs) > 1 else ()
    parts = [
        Part(wanted.origin, wanted.word, part.field, scale * part.score, term, langs)
        for part in sight.snapshot.parts(term, document)
    ]
    learned = sight.hints.learned(wanted.term)
    if document in learned.documents:
        given = float(learned.scores[np.searchsorted(learned.documents, document)])
        parts.append(Part("learned", wanted.word, "learned", scale * given, term, langs))
    return parts


def _raised(sight: Sight, asked: Understood, around: Circumstances, document: int, score: float) -> list[Part]:
    """What popularity and the circumstances add to the score of one aid; of their product each has its logarithm.

    Tasks lift an aid once, so that they share a factor.
    """
    snapshot, popularity = sight.snapshot, float(sight.hints.popularity[document])
    own = Circumstances([task for task in around.tasks if snapshot.having("task", task)[document]], around.role)
    lifted_by = lifts(snapshot, trouble.told(asked), own, np.array([document]))
    factors = [("popularity", "", popularity)] if popularity > 1 else []
    factors += [
        (what, word, LIFT ** (1 / len(words))) for what, words, lifted in lifted_by if lifted[0] for word in words
    ]
    whole = math.prod(factor for _, _, factor in factors)
    return [
        Part(what, word, "", score * (whole - 1) * math.log(factor) / math.log(whole)) for what, word, factor in factors
    ]
