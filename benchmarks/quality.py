"""How well search ranks, by what people said is right."""

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from app.search import analysis, ranking
from benchmarks import corpus
from benchmarks.client import Client
from benchmarks.data import Library
from benchmarks.figures import Figure
from benchmarks.libraries import Libraries, ours
from benchmarks.place import Place

DEPTH = 10
SEED = 7
LEAST = {"tldr_nl2bash": 0.41, "stackfaq": 0.84, "cranfield": 0.38}
MISTYPED = "stackfaq"
MOST_LOST = 0.03

Ranks = Callable[[str], Sequence[str]]  # from a question to the addresses of the aids, best first


def measure(libraries: Libraries) -> list[Figure]:
    """Words and meaning, as a fresh server ranks; words alone."""
    figures = []
    for name, least in LEAST.items():
        library, place = libraries.library(name), libraries.place(name)
        figures.append(Figure(f"nDCG@10, {name}", over_http(place, library), "", least, at_least=True))
        with _words_alone():
            alone = gained(ours(place).slugs, library)
        figures.append(Figure(f"nDCG@10, {name}, words alone", alone, ""))
    return figures


def measure_typos(libraries: Libraries) -> list[Figure]:
    """What one slip in one word of every question costs."""
    library, place = libraries.library(MISTYPED), libraries.place(MISTYPED)
    slips = Library(library.name, library.aids, with_slips(library.queries), library.gains)
    clean, mistyped = (over_http(place, one) for one in (library, slips))
    return [
        Figure(f"nDCG@10, {MISTYPED}, a slip in every question", mistyped, ""),
        Figure(f"nDCG@10, {MISTYPED}, lost by the slips", clean - mistyped, "", MOST_LOST),
    ]


def over_http(place: Place, library: Library) -> float:
    """The mean gain of a server on this place."""
    with place.serve() as server, server.client(place.token("employee")) as client:
        server.settle()
        return gained(by(client), library)


def by(client: Client) -> Ranks:
    """The ranking of a server."""
    return lambda query: [hit["slug"] for hit in client.search(query, DEPTH)["results"]]


def gained(ranks: Ranks, library: Library) -> float:
    """Mean nDCG@10 over all questions."""
    gains = [ndcg(ranks(query), library.gains[number]) for number, query in library.queries.items()]
    return sum(gains) / len(gains)


def ndcg(ranked: Sequence[str], gains: Mapping[str, int]) -> float:
    """Discounted gain of the first ten, of the most that could be had: Σ (2^gain − 1) / log2(rank + 1)."""
    most = _discounted(sorted(gains.values(), reverse=True))
    return _discounted([gains.get(slug, 0) for slug in ranked]) / most


def _discounted(gains: Sequence[int]) -> float:
    return sum((2.0**gain - 1) / math.log2(rank + 1) for rank, gain in enumerate(gains[:DEPTH], start=1))


@contextmanager
def _words_alone() -> Iterator[None]:
    share = ranking.MEANING
    ranking.MEANING = 0.0
    try:
        yield
    finally:
        ranking.MEANING = share


def with_slips(queries: Mapping[str, str]) -> dict[str, str]:
    """Each question with a slip in one word of five letters or more, where it has one."""
    chance = random.Random(SEED)
    return {number: _with_slip(query, chance) for number, query in queries.items()}


def _with_slip(query: str, chance: random.Random) -> str:
    places = [found for found in analysis.WORD.finditer(query) if corpus.is_plain(found[0])]
    if not places:
        return query
    word = chance.choice(places)
    return query[: word.start()] + corpus.mistyped(word[0], chance) + query[word.end() :]
