"""Why this aid: the passage that answers best, with the found words marked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from markupsafe import Markup, escape

from app.search import analysis

LENGTH = 180


@dataclass(frozen=True)
class Excerpt:
    """A passage as safe HTML with `<mark>`, and the step that it is, if it is one."""

    html: Markup
    step: int | None


class Marker:
    """Finds the terms of a question in texts."""

    def __init__(self, terms: Collection[str], languages: Sequence[str]) -> None:
        self.terms = frozenset(terms)
        self.languages = languages
        self._known: dict[str, bool] = {}

    def excerpt(self, shown: dict[str, Any]) -> Excerpt:
        """The passage with the most different terms of the question; the summary where none has any.

        A question that title, summary, keywords and tasks answer as well opens the aid at its beginning, not at a step.
        """
        best, most, step = shown["summary"], self._worth(shown["summary_terms"]), None
        for number, text, terms in shown["passages"]:
            worth = self._worth(terms)
            if worth > most:
                best, most, step = text, worth, number
        return Excerpt(self.mark(best), step if most > self._worth(shown["head_terms"]) else None)

    def _worth(self, terms: frozenset[str]) -> int:
        return len(self.terms & terms)

    def mark(self, text: str) -> Markup:
        """At most about 180 characters around the first found word, the found words marked."""
        matches = (match for match in analysis.WORD.finditer(text) if self._asked(match[0]))
        first = next(matches, None)
        start = _start(text, first.start() if first else 0)
        end = _end(text, start)
        parts, at = ["… " if start else ""], start
        for match in chain([first] if first else [], matches):
            if match.end() > end:
                break
            parts += [escape(text[at : match.start()]), f"<mark>{escape(match[0])}</mark>"]
            at = match.end()
        parts += [escape(text[at:end]), " …" if end < len(text) else ""]
        return Markup("".join(parts))  # noqa: S704 - every part was escaped

    def _asked(self, found: str) -> bool:
        known = self._known.get(found)
        if known is None:
            known = self._known[found] = self._is_asked(found)
        return known

    def _is_asked(self, found: str) -> bool:
        if analysis.IS_CJK.match(found):
            return not self.terms.isdisjoint(analysis.split(found))
        for lang in self.languages:  # noqa: SIM110 - a generator costs more than the look itself
            if analysis.term(found, lang) in self.terms:
                return True
        return False


def _start(text: str, first: int) -> int:
    if first < LENGTH * 2 // 3 or len(text) <= LENGTH:
        return 0
    return text.rfind(" ", 0, first - LENGTH // 3) + 1


def _end(text: str, start: int) -> int:
    if len(text) <= start + LENGTH:
        return len(text)
    space = text.rfind(" ", start + LENGTH // 2, start + LENGTH)
    return space if space > 0 else start + LENGTH
