"""What a live aid leads to, and which of it leads nowhere: pure functions on what is stored of it.

The rendered text says where its links go; only for those that lead nowhere the markdown is read again, for the line.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from app.aids import document, render

HREF = re.compile(r'<a [^>]*?href="([^"]*)"')
ID = re.compile(r'\sid="([^"]+)"')
OURS = "http://here"  # stands for this server while addresses are joined
OF_THE_PAGE = frozenset(("", "feedback", "main"))
MOST = 200  # findings of one aid


class Fault(StrEnum):
    """What leads nowhere."""

    LINK = "link"
    ANCHOR = "anchor"
    IMAGE = "image"
    TASK = "task"
    EXTERNAL = "external"


@dataclass(frozen=True)
class Text:
    """The live text of an aid, as far as it can be checked."""

    aid_id: int
    slug: str
    path: str
    markdown: str
    sections: Sequence[Mapping[str, Any]]
    tasks: Sequence[str]
    images: Mapping[str, str]


@dataclass(frozen=True)
class Library:
    """What there is to link to: live aids and where earlier addresses lead, tasks, and those that somebody defined.

    `anchors` gives the ids on the page of an aid, `dead` the addresses elsewhere that did not answer, with the reason.
    """

    live: Collection[str]
    moved: Mapping[str, str]
    tasks: Collection[str]
    defined: Collection[str]
    anchors: Callable[[str], Collection[str]]
    dead: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """One thing that leads nowhere: what the text says, and the line of the file."""

    fault: Fault
    target: str
    line: int


@dataclass
class _Places:
    """Where a text holds its links and images, read when the first is asked for."""

    text: Text
    _lines: dict[tuple[str, str], int] = field(default_factory=dict)

    def line(self, kind: str, address: str) -> tuple[str, int]:
        """The address as written, and its line; line 1 where it cannot be told."""
        for (what, written), number in self._read().items():
            if what == kind and address in {written, render.link_target(written, self.text.path)}:
                return written, number
        return address, 1

    def _read(self) -> dict[tuple[str, str], int]:
        if not self._lines:
            for kind, written, number in render.addresses(document.read(self.text.markdown)):
                self._lines.setdefault((kind, written), number)
        return self._lines


def anchors(sections: Sequence[Mapping[str, Any]]) -> set[str]:
    """The places on the page of an aid that an address can name."""
    return {section["id"] for section in sections} | {
        unescape(name) for section in sections for name in ID.findall(section["html"])
    }


def external(sections: Sequence[Mapping[str, Any]]) -> set[str]:
    """The addresses outside this server to which the text leads."""
    return {href for href in _hrefs(sections) if urlsplit(href).scheme in {"http", "https"}}


def check(text: Text, library: Library) -> list[Found]:
    """Everything in this text that leads nowhere in this library, by line."""
    places = _Places(text)
    wrong = [*_links(text, library, places), *_images(text, places), *_tasks(text, library)]
    return sorted(wrong, key=lambda one: one.line)[:MOST]


def _hrefs(sections: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(unescape(href) for section in sections for href in HREF.findall(section["html"])))


def _links(text: Text, library: Library, places: _Places) -> Iterator[Found]:
    for href in _hrefs(text.sections):
        fault = Fault.EXTERNAL if href in library.dead else _judge(href, text.slug, library)
        if fault:
            written, line = places.line("link", href)
            yield Found(fault, f"{written} {library.dead.get(href, '')}".strip(), line)


def _judge(href: str, slug: str, library: Library) -> Fault | None:
    """Where a reader of the aid at this address comes by that link."""
    try:
        whole = urlsplit(urljoin(f"{OURS}/aids/{slug}", href))
    except ValueError:
        return Fault.LINK
    if f"{whole.scheme}://{whole.netloc}" != OURS:
        return None
    room, _, name = unquote(whole.path).lstrip("/").partition("/")
    if room == "tasks" and name:
        return None if name in library.tasks else Fault.LINK
    if room != "aids":
        return None
    return _judge_aid(name, unquote(whole.fragment), library)


def _judge_aid(name: str, fragment: str, library: Library) -> Fault | None:
    slug = library.moved.get(name, name)
    if slug not in library.live:
        shorter = slug.removesuffix("/card").removesuffix(".md")
        return None if shorter in library.live else Fault.LINK
    if fragment in OF_THE_PAGE or fragment in library.anchors(slug):
        return None
    return Fault.ANCHOR


def _images(text: Text, places: _Places) -> Iterator[Found]:
    if "![" in text.markdown:
        for source in render.images_in(document.read(text.markdown)):
            if source not in text.images:
                yield Found(Fault.IMAGE, *places.line("image", source))


def _tasks(text: Text, library: Library) -> Iterator[Found]:
    for task in text.tasks:
        if task not in library.defined:
            yield Found(Fault.TASK, task, _line_of(text.markdown, "tasks"))


@cache
def _key(name: str) -> re.Pattern[str]:
    return re.compile(rf"^[\"']?{name}[\"']?\s*:")


def _line_of(markdown: str, key: str) -> int:
    """The line of a key above the text."""
    return next((n for n, line in enumerate(markdown.splitlines(), 1) if _key(key).match(line)), 1)
