"""Which cells may be published, so that neither one alone nor the difference of two is about a few persons.

What is counted in a cell is its persons, those of them who became competent, and those who did not. A count is told
when it is not a few, when what is left over of the whole is not, and when no published cell of another division lies
within the cell, or around it, with only a few between. A cell of which only the persons may be counted is shown with
its other figures blurred.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.transfer.survival import Days, Flags


@dataclass(frozen=True)
class Division:
    """Persons divided in one way: the names of the cells, the first of them "" for none, and the cell of each."""

    names: list[str]
    code: Days

    @staticmethod
    def of(labels: Sequence[str]) -> "Division":
        """From the name of each person's cell."""
        names = ["", *sorted(set(labels) - {""})]
        place = {name: code for code, name in enumerate(names)}
        return Division(names, np.fromiter(map(place.__getitem__, labels), np.int64, len(labels)))


@dataclass
class _Cells:
    """A division with what is counted in each cell (a row of three), and which cells are shown."""

    division: Division
    counts: Days
    fixed: bool
    shown: set[int]

    @property
    def names(self) -> list[str]:
        return self.division.names


def publishable(
    divisions: Mapping[str, Division], events: Flags | None, least: int, fixed: Collection[str] = ()
) -> dict[str, set[str]]:
    """The names in each division that may be shown; `events` says who became competent, where that is to be told too.

    Of `fixed` divisions no cell is hidden for the sake of others: theirs are.
    """
    made = {name: _cells(division, events, least, name in fixed) for name, division in divisions.items()}
    while any([_cover_rest(one, least) for one in made.values()] + [_cover_nested(list(made.values()), least)]):
        pass
    return {name: {one.names[code] for code in one.shown} for name, one in made.items()}


def _cells(division: Division, events: Flags | None, least: int, fixed: bool) -> _Cells:
    size = len(division.names)
    n = np.bincount(division.code, minlength=size)
    had = n if events is None else np.bincount(division.code[events], minlength=size)
    counts = np.stack([n, had, n - had], axis=1)
    shown = {cell for cell in range(1, size) if n[cell] >= least and not few(counts[cell], least)}
    return _Cells(division, counts, fixed, shown)


def few(counts: Days, least: int) -> bool:
    """Whether any of these counts is too small to be told."""
    return bool(((counts > 0) & (counts < least)).any())


def _cover_rest(one: _Cells, least: int) -> bool:
    """Hide the smallest cell too where what is hidden could be told from the whole; True where one was hidden."""
    rest = one.counts.sum(axis=0) - one.counts[sorted(one.shown)].sum(axis=0)
    if one.fixed or not one.shown or not few(rest, least):
        return False
    one.shown.discard(min(one.shown, key=lambda cell: (int(one.counts[cell, 0]), one.names[cell])))
    return True


def _cover_nested(divisions: Sequence[_Cells], least: int) -> bool:
    covered = False
    for place, first in enumerate(divisions):
        for second in divisions[place + 1 :]:
            for which, cell in _nested(first, second, least):
                covered |= cell in which.shown
                which.shown.discard(cell)
    return covered


def _nested(first: _Cells, second: _Cells, least: int) -> list[tuple[_Cells, int]]:
    """Shown cells, the smaller of two each, of which one lies within the other with a few persons between them."""
    ours, theirs = sorted(first.shown), sorted(second.shown)
    if not ours or not theirs:
        return []
    width = len(second.names)
    both = np.bincount(first.division.code * width + second.division.code, minlength=len(first.names) * width)
    shared = both.reshape(len(first.names), width)[np.ix_(ours, theirs)]
    one, other = first.counts[ours][:, None, :], second.counts[theirs][None, :, :]
    between = np.abs(one - other)
    within = shared == np.minimum(one[..., 0], other[..., 0])
    near = within & ((between > 0) & (between < least)).any(axis=2)
    found = []
    for row, column in zip(*np.nonzero(near), strict=True):
        smaller = second.fixed or (not first.fixed and first.counts[ours[row], 0] < second.counts[theirs[column], 0])
        found.append((first, ours[row]) if smaller else (second, theirs[column]))
    return found


def small(count: int, least: int) -> bool:
    """Whether a count is too small to be told."""
    return 0 < count < least


def telling(n: int, events: int, least: int) -> bool:
    """Whether so many persons, and so many of them competent, may be told."""
    return not any(small(count, least) for count in (n, events, n - events))


def nested(counts: Sequence[int], fixed: int, least: int) -> list[int | None]:
    """Counts of persons of which each lies within another; what is a few, or a few away from one told, is None.

    The first `fixed` are told before the others.
    """
    told: list[int | None] = []
    for place, count in enumerate(counts):
        near = any(one is not None and small(abs(one - count), least) for one in told)
        told.append(None if small(count, least) or (near and place >= fixed) else count)
    return told
