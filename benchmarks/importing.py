"""A whole library in: how long until it is live and searchable, and how much memory that takes."""

import json
from pathlib import Path

from benchmarks.data import Library
from benchmarks.figures import Figure
from benchmarks.place import Place

PROBLEMS = (0, 1)  # 1: some files could not come in; the count of live aids shows it


def import_library(place: Place, library: Library) -> Path:
    """A fresh database with the library in it; returns the folder that was imported."""
    folder = place.folder / "library"
    library.write(folder)
    place.run("migrate")
    place.run("import", "--publish", str(folder), allowed=PROBLEMS)
    return folder


def measure(place: Place, library: Library) -> list[Figure]:
    """Import twice; the second time nothing has changed."""
    folder = place.folder / "library"
    library.write(folder)
    place.run("migrate")
    first = place.run("import", "--publish", str(folder), allowed=PROBLEMS)
    second = place.run("import", "--publish", str(folder), allowed=PROBLEMS)
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
