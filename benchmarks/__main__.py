"""`python -m benchmarks`: measure, print one table."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import data, durability, events, finding, importing, pages, publishing
from benchmarks.figures import Figure, show, write
from benchmarks.place import Failed, Place

LARGE = "tldr_nl2bash"
DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "search"
TOPICS = ("library", "ranking", "events", "durability", "pages")


def main() -> None:
    """Measure what was asked for; exit status 1 where a target is missed or something could not be measured."""
    wanted = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an end from outside clears up too
    figures: list[Figure] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="jobaids-bench-") as folder:
        for topic in wanted.only or TOPICS:
            print(f"Measuring: {topic}", file=sys.stderr, flush=True)
            try:
                figures += _measures(Path(folder) / topic, wanted)[topic]()
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
    parser.add_argument("--data", type=Path, default=Path(given) if given else DATA, help="labelled search sets")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--kills", type=int, default=20, metavar="N", help="times the server is killed")
    parser.add_argument("--only", action="append", choices=TOPICS, help="leave out the other topics")
    return parser.parse_args()


def _measures(folder: Path, wanted: argparse.Namespace) -> dict[str, Callable[[], Sequence[Figure]]]:
    return {
        "library": lambda: _library(folder, wanted.data),
        "ranking": lambda: _ranking(folder, wanted.data),
        "events": lambda: events.measure(folder),
        "durability": lambda: durability.measure(folder, wanted.kills),
        "pages": lambda: pages.measure(folder),
    }


def _library(folder: Path, sets: Path) -> list[Figure]:
    place = Place(folder)
    if (sets / LARGE).is_dir():
        library = data.labelled(sets / LARGE)
    else:
        print(f"There is no search data in {sets}: a made-up library is measured, and no ranking.", file=sys.stderr)
        library = data.made_up()
    return [measured for part in (importing, finding, publishing) for measured in part.measure(place, library)]


def _ranking(folder: Path, sets: Path) -> list[Figure]:
    figures = []
    for name in sorted(finding.LEAST.keys() - {LARGE}):
        if (sets / name).is_dir():
            figures += finding.measure_ranking(folder / name, data.labelled(sets / name))
    return figures


if __name__ == "__main__":
    main()
