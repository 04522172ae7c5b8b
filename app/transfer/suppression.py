"""Which cells may be published, so that neither one alone nor the difference of two is about a few persons.

A cell is published when it has enough persons, what is left over of the whole has enough or nobody, and no published
cell of another division lies within it, or around it, with only a few persons between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.transfer.survival import Days


@dataclass
class _Division:
    """The persons divided in one way: the cell of each, the size of each cell, and which are shown."""

    labels: list[str]
    code: Days
    sizes: Days
    shown: set[int] = field(default_factory=set)


def publishable(divisions: Mapping[str, Sequence[str]], least: int) -> dict[str, set[str]]:
    """The labels of each division that may be shown; persons without a label ("") belong to a cell never shown."""
    made = {name: _division(labels, least) for name, labels in divisions.items()}
    while any([_cover_rest(one, least) for one in made.values()] + [_cover_nested(list(made.values()), least)]):
        pass
    return {name: {one.labels[code] for code in one.shown} for name, one in made.items()}


def _division(labels: Sequence[str], least: int) -> _Division:
    if not labels:
        return _Division([], np.zeros(0, np.int64), np.zeros(0, np.int64))
    known, code = np.unique(np.asarray(labels, dtype=object).astype(str), return_inverse=True)
    sizes = np.bincount(code, minlength=len(known))
    shown = {cell for cell, label in enumerate(known) if label and sizes[cell] >= least}
    return _Division([str(label) for label in known], code, sizes, shown)


def _cover_rest(one: _Division, least: int) -> bool:
    """Hide the smallest cell too where what is hidden could be told from the whole; True where one was hidden."""
    rest = int(one.sizes.sum()) - sum(int(one.sizes[cell]) for cell in one.shown)
    if not 0 < rest < least or not one.shown:
        return False
    one.shown.discard(min(one.shown, key=lambda cell: (int(one.sizes[cell]), one.labels[cell])))
    return True


def _cover_nested(divisions: Sequence[_Division], least: int) -> bool:
    for place, first in enumerate(divisions):
        for second in divisions[place + 1 :]:
            found = _nested(first, second, least)
            if found is not None:
                which, cell = found
                which.shown.discard(cell)
                return True
    return False


def _nested(first: _Division, second: _Division, least: int) -> tuple[_Division, int] | None:
    """A shown cell that lies within a shown one of the other division, with a few persons between them."""
    if not len(first.code) or not len(second.code):
        return None
    both = np.bincount(first.code * len(second.sizes) + second.code, minlength=len(first.sizes) * len(second.sizes))
    shared = both.reshape(len(first.sizes), len(second.sizes))
    for one in sorted(first.shown):
        for other in sorted(second.shown):
            sizes, common = (int(first.sizes[one]), int(second.sizes[other])), int(shared[one, other])
            if 0 < abs(sizes[0] - sizes[1]) < least and common == min(sizes):
                return (first, one) if sizes[0] < sizes[1] else (second, other)
    return None


def small(count: int, least: int) -> bool:
    """Whether a count of persons is too small to be told."""
    return 0 < count < least
