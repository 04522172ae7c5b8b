"""Chores are done once per period in the whole house, and one that fails does not hold up the others."""

from datetime import datetime, timedelta
from threading import Event

from sqlalchemy import Engine

from app.chores import Chore, Chores
from tests.conftest import Ticking

HOUR = timedelta(hours=1)


def counting(times: list[datetime]) -> Chore:
    return Chore("count", HOUR, times.append)


def test_a_chore_is_done_at_once_and_then_once_per_period(engine: Engine, ticking: Ticking) -> None:
    times: list[datetime] = []
    chores = Chores(engine, ticking, [counting(times)])
    chores.turn()
    chores.turn()
    ticking.go_on(minutes=61)
    chores.turn()
    assert [at.hour for at in times] == [9, 10]


def test_two_processes_share_a_chore(engine: Engine, ticking: Ticking) -> None:
    times: list[datetime] = []
    for _process in range(2):
        Chores(engine, ticking, [counting(times)]).turn()
    assert len(times) == 1


def test_a_chore_that_fails_leaves_the_others_alone(engine: Engine, ticking: Ticking) -> None:
    def fail(now: datetime) -> None:
        raise RuntimeError("broken on purpose")

    times: list[datetime] = []
    assert Chores(engine, ticking, [Chore("fail", HOUR, fail), counting(times)]).turn() == ["count"]


def test_the_thread_does_what_is_due(engine: Engine, ticking: Ticking) -> None:
    done = Event()
    chores = Chores(engine, ticking, [Chore("ring", HOUR, lambda now: done.set())])
    chores.start()
    assert done.wait(timeout=10)
    chores.stop()
