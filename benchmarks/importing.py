"""A whole library in: how long until it is live and searchable, and how much memory that takes."""

import json

from benchmarks.data import Library
from benchmarks.figures import Figure
from benchmarks.place import Place, Run

PROBLEMS = (0, 1)  # 1: some files could not come in; the count of live aids shows it


def import_library(place: Place, library: Library) -> Run:
    """A fresh database with the library in it."""
    library.write(place.folder / "library")
    place.run("migrate")
    return _import(place)


def _import(place: Place) -> Run:
    return place.run("import", "--publish", str(place.folder / "library"), allowed=PROBLEMS)


def measure(place: Place, library: Library) -> list[Figure]:
    """Import twice; the second time nothing has changed."""
    first = import_library(place, library)
    second = _import(place)
    size = len(library.aids)
    return [
        Figure(f"Import {size:,} aids, live and searchable", first.seconds, "s", 60),
        Figure("Import: peak memory", first.peak_mb, "MB", 500),
        Figure("Import again, nothing changed", second.seconds, "s", 5),
        Figure("Import: aids live", _live(place), "", size, at_least=True),
    ]


def _live(place: Place) -> int:
    """How many aids the ready server has in its index."""
    with place.serve() as server, server.client() as client:
        answer = client.get("/metrics").body.decode()
        ready = json.loads(client.get("/readyz").body)["status"] == "ready"
    counts = [line.split()[1] for line in answer.splitlines() if line.startswith("jobaids_index_documents ")]
    return int(float(counts[0])) if ready and counts else 0
