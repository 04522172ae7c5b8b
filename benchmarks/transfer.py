"""What the transfer report claims, by simulation, and how long it takes for a very large organisation."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from app import clock, db
from app.transfer import comparison, cox, hazard
from app.transfer.comparison import Arms
from app.transfer.models import CompetencyEvidence, MasteryRecord
from app.transfer.survival import Counts
from app.work import service as work
from benchmarks.figures import Figure
from benchmarks.place import Place

RUNS = 400
TRUE = 1.5
ALARMS, COVERAGE = (0.03, 0.07), (0.93, 0.97)
PERSONS, TASKS = 100_000, 20
Found = tuple[float | None, float | None, float | None]
YEAR = 365


@dataclass(frozen=True)
class Design:
    """A way to assign, and how to simulate it with a true hazard ratio: gives p, and the interval's ends."""

    name: str
    run: Callable[[np.random.Generator, float], Found]


def _followed(lot: np.random.Generator, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Days until competent at these rates a day, or until the end of a year or leaving."""
    until = np.minimum(lot.integers(60, 200, len(rate)), lot.exponential(500, len(rate)).astype(int))
    arrived = lot.exponential(1 / rate).astype(int)
    return np.minimum(arrived, until), arrived <= until


def persons(lot: np.random.Generator, ratio: float) -> Found:
    """200 people, drawn one by one."""
    given = lot.permutation(200) < 100
    found = comparison.compare(Arms(*_followed(lot, 0.012 * np.where(given, ratio, 1.0)), given), 90, 1)
    return found.p, found.hazard_ratio.low, found.hazard_ratio.high


def groups(lot: np.random.Generator, ratio: float) -> Found:
    """24 groups of 15, alike within each."""
    group = np.arange(360) % 24
    given = (lot.permutation(24) < 12)[group]
    rate = 0.012 * np.exp(lot.normal(0, 0.25, 24))[group] * np.where(given, ratio, 1.0)
    found = comparison.compare(Arms(*_followed(lot, rate), given, group), 90, int(lot.integers(1 << 30)))
    return found.p, found.hazard_ratio.low, found.hazard_ratio.high


def wedge(lot: np.random.Generator, ratio: float) -> Found:
    """12 groups of 35 in six steps, with a trend over the year."""
    starts = lot.permutation(np.repeat(100 + 28 * np.arange(6), 2))
    group = np.repeat(np.arange(12), 35)
    origin = lot.integers(0, 300, len(group))
    day = np.arange(YEAR + 1)
    rate = 0.015 * np.exp(lot.normal(0, 0.25, 12)[group][:, None] + 0.3 * day / YEAR)
    rate = rate * np.where(day >= starts[group][:, None], ratio, 1.0)
    became = (lot.random(rate.shape) < rate) & (day >= origin[:, None])
    last = np.minimum(origin + lot.exponential(400, len(group)).astype(int), YEAR)
    arrived = np.where(became.any(axis=1), became.argmax(axis=1), 1 << 30)
    steps = hazard.Steps(origin, np.minimum(arrived, last) - origin, arrived <= last, group, starts)
    found = hazard.randomised(steps, int(lot.integers(1 << 30)))
    return found.p, found.hazard_ratio.low, found.hazard_ratio.high


DESIGNS = (Design("Persons drawn", persons), Design("Groups drawn", groups), Design("Stepped wedge", wedge))


def trap(lot: np.random.Generator) -> tuple[float, float]:
    """An aid without effect, looked for by those who struggle: (log ratio by assignment, log ratio of users, naive)."""
    ease = np.exp(lot.normal(0, 0.6, 2_000))
    given = lot.permutation(2_000) < 1_000
    days, events = _followed(lot, 0.015 * ease)
    used = lot.exponential(25 * ease)
    users = given & (used < days)
    fair = cox.log_ratio(Counts.of(days[given], events[given]), Counts.of(days[~given], events[~given]))
    naive = cox.log_ratio(Counts.of(days[users], events[users]), Counts.of(days[~users], events[~users]))
    assert fair is not None
    assert naive is not None
    return fair[0], naive[0]


def simulate(design: Design, runs: int, seed: int = 1) -> tuple[float, float]:
    """The share of false alarms where there is no effect, and of intervals that hold a true one."""
    lot = np.random.default_rng(seed)
    alarms = sum((design.run(lot, 1.0)[0] or 1.0) < 0.05 for _ in range(runs))
    held = 0
    for _ in range(runs):
        _p, low, high = design.run(lot, TRUE)
        held += low is not None and high is not None and low <= TRUE <= high
    return alarms / runs, held / runs


def measure(folder: Path, runs: int = RUNS) -> list[Figure]:
    """Simulations, then a large organisation."""
    figures = []
    for design in DESIGNS:
        alarms, held = simulate(design, runs)
        figures += [
            Figure(f"{design.name}: false alarms, {runs} runs", 100 * alarms, "%", 100 * ALARMS[1]),
            Figure(f"{design.name}: intervals that hold the truth", 100 * held, "%", 100 * COVERAGE[0], at_least=True),
        ]
    lot = np.random.default_rng(2)
    pairs = np.array([trap(lot) for _ in range(100)])
    fair, naive = np.exp(pairs.mean(axis=0))
    figures += [
        Figure("Aid without effect: ratio by assignment (1 is true)", float(fair), "×"),
        Figure("The same by use, naively (the trap)", float(naive), "×"),
    ]
    return figures + _large(folder)


def _large(folder: Path) -> Sequence[Figure]:
    """A report on 100,000 persons among 20 tasks and a million events, asked over HTTP."""
    place = Place(folder)
    place.run("migrate")
    engine = db.open_engine(f"sqlite:///{place.database}")
    _fill(engine)
    engine.dispose()
    token = place.token("admin")
    with place.serve() as server, server.client(token) as client:
        seconds = []
        for path in ("/api/v1/tasks/task-0/transfer", "/api/v1/tasks/task-1/transfer", "/studio/transfer.json"):
            client.get("/api/v1/tasks/task-2/transfer?rollout=none")
            began = time.perf_counter()
            client.get(path).raise_for_status()
            seconds.append(time.perf_counter() - began)
        memory = server.memory_mb
    return [
        Figure(f"Report on {PERSONS:,} persons", max(seconds[:2]), "s", 1.5),
        Figure(f"Overview of {TASKS} such tasks", seconds[2], "s", 3.0),
        Figure("Memory after it", memory, "MB", 400),
    ]


def _fill(engine: object) -> None:
    lot, now = np.random.default_rng(3), clock.now()
    with db.writing(engine) as session:  # type: ignore[arg-type]
        slugs = [f"task-{number}" for number in range(TASKS)]
        tasks = work.note(session, now, slugs)
        for slug in slugs:
            _task(session, tasks[slug].id, slug, lot, now)


def _task(session: object, task: int | None, slug: str, lot: np.random.Generator, now: object) -> None:
    origin = lot.integers(0, 300, PERSONS).tolist()
    arrived = (np.array(origin) + lot.exponential(60, PERSONS)).astype(int).tolist()
    begins = now - timedelta(days=YEAR)  # type: ignore[operator]
    first = begins.date().toordinal()
    common = {"task_id": task, "source": "bench", "digest": "", "recorded_at": now, "recorded_by": "bench"}
    mastered, seen = [], []
    for person in range(PERSONS):
        who = {"id": f"{slug}-{person}", "person": f"person-{person}"}
        at = begins + timedelta(days=origin[person])
        mastered.append(common | who | {"at": at, "day": first + origin[person], "mastered": True, "low_trust": False})
        if arrived[person] < YEAR and person % 2:
            at = begins + timedelta(days=arrived[person])
            flags = {"level": "full", "success": True, "adapted": False, "counts": True, "checklist": []}
            seen.append(common | who | flags | {"at": at, "day": first + arrived[person], "observer": None})
    session.execute(insert(MasteryRecord), mastered)  # type: ignore[attr-defined]
    session.execute(insert(CompetencyEvidence), seen)  # type: ignore[attr-defined]
