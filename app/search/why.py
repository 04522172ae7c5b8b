"""From the parts of a score to what a trainer sees: a bar, a list, and what would raise an aid."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.languages import Language
from app.search import analysis
from app.search.explain import Part
from app.search.service import Hit
from app.web.words import _

WIDTH = 1_000  # of a bar, in its own units
MOST_NAMED = 5  # words in one piece of advice
NAMES = {
    "word": _("word"),
    "completion": _("unfinished word"),
    "correction": _("corrected word"),
    "parts": _("word taken apart"),
    "joined": _("words put together"),
    "synonym": _("synonym"),
    "learned": _("learned word"),
    "meaning": _("meaning"),
    "popularity": _("helped readers"),
    "task": _("task at hand"),
    "role": _("job role"),
    "trouble": _("help for trouble"),
    "as typed": _("exactly as typed"),
}
PLACES = {
    "title": _("title"),
    "keywords": _("keywords"),
    "summary": _("summary"),
    "steps": _("steps"),
    "body": _("text"),
    "tasks": _("task"),
    "joined": _("spelling together or apart"),
}
PROMINENT = ("title", "keywords")


@dataclass(frozen=True)
class PartView:
    """What one word, the meaning or a circumstance gives to a score, and its piece of the bar.

    `term` is what was looked for where it is not the word itself, with the languages that make it of the word.
    """

    what: str
    name: str
    word: str
    term: str
    languages: list[str]
    places: list[str]
    score: float
    start: int
    width: int


@dataclass(frozen=True)
class HitView:
    """An aid, how its score came about, and what would raise it."""

    slug: str
    title: str
    score: float
    parts: list[PartView]
    advice: str


def shown(hits: Sequence[Hit], titles: Mapping[tuple[str, str], str]) -> list[HitView]:
    """The aids as the page shows them; `titles` are those of tasks and roles, by kind and slug."""
    most = max((hit.score for hit in hits), default=1) or 1
    words = dict.fromkeys(part.word for hit in hits for part in hit.parts or [] if _is_word(part))
    return [
        HitView(
            hit.slug, hit.title, hit.score, _bar(hit.parts or [], most, titles), _advice(hit.parts or [], words, place)
        )
        for place, hit in enumerate(hits)
    ]


def _bar(parts: Sequence[Part], most: float, titles: Mapping[tuple[str, str], str]) -> list[PartView]:
    """The shares word by word, the largest kind of share first."""
    together: dict[tuple[str, str], list[Part]] = {}
    for part in parts:
        together.setdefault((part.what, part.word), []).append(part)
    by_kind: dict[str, float] = defaultdict(float)
    for part in parts:
        by_kind[part.what] += part.score
    bar, at = [], 0.0
    for (what, word), own in sorted(together.items(), key=lambda one: (-by_kind[one[0][0]], one[0][0])):
        start, at = at, at + sum(part.score for part in own) / most * WIDTH
        bar.append(_part(own, titles.get((what, word), word), round(start), round(at) - round(start)))
    return bar


def _part(own: Sequence[Part], named: str, start: int, width: int) -> PartView:
    first, score = own[0], sum(part.score for part in own)
    term = first.term if first.term != analysis.fold(first.word) else ""
    languages = [_language(code) for code in first.languages]
    places = [PLACES[part.where] for part in own if part.where in PLACES]
    return PartView(first.what, NAMES[first.what], named, term, languages, places, score, start, width)


def _language(code: str) -> str:
    return Language(code).name.capitalize() if code in list(Language) else code


def _advice(parts: Sequence[Part], words: Mapping[str, None], place: int) -> str:
    """What would bring an aid further up; the first one needs nothing. `words` are those that any of the aids has."""
    where = defaultdict(set)
    for part in parts:
        if _is_word(part):
            where[part.word].add(part.where)
    if not where:
        return _("It has none of the words. Put them into its keywords, or add a synonym.")
    deep = [word for word, places in where.items() if places.isdisjoint({*PROMINENT, "learned"})]
    lacking = [word for word in words if word not in where]
    if not place or not (deep or lacking):
        return ""
    seen = _("Only further down: {words}.").format(words=_quoted(deep)) if deep else ""
    unseen = _("Missing: {words}.").format(words=_quoted(lacking)) if lacking else ""
    return " ".join(filter(None, [seen, unseen, _("In the title or the keywords it would raise this aid.")]))


def _is_word(part: Part) -> bool:
    """Whether somebody might write it into an aid: not two words of the question put together."""
    return bool(part.term) and part.what != "joined"


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words[:MOST_NAMED])
