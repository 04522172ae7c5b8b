"""What searches, opens and outcomes teach, handed down to search.

A reader who searched, opened an aid and said that it worked teaches that these words lead there. So does one who
opened it and did not come back; one who was stuck, or came back within a minute, teaches the opposite.
"""

import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from app.aids import queries as aids
from app.clock import Clock
from app.db import reading, writing
from app.search import learning as search
from app.search.learning import Lesson
from app.settings import Settings
from app.usage import queries
from app.usage.queries import Step
from app.usage.writer import Writer

log = structlog.get_logger(__name__)
YEAR = timedelta(days=365)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SOON_BACK = timedelta(seconds=60)
WORKED, STAYED, CAME_BACK, STUCK = 1.0, 0.5, -0.5, -1.0
MOST_A_DAY = 20  # openings by which one reader teaches in 24 hours
FEW = 200  # addresses; for more of them all readers are looked at
PAUSE = 5.0  # seconds
RESTS = 20  # times as long as it worked: learning never takes more than a twentieth of a processor


def learn(engine: Engine, settings: Settings, now: datetime, slugs: Collection[str] | None = None) -> int:
    """Learn about these aids anew, or about all; returns how many were looked at."""
    with reading(engine) as session:
        moved = aids.moves(session)
        everything = queries.slugs_used(session, now - YEAR) | search.slugs(session) if slugs is None else slugs
        wanted = {moved.get(slug, slug) for slug in everything}
        names = wanted | {old for old, new in moved.items() if new in wanted}
        few = names if slugs is not None and len(names) <= FEW else None
        journeys = queries.journeys(session, few, now - YEAR)
        lessons = (
            lesson
            for reader, steps in journeys
            for lesson in _lessons(
                reader, [step._replace(slug=moved.get(step.slug or "", step.slug)) for step in steps], now
            )
            if lesson.slug in wanted
        )
        search.learn(engine, wanted, lessons, settings.min_learned, settings.language)
    return len(wanted)


def _lessons(reader: str, steps: Sequence[Step], now: datetime) -> Iterator[Lesson]:
    """One lesson for each coming of this reader to an aid, oldest first."""
    times, opened = [step.at for step in steps], [step.at for step in steps if step.type == "open"]
    for step in steps:
        before = bisect_left(opened, step.at) - bisect_right(opened, step.at - DAY)
        if step.type == "open" and step.slug and before < MOST_A_DAY:
            around = steps[bisect_right(times, step.at - DAY) : bisect_right(times, step.at + DAY)]
            worth = _worth(step, around) * max(1 - (now - step.at) / YEAR, 0.0)
            yield Lesson(step.slug, reader, worth, step.words or "", _beside(step, around))


def _worth(came: Step, around: Sequence[Step]) -> float:
    later = [step for step in around if step.at >= came.at]
    said = [step.outcome for step in later if step.type == "outcome" and step.slug == came.slug]
    if said:
        return WORKED if said[-1] == "worked" else STUCK
    soon = came.at + SOON_BACK
    back = any(
        came.at < step.at <= soon and step.slug != came.slug for step in later if step.type in ("search", "open")
    )
    return CAME_BACK if back else STAYED


def _beside(came: Step, around: Sequence[Step]) -> frozenset[str]:
    """The other aids that were opened within the hour."""
    return frozenset(
        step.slug
        for step in around
        if step.type == "open" and step.slug and step.slug != came.slug and abs(step.at - came.at) <= HOUR
    )


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
        pause = PAUSE
        while not self._stop.wait(pause):
            began = time.monotonic()
            try:
                self.turn()
            except Exception:
                log.exception("could not learn from use")
            pause = max(PAUSE, RESTS * (time.monotonic() - began))

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
