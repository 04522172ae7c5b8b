"""Search over HTTP: how fast, and how well it ranks by what people said is right."""

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.client import Client
from benchmarks.data import Library
from benchmarks.figures import Figure, percentile
from benchmarks.importing import import_library
from benchmarks.place import Place

DEPTH = 10
UNKNOWN = 20
LEAST = {"tldr_nl2bash": 0.35, "stackfaq": 0.78, "cranfield": 0.36}


def measure(place: Place, library: Library) -> list[Figure]:
    """Speed for one client once every question has been asked before; ranking where the right answers are known."""
    server_ms, client_ms = [], []
    token = place.token("employee")
    with place.serve() as server, server.client(token) as client:
        figures = ranking(client, library)
        for query in library.queries.values():
            began = time.perf_counter()
            server_ms.append(float(client.search(query, DEPTH)["took_ms"]))
            client_ms.append((time.perf_counter() - began) * 1e3)
        unknown_ms = [float(client.search(f"unheard{chr(97 + number)}ofword")["took_ms"]) for number in range(UNKNOWN)]
    return [
        Figure("Search: server, p50", percentile(server_ms, 0.5), "ms", 8),
        Figure("Search: server, p95", percentile(server_ms, 0.95), "ms", 50),
        Figure("Search: client, p50", percentile(client_ms, 0.5), "ms"),
        Figure("Search: client, p95", percentile(client_ms, 0.95), "ms"),
        Figure("Search: server, a word that no aid has, p50", percentile(unknown_ms, 0.5), "ms"),
        *figures,
    ]


def measure_ranking(folder: Path, library: Library) -> list[Figure]:
    """Ranking alone, on a library of its own."""
    place = Place(folder)
    import_library(place, library)
    token = place.token("employee")
    with place.serve() as server, server.client(token) as client:
        return ranking(client, library)


def ranking(client: Client, library: Library) -> list[Figure]:
    """Mean nDCG@10 over all questions; no figure where nobody judged the answers."""
    gained = []
    for number, query in library.queries.items():
        ranked = [hit["slug"] for hit in client.search(query, DEPTH)["results"]]
        if number in library.gains:
            gained.append(ndcg(ranked, library.gains[number]))
    if not gained:
        return []
    name = f"Search: nDCG@10, {library.name}"
    return [Figure(name, sum(gained) / len(gained), "", LEAST.get(library.name), at_least=True)]


def ndcg(ranked: Sequence[str], gains: Mapping[str, int]) -> float:
    """Discounted gain of the first ten, of the most that could be had: Σ (2^gain − 1) / log2(rank + 1)."""
    most = _discounted(sorted(gains.values(), reverse=True))
    return _discounted([gains.get(slug, 0) for slug in ranked]) / most


def _discounted(gains: Sequence[int]) -> float:
    return sum((2.0**gain - 1) / math.log2(rank + 1) for rank, gain in enumerate(gains[:DEPTH], start=1))
