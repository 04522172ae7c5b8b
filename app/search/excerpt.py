"""Why this aid: the passage that answers best, with the found words marked."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from app.search import analysis
from app.search.characters import plain

LENGTH = 180
BETWEEN = "\0"  # stands in no text
MOST_TEXTS, MOST_WORDS = 2_000, 50_000  # remembered


@dataclass(frozen=True)
class Excerpt:
    """A passage as safe HTML with `<mark>`, and the step that it is, if it is one."""

    html: Markup
    step: int | None


class Marker:
    """Finds the terms of a question in texts."""

    def __init__(self, terms: Collection[str], languages: Sequence[str]) -> None:
        self.terms = frozenset(terms)
        self.languages = tuple(languages)

    def excerpt(self, shown: dict[str, Any]) -> Excerpt:
        """The passage with the most different terms of the question; the summary where none has any.

        A question that title, summary, keywords and tasks answer as well opens the aid at its beginning, not at a step.
        """
        wanted = self.terms
        best, most, step = shown["summary"], len(wanted & shown["summary_terms"]), None
        for number, text, terms in shown["passages"]:
            worth = len(wanted & terms)
            if worth > most:
                best, most, step = text, worth, number
        return Excerpt(self.mark(best), step if most > len(wanted & shown["head_terms"]) else None)

    def mark(self, text: str) -> Markup:
        """At most about 180 characters around the first found word, the found words marked."""
        found = [(a, b) for a, b, terms in _words(text, self.languages) if not terms.isdisjoint(self.terms)]
        start = _start(text, found[0][0] if found else 0)
        end = _end(text, start)
        cut: list[str] = []  # in turn what lies between the found words, and a found word
        at = start
        for first, last in found:
            if last > end:
                break
            if cut and first <= at:  # pairs of characters overlap
                cut[-1] += text[at:last]
            else:
                cut += [text[at:first], text[first:last]]
            at = last
        parts = str(escape(BETWEEN.join([*cut, text[at:end]]))).split(BETWEEN)
        parts[1::2] = [f"<mark>{word}</mark>" for word in parts[1::2]]
        before, after = "… " if start else "", " …" if end < len(text) else ""
        return Markup(f"{before}{''.join(parts)}{after}")  # noqa: S704 - every part was escaped


@lru_cache(MOST_TEXTS)
def _words(text: str, languages: tuple[str, ...]) -> list[tuple[int, int, frozenset[str]]]:
    """Where the words of a text begin and end, with their terms; without those that are too common."""
    found = ((first, last, _terms(text[first:last], languages)) for first, last in _places(text))
    return [word for word in found if word[2]]


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Where the words of a text begin and end; pairs of characters, which overlap, where there are no spaces."""
    for match in analysis.WORD.finditer(text):
        first, last = match.span()
        if analysis.IS_CJK.match(text, first):
            yield from ((at, min(at + 2, last)) for at in range(first, max(last - 1, first + 1)))
        else:
            yield first, last


@lru_cache(MOST_WORDS)
def _terms(word: str, languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset(term for part in analysis.split(plain(word)) for term in analysis.terms_in(part, languages))


def _start(text: str, first: int) -> int:
    if first < LENGTH * 2 // 3 or len(text) <= LENGTH:
        return 0
    before = first - LENGTH // 3
    space = text.rfind(" ", max(0, before - LENGTH // 3), before)
    return space + 1 if space >= 0 else before


def _end(text: str, start: int) -> int:
    if len(text) <= start + LENGTH:
        return len(text)
    space = text.rfind(" ", start + LENGTH // 2, start + LENGTH)
    return space if space > 0 else start + LENGTH
