"""What searches, opens and outcomes teach, handed down to search.

A reader who searched, opened an aid and said that it worked teaches that these words lead there. So does one who
opened it and did not come back; one who was stuck, or came back within a minute, teaches the opposite.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from app.aids import queries as aids
from app.clock import Clock
from app.db import reading, writing
from app.search import learning as search
from app.search.learning import Lesson
from app.settings import Settings
from app.usage import queries
from app.usage.queries import Came
from app.usage.writer import Writer

log = structlog.get_logger(__name__)
YEAR = timedelta(days=365)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SOON_BACK = timedelta(seconds=60)
WORKED, STAYED, CAME_BACK, STUCK = 1.0, 0.5, -0.5, -1.0
MOST_A_DAY = 20  # openings by which one reader teaches in 24 hours
PORTION = 200
PAUSE = 5.0


def learn(engine: Engine, settings: Settings, now: datetime, slugs: Collection[str] | None = None) -> int:
    """Learn about these aids anew, or about all; returns how many were looked at."""
    with reading(engine) as session:
        moved = aids.moves(session)
        everything = queries.slugs_used(session, now - YEAR) | search.slugs(session) if slugs is None else slugs
        wanted = sorted({moved.get(slug, slug) for slug in everything})
    for start in range(0, len(wanted), PORTION):
        portion = wanted[start : start + PORTION]
        with reading(engine) as session:
            use = _use(session, portion, moved, now - YEAR)
        lessons, together = list(_lessons(use, now)), _together(use)
        with writing(engine) as session:
            search.learn(session, portion, lessons, together, settings.min_learned, settings.language)
    return len(wanted)


@dataclass(frozen=True)
class _Use:
    """What readers did, aids by their present address: comings, what they said by reader and aid, steps by reader."""

    came: Sequence[Came]
    said: Mapping[tuple[str, str], Sequence[tuple[datetime, str]]]
    steps: Mapping[str, Sequence[tuple[datetime, str | None]]]


def _use(session: Session, slugs: Sequence[str], moved: Mapping[str, str], since: datetime) -> _Use:
    names = [*slugs, *(old for old, new in moved.items() if new in set(slugs))]
    came = [replace(one, slug=moved.get(one.slug, one.slug)) for one in queries.came(session, names, since)]
    said: dict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    for (reader, slug), what in queries.outcomes(session, names, since).items():
        said[reader, moved.get(slug, slug)] += what
    steps: dict[str, list[tuple[datetime, str | None]]] = defaultdict(list)
    for reader, at, opened in queries.steps(session, {one.reader for one in came}, since):
        steps[reader].append((at, moved.get(opened, opened) if opened else None))
    return _Use(came, {key: sorted(what) for key, what in said.items()}, steps)


def _lessons(use: _Use, now: datetime) -> Iterator[Lesson]:
    """One lesson for each coming to an aid, oldest first."""
    for one in use.came:
        steps = use.steps.get(one.reader, ())
        before = sum(slug is not None and one.at - DAY < at < one.at for at, slug in steps)
        if before < MOST_A_DAY:
            freshness = 1 - (now - one.at) / YEAR
            said = [what for at, what in use.said.get((one.reader, one.slug), ()) if one.at <= at <= one.at + DAY]
            yield Lesson(one.slug, one.reader, _worth(said, one, steps) * max(freshness, 0.0), one.words or "")


def _worth(said: Sequence[str], one: Came, steps: Sequence[tuple[datetime, str | None]]) -> float:
    if said:
        return WORKED if said[-1] == "worked" else STUCK
    back = any(one.at < at <= one.at + SOON_BACK and slug != one.slug for at, slug in steps)
    return CAME_BACK if back else STAYED


def _together(use: _Use) -> dict[tuple[str, str], int]:
    """How many readers opened another aid within the hour."""
    pairs = {
        (one.slug, slug, one.reader)
        for one in use.came
        for at, slug in use.steps.get(one.reader, ())
        if slug is not None and slug != one.slug and abs(at - one.at) <= HOUR
    }
    return Counter((slug, other) for slug, other, _ in pairs)


@dataclass
class Learner:
    """Learns in the background: about aids that were used, soon; about all of them, once a day."""

    engine: Engine
    settings: Settings
    clock: Clock
    writer: Writer

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="learner", daemon=True)

    def start(self) -> None:
        """Begin to learn."""
        self._thread.start()

    def stop(self) -> None:
        """End; what was not learned yet is learned on the next day."""
        self._stop.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._stop.wait(PAUSE):
            try:
                self.turn()
            except Exception:
                log.exception("could not learn from use")

    def turn(self) -> None:
        """Learn what there is to learn now."""
        now, used = self.clock(), self.writer.take_used()
        with reading(self.engine) as session:
            everything = search.is_due(session, now.date())
        if everything:
            with writing(self.engine) as session:
                everything = search.begin_day(session, now.date())
        if everything or used:
            learn(self.engine, self.settings, now, None if everything else used)
