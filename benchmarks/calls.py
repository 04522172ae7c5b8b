"""A process that fetches addresses as fast as the answers come, over kept connections.

Like `benchmarks.load` it is a process of its own, reads its orders as JSON on standard input and prints what happened.
"""

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.load import answer
from benchmarks.place import Failed

PATIENCE = 30


@dataclass(frozen=True)
class Fetches:
    """What to do: these addresses in turn, again and again."""

    port: int
    token: str
    paths: Sequence[str]
    clients: int
    seconds: float


def rate(fetches: Fetches) -> float:
    """Calls a second, all of them answered well."""
    command = [sys.executable, "-m", "benchmarks.calls"]
    done = subprocess.run(
        command,
        input=json.dumps(asdict(fetches)),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
        timeout=fetches.seconds + PATIENCE,
    )
    if done.returncode:
        raise Failed(f"The calls were not answered as they should be: {done.stderr[-300:]}")
    return float(done.stdout)


async def fetch(fetches: Fetches) -> float:
    """Fetch until the time is over; returns calls a second."""
    requests = itertools.cycle(_requests(fetches))
    began = time.perf_counter()
    until = began + fetches.seconds
    counts = await asyncio.gather(*(_client(fetches.port, requests, until) for _ in range(fetches.clients)))
    return sum(counts) / (time.perf_counter() - began)


def _requests(fetches: Fetches) -> list[bytes]:
    head = f"Host: 127.0.0.1:{fetches.port}\r\nAuthorization: Bearer {fetches.token}\r\n\r\n"
    return [f"GET {path} HTTP/1.1\r\n{head}".encode() for path in fetches.paths]


async def _client(port: int, requests: Iterator[bytes], until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.perf_counter() < until:
        writer.write(next(requests))
        if not await answer(reader):
            raise Failed("An answer was not 200.")
        count += 1
    writer.close()
    return count


if __name__ == "__main__":
    print(asyncio.run(fetch(Fetches(**json.load(sys.stdin)))))
