"""Markdown to safe HTML, once per revision: sections as a pyramid, numbered steps with a box to tick.

The text passes two gates: markdown-it does not let HTML through, and nh3 drops whatever is not on its list.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from app.aids.blocks import plain, words
from app.aids.document import Document, Kind
from app.aids.sanitise import clean
from app.aids.sections import Section, arrange, stored
from app.aids.steps import mark_steps, mark_tree
from app.errors import Fault, Invalid

MOST_TABLE_ROWS = 2_000
LONGEST_WORD = 16  # of code that is kept on one line


@dataclass(frozen=True)
class Rendered:
    """What a reader gets of a document, and what search needs of it."""

    title: str
    summary: str
    sections: list[Section]
    steps: list[str]
    text: str
    missing: list[str] = field(default_factory=list)

    def stored_sections(self) -> list[dict[str, Any]]:
        """The sections as JSON."""
        return stored(self.sections)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True}).enable(["table", "strikethrough", "linkify"])
    return parser.use(tasklists_plugin).use(footnote_plugin).use(deflist_plugin).use(admon_plugin)


def parsed(document: Document) -> list[Token]:
    """The text as it is read, each block with its lines: for who looks at the writing and not at the page."""
    return _parser().parse(document.body)


def images_in(document: Document) -> list[str]:
    """The relative addresses of the images that the text shows, as written."""
    found = [
        str(child.attrs["src"])
        for token in _parser().parse(document.body)
        for child in token.children or ()
        if child.type == "image"
    ]
    return list(dict.fromkeys(src for src in found if not urlsplit(src).scheme and not src.startswith(("/", "#"))))


def addresses(document: Document) -> Iterator[tuple[str, str, int]]:
    """Every link and image of the text: which of the two, its address as written, and its line in the file."""
    for token in _parser().parse(document.body):
        line = document.body_line + (token.map[0] if token.map else 0) + 1
        for child in token.children or ():
            if child.type == "link_open":
                yield "link", str(child.attrs["href"]), line
            elif child.type == "image":
                yield "image", str(child.attrs["src"]), line
            elif child.type in {"softbreak", "hardbreak"}:
                line += 1


def render(document: Document, path: str, images: Mapping[str, str]) -> Rendered:
    """Render the aid at `path` (`billing/refund.md`).

    `images` maps an image's address as written to the address where it is served; others show as their words.

    Raises:
        Invalid: a table has more than 2,000 rows.
    """
    environment: dict[str, Any] = {}
    tokens = _parser().parse(document.body, environment)
    _refuse_long_tables(tokens, document.body_line)
    heading, text = _first_heading(tokens), plain(tokens)
    title = document.front.title or heading or _name(path)
    if heading and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        del tokens[:3]
    missing = _rewrite(tokens, path, images)
    kind = document.front.kind
    steps = mark_tree(tokens) if kind is Kind.DECISION else mark_steps(tokens, kind)
    summary = document.front.summary if document.front.summary is not None else _first_paragraph(tokens)
    sections = arrange(tokens, kind, lambda part: _html(part, environment))
    return Rendered(title[:300], summary[:500], sections, steps, text, missing)


def _html(tokens: Sequence[Token], environment: dict[str, Any]) -> str:
    return clean(_parser().renderer.render(tokens, _parser().options, environment))


def _first_heading(tokens: Sequence[Token]) -> str:
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            return words(inline).replace("\0", "")
    return ""


def _first_paragraph(tokens: Sequence[Token]) -> str:
    for token, inline in pairwise(tokens):
        if token.type == "paragraph_open" and not token.hidden:
            text = " ".join(words(inline).split())
            return text if len(text) <= 300 else text[:299].rsplit(" ", 1)[0] + "…"
    return ""


def _name(path: str) -> str:
    stem = posixpath.basename(path).removesuffix(".md")
    return stem.replace("-", " ").replace("_", " ").strip().capitalize() or stem


def _refuse_long_tables(tokens: Sequence[Token], offset: int) -> None:
    rows = first = 0
    for token in tokens:
        if token.type == "table_open" and token.map:
            rows, first = 0, token.map[0]
        rows += token.type == "tr_open"
        if rows > MOST_TABLE_ROWS + 1:
            line = f"line {offset + first + 1}"
            reason = f"this table has over {MOST_TABLE_ROWS:,} rows; split it"
            raise Invalid(f"{line}: {reason}.", [Fault(line, reason)])


def _rewrite(tokens: list[Token], path: str, images: Mapping[str, str]) -> list[str]:
    missing: list[str] = []
    for token in tokens:
        style = token.attrs.pop("style", None)
        if style:
            token.attrJoin("class", "align-" + str(style).removeprefix("text-align:").strip())
        for child in token.children or ():
            if child.type == "code_inline" and len(child.content) <= LONGEST_WORD and " " not in child.content:
                child.attrs["class"] = "word"
            elif child.type == "image":
                _rewrite_image(child, images, missing)
            elif child.type == "link_open":
                child.attrs["href"] = link_target(str(child.attrs.get("href", "")), path)
    return missing


def _rewrite_image(token: Token, images: Mapping[str, str], missing: list[str]) -> None:
    source = str(token.attrs["src"])
    served = images.get(source)
    if served:
        token.attrs |= {"src": served, "loading": "lazy"}
        return
    missing.append(source)
    token.type, token.tag, token.attrs = "text", "", {}
    token.content = f"[{token.content or source}]"
    token.children = None


def link_target(href: str, path: str) -> str:
    """A link to a neighbouring file becomes the address of that aid; every other link stays as it is."""
    target = urlsplit(href)
    if target.scheme or target.netloc or not target.path.lower().endswith(".md") or target.path.startswith("/"):
        return href
    slug = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(target.path)))[:-3]
    if slug.startswith(".."):
        return href
    return f"/aids/{quote(slug)}" + (f"#{target.fragment}" if target.fragment else "")
