"""How long reports take in a large organisation on SQLite.

Its people are in teams; there is evidence of many tasks, use of their aids, and a roll-out by team.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlmodel import Session

from app import clock, db
from app.aids.models import Aid, AidTask
from app.transfer.models import Rollout, RolloutUnit
from app.usage.learning import PAUSE
from app.viewer import load_key, pseudonym
from app.work import service as work
from benchmarks.client import Client
from benchmarks.figures import Figure
from benchmarks.place import Failed, Place, Server

PERSONS, TASKS = 100_000, 20
REPORT, OVERVIEW, MEMORY = 1.5, 3.0, 400  # seconds, seconds, MB
TIMES = 3
YEAR = 365
TEAM = 500
STEPS = 10


@dataclass(frozen=True)
class Size:
    """How many persons master each of how many tasks, and how often one of the aids is opened."""

    persons: int
    tasks: int
    uses: int


@dataclass(frozen=True)
class Took:
    """Seconds of the clock (the best of some tries) and of the processor."""

    clock: float
    processor: float


def measure(folder: Path, persons: int = PERSONS) -> list[Figure]:
    """A tenth of the organisation, all of it, and one of ten times the people with a tenth of the tasks."""
    tenth = _asked(folder / "tenth", Size(persons // 10, TASKS, persons))
    whole = _asked(folder / "whole", Size(persons, TASKS, persons * 10))
    tenfold = _asked(folder / "tenfold", Size(persons * 10, TASKS // 10, persons * 10))
    limits = {"report": REPORT, "report with a roll-out": REPORT, "overview": OVERVIEW}
    figures = [Figure(f"Memory after it, {persons:,} people", whole[1], "MB", MEMORY)]
    for what, limit in limits.items():
        took = whole[0][what]
        figures.append(Figure(f"Transfer {what}, {persons:,} people, {TASKS} tasks", took.clock, "s", limit))
        figures.append(Figure("  of which the processor", took.processor, "s"))
        growth = took.processor / max(tenth[0][what].processor, 0.01)
        figures.append(Figure(f"  growth from {persons // 10:,} people", growth, "×", 15))
        if what != "overview":
            more = tenfold[0][what]
            figures.append(Figure(f"  with {persons * 10:,} people", more.clock, "s"))
            figures.append(Figure("  growth", more.processor / max(took.processor, 0.01), "×"))
    return [*figures, Figure(f"Memory after it, {persons * 10:,} people", tenfold[1], "MB")]


def _asked(folder: Path, size: Size) -> tuple[dict[str, Took], float]:
    """The reports asked over HTTP of a server of its own, and what it holds in memory then."""
    place = Place(folder)
    place.run("migrate")
    fill(place.database, size)
    token = place.token("admin")
    with place.serve() as server, server.client(token) as client:
        paths = {
            "report": "/api/v1/tasks/task-1/transfer",
            "report with a roll-out": "/api/v1/tasks/task-0/transfer",
            "overview": "/studio/transfer.json",
        }
        time.sleep(PAUSE + 1)
        server.settle()  # it learns from a year of use first
        took = {what: _took(server, client, path) for what, path in paths.items()}
        return took, server.memory_mb


def _took(server: Server, client: Client, path: str) -> Took:
    tries = []
    for _ in range(TIMES):
        ticks, began = server.ticks, time.perf_counter()
        answer = client.get(path)
        tries.append(Took(time.perf_counter() - began, (server.ticks - ticks) / 100))
        if answer.status != 200:
            raise Failed(f"{path} answered {answer.status}: {answer.body[:300]!r}")
    return min(tries, key=lambda one: one.clock)


@dataclass(frozen=True)
class _Year:
    """The days that are simulated, and the names of those who work then."""

    first: int
    names: list[str]
    lot: np.random.Generator

    def moments(self, days: np.ndarray) -> list[str]:
        """Noon of these days, as SQLite keeps it."""
        noon = {day: f"{datetime.fromordinal(self.first + day):%Y-%m-%d} 12:00:00.000000" for day in range(YEAR + 1)}
        return [noon[day] for day in days.tolist()]


def fill(database: Path, size: Size) -> int:
    """Put the organisation into an empty database; returns how many records it has."""
    now = clock.now()
    year = _Year(now.toordinal() - YEAR, [f"person-{number:07}" for number in range(size.persons)], _lot())
    engine = db.open_engine(f"sqlite:///{database}")
    with db.writing(engine) as session:
        slugs = [f"task-{number}" for number in range(size.tasks)]
        tasks = [work.note(session, now, slugs)[slug].id or 0 for slug in slugs]
        _aids(session, tasks, now)
        _plan(session, tasks[0], size, year, now)
    engine.dispose()
    with _bulk(database) as store:
        count = _people(store, year) + sum(_evidence(store, year, task) for task in tasks)
        return count + _uses(store, year, load_key(database.parent), size)


@contextmanager
def _bulk(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection for millions of rows: no journal, and the indexes are made when all rows are there."""
    with closing(sqlite3.connect(database, isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode=OFF")
        store.execute("PRAGMA synchronous=OFF")
        named = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        indexes = store.execute(named).fetchall()
        store.execute("BEGIN")
        for name, _ in indexes:
            store.execute(f'DROP INDEX "{name}"')
        yield store
        for _, statement in indexes:
            store.execute(statement)
        store.execute("COMMIT")


def _lot() -> np.random.Generator:
    return np.random.default_rng(3)


def _team(number: int) -> str:
    return f"team-{number // TEAM:04}"


def _write(store: sqlite3.Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> int:
    """Rows as the driver takes them."""
    marks = ", ".join("?" for _ in columns.split())
    statement = f"INSERT INTO {table} ({', '.join(columns.split())}) VALUES ({marks})"
    return store.executemany(statement, rows).rowcount


def _people(store: sqlite3.Connection, year: _Year) -> int:
    hired = [f"{datetime.fromordinal(year.first - int(day)):%Y-%m-%d}" for day in year.lot.integers(0, 3000, 5_000)]
    leaves = year.lot.exponential(10 * YEAR, len(year.names)).astype(int)
    left = [f"{datetime.fromordinal(year.first + day):%Y-%m-%d}" if day < YEAR else None for day in leaves.tolist()]
    persons = (
        (
            name,
            name,
            "employee",
            "2020-01-01 00:00:00",
            0,
            hired[place % 5_000],
            left[place],
            left[place] and f"{left[place]} 12:00:00.000000",
        )
        for place, name in enumerate(year.names)
    )
    count = _write(store, "person", "id name role created_at disabled tenure_from left_on gone_at", persons)
    belong = ((name, _team(place), hired[place % 5_000]) for place, name in enumerate(year.names))
    return count + _write(store, "membership", 'person_id "group" begins_on', belong)


def _evidence(store: sqlite3.Connection, year: _Year, task: int) -> int:
    n = len(year.names)
    origin = year.lot.integers(0, 300, n)
    arrived = (origin + year.lot.exponential(60, n)).astype(int)
    seen = np.flatnonzero((arrived < YEAR) & (np.arange(n) % 2 == 1))
    at, later = year.moments(origin), year.moments(arrived[seen])
    mastered = (
        (f"{task:02}-{place:07}", task, name, "course", 1, 0, at[place], day, "", at[place], "bench")
        for place, (name, day) in enumerate(zip(year.names, (origin + year.first).tolist(), strict=True))
    )
    columns = "id task_id person source mastered low_trust at day digest recorded_at recorded_by"
    count = _write(store, "mastery_record", columns, mastered)
    days = (arrived[seen] + year.first).tolist()
    competent = (
        (f"{task:02}-{who:07}", task, year.names[who], "full", 1, 0, "till", "[]", 1, at, day, "", at, "bench")
        for who, at, day in zip(seen.tolist(), later, days, strict=True)
    )
    columns = "id task_id person level success adapted source checklist counts at day digest recorded_at recorded_by"
    return count + _write(store, "competency_evidence", columns, competent)


def _uses(store: sqlite3.Connection, year: _Year, key: bytes, size: Size) -> int:
    """Openings of the aids, one of each task."""
    who = [pseudonym(key, name) for name in year.names]
    reader = year.lot.integers(0, len(who), size.uses).tolist()
    moments = year.moments(year.lot.integers(0, YEAR, size.uses))
    rows = (
        (f"{number:032x}", "open", at, who[one], f"aid-{number % size.tasks}")
        for number, (one, at) in enumerate(zip(reader, moments, strict=True))
    )
    return _write(store, "use_event", "id type at person slug", rows)


def _aids(session: Session, tasks: Sequence[int], now: datetime) -> None:
    for number, task in enumerate(tasks):
        aid = Aid(slug=f"aid-{number}", path=f"aid-{number}.md", live=1, created_at=now)
        session.add(aid)
        session.flush()
        session.add(AidTask(aid_id=aid.id or 0, task_id=task))


def _plan(session: Session, task: int, size: Size, year: _Year, now: datetime) -> None:
    """Teams were given the aid of a task one after another, in an order drawn by lot."""
    made = Rollout(
        slug="by-team",
        task_id=task,
        aids=["aid-0"],
        mechanism="staggered-randomised",
        seed=1,
        recorded_afterwards=True,
        created_at=now,
        created_by="bench",
    )
    session.add(made)
    session.flush()
    teams = sorted({_team(number) for number in range(size.persons)})
    for place, team in enumerate(year.lot.permutation(teams).tolist()):
        begins = datetime.fromordinal(year.first + 100 + 20 * (place % STEPS)).date()
        arm = f"step {place % STEPS + 1}"
        unit = RolloutUnit(rollout_id=made.id or 0, kind="group", name=team, arm=arm, begins_on=begins)
        session.add(unit)
