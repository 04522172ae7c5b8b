"""What was acknowledged is there: the server is killed while clients post, again and again on the same file.

This shows what a crash of the process loses. It cannot show what a loss of power loses; that rests on the database's
`synchronous=FULL`.
"""

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from benchmarks.events import finish, start
from benchmarks.figures import Figure
from benchmarks.load import Orders, Outcome
from benchmarks.place import Place

CLIENTS = 8
SEED = 7


def measure(folder: Path, kills: int) -> list[Figure]:
    """Count the acknowledged events that are missing after all the kills."""
    place = Place(folder)
    place.run("migrate")
    token = place.token("employee")
    chance = random.Random(SEED)
    acknowledged: set[str] = set()
    lost: set[str] = set()
    fewest = float("inf")
    for _ in range(kills):
        outcome = _killed(place, token, chance.uniform(0.5, 1.5))
        fewest = min(fewest, len(outcome.acknowledged))
        acknowledged.update(outcome.acknowledged)
        lost |= acknowledged - _stored(place.database)
    return [
        Figure(f"Acknowledged events lost, {kills} kills", len(lost), "", 0),
        Figure("Acknowledged events in all those runs", len(acknowledged), ""),
        Figure("Acknowledged events in the shortest run", fewest, "", 1, at_least=True),
    ]


def _killed(place: Place, token: str, after: float) -> Outcome:
    with place.serve() as server:
        posting = start(Orders(server.port, token, CLIENTS, seconds=60))
        time.sleep(after)
        server.kill()
        return finish(posting, 30)


def _stored(database: Path) -> set[str]:
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        return {number for (number,) in connection.execute("SELECT id FROM use_event")}
