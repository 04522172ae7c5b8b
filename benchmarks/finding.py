"""Search over HTTP: how fast."""

import time

from benchmarks.data import Library
from benchmarks.figures import Figure, percentile
from benchmarks.place import Place

DEPTH = 10
UNKNOWN = 20


def measure(place: Place, library: Library) -> list[Figure]:
    """Speed for one client once every question has been asked before."""
    server_ms, client_ms = [], []
    with place.serve() as server, server.client(place.token("employee")) as client:
        for query in library.queries.values():
            client.search(query, DEPTH)
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
    ]
