"""`python -m benchmarks [quality]`: measure, print one table."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks import (
    data,
    documents,
    durability,
    engines,
    events,
    finding,
    hostile,
    importing,
    large,
    learning,
    pages,
    publishing,
    quality,
    scale,
    transfer,
    widget,
)
from benchmarks.figures import Figure, show, write
from benchmarks.libraries import Libraries
from benchmarks.place import Failed, Place

LARGE = "tldr_nl2bash"
DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "search"
CLAIMS = ("transfer", "reports")
TABLES = {
    "speed": (
        "library",
        "engines",
        "scale",
        "events",
        "durability",
        "pages",
        "documents",
        "widget",
        "transfer",
        "reports",
    ),
    "transfer": ("transfer", "reports"),
    "quality": ("ranking", "typos", "learning", "hostile"),
}


def main() -> None:
    """Measure what was asked for; exit status 1 where a target is missed or something could not be measured."""
    wanted = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an end from outside clears up too
    figures: list[Figure] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="jobaids-bench-") as folder:
        measures = _measures(Path(folder), wanted)
        for topic in wanted.only or TABLES[wanted.table]:
            print(f"Measuring: {topic}", file=sys.stderr, flush=True)
            try:
                figures += measures[topic]()
            except Failed as failure:
                failed = True
                print(f"Not measured: {topic}. {failure}", file=sys.stderr)
            if wanted.json:
                write(figures, wanted.json)
    show(figures)
    sys.exit(failed or any(figure.met is False for figure in figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the server.")
    given = os.environ.get("JOBAIDS_BENCH_DATA")
    parser.add_argument("table", nargs="?", choices=TABLES, default="speed", help="what to measure; speed if left out")
    parser.add_argument(
        "--aids", type=int, nargs="+", default=scale.SIZES, metavar="N", help="engines, scale: how many"
    )
    parser.add_argument("--data", type=Path, default=Path(given) if given else DATA, help="labelled search sets")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--kills", type=int, default=20, metavar="N", help="times the server is killed")
    parser.add_argument("--persons", type=int, default=large.PERSONS, metavar="N", help="reports: how many people")
    parser.add_argument("--runs", type=int, default=transfer.RUNS, metavar="N", help="transfer: simulations of each")
    topics = sorted({topic for table in TABLES.values() for topic in table})
    parser.add_argument("--only", action="append", choices=topics, help="leave out the other topics")
    return parser.parse_args()


def _measures(folder: Path, wanted: argparse.Namespace) -> Mapping[str, Callable[[], Sequence[Figure]]]:
    libraries = Libraries(folder / "quality", wanted.data)
    return {
        "library": lambda: _library(folder / "library", wanted.data),
        "engines": lambda: engines.measure(folder / "engines", wanted.data, wanted.aids),
        "scale": lambda: scale.measure(folder / "scale", wanted.data, wanted.aids),
        "events": lambda: events.measure(folder / "events"),
        "durability": lambda: durability.measure(folder / "durability", wanted.kills),
        "pages": lambda: pages.measure(folder / "pages"),
        "documents": lambda: documents.measure(Place(folder / "documents")),
        "transfer": lambda: transfer.measure(wanted.runs),
        "reports": lambda: large.measure(folder / "reports", wanted.persons),
        "widget": lambda: widget.measure(folder / "widget"),
        "ranking": lambda: quality.measure(libraries),
        "typos": lambda: quality.measure_typos(libraries),
        "learning": lambda: learning.measure(libraries),
        "hostile": lambda: hostile.measure(libraries),
    }


def _library(folder: Path, sets: Path) -> list[Figure]:
    place = Place(folder)
    if (sets / LARGE).is_dir():
        library = data.labelled(sets / LARGE)
    else:
        print(f"There is no search data in {sets}: a made-up library is measured.", file=sys.stderr)
        library = data.made_up()
    return [measured for part in (importing, finding, publishing) for measured in part.measure(place, library)]


if __name__ == "__main__":
    main()
