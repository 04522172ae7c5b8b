"""One writer stores the events of many callers in one commit, and answers each of them after it.

A commit that is safe on disk takes milliseconds whatever it holds; callers that wait share it. Decision page:
`app/docs/decisions/group-commit.md`.
"""

import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Engine

from app.db import writing
from app.errors import Unavailable
from app.usage import queries

log = structlog.get_logger(__name__)
MOST_WAITING = 2_000  # calls
MOST_AT_ONCE = 1_000  # calls in one commit
LINGER = 0.1  # seconds that a row nobody waits for may wait for company
TEACHING = {"open", "outcome"}

Row = dict[str, Any]


@dataclass
class Call:
    """The rows of one caller; `stored` becomes the set of ids that were new."""

    rows: Sequence[Row]
    waits: bool = True
    stored: "Future[set[Any]]" = field(default_factory=Future)

    def __post_init__(self) -> None:
        self.stored.set_running_or_notify_cancel()  # a caller that goes away cannot cancel what the writer will answer


class Writer:
    """The queue and its one thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.calls: queue.Queue[Call | None] = queue.Queue(MOST_WAITING)
        self.dropped = 0
        self._used: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="event-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, then end."""
        self.calls.put(None)
        self._thread.join(timeout=30)

    def submit(self, rows: Sequence[Row]) -> "Future[set[Any]]":
        """Store these rows; the future is done once they are durable.

        Raises:
            Unavailable: too many callers wait already; nothing of this call is stored.
        """
        call = Call(rows)
        try:
            self.calls.put_nowait(call)
        except queue.Full:
            raise Unavailable("The server is busy storing events. Send these again in some seconds.") from None
        return call.stored

    def note(self, row: Row) -> None:
        """Store a row that nobody waits for; it is dropped, and counted, when the queue is full."""
        try:
            self.calls.put_nowait(Call([row], waits=False))
        except queue.Full:
            self.dropped += 1

    def take_used(self) -> set[str]:
        """The aids that were opened or judged since this was last asked."""
        used, self._used = self._used, set()
        return used

    def _run(self) -> None:
        while (call := self.calls.get()) is not None:
            calls = [call]
            ended = self._gather(calls)
            self._write(calls)
            if ended:
                return

    def _gather(self, calls: list[Call]) -> bool:
        """Add the calls that are there; while nobody waits for any, those that come soon too. True: it is the end."""
        until = time.monotonic() + LINGER
        while len(calls) < MOST_AT_ONCE:
            if calls[-1].waits:
                until = 0.0
            try:
                following = self.calls.get(until > 0, max(until - time.monotonic(), 0.0))
            except queue.Empty:
                return False
            if following is None:
                return True
            calls.append(following)
        return False

    def _write(self, calls: Sequence[Call]) -> None:
        try:
            with writing(self.engine) as session:
                stored = queries.store(session, [row for call in calls for row in call.rows])
        except Exception:
            trouble = Unavailable("The events could not be stored. Send them again in some seconds.")
            for call in calls:
                call.stored.set_exception(trouble)
            log.exception("events could not be stored", calls=len(calls))
            return
        self._used |= {
            row["slug"] for call in calls for row in call.rows if row.get("slug") and row["type"] in TEACHING
        }
        for call in calls:
            mine = {row["id"] for row in call.rows} & stored
            stored -= mine  # the same event from two callers counts once
            call.stored.set_result(mine)
