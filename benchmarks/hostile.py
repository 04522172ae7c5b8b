"""No question is slow: the longest, the oddest and the most malicious ones, over HTTP."""

import random
import time
from functools import partial

from benchmarks import corpus
from benchmarks.client import Client
from benchmarks.figures import Figure, percentile
from benchmarks.importing import import_library
from benchmarks.libraries import Libraries
from benchmarks.place import Place

SIZE = 5_000
ROUNDS = 20
SEED = 7
MOST_MS = 20.0
MOST_CHARACTERS = 1_000
TOO_LONG = "word " * 2_000
REFUSED = (400, 413, 414, 422)
SCRIPTS = "печать 打印机卡纸了怎么办 プリンターの紙詰まり 프린터용지 مستند हटाएं ลบไฟล์ 🙂👩\u200d💻".split()
REGEXES = ["(a+)+$" * 20, "^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 100 + "!", "(.*a){30}", "[[[[((((\\\\"]


def measure(libraries: Libraries) -> list[Figure]:
    """Every question several times; and one that is refused for its length."""
    sources = [libraries.library(name) for name in corpus.SETS]
    texts = corpus.texts(sources, SIZE)
    place = Place(libraries.folder / "hostile")
    import_library(place, corpus.library(texts, []))
    asked = questions(" ".join(text.body for text in texts))
    with place.serve() as server, server.client(place.token("employee")) as client:
        server.settle()
        refused = client.get(f"/api/v1/search?q={TOO_LONG.replace(' ', '+')}").status
        times = {name: [_time(client, query) for _ in range(ROUNDS) for query in asked[name]] for name in asked}
    slowest = max(times, key=lambda name: percentile(times[name], 0.99))
    everything = [taken for some in times.values() for taken in some]
    return [
        Figure(f"Odd questions, {SIZE:,} aids, client, p99", percentile(everything, 0.99), "ms", MOST_MS),
        Figure(f"The slowest kind, {slowest}, p99", percentile(times[slowest], 0.99), "ms"),
        Figure(f"{len(TOO_LONG):,} characters are refused", float(refused in REFUSED), "", 1, at_least=True),
    ]


def questions(text: str) -> dict[str, list[str]]:
    """Questions by what is odd about them, none longer than is allowed; `text` gives the words."""
    chance = random.Random(SEED)
    words = sorted({word for word in text.lower().split() if word.isalpha() and word.isascii()})
    slip = partial(corpus.mistyped, chance=chance)
    small = [word for word in words if 2 <= len(word) <= 4]
    made = {
        "200 words": [" ".join(chance.sample(small, 200)) for _ in range(5)],
        "200 unknown words": [" ".join(_unknown(chance, 4) for _ in range(200)) for _ in range(5)],
        "mistyped words": [" ".join(map(slip, chance.sample(words, 80))) for _ in range(5)],
        "one word of 1,000 letters": ["a" * MOST_CHARACTERS],
        "one letter": list("aeistxz"),
        "a star": ["*"],
        "50 wildcards": ["* " * 50, " ".join(f"{letter}*" for letter in "abcdefghij" * 5), "a*b?" * 50],
        "regular expressions": REGEXES,
        "mixed scripts": [" ".join(chance.sample(SCRIPTS, 5)) + f" {chance.choice(words)}" for _ in range(5)],
        "quotes": ['"' * 500, '"a b" ' * 150, "'; DROP TABLE aid; --"],
        "dots and dashes": ["a-b." * 250, "-" * MOST_CHARACTERS, "1.2.3-4/5 " * 90],
        "digits": [" ".join(str(number) for number in range(150))],
    }
    return {name: [query[:MOST_CHARACTERS] for query in queries] for name, queries in made.items()}


def _unknown(chance: random.Random, length: int) -> str:
    return "".join(chance.choice("qxzjvkw") for _ in range(length))


def _time(client: Client, query: str) -> float:
    began = time.perf_counter()
    client.search(query)
    return (time.perf_counter() - began) * 1e3
