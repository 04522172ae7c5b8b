"""Texts and questions in any number, made from the labelled sets: the same every time."""

import json
import random
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.aids import document
from app.search import analysis
from benchmarks import data
from benchmarks.data import Library

SEED = 7
SETS = ("tldr_nl2bash", "stackfaq")
LEAST_LETTERS = 5  # of a word that is mistyped or cut


@dataclass(frozen=True)
class Text:
    """What an aid says."""

    title: str
    paragraphs: Sequence[str]

    @property
    def body(self) -> str:
        """All of it but the title."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True)
class Asked:
    """A question; `odd` is its word that is not finished or mistyped."""

    text: str
    odd: str = ""


def sources(sets: Path) -> list[Library]:
    """The sets that texts and questions are made from; a made-up library where they are not there."""
    return [data.labelled(sets / name) for name in SETS if (sets / name).is_dir()] or [data.made_up()]


def texts(libraries: Iterable[Library], size: int) -> list[Text]:
    """So many texts: those of the libraries, and where they do not suffice their paragraphs put together anew."""
    chance = random.Random(SEED)
    real = [_text(markdown) for library in libraries for markdown in library.aids.values()]
    if size <= len(real):
        return chance.sample(real, size)
    paragraphs = [paragraph for text in real for paragraph in text.paragraphs]
    lengths = [len(text.paragraphs) for text in chance.choices(real, k=size)]
    titles = [text.title for text in chance.choices(real, k=size)]
    return [Text(title, chance.choices(paragraphs, k=length)) for title, length in zip(titles, lengths, strict=True)]


def _text(markdown: str) -> Text:
    read = document.read(markdown)
    blocks = (block.strip() for block in read.body.split("\n\n"))
    return Text(read.front.title or "", [block for block in blocks if block and not block.startswith("# ")] or ["…"])


def library(made: Sequence[Text], queries: Sequence[str]) -> Library:
    """The texts as files, none of them known to be the right answer to anything."""
    aids = {
        f"benchmark/aid-{number}": f"---\ntitle: {json.dumps(text.title, ensure_ascii=False)}\n---\n{text.body}\n"
        for number, text in enumerate(made)
    }
    return Library(f"{len(made):,} aids", aids, {str(number): query for number, query in enumerate(queries)})


def questions(libraries: Iterable[Library], most: int) -> dict[str, list[Asked]]:
    """Questions of four kinds, each made from the same whole questions: two content words for all but the long ones."""
    chance = random.Random(SEED)
    whole = [query for library in libraries for query in library.queries.values() if len(_content(query)) > 1]
    kinds: dict[str, list[Asked]] = {"short": [], "long": [], "prefix": [], "typo": []}
    for query in chance.sample(whole, min(most, len(whole))):
        words = _content(query)
        one, two = (words[at] for at in sorted(chance.sample(range(len(words)), 2)))
        longest = max(one, two, key=len)
        slip = mistyped(longest, chance)
        kinds["short"].append(Asked(f"{one} {two}"))
        kinds["long"].append(Asked(query))
        kinds["prefix"].append(Asked(f"{one} {two[:-2]}", odd=two[:-2]))
        kinds["typo"].append(Asked(" ".join(slip if word == longest else word for word in (one, two)), odd=slip))
    return kinds


def _content(query: str) -> list[str]:
    common = analysis.too_common(("en",))
    words = analysis.words(query[:1_000])
    return [word for word in words if is_plain(word) and word not in common]


def is_plain(word: str) -> bool:
    """Whether this is a word of letters that is long enough to be mistyped."""
    return len(word) >= LEAST_LETTERS and word.isascii() and word.isalpha()


def mistyped(word: str, chance: random.Random) -> str:
    """The word with one letter left out, put in, taken for another, or swapped with the next; never the same word."""
    while True:
        at, letter = chance.randrange(len(word)), chance.choice(string.ascii_lowercase)
        before, after = word[:at], word[at + 1 :]
        swapped = before + after[:1] + word[at] + after[1:]
        slip = chance.choice([before + after, before + letter + word[at:], before + letter + after, swapped])
        if slip != word:
            return slip
