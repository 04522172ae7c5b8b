"""Libraries to measure with: labelled sets of real documents and questions, or a made-up library of the same size."""

import json
import random
import string
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

SIZE = 6_643
QUERIES = 300
SEED = 7
UNCHANGED = set(string.ascii_lowercase + string.digits + "/")


@dataclass(frozen=True)
class Library:
    """Aids as markdown by slug, questions, and for each question the gain of the slugs that answer it, where known."""

    name: str
    aids: Mapping[str, str]
    queries: Mapping[str, str]
    gains: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """The aids as a folder for `jobaids import`."""
        for slug, markdown in self.aids.items():
            file = folder / f"{slug}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(markdown, encoding="utf-8")


def labelled(folder: Path) -> Library:
    """A set of `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` (question, document, gain)."""
    gains: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, document, gain = line.split("\t")
        gains[query][slug_of(document)] = int(gain)
    aids = {slug_of(row["id"]): _markdown(row["title"], row["body_markdown"]) for row in _rows(folder / "corpus.jsonl")}
    queries = {row["id"]: row["text"] for row in _rows(folder / "queries.jsonl") if row["id"] in gains}
    return Library(folder.name, aids, queries, gains)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _markdown(title: str, body: str) -> str:
    return f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n{body}\n"


def slug_of(document: str) -> str:
    """The id of a document as a slug: `Q&A` becomes `-uq-26-ua`."""
    return "".join(map(_safe, document))


def _safe(character: str) -> str:
    if character in UNCHANGED:
        return character
    if character.isascii() and character.isupper():
        return f"-u{character.lower()}"
    return f"-{ord(character):x}"


def made_up() -> Library:
    """The same every time; words are as unequally frequent as in real text. Nothing says which answers are right."""
    chance = random.Random(SEED)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(8_000)]
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))

    def text(length: int) -> str:
        return " ".join(chance.choices(words, cum_weights=weights, k=length))

    def aid() -> str:
        steps = "\n".join(f"{number}. {text(9)}" for number in range(1, 7))
        return _markdown(text(4), f"{text(25)}\n\n## Quick steps\n{steps}")

    aids = {f"made-up/aid-{number}": aid() for number in range(SIZE)}
    return Library("made-up", aids, {str(number): text(6) for number in range(QUERIES)})
