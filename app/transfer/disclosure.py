"""Whether a report may be shown at all: neither it alone nor its difference to another one is about a few persons.

What may be shown within it, cell by cell, is the matter of `suppression`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate, takewhile

import numpy as np

from app.transfer import caveats, report_queries
from app.transfer.desk import Desk
from app.transfer.sample import Sample
from app.transfer.suppression import small


def hidden(desk: Desk) -> str | None:
    """Why nothing may be shown; None where it may."""
    asked, n, least = desk.asked, desk.part.n, desk.house.least
    past = asked.day < desk.house.today
    if n == 0 and asked.by is None:
        return None
    if asked.by is not None and past:
        return caveats.EVERYBODY_TODAY
    if n < least or (asked.by is not None and asked.cell not in desk.allowed[asked.by]):
        return caveats.suppressed(least)
    if asked.source and _gives_away(desk, desk.on(replace(asked, source=""))):
        return caveats.suppressed(least)
    return _too_near(desk) if past else None


def _gives_away(course: Desk, everybody: Desk) -> bool:
    """Whether those who came another way than by this course are few, or few of them are competent or are not."""
    few = _few_between(course.part, everybody.part, course.house.least)
    return few or _is_nearly_a_cell(everybody, course.part.names)


def _few_between(one: Sample, other: Sample, least: int) -> bool:
    counts = (abs(one.n - other.n), abs(int(one.events.sum()) - int(other.events.sum())))
    return any(small(count, least) for count in (*counts, abs(counts[0] - counts[1])))


def _is_nearly_a_cell(everybody: Desk, names: Sequence[str]) -> bool:
    """Whether a cell that is shown lies within these persons, or around them, with a few between."""
    course = set(names)
    inside = np.fromiter((name in course for name in everybody.whole.names), np.bool_, everybody.whole.n)
    for by, division in everybody.divisions.items():
        size = len(division.names)
        n, both = np.bincount(division.code, minlength=size), np.bincount(division.code[inside], minlength=size)
        between = np.abs(n - len(course))
        near = ((both == n) | (both == len(course))) & (between > 0) & (between < everybody.house.least)
        if any(division.names[cell] in everybody.allowed[by] for cell in np.flatnonzero(near)):
            return True
    return False


def _too_near(desk: Desk) -> str | None:
    """A past day is shown once and for all; another one where enough changed between, and until today."""
    shown = report_queries.shown(desk.session, desk.task, desk.asked.chosen)
    if any(one.day == desk.asked.day for one in shown):
        return None
    part, least = desk.part, desk.house.least
    events = int(part.events.sum())
    for one in shown:
        changed = [abs(one.n - part.n), 0 if one.events is None else abs(one.events - events)]
        if any(small(count, least) for count in changed):
            return caveats.too_near(date.fromordinal(one.day), least)
    today = desk.on(replace(desk.asked, day=desk.house.today))
    if _few_between(part, today.part, least) or (not desk.asked.source and _are_nearly_months(today, part.n)):
        return caveats.too_near(date.fromordinal(desk.house.today), least)
    return None


def _are_nearly_months(today: Desk, n: int) -> bool:
    """Whether the months that are told make up, from the first on or up to the last, nearly so many persons."""
    months, allowed = today.divisions["cohort"], today.allowed["cohort"]
    counts = np.bincount(months.code, minlength=len(months.names)).tolist()
    ordered = sorted((name, count) for name, count in zip(months.names, counts, strict=True) if name)
    first = accumulate(count for _, count in takewhile(lambda one: one[0] in allowed, ordered))
    last = accumulate(count for _, count in takewhile(lambda one: one[0] in allowed, reversed(ordered)))
    known = [*first, *(today.whole.n - count for count in last)]
    return any(small(abs(count - n), today.house.least) for count in known)
