"""Aids that leave people stuck, and where they stop: pure functions on what readers said."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.improvement.use import Said
from app.usage.metrics import Share

LEAST_SHARE = 0.2  # the lower end of the interval: at least one reader in five


@dataclass(frozen=True)
class Stuck:
    """Readers who said last that they are stuck, of all who said anything of the text as it is now."""

    slug: str
    stuck: frozenset[str]
    said: int
    sections: Mapping[str, int]

    @property
    def low(self) -> float:
        """The lower end of the 95 % Wilson interval of their share."""
        interval = Share(len(self.stuck), self.said).interval
        return interval[0] if interval else 0.0


def stuck(rows: Iterable[Said], moved: Mapping[str, str], least: int) -> dict[str, Stuck]:
    """The aids of which at least so many readers said something, and at least one in five is stuck for sure."""
    last: dict[str, dict[str, Said]] = defaultdict(dict)
    for row in rows:
        last[moved.get(row.slug, row.slug)][row.reader] = row
    found = {slug: _of(slug, by_reader.values()) for slug, by_reader in last.items() if len(by_reader) >= least}
    return {slug: one for slug, one in found.items() if one.low >= LEAST_SHARE}


def _of(slug: str, rows: Iterable[Said]) -> Stuck:
    rows = list(rows)
    stuck = [row for row in rows if row.stuck]
    sections = Counter(row.section for row in stuck if row.section)
    return Stuck(slug, frozenset(row.reader for row in stuck), len(rows), sections)


def stop(one: Stuck, ticked: Mapping[tuple[str, str], int], steps: int, least: int) -> int | None:
    """The step at which most of them stopped, if those are enough readers: the one after the last that each ticked."""
    stops = Counter(min(ticked[one.slug, reader] + 1, steps) for reader in one.stuck if (one.slug, reader) in ticked)
    (step, count), *_ = stops.most_common(1) or [(0, 0)]
    return step if count >= least and step else None
