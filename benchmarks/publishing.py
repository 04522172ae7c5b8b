"""How soon readers find what is there: an aid just published, and a whole library after a start."""

import time

from benchmarks.client import Client
from benchmarks.data import Library
from benchmarks.figures import Figure, percentile
from benchmarks.place import Failed, Place

TIMES = 40
PATIENCE = 10.0
PAUSE = 0.005
MOST_MS, MOST_S = 300.0, 3.0


def measure(
    place: Place, library: Library, most_ms: float | None = MOST_MS, most_s: float | None = MOST_S
) -> list[Figure]:
    """On the library that is there already; `most_ms` to publish, `most_s` to start."""
    size = f"{len(library.aids):,} aids"
    token = place.token("admin")
    starts = [_start(place, token, next(iter(library.queries.values()))) for _ in range(3)]
    with place.serve() as server, server.client(token) as client:
        server.settle()
        waits = [_published(client, number) for number in range(TIMES)]
    return [
        Figure(f"Publish to searchable, {size}, p95 of {TIMES}", percentile(waits, 0.95) * 1e3, "ms", most_ms),
        Figure(f"Publish to searchable, {size}, p50", percentile(waits, 0.5) * 1e3, "ms"),
        Figure(f"Start to first search, {size}, median of 3", percentile(starts, 0.5), "s", most_s),
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
    word = f"zqx{chr(97 + number // 10)}{chr(97 + number % 10)}vbenchmark"
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
