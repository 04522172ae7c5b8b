"""A process that posts single events as fast as the answers come, over kept connections.

It is a process of its own, with requests made by hand, so that the sender is not what limits. It reads its orders as
JSON on standard input and prints what happened as JSON.
"""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Orders:
    """What to do. `too_old` sends events that are read and judged like any other, and then refused for their date."""

    port: int
    token: str
    clients: int
    seconds: float
    too_old: bool = False


@dataclass
class Outcome:
    """What happened: the ids that were acknowledged, refusals as asked for, and answers that were neither."""

    seconds: float = 0.0
    acknowledged: list[str] = field(default_factory=list)
    refused: int = 0
    failed: int = 0


def main() -> None:
    """Do it."""
    orders = Orders(**json.load(sys.stdin))
    print(json.dumps(asdict(asyncio.run(send(orders)))))


async def send(orders: Orders) -> Outcome:
    """Post until the time is over or the server is gone."""
    outcome = Outcome()
    began = time.perf_counter()
    await asyncio.gather(*(_client(orders, outcome, began + orders.seconds) for _ in range(orders.clients)))
    outcome.seconds = time.perf_counter() - began
    return outcome


async def _client(orders: Orders, outcome: Outcome, until: float) -> None:
    writer = None
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", orders.port)
        for number, request in _requests(orders):
            if time.perf_counter() >= until:
                return
            writer.write(request)
            _note(outcome, number, await answer(reader) or b"{}")
    except (OSError, asyncio.IncompleteReadError):
        return
    finally:
        if writer is not None:
            writer.close()


def _requests(orders: Orders) -> Iterator[tuple[str, bytes]]:
    """Events with ids of their own, ready to send."""
    at = datetime.now(UTC) - timedelta(days=800 if orders.too_old else 0)
    head = (
        f"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{orders.port}\r\nAuthorization: Bearer {orders.token}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    )
    event = {"type": "open", "at": at.isoformat(), "slug": "benchmark/aid", "source": "search", "rank": 1}
    while True:
        number = uuid.uuid4().hex
        body = json.dumps({"events": [{"id": number, "tab": number} | event]})
        yield number, f"{head}{len(body)}\r\n\r\n{body}".encode()


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The body of the next answer; nothing where its status is not 200."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    body = await reader.readexactly(length)
    return body if head.startswith(b"http/1.1 200 ") else b""


def _note(outcome: Outcome, number: str, answer: bytes) -> None:
    receipt = json.loads(answer)
    if receipt.get("accepted") == 1:
        outcome.acknowledged.append(number)
    elif receipt.get("rejected"):
        outcome.refused += 1
    else:
        outcome.failed += 1


if __name__ == "__main__":
    main()
