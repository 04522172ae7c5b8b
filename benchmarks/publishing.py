"""How soon readers find what is there: an aid just published, and a whole library after a start."""

import time

from benchmarks.client import Client
from benchmarks.data import Library
from benchmarks.figures import Figure, percentile
from benchmarks.place import Failed, Place

TIMES = 20
PATIENCE = 10.0
PAUSE = 0.005


def measure(place: Place, library: Library) -> list[Figure]:
    """On the library that is there already."""
    token = place.token("admin")
    starts = [_start(place, token, next(iter(library.queries.values()))) for _ in range(3)]
    with place.serve() as server, server.client(token) as client:
        waits = [_published(client, number) for number in range(TIMES)]
    return [
        Figure(f"Publish to searchable, p95 of {TIMES}", percentile(waits, 0.95) * 1e3, "ms", 300),
        Figure("Publish to searchable, p50", percentile(waits, 0.5) * 1e3, "ms"),
        Figure(f"Start to first search, {len(library.aids):,} aids, median of 3", percentile(starts, 0.5), "s", 3),
    ]


def _start(place: Place, token: str, query: str) -> float:
    """From the start of the command to an answer from the index."""
    with place.serve() as server, server.client(token) as client:
        while time.perf_counter() - server.began < PATIENCE:
            found = client.search(query)
            if not found["degraded"]:
                return time.perf_counter() - server.began
            time.sleep(PAUSE)
    raise Failed("The index was not in use 10 s after the start.")


def _published(client: Client, number: int) -> float:
    """From sending an aid to finding it by a word that nothing else has."""
    word = f"zqx{chr(97 + number)}vbenchmark"
    slug = f"benchmark/{word}"
    body = {"slug": slug, "markdown": f"# Mend the {word}\n\n1. Open the cover.\n2. Press the button.\n"}
    began = time.perf_counter()
    answer = client.post("/api/v1/aids?publish=true", body)
    if answer.status != 201:
        raise Failed(f"An aid could not be published: {answer.status} {answer.body[:300]!r}")
    while time.perf_counter() - began < PATIENCE:
        if slug in {hit["slug"] for hit in client.search(word)["results"]}:
            return time.perf_counter() - began
        time.sleep(PAUSE)
    raise Failed(f"{slug} was not found 10 s after it was published.")
