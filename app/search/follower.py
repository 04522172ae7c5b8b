"""Follows the feed of changes: applies them to the index, reads what is new into arrays, merges what became many."""

import gc
import threading
from pathlib import Path

import structlog
from sqlalchemy import Engine

from app.db import reading
from app.languages import Language
from app.search import queries, slips
from app.search.hints import Bound, Hints
from app.search.segment import Mask
from app.search.sight import Sight
from app.search.snapshot import Snapshot
from app.search.store import Store
from app.viewer import Viewer

log = structlog.get_logger(__name__)
RETRY_SECONDS = 5.0
READ_AT_ONCE = 1_000  # aids; more are read in the background, and until then asked from Whoosh
MOST_SIGHTS = 8  # a roll-out makes kinds of readers of its own
MOST_BYTES = 160_000_000  # of all of them
MANY_SEGMENTS, MOST_SEGMENTS = 8, 32  # that wait to be merged in a quiet second, and that do not wait


class State:
    """What questions are answered from: one state of the index and its hints, as each kind of reader sees it."""

    def __init__(self, snapshot: Snapshot, hints: Bound) -> None:
        self.snapshot = snapshot
        self.hints = hints
        self._sights: dict[tuple[bool, frozenset[int]], Sight] = {}

    def sight(self, viewer: Viewer) -> Sight:
        """What this reader has in sight."""
        kind = viewer.member, viewer.withheld
        found = self._sights.get(kind)
        if found is None:
            found = self._sights[kind] = Sight(self.snapshot, self.hints, self._visible(viewer), viewer.member)
        self._make_room()
        return found

    def _make_room(self) -> None:
        """Forget the sights that are longest there, where there are too many or their words take too much memory."""
        kept = list(self._sights.items())
        while len(kept) > MOST_SIGHTS or sum(sight.bytes for _, sight in kept) > MOST_BYTES:
            self._sights.pop(kept.pop(0)[0], None)

    def _visible(self, viewer: Viewer) -> Mask:
        visible = self.snapshot.alive if viewer.member else self.snapshot.public
        for aid in viewer.withheld:
            visible = visible & ~self.snapshot.having("aid", str(aid))
        return visible


class Follower:
    """Keeps the index of one process up to date, and its newest state ready to answer from."""

    def __init__(self, folder: Path, engine: Engine, lang: str = Language.ENGLISH) -> None:
        self.store = Store(folder, engine, lang)
        self.engine = engine
        self.state: State | None = None
        self._hints = Hints()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._refreshing = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Open the index and follow the feed of changes in the background."""
        self.refresh()
        self._thread = threading.Thread(target=self._follow, name="search-follow", daemon=True)
        self._thread.start()
        self.wake()

    def stop(self) -> None:
        """End the background work."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def wake(self) -> None:
        """Something may have changed: look now, not within the second."""
        self._wake.set()

    def _follow(self) -> None:
        pause = 0.0
        while not self._stop.wait(pause):
            quiet = not self._wake.wait(1.0)
            self._wake.clear()
            try:
                self.catch_up(wait=False)
                self.settle(quiet)
                pause = 0.0
            except Exception:
                log.exception("the index could not catch up")
                pause = RETRY_SECONDS

    def catch_up(self, wait: bool = True) -> None:
        """Bring the index up to date, by this process or another one, and use it."""
        if not self._stop.is_set():
            state = self.state
            self.store.catch_up(wait, state.snapshot.by_id if state else None)
            self.refresh()

    def settle(self, quiet: bool = True) -> None:
        """What nobody waits for: read the index and the vectors, and in a `quiet` second merge small segments."""
        state = self.state
        if state is None:
            return
        try:
            if not state.snapshot.loaded:
                state.snapshot.load()
                _spare_the_collector()
                self._use_again(state.snapshot)
            if self.store.tidy(MANY_SEGMENTS if quiet else MOST_SEGMENTS):
                self.refresh()
        except Exception as error:  # noqa: BLE001 - whatever damaged bytes make Whoosh raise
            self._make_anew(error)
        state = self.state
        if state is not None and slips.prepare(state.snapshot.languages):
            self._use_again(state.snapshot)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the library."""
        return self.state.snapshot.languages if self.state else (self.store.lang,)

    def refresh(self) -> None:
        """Use the newest state of the index and of the hints."""
        with self._refreshing:
            opened = self.store.open()
            if opened is None:
                self._let_go()
                return
            self._read_hints()
            now = self.state
            if now and (now.snapshot.folder, now.snapshot.generation) == (
                opened.storage.folder,
                opened.latest_generation(),
            ):
                if now.hints.number != self._hints.number:
                    self._bind(now.snapshot)
                return
            try:
                before = now.snapshot if now else None
                snapshot = Snapshot(opened, before)
                if snapshot.unread <= READ_AT_ONCE or (before and before.loaded):  # which answers until then
                    snapshot.load(before)
                self._bind(snapshot)
            except Exception as error:  # noqa: BLE001 - whatever damaged bytes make Whoosh raise
                self._make_anew(error)

    def _use_again(self, snapshot: Snapshot) -> None:
        """Forget what was worked out for this state of the index when less was known, unless there is a newer one."""
        with self._refreshing:
            if self.state is not None and self.state.snapshot is snapshot:
                self._bind(snapshot)

    def _bind(self, snapshot: Snapshot) -> None:
        self.state = State(snapshot, Bound(self._hints, snapshot))

    def _read_hints(self) -> None:
        with reading(self.engine) as session:
            if queries.hint_number(session) != self._hints.number:
                self._hints = queries.hints(session)
                self._hints.vocabulary  # noqa: B018 - made now, so that no question waits for it

    def _let_go(self) -> None:
        """Without its files a state answers on if everything was read; there is a new index soon."""
        if self.state is not None and not self.state.snapshot.loaded:
            self.state = None

    def _discard(self, error: Exception) -> None:
        """What a question needs cannot be read: the database answers until there is a new index."""
        self.state = None
        self._make_anew(error)

    def _make_anew(self, error: Exception) -> None:
        self._let_go()
        log.error("the index is damaged and is made anew", error=repr(error))
        (self.store.folder / "CURRENT").unlink(missing_ok=True)
        self.wake()


def _spare_the_collector() -> None:
    """Have Python's collector leave alone what stays: a look through all arrays and words stops everything for 80 ms.

    An index that is replaced later is looked through again, with all else that has been set aside until then.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
