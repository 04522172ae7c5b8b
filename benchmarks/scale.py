"""The whole server with a middling and a large library: memory, start, publishing, and calls a second."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from app import db
from app.aids.models import Change
from benchmarks import corpus, ours, publishing
from benchmarks.calls import Fetches, rate
from benchmarks.corpus import Text
from benchmarks.figures import Figure
from benchmarks.place import Place, Server

CLIENTS = 8
SECONDS = 4.0
ROUNDS = 3
ASKED = 300
SHARE = 0.25  # of the calls that a trivial address answers
TRIVIAL = "/healthz"


@dataclass(frozen=True)
class Most:
    """What a library of one size may take; None where nothing is asked for."""

    memory_mb: float | None = None
    start_s: float | None = None
    publish_ms: float | None = None


MOST = {5_000: Most(150, 2, 100), 50_000: Most(500, 3, 150)}
SIZES = tuple(MOST)


def measure(folder: Path, sets: Path, sizes: Sequence[int]) -> list[Figure]:
    """The same figures for each size."""
    sources = corpus.sources(sets)
    queries = [asked.text for asked in corpus.questions(sources, ASKED)["long"]]
    empty = _memory(_empty(folder / "empty"))
    figures = [Figure("Memory of a server without aids", empty, "MB")]
    for size in sizes:
        texts, most = corpus.texts(sources, size), MOST.get(size, Most())
        place = _stocked(folder / str(size), texts)
        figures.append(Figure(f"Memory for {size:,} aids", _memory(place) - empty, "MB", most.memory_mb))
        figures += publishing.measure(place, corpus.library(texts, queries), most.publish_ms, most.start_s)
        figures += _calls(place, size, queries)
    return figures


def _empty(folder: Path) -> Place:
    place = Place(folder)
    place.run("migrate")
    return place


def _stocked(folder: Path, texts: Sequence[Text]) -> Place:
    """A place with these texts live.

    They go into the database as rows, which takes seconds; an import renders every page first, and of 50,000 that
    takes minutes. The index is made as always.
    """
    place = _empty(folder)
    engine = db.open_engine(f"sqlite:///{place.database}")
    with db.writing(engine) as session:
        rows = [ours.stored(number, text) for number, text in enumerate(texts, 1)]
        for column in zip(*rows, strict=True):  # first the aids, then what refers to them
            session.add_all(column)
            session.flush()
        session.add_all(Change(aid_id=number) for number in range(1, len(texts) + 1))
    engine.dispose()
    place.run("index", "rebuild")
    return place


def _memory(place: Place) -> float:
    """Megabytes of a server that has read everything and was asked once."""
    with place.serve() as server, server.client(place.token("employee")) as client:
        server.settle()
        client.search("anything")
        return server.memory_mb


def _calls(place: Place, size: int, queries: Sequence[str]) -> list[Figure]:
    """Searches, each recorded, in turn with calls that do nothing, against one worker."""
    token = place.token("employee")
    paths = ["/api/v1/search?" + urlencode({"q": query}) for query in queries]
    with place.serve() as server:
        server.settle()
        _rate(server, token, paths)
        pairs = [(_rate(server, token, paths), _rate(server, token, [TRIVIAL])) for _ in range(ROUNDS)]
    searches, trivial = (sum(column) / ROUNDS for column in zip(*pairs, strict=True))
    name = f"{size:,} aids, {CLIENTS} clients:"
    return [
        Figure(f"{name} searches", searches, "/s", trivial * SHARE, at_least=True),
        Figure(f"{name} calls of {TRIVIAL}", trivial, "/s"),
    ]


def _rate(server: Server, token: str, paths: Sequence[str]) -> float:
    return rate(Fetches(server.port, token, paths, CLIENTS, SECONDS))
