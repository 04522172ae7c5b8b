"""Two texts side by side: lines that belong together in one row, and in it the words that differ.

Lines are matched first; inside a stretch that was replaced, the lines most alike are paired, as in `difflib.Differ`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import chain, zip_longest
from typing import Literal

AROUND = 3  # equal lines that stay in sight beside a change
LEAST_FOLDED = 3
ALIKE = 0.5  # share of words in common from which two lines count as one that was changed
MOST_COMPARED = 2_500  # pairs of lines in one stretch; longer ones are put side by side as they come
MOST_WORDS = 2_000  # of a line; a longer one differs as a whole
WORD = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """Part of a line; `changed` where the other side has something else or nothing."""

    text: str
    changed: bool = False


@dataclass(frozen=True)
class Line:
    """A line with its number, from 1."""

    number: int
    pieces: list[Piece]


@dataclass(frozen=True)
class Row:
    """A line of both texts side by side, of one alone, or (`fold`) a stretch of equal ones that can be opened."""

    kind: Literal["same", "changed", "added", "removed", "fold"]
    before: Line | None = None
    after: Line | None = None
    folded: list["Row"] = field(default_factory=list)


def lines(before: str, after: str) -> list[Row]:
    """The rows of a side-by-side view; empty where the texts have the same lines."""
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        return []
    matcher = SequenceMatcher(None, old, new, autojunk=False) if len(old) * len(new) < 10**7 else None
    matcher = matcher or SequenceMatcher(None, old, new)
    rows: list[Row] = []
    codes = matcher.get_opcodes()
    for place, (what, a, b, c, d) in enumerate(codes):
        if what == "equal":
            same = [_same(n, m, old[n]) for n, m in zip(range(a, b), range(c, d), strict=True)]
            rows += _folded(same, first=place == 0, last=place == len(codes) - 1)
        else:
            rows += [_row(old, new, n, m) for n, m in _paired(old, new, range(a, b), range(c, d))]
    return rows


def counted(rows: Sequence[Row]) -> Counter[str]:
    """How many lines were changed, added and removed."""
    return Counter(row.kind for row in rows if row.kind not in {"same", "fold"})


def _same(number: int, other: int, text: str) -> Row:
    pieces = [Piece(text)]
    return Row("same", Line(number + 1, pieces), Line(other + 1, pieces))


def _folded(rows: list[Row], first: bool, last: bool) -> list[Row]:
    start, end = 0 if first else AROUND, len(rows) - (0 if last else AROUND)
    if end - start < LEAST_FOLDED:
        return rows
    return [*rows[:start], Row("fold", folded=rows[start:end]), *rows[end:]]


Pair = tuple[int | None, int | None]


def _paired(old: Sequence[str], new: Sequence[str], before: range, after: range) -> Iterator[Pair]:
    """Which lines of a replaced stretch stand side by side, in order."""
    if len(before) * len(after) > MOST_COMPARED:
        return zip_longest(before, after)
    words = {line: Counter(WORD.findall(line)) for line in chain((old[n] for n in before), (new[m] for m in after))}
    likeness = {(n, m): _likeness(words[old[n]], words[new[m]]) for n in before for m in after}
    return _by_likeness(likeness, before, after)


def _by_likeness(likeness: dict[tuple[int, int], float], before: range, after: range) -> Iterator[Pair]:
    best = max(((likeness[n, m], -n, -m) for n in before for m in after), default=(0.0, 0, 0))
    if best[0] < ALIKE:
        yield from ((n, None) for n in before)
        yield from ((None, m) for m in after)
        return
    n, m = -best[1], -best[2]
    yield from _by_likeness(likeness, range(before.start, n), range(after.start, m))
    yield n, m
    yield from _by_likeness(likeness, range(n + 1, before.stop), range(m + 1, after.stop))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Twice the words in common by all words of both (Dice), from 0 to 1."""
    return 2 * (one & other).total() / ((one.total() + other.total()) or 1)


def _row(old: Sequence[str], new: Sequence[str], n: int | None, m: int | None) -> Row:
    if n is None and m is not None:
        return Row("added", after=Line(m + 1, [Piece(new[m], True)]))
    if m is None and n is not None:
        return Row("removed", before=Line(n + 1, [Piece(old[n], True)]))
    assert n is not None
    assert m is not None
    before, after = words(old[n], new[m])
    return Row("changed", Line(n + 1, before), Line(m + 1, after))


def words(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both lines in pieces, marked where they differ."""
    old, new = WORD.findall(before), WORD.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return [Piece(before, True)], [Piece(after, True)]
    left: list[Piece] = []
    right: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left.append(Piece("".join(old[a:b]), what != "equal"))
        right.append(Piece("".join(new[c:d]), what != "equal"))
    return _joined(left), _joined(right)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Without empty pieces; a space between two changed words counts as changed with them."""
    kept = [piece for piece in pieces if piece.text]
    marked = [replace(piece, changed=True) if _is_gap(kept, place) else piece for place, piece in enumerate(kept)]
    joined: list[Piece] = []
    for piece in marked:
        if joined and joined[-1].changed == piece.changed:
            joined[-1] = Piece(joined[-1].text + piece.text, piece.changed)
        else:
            joined.append(piece)
    return joined


def _is_gap(pieces: Sequence[Piece], place: int) -> bool:
    inside = 0 < place < len(pieces) - 1
    return inside and pieces[place].text.isspace() and pieces[place - 1].changed and pieces[place + 1].changed
