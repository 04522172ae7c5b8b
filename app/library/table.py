"""Tables of questions and answers (CSV): every row becomes an aid of its own, found by its question."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import Invalid

CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.I)
MOST_ROWS = 2_000
QUESTION = {"question", "q", "title", "frage", "problem"}
ANSWER = {"answer", "a", "text", "antwort", "solution", "response"}
LISTS = {"keywords": "keywords", "tags": "keywords", "task": "tasks", "tasks": "tasks", "moments": "moments"}
PLAIN = {"summary": "summary", "kind": "kind", "owner": "owner", "audience": "audience"}
NO_COLUMNS = "The first line of the table must name its columns, among them `question` and `answer`."


@dataclass(frozen=True)
class Row:
    """A question with its answer, and keys of the front matter that have a column of their own."""

    question: str
    answer: str
    more: Mapping[str, object]


def rows(raw: bytes) -> list[Row]:
    """The questions and answers of a table, empty lines left out.

    Raises:
        Invalid: no columns for question and answer, or over 2,000 rows.
    """
    heads, lines = _lines(raw)
    names = [head.strip().lower() for head in heads]
    question = next((n for n, head in enumerate(names) if head in QUESTION), None)
    answer = next((n for n, head in enumerate(names) if head in ANSWER), None)
    if question is None or answer is None:
        raise Invalid(NO_COLUMNS)
    return [_one(line, names, question, answer) for line in lines]


def each(raw: bytes) -> list[bytes]:
    """A table of one row for every row."""
    heads, lines = _lines(raw)
    return [_written(heads, line) for line in lines]


def _written(heads: list[str], line: list[str]) -> bytes:
    made = io.StringIO(newline="")
    csv.writer(made).writerows([heads, line])
    return made.getvalue().encode()


def _lines(raw: bytes) -> tuple[list[str], list[list[str]]]:
    text = decoded(raw)
    first = text.split("\n", 1)[0]
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count)))
    except csv.Error as error:
        raise Invalid(f"This is not a table in CSV ({error}). Save it anew as CSV in UTF-8.") from None
    heads = lines[0] if lines else []
    filled = [line + [""] * (len(heads) - len(line)) for line in lines[1:] if any(cell.strip() for cell in line)]
    if len(filled) > MOST_ROWS:
        raise Invalid(f"The table has {len(filled):,} rows and the limit is {MOST_ROWS:,}. Bring it in in parts.")
    return heads, filled


def _one(line: list[str], heads: list[str], question: int, answer: int) -> Row:
    more: dict[str, object] = {}
    for head, cell in zip(heads, line, strict=False):
        value = cell.strip()
        if value and head in LISTS:
            more[LISTS[head]] = [part.strip() for part in re.split(r"[,;|]", value) if part.strip()]
        elif value and head in PLAIN:
            more[PLAIN[head]] = value
    return Row(" ".join(line[question].split())[:200], line[answer].strip(), more)


def decoded(raw: bytes) -> str:
    """The text of a page or a table: UTF-8, what the page names, or what Windows writes."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw.decode("utf-16", "replace")
    named = CHARSET.search(raw[:2048])
    for name in ("utf-8-sig", named[1].decode() if named else "cp1252"):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("cp1252", "replace")
