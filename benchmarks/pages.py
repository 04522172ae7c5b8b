"""What a browser fetches for the first page."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

from benchmarks.client import Client
from benchmarks.figures import Figure
from benchmarks.place import Failed, Place

SHIPPED = Path(__file__).parent.parent / "jobaids"
FETCHED = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}
IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']""")
STYLED = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")
MOST_FILES = 100


class _Parts(HTMLParser):
    """Collects what the page has the browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and FETCHED & set((given.get("rel") or "").split()):
            self.found.append(given.get("href") or "")
        elif tag in {"script", "img", "source", "iframe"}:
            self.found.append(given.get("src") or "")


def measure(folder: Path) -> list[Figure]:
    """The home page of the shipped library, as an anonymous reader gets it, with all that it needs, not compressed."""
    place = Place(folder)
    place.run("migrate")
    place.run("import", "--publish", str(SHIPPED))
    with place.serve() as server, server.client() as client:
        weights = _fetch(client, "/")
    return [
        Figure("Home page with all its files", sum(weights.values()) / 1e3, "kB", 60),
        Figure("Home page: files", len(weights), ""),
    ]


def _fetch(client: Client, first: str) -> dict[str, int]:
    """Bytes over the wire by address, headers counted too."""
    weights: dict[str, int] = {}
    waiting = [first]
    while waiting and len(weights) < MOST_FILES:
        address = waiting.pop()
        if address in weights:
            continue
        answer = client.get(address)
        if answer.status != 200:
            raise Failed(f"{address} answered {answer.status}.")
        weights[address] = answer.wire
        named = parts(answer.kind, answer.body.decode())
        waiting += [urljoin(address, name) for name in named if name and not name.startswith(("data:", "#"))]
    return weights


def parts(kind: str, text: str) -> list[str]:
    """The addresses that a browser fetches because of this page, style sheet or script."""
    if "html" in kind:
        page = _Parts()
        page.feed(text)
        return page.found
    if "css" in kind:
        return [quoted or bare for bare, quoted in STYLED.findall(text)]
    return IMPORTED.findall(text) if "javascript" in kind else []
