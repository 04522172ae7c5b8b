"""How long ranking alone takes, beside other engines: the same texts and questions, one after the other, all warm."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks import corpus, ours, rivals
from benchmarks.corpus import Asked, Text
from benchmarks.figures import Figure, percentile
from benchmarks.ours import Ours

ROUNDS = 3
QUESTIONS = 150
TURN = 25  # questions
SLOW, FEW = {"Whoosh"}, 20  # who is asked that few questions, and once only
# By the number of aids: p50 and p95 in milliseconds; times as long as tantivy at most; times as fast as FTS5 at least.
MOST_MS = {5_000: (0.5, 1.0), 50_000: (1.5, 6.0)}
TIMES_TANTIVY = {5_000: {"short": 2.0, "long": 1.0}, 50_000: {"short": 3.0, "long": 1.0}}
TIMES_FTS5 = {5_000: 5.0, 50_000: 20.0}
COMPARED = ("short", "long", "prefix")  # FTS5 corrects nothing

Find = Callable[[str, Asked], Sequence[object]]
Times = Mapping[str, Sequence[float]]  # milliseconds by engine


def measure(folder: Path, sets: Path, sizes: Sequence[int]) -> list[Figure]:
    """All engines at all sizes."""
    sources = corpus.sources(sets)
    kinds = corpus.questions(sources, QUESTIONS)
    figures = []
    for size in sizes:
        engines = _engines(folder / str(size), corpus.texts(sources, size))
        new = [_time(engines["ours"], "long", asked) for asked in kinds["long"]]
        for kind, asked in kinds.items():
            figures += _figures(size, kind, _times(engines, kind, asked))
        figures.append(Figure(f"{size:,} aids, long: ours, words never asked before, p50", percentile(new, 0.5), "ms"))
        figures.append(Figure(f"{size:,} aids, long: ours, words never asked before, p95", percentile(new, 0.95), "ms"))
    return figures


def _engines(folder: Path, texts: Sequence[Text]) -> dict[str, Find]:
    ours.build(folder / "ours", texts)
    own = Ours(folder / "ours")
    return {
        "ours": lambda kind, asked: own.find(asked.text),
        "Whoosh": rivals.Whoosh(folder / "ours").find,
        "FTS5": rivals.Fts5(folder / "fts5.sqlite", texts).find,
        "tantivy": rivals.Tantivy(folder / "tantivy", texts).find,
    }


def _times(engines: Mapping[str, Find], kind: str, questions: Sequence[Asked]) -> Times:
    """How long each question takes once all were asked before, in milliseconds.

    The engines take turns every few questions, so that whatever else the machine does hits all of them, and none of
    them always finds the processor's caches full of what another one left there.
    """
    asked_of = {name: questions[:FEW] if name in SLOW else questions for name in engines}
    for name, find in engines.items():
        for asked in asked_of[name]:
            find(kind, asked)
    times: dict[str, list[float]] = {name: [] for name in engines}
    for turn in range(ROUNDS):
        for start in range(0, len(questions), TURN):
            for name, find in engines.items():
                some = asked_of[name][start : start + TURN] if turn == 0 or name not in SLOW else ()
                times[name] += [_time(find, kind, asked) for asked in some]
    return times


def _time(find: Find, kind: str, asked: Asked) -> float:
    began = time.perf_counter()
    find(kind, asked)
    return (time.perf_counter() - began) * 1e3


def _figures(size: int, kind: str, times: Times) -> list[Figure]:
    what = f"{size:,} aids, {kind}:"
    half = {name: percentile(taken, 0.5) for name, taken in times.items()}
    figures = []
    for name, taken in times.items():
        most = MOST_MS.get(size, (None, None)) if name == "ours" else (None, None)
        note = " (not corrected)" if (name, kind) == ("FTS5", "typo") else ""
        figures.append(Figure(f"{what} {name}{note}, p50", half[name], "ms", most[0]))
        figures.append(Figure(f"{what} {name}{note}, p95", percentile(taken, 0.95), "ms", most[1]))
    longest = TIMES_TANTIVY.get(size, {}).get(kind)
    fastest = TIMES_FTS5.get(size) if kind in COMPARED else None
    return [
        *figures,
        Figure(f"{what} ours ÷ tantivy, p50", half["ours"] / half["tantivy"], "×", longest),
        Figure(f"{what} FTS5 ÷ ours, p50", half["FTS5"] / half["ours"], "×", fastest, at_least=True),
    ]
