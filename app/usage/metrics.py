"""The delivery metrics as pure functions on the events of a period. Their definitions are in the manual
(`manual/read-delivery-dashboard`); those who are counted are pseudonyms and tabs, never persons.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

from app.usage.models import UseEvent

NEW_WORDING = timedelta(seconds=120)
QUICK_MS = 10_000
CLICKS = 2
Z95 = 1.959964


@dataclass(frozen=True)
class Share:
    """A share of `n` with its 95 % Wilson interval; None where nothing was counted."""

    part: int
    n: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.part / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson score interval (Wilson 1927, "Probable inference, the law of succession")."""
        if not self.n:
            return None
        p, n, z2 = self.part / self.n, self.n, Z95**2
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass
class Row:
    """How often something happened, and to how many readers."""

    count: int = 0
    readers: set[str] = field(default_factory=set)

    def add(self, reader: str | None) -> None:
        """Count one more."""
        self.count += 1
        if reader:
            self.readers.add(reader)


@dataclass(frozen=True)
class Delivery:
    """What the events of a period say."""

    readers: int
    totals: dict[str, int]
    success: Share
    no_result: Share
    no_click: Share
    time_to_aid_ms: float | None
    timed: int
    quick: Share
    click_rank: float | None
    with_results: int
    helpful: Share
    response: Share
    searches_by_day: dict[date, int]
    empty_by_day: dict[date, int]
    opens_by_day: dict[date, int]
    queries: dict[str, Row]
    empty_queries: dict[str, Row]
    opened: dict[str, Row]
    stuck: dict[str, Row]
    outcomes: dict[str, Row]


def measure(events: Iterable[UseEvent], zone: ZoneInfo) -> Delivery:
    """All metrics in one pass over the events and one over the searches."""
    by_type: dict[str, list[UseEvent]] = defaultdict(list)
    for event in events:
        by_type[event.type].append(event)
    searches, opens, outcomes = by_type["search"], by_type["open"], by_type["outcome"]
    opens_of = _by_search(opens)
    rewordings = _reworded(searches)
    with_results = [search for search in searches if search.results]
    first_ranks = [_first_rank(opens_of[search.id]) for search in with_results]
    timed = [event.ms for event in opens if event.ms is not None]
    return Delivery(
        readers=len({reader for event in _all(by_type) if (reader := reader_of(event))}),
        totals={kind: len(found) for kind, found in by_type.items()},
        success=Share(sum(_led_to_aid(search, opens_of[search.id], rewordings) for search in searches), len(searches)),
        no_result=Share(len(searches) - len(with_results), len(searches)),
        no_click=Share(sum(not opens_of[search.id] for search in with_results), len(with_results)),
        time_to_aid_ms=median(timed) if timed else None,
        timed=len(timed),
        quick=Share(_quick(opens_of), len(timed)),
        click_rank=sum(first_ranks) / len(first_ranks) if first_ranks else None,
        with_results=len(with_results),
        helpful=Share(sum(event.outcome == "worked" for event in outcomes), len(outcomes)),
        response=_response(opens, outcomes),
        searches_by_day=_by_day(searches, zone),
        empty_by_day=_by_day([search for search in searches if not search.results], zone),
        opens_by_day=_by_day(opens, zone),
        queries=_rows(searches, _words),
        empty_queries=_rows([search for search in searches if not search.results], _words),
        opened=_rows(opens, _slug),
        stuck=_rows([event for event in outcomes if event.outcome == "stuck"], _slug),
        outcomes=_rows(outcomes, _slug),
    )


def reader_of(event: UseEvent) -> str | None:
    """Who is counted: the pseudonym, else the tab."""
    return event.person or event.tab


def _all(by_type: dict[str, list[UseEvent]]) -> Iterable[UseEvent]:
    return (event for found in by_type.values() for event in found)


def _by_search(opens: Sequence[UseEvent]) -> defaultdict[UUID, list[UseEvent]]:
    found: defaultdict[UUID, list[UseEvent]] = defaultdict(list)
    for event in opens:
        if event.search_id:
            found[event.search_id].append(event)
    return found


def _reworded(searches: Sequence[UseEvent]) -> set[UUID]:
    """The searches after which the same reader tried other words within 120 s."""
    last: dict[str, UseEvent] = {}
    reworded: set[UUID] = set()
    for search in searches:
        reader = reader_of(search)
        if reader is None:
            continue
        before = last.get(reader)
        if before and search.at - before.at <= NEW_WORDING and _words(before) != _words(search):
            reworded.add(before.id)
        last[reader] = search
    return reworded


def _led_to_aid(search: UseEvent, opens: Sequence[UseEvent], reworded: set[UUID]) -> bool:
    return search.id not in reworded and any(event.at - search.at <= NEW_WORDING for event in opens)


def _first_rank(opens: Sequence[UseEvent]) -> float:
    ranks = [event.rank for event in opens if event.rank]
    return 1 / ranks[0] if ranks else 0.0


def _quick(opens_of: dict[UUID, list[UseEvent]]) -> int:
    """Opens within 10 s that were the first or second click of their search."""
    return sum(event.ms is not None and event.ms <= QUICK_MS for opens in opens_of.values() for event in opens[:CLICKS])


def _response(opens: Sequence[UseEvent], outcomes: Sequence[UseEvent]) -> Share:
    """Of the uses (a reader and an aid), those that were answered."""
    used = {(reader_of(event), event.slug) for event in opens if reader_of(event)}
    answered = {(reader_of(event), event.slug) for event in outcomes}
    return Share(len(used & answered), len(used))


def _by_day(events: Sequence[UseEvent], zone: ZoneInfo) -> dict[date, int]:
    return dict(Counter(event.at.astimezone(zone).date() for event in events))


def _rows(events: Sequence[UseEvent], key: Callable[[UseEvent], str]) -> dict[str, Row]:
    rows: dict[str, Row] = defaultdict(Row)
    for event in events:
        rows[key(event)].add(reader_of(event))
    return dict(rows)


def _words(event: UseEvent) -> str:
    return " ".join((event.query or "").lower().split())


def _slug(event: UseEvent) -> str:
    return event.slug or ""
