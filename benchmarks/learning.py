"""What search learns from use: half of the questions are answered by people, the other half is measured.

People search, open an aid and say that it worked, each of them once, over HTTP. With noise some of them open another
one of the ten best and say that of it.
"""

import hashlib
import random
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from app.ids import uuid7
from benchmarks.client import Client
from benchmarks.data import Library
from benchmarks.figures import Figure
from benchmarks.libraries import Libraries
from benchmarks.place import Failed, Place
from benchmarks.quality import by, gained

SET = "tldr_nl2bash"
SEED = 7
LEAST = {0.0: 0.62, 0.2: 0.58}  # nDCG@10 by the share of wrong choices
BATCH = 450  # events; three for each person
MOST_QUERY = 500
FOLLOWS_AFTER = 4.0  # seconds; a server looks for new hints every second

Event = dict[str, Any]


def measure(libraries: Libraries) -> list[Figure]:
    """The half that nobody answered, before and after."""
    library = libraries.library(SET)
    taught, asked = halves(library)
    figures: list[Figure] = []
    for wrong, least in LEAST.items():
        place = libraries.copy(SET, f"learning-{wrong}")
        before, after = _learned(place, taught, asked, wrong)
        if not figures:
            figures.append(Figure(f"nDCG@10, {SET}, one half, before learning", before, ""))
        name = f"nDCG@10, {SET}, one half, learned from the other, {wrong:.0%} wrong"
        figures.append(Figure(name, after, "", least, at_least=True))
    return figures


def halves(library: Library) -> tuple[Library, Library]:
    """The questions in two halves that stay the same, by a hash of their ids."""
    parts: list[dict[str, str]] = [{}, {}]
    for number, query in library.queries.items():
        parts[hashlib.sha256(number.encode()).digest()[0] % 2][number] = query
    one, other = (Library(library.name, library.aids, part, library.gains) for part in parts)
    return one, other


def _learned(place: Place, taught: Library, asked: Library, wrong: float) -> tuple[float, float]:
    token = place.token("employee")
    with place.serve() as server:
        server.settle()
        with server.client(token) as client:
            before = gained(by(client), asked)
            events = list(_events(client, taught, wrong))
            for start in range(0, len(events), BATCH):
                _post(client, events[start : start + BATCH])
        place.run("learn")
        time.sleep(FOLLOWS_AFTER)
        server.settle()
        with server.client(token) as client:  # a new one: the server has ended the idle one
            return before, gained(by(client), asked)


def _post(client: Client, events: list[Event]) -> None:
    answer = client.post("/api/v1/events", {"events": events})
    if answer.status != 200 or f'"accepted":{len(events)}' not in answer.body.decode().replace(" ", ""):
        raise Failed(f"Events were not taken in: {answer.status} {answer.body[:300]!r}")


def _events(client: Client, taught: Library, wrong: float) -> Iterator[Event]:
    chance = random.Random(SEED)
    for number, query in taught.queries.items():
        ranked = by(client)(query)
        chosen = _right(taught.gains[number])
        if chance.random() < wrong and ranked:
            chosen = chance.choice(ranked)
        yield from _use(query, chosen, ranked.index(chosen) + 1 if chosen in ranked else None)


def _right(gains: Mapping[str, int]) -> str:
    return max(gains, key=lambda slug: (gains[slug], slug))


def _use(query: str, slug: str, rank: int | None) -> Iterator[Event]:
    """Search, opening and outcome of a person of her own."""
    search, tab, now = str(uuid7()), uuid7().hex, datetime.now(UTC)

    def event(ago: int, **more: object) -> Event:
        return {"id": str(uuid7()), "at": (now - timedelta(seconds=ago)).isoformat(), "tab": tab} | more

    yield event(90, type="search", query=query[:MOST_QUERY]) | {"id": search}
    yield event(80, type="open", slug=slug, search_id=search, source="search") | ({"rank": rank} if rank else {})
    yield event(20, type="outcome", slug=slug, search_id=search, outcome="worked")
