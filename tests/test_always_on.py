"""Several processes on one index, several machines on one database, and a process that is killed while it writes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app.library.service import Report
from app.search.files import Files, Whole
from app.search.follower import MANY_SEGMENTS
from app.search.service import Question, Search
from app.search.store import Store
from app.settings import Settings
from app.viewer import SYSTEM
from tests.conftest import REFUND

PATIENCE = 20.0
WITHIN = 2.0

FOLLOW = """
import sys
from pathlib import Path
from app import db, logs
from app.search.service import Question, Search
from app.viewer import SYSTEM
logs.configure("error")
search = Search(Path(sys.argv[2]), db.open_engine(sys.argv[1]))
search.start()
for line in sys.stdin:
    print(len(search.find(Question(line.strip()), SYSTEM).hits), flush=True)
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from app import db, logs
from app.search.store import Store
from whoosh import writing
logs.configure("error")
commit = writing.SegmentWriter._commit_toc
def killed(*_args):
    os.kill(os.getpid(), signal.SIGKILL)
writing.SegmentWriter._commit_toc = killed
Store(Path(sys.argv[2]), db.open_engine(sys.argv[1]), "en").catch_up()
"""
CUT_SHORT = """
import os, sys
from pathlib import Path
from app import db, logs
from app.search import follower
from app.search.files import Files
from app.search.service import Question, Search
from app.viewer import SYSTEM
logs.configure("critical")
follower.READ_AT_ONCE, Files.small = int(sys.argv[3]), 0  # all of them are read from the disk
search = Search(Path(sys.argv[2]), db.open_engine(sys.argv[1]))
search.refresh()
for file in search.store.folder.rglob("*.seg"):
    os.truncate(file, file.stat().st_size * int(sys.argv[4]) // 100)
for _ in range(2):
    answer = search.find(Question("refund"), SYSTEM)
    search.settle()
    search.catch_up()
    print([hit.slug for hit in answer.hits], answer.degraded)
"""


def slugs(search: Search, words: str) -> list[str]:
    return [hit.slug for hit in search.find(Question(words), SYSTEM).hits]


def segments(search: Search) -> int:
    return len(search.state.snapshot.segments) if search.state else 0


@contextmanager
def process(code: str, settings: Settings, index: Path, *more: object) -> Iterator["subprocess.Popen[str]"]:
    """Another process with the same code, on this database and this index."""
    arguments = [sys.executable, "-c", code, settings.sqlalchemy_url, str(index), *map(str, more)]
    running = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


@pytest.fixture
def publish(write: Callable[..., Path], bring_in: Callable[..., Report]) -> Callable[..., None]:
    def run(**texts: str) -> None:
        for name, text in texts.items():
            write(f"{name}.md", text)
        bring_in()

    return run


@pytest.mark.parametrize("index", ["same machine", "other machine"])
def test_another_process_finds_it_within_two_seconds(
    settings: Settings, engine: Engine, tmp_path: Path, publish: Callable[..., None], index: str
) -> None:
    publish(refund=REFUND)
    here = Search(tmp_path / "index", engine)
    here.catch_up()
    there = tmp_path / "index" if index == "same machine" else tmp_path / "elsewhere"
    with process(FOLLOW, settings, there) as other:
        assert other.stdin is not None
        assert other.stdout is not None

        def ask(words: str) -> int:
            print(words, file=other.stdin, flush=True)
            return int(other.stdout.readline())  # type: ignore[union-attr]

        until = time.monotonic() + PATIENCE
        while not ask("refund") and time.monotonic() < until:
            time.sleep(0.05)
        publish(gremlin="# Gremlins in the printer\n")
        began = time.monotonic()
        here.catch_up()
        while not ask("gremlins") and time.monotonic() < began + PATIENCE:
            time.sleep(0.02)
        assert time.monotonic() - began < WITHIN


def test_a_process_killed_while_it_writes_leaves_an_index_that_opens(
    settings: Settings, engine: Engine, tmp_path: Path, publish: Callable[..., None]
) -> None:
    publish(refund=REFUND)
    search = Search(tmp_path / "index", engine)
    search.catch_up()
    publish(gremlin="# Gremlins in the printer\n")
    with process(KILLED, settings, tmp_path / "index") as other:
        assert other.wait(PATIENCE) == -signal.SIGKILL
    fresh = Search(tmp_path / "index", engine)
    fresh.refresh()
    assert slugs(fresh, "refund") == ["refund"]
    assert not slugs(fresh, "gremlins")
    fresh.catch_up()
    assert slugs(fresh, "gremlins") == ["gremlin"]


def test_a_second_writer_waits(engine: Engine, tmp_path: Path, publish: Callable[..., None]) -> None:
    publish(refund=REFUND)
    first, second = (Store(tmp_path / "index", engine, "en") for _ in range(2))
    done = threading.Event()

    def late() -> None:
        second.catch_up()
        done.set()

    with first._lock(wait=True):
        thread = threading.Thread(target=late)
        thread.start()
        assert not done.wait(0.3)
        assert not second.catch_up(wait=False)
    thread.join(PATIENCE)
    assert done.is_set()
    assert second.behind() == 0


def test_a_publish_adds_a_segment_and_small_ones_are_merged_afterwards(
    engine: Engine, tmp_path: Path, publish: Callable[..., None]
) -> None:
    search = Search(tmp_path / "index", engine)
    counts = []
    for number in range(MANY_SEGMENTS + 2):
        publish(**{f"aid{number}": f"# Gremlin number {number}\n"})
        search.catch_up()
        counts.append(segments(search))
    search.settle()
    search.refresh()
    assert counts[-1] > MANY_SEGMENTS
    assert segments(search) < MANY_SEGMENTS
    assert search.find(Question("gremlin"), SYSTEM).total == MANY_SEGMENTS + 2


def test_segments_of_a_middling_size_are_merged_once(
    engine: Engine, tmp_path: Path, publish: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.search.follower.MANY_SEGMENTS", 4)
    search = Search(tmp_path / "index", engine)
    for number in range(5):
        publish(**{f"aid{number}-{part}": f"# Gremlin {number} {part}\n" for part in range(15)})
        search.catch_up()
    generations = []
    for _ in range(3):
        search.settle()
        search.refresh()
        generations.append(search.state.snapshot.generation if search.state else None)
    assert segments(search) == 3
    assert len(set(generations)) == 1


def test_what_was_read_answers_until_a_new_index_is_read(
    engine: Engine, tmp_path: Path, publish: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(refund=REFUND)
    search = Search(tmp_path / "index", engine)
    search.catch_up()
    before = search.state
    monkeypatch.setattr("app.search.follower.READ_AT_ONCE", 0)
    search.store.rebuild()
    search.refresh()
    assert search.state is not before
    assert search.state is not None
    assert search.state.snapshot.loaded


def test_to_change_an_aid_no_segment_is_opened_anew(
    engine: Engine, tmp_path: Path, publish: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    search = Search(tmp_path / "index", engine)
    monkeypatch.delattr("whoosh.writing.IndexWriter.delete_by_term")
    for number in range(MANY_SEGMENTS + 4):  # the merge between them leaves an empty segment
        publish(**{f"aid{number}": "# Gremlin\n", "changed": f"# Goblin number {number}\n"})
        search.catch_up()
        search.settle()
    assert [hit.title for hit in search.find(Question("goblin"), SYSTEM).hits] == [f"Goblin number {number}"]


def test_search_goes_on_degraded_while_a_damaged_index_is_made_anew(
    engine: Engine, tmp_path: Path, publish: Callable[..., None]
) -> None:
    publish(refund=REFUND)
    search = Search(tmp_path / "index", engine)
    search.catch_up()
    state = search.state
    assert state is not None
    for segment in state.snapshot.segments:
        segment.leaf.close()
        segment.shown.cache_clear()
    answer = search.find(Question("refund"), SYSTEM)
    assert (answer.degraded, [hit.slug for hit in answer.hits]) == (True, ["refund"])
    search.catch_up()
    answer = search.find(Question("refund"), SYSTEM)
    assert (answer.degraded, [hit.slug for hit in answer.hits]) == (False, ["refund"])


@pytest.mark.parametrize("read_at_once", [0, 1_000])
@pytest.mark.parametrize("left", [0, 60])
def test_files_cut_short_under_a_process_do_not_end_it_and_are_made_anew(
    settings: Settings, engine: Engine, tmp_path: Path, publish: Callable[..., None], read_at_once: int, left: int
) -> None:
    publish(refund=REFUND, **{f"aid{number}": f"# Gremlin {number}\n\n{number:0>9000}\n" for number in range(9)})
    Store(tmp_path / "index", engine, "en").catch_up()
    with process(CUT_SHORT, settings, tmp_path / "index", read_at_once, left) as other:
        said, _ = other.communicate(timeout=PATIENCE)
    first, second, *_ = said.splitlines() or ["", ""]
    assert (other.returncode, first[:10], second) == (0, "['refund']", "['refund'] False")
    fresh = Search(tmp_path / "index", engine)
    fresh.refresh()
    fresh.catch_up()
    assert (slugs(fresh, "refund"), fresh.state is None) == (["refund"], False)


@pytest.mark.parametrize(("read_at_once", "degraded"), [(0, True), (1_000, False)])
def test_an_index_whose_files_are_gone_answers_on_where_everything_was_read(
    engine: Engine,
    tmp_path: Path,
    publish: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    read_at_once: int,
    degraded: bool,
) -> None:
    publish(refund=REFUND)
    monkeypatch.setattr("app.search.follower.READ_AT_ONCE", read_at_once)
    search = Search(tmp_path / "index", engine)
    search.catch_up()
    (tmp_path / "index" / "CURRENT").unlink()
    with Store(tmp_path / "index", engine, "en")._lock(wait=True):  # another process is making it anew
        search.catch_up(wait=False)
    assert search.find(Question("refund"), SYSTEM).degraded is degraded
    publish(gremlin="# Gremlins in the printer\n")
    search.catch_up()
    assert slugs(search, "gremlins") == ["gremlin"]


def test_segments_that_cannot_be_merged_are_made_anew_and_questions_answered_meanwhile(
    engine: Engine, tmp_path: Path, publish: Callable[..., None]
) -> None:
    search = Search(tmp_path / "index", engine)
    for number in range(MANY_SEGMENTS + 2):
        publish(**{f"aid{number}": f"# Gremlin number {number}\n"})
        search.catch_up()
    for file in (tmp_path / "index").rglob("*.seg"):
        os.truncate(file, file.stat().st_size // 2)
    search.settle()
    answer = search.find(Question("gremlin"), SYSTEM)
    assert (answer.degraded, answer.total) == (False, MANY_SEGMENTS + 2)
    search.catch_up()
    assert segments(search) == 1


def test_a_change_to_an_index_cut_short_makes_it_anew(
    engine: Engine, tmp_path: Path, publish: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(refund=REFUND)
    monkeypatch.setattr("app.search.follower.READ_AT_ONCE", 0)
    search = Search(tmp_path / "index", engine)
    search.catch_up()
    for file in (tmp_path / "index").rglob("*.seg"):
        os.truncate(file, file.stat().st_size // 2)
    publish(refund="# Gremlins\n")
    search.catch_up()
    assert slugs(search, "gremlins") == ["refund"]


def test_questions_are_answered_while_everything_is_read(
    engine: Engine, tmp_path: Path, publish: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = " ".join(f"gremlin{number}" for number in range(4_000))
    publish(**{f"aid{number}": f"# Goblin {number}\n\n{text}\n" for number in range(5)})
    monkeypatch.setattr("app.search.follower.READ_AT_ONCE", 0)
    monkeypatch.setattr(Files, "small", 0)
    search = Search(tmp_path / "index", engine)
    search.catch_up()
    state = search.state
    assert state is not None
    reading, answered, meanwhile = threading.Event(), threading.Event(), []
    open_file = Whole.open_file

    def opened_after_an_answer(*one: Any) -> Any:
        reading.set()
        meanwhile.append(answered.wait(PATIENCE))
        return open_file(*one)

    monkeypatch.setattr(Whole, "open_file", opened_after_an_answer)
    thread = threading.Thread(target=search.settle)
    thread.start()
    assert reading.wait(PATIENCE)
    found: list[list[int]] = []
    while thread.is_alive() and len(found) < 4_000:
        found.append(state.snapshot.impact(f"gremlin{len(found)}").documents.tolist())
        answered.set()
    thread.join(PATIENCE)
    assert (state.snapshot.loaded, meanwhile[0]) == (True, True)
    assert found == [list(range(5))] * len(found)


def test_until_everything_is_read_whoosh_is_asked_and_the_words_decide_alike(
    engine: Engine, tmp_path: Path, publish: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(refund=REFUND, printer="# Printer is offline\n\nSwitch it off and on. Refund.\n")
    monkeypatch.setattr("app.search.follower.READ_AT_ONCE", 0)
    search = Search(tmp_path / "index", engine)
    search.catch_up()
    unread = search.state.snapshot.unread if search.state else 0
    before = slugs(search, "refund printer")
    search.settle()
    assert (unread, search.state.snapshot.unread if search.state else 2) == (2, 0)
    assert slugs(search, "refund printer") == before


def test_the_state_of_an_index_is_replaced_in_one_step(
    engine: Engine, tmp_path: Path, publish: Callable[..., None]
) -> None:
    publish(refund=REFUND)
    Store(tmp_path / "index", engine, "en").catch_up()
    assert [json.loads(file.read_text())["change"] for file in (tmp_path / "index").rglob("state.json")] == [1]
    assert not list((tmp_path / "index").rglob(f"*.{os.getpid()}"))
