"""Why this aid: the passage that answers best, with the found words marked."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from app.search import analysis

LENGTH = 180


@dataclass(frozen=True)
class Excerpt:
    """A passage as safe HTML with `<mark>`, and the step that it is, if it is one."""

    html: Markup
    step: int | None


class Marker:
    """Finds the words of a question in texts."""

    def __init__(self, terms: Collection[str], words: Collection[str]) -> None:
        self.terms = frozenset(terms)
        self.words = frozenset(words)
        # A stem is the beginning of its words, but for a last letter that the stemmer may have changed.
        starts = {term[:-1] if len(term) > 3 and term[-1] in "iey" else term for term in self.terms} | self.words
        longest_first = sorted(starts, key=len, reverse=True)
        self.pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})\w*", re.IGNORECASE)

    def found(self, text: str) -> list[re.Match[str]]:
        """Where the words of the question stand."""
        return [match for match in self.pattern.finditer(text) if self._is_asked(match[0].lower())]

    def _is_asked(self, word: str) -> bool:
        return word in self.words or analysis.stem(word) in self.terms

    def excerpt(self, passages: Sequence[tuple[int | None, str]], summary: str, title: str) -> Excerpt:
        """The passage with the most different words of the question; the summary where none has any.

        A question that the title answers as well opens the aid at its beginning, not at a step.
        """
        best, most, step = summary, self._worth(summary), None
        for number, text in passages:
            worth = self._worth(text)
            if worth > most:
                best, most, step = text, worth, number
        return Excerpt(self.mark(best), step if most > self._worth(title) else None)

    def _worth(self, text: str) -> int:
        return len({analysis.stem(match[0].lower()) for match in self.found(text)})

    def mark(self, text: str) -> Markup:
        """At most about 180 characters around the first found word, the found words marked."""
        matches = self.found(text)
        start = _start(text, matches[0].start() if matches else 0)
        end = _end(text, start)
        parts, at = [Markup("… ") if start else Markup()], start
        for match in matches:
            if match.start() < at or match.end() > end:
                continue
            parts += [escape(text[at : match.start()]), Markup("<mark>%s</mark>") % match[0]]
            at = match.end()
        parts += [escape(text[at:end]), Markup(" …") if end < len(text) else Markup()]
        return Markup("").join(parts)


def _start(text: str, first: int) -> int:
    if first < LENGTH * 2 // 3 or len(text) <= LENGTH:
        return 0
    return text.rfind(" ", 0, first - LENGTH // 3) + 1


def _end(text: str, start: int) -> int:
    if len(text) <= start + LENGTH:
        return len(text)
    space = text.rfind(" ", start + LENGTH // 2, start + LENGTH)
    return space if space > 0 else start + LENGTH
