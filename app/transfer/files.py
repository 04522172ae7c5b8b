"""Reports and overviews as CSV. What a spreadsheet would take for a formula is led in by an apostrophe."""

import csv
import io
from collections.abc import Iterable, Sequence

from app.transfer.overview import KEYS, TaskLine
from app.transfer.schemas import Interval, TransferOut

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def escaped(cell: object) -> str:
    """A cell that no spreadsheet runs; numbers stay numbers."""
    text = "" if cell is None else str(cell)
    harmless = isinstance(cell, int | float) or not text.startswith(FORMULA)
    return text if harmless else f"'{text}"


def write(rows: Iterable[Sequence[object]]) -> str:
    """The text of a CSV file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([escaped(cell) for cell in row] for row in rows)
    return out.getvalue()


def report(found: TransferOut) -> str:
    """The figures of a report, then its curves, then what could be wrong."""
    rows: list[Sequence[object]] = [("part", "what", "day", "value", "low", "high", "at risk")]
    counts = (("n", found.n), ("events", found.events), ("already competent", found.already_competent))
    rows += [("all", name, "", value) for name, value in counts]
    rows.append(("all", "transfer", found.horizon_days, *_parts(found.transfer)))
    rows.append(("all", "median days", "", *_parts(found.median_days)))
    curves = [("all", found.curve), *((arm.name, arm.curve) for arm in found.arms)]
    for name, curve in curves:
        rows += [(name, "competent", one.day, one.competent, one.low, one.high, one.at_risk) for one in curve]
    if found.comparison:
        rows.append(("comparison", found.comparison.verdict))
    rows += [("caveat", caveat) for caveat in found.caveats]
    return write(rows)


def _parts(one: Interval) -> tuple[float | None, ...]:
    return one.estimate, one.low, one.high


def overview(rows: Sequence[TaskLine]) -> str:
    """One line for each task."""
    return write([("slug", *KEYS), *((row.slug, *(getattr(row, key) for key in KEYS)) for row in rows)])
