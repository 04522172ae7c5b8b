"""Events under load: single-event calls from many clients against one worker."""

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.load import Orders, Outcome
from benchmarks.place import Failed, Place

CLIENTS = 32
SECONDS = 5.0
ROUNDS = 2
LEAST = 1_000.0
TIMES_FASTER = 3


def measure(folder: Path) -> list[Figure]:
    """Calls that store, in turn with calls whose only event is read, judged and refused as too old.

    A refused call does everything but store, so the two differ by what storing costs.
    """
    place = Place(folder)
    place.run("migrate")
    storing, bare = [], []
    token = place.token("employee")
    with place.serve() as server:
        orders = Orders(server.port, token, CLIENTS, SECONDS)
        _finish(start(replace(orders, seconds=1.0)))
        for _ in range(ROUNDS):
            stored, refused = (_finish(start(replace(orders, too_old=old))) for old in (False, True))
            storing.append(len(stored.acknowledged) / stored.seconds)
            bare.append(refused.refused / refused.seconds)
    rate, alone = sum(storing) / ROUNDS, sum(bare) / ROUNDS
    least = min(LEAST, alone / TIMES_FASTER)
    return [
        Figure(f"Events: stored calls, {CLIENTS} clients", rate, "/s", least, at_least=True),
        Figure("Events: the same calls, refused and not stored", alone, "/s"),
    ]


def start(orders: Orders) -> subprocess.Popen[str]:
    """Begin to post in another process."""
    command = [sys.executable, "-m", "benchmarks.load"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(orders)))
    process.stdin.close()
    process.stdin = None
    return process


def finish(process: subprocess.Popen[str], seconds: float) -> Outcome:
    """Wait for what it tells; it is ended when it takes longer."""
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise Failed("The events were not answered in time.") from None
    return Outcome(**json.loads(said))


def _finish(process: subprocess.Popen[str]) -> Outcome:
    outcome = finish(process, SECONDS + 30)
    if outcome.failed or not (outcome.acknowledged or outcome.refused):
        raise Failed(f"{outcome.failed} event calls were not answered as they should be.")
    return outcome
