"""The words of the panel in the reader's language: English is complete, others fall back to it word by word."""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache

from app.widget.script import LANGUAGES, strings

DATES = {"en": "{d} {month} {y}", "de": "{d}.{m}.{y}", "fr": "{d}/{m:02}/{y}", "es": "{d}/{m}/{y}"}


@cache
def _words(language: str) -> Mapping[str, str]:
    own: dict[str, str] = json.loads(strings(language))
    return {**_words("en"), **own} if language != "en" else own


# What the script says itself; it knows these in English.
OWN = ("launch", "close", "back", "side", "resize", "search", "offline", "failed", "ended", "gone")


class Say:
    """Says the words of one language."""

    def __init__(self, language: str) -> None:
        short = language[:2].lower()
        self.language = short if short in LANGUAGES else "en"

    def __call__(self, name: str, **values: object) -> str:
        """The words of this name, with these values in them."""
        text = _words(self.language)[name]
        for key, value in values.items():
            text = text.replace(f"{{{key}}}", str(value))
        return text

    def own(self) -> dict[str, str] | None:
        """The words that the script says itself; none in English."""
        return None if self.language == "en" else {name: _words(self.language)[name] for name in OWN}

    def day(self, value: date) -> str:
        """A day as people of this language write it."""
        return DATES[self.language].format(d=value.day, m=value.month, y=value.year, month=f"{value:%b}")
