"""From text to terms, the same for what is stored and what is asked; and the fields of the index."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import whoosh
from whoosh import fields
from whoosh.analysis import LowercaseFilter, RegexTokenizer, StemFilter, StopFilter

WORD = re.compile(r"\w+")
MOST_TERM = 100  # characters; longer runs are no words
STEMMED = RegexTokenizer(WORD) | LowercaseFilter() | StopFilter(lang="en", minsize=1) | StemFilter(lang="en")
PLAIN = RegexTokenizer(WORD) | LowercaseFilter()

# How much a term counts where it stands. A term in a step stands in the body too.
WEIGHTS = {"title": 1.0, "keywords": 1.0, "steps": 0.3, "body": 1.0, "tasks": 0.5}
WORDS = "words"  # every word unstemmed, to complete a word that is being typed and to correct one


def schema() -> fields.Schema:
    """The fields of the index: what is searched, what narrows, and `shown`, all that a result shows."""
    searched: dict[str, Any] = {name: fields.TEXT(STEMMED, phrase=False) for name in WEIGHTS}
    return fields.Schema(
        aid=fields.ID(unique=True, stored=True),
        shown=fields.STORED,
        words=fields.TEXT(PLAIN, phrase=False),
        audience=fields.ID,
        kind=fields.ID,
        moment=fields.KEYWORD,
        task=fields.KEYWORD,
        **searched,
    )


def fingerprint() -> str:
    """Changes whenever an index made before cannot be read as one made now."""
    return f"1 whoosh {whoosh.versionstring()} {' '.join(sorted(schema().names()))}"


@lru_cache(maxsize=50_000)
def stem(word: str) -> str | None:
    """The term of one word; None where it is too common to search for."""
    return next((token.text for token in STEMMED(word)), None)


def words(text: str) -> list[str]:
    """The distinct words of a question, lower case, in order."""
    found = (word.lower() for word in WORD.findall(text))
    return list(dict.fromkeys(word for word in found if len(word) <= MOST_TERM))


def terms(asked: Iterable[str]) -> list[str]:
    """The distinct terms of these words, in order."""
    return list(dict.fromkeys(term for word in asked if (term := stem(word)) is not None))
