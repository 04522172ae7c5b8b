"""HTML of any origin, Word's own too, into the markdown of an aid, and in plain sentences what could not be kept.

nh3 first, so that nothing that runs goes any further; then a tree, in which lists, headings, tables and pictures become
what markdown knows; then html-to-markdown, which writes it.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from urllib.parse import unquote, unquote_to_bytes, urlsplit

import nh3
from html_to_markdown import ConversionOptions, convert

from app.aids.escaping import BACKSLASH, BRACKET, escape, without_own_marks
from app.aids.list_paragraphs import make_lists
from app.aids.shapes import HEADINGS, footnotes, on_one_line, one_title, parted, span, widen
from app.aids.tree import BLOCKS, VOID, Node, edit, parse
from app.errors import Invalid, TooLarge

MOST_HTML = 40_000_000  # bytes, embedded images included
MOST_DEPTH = 1_000
KEPT = set(
    "a b blockquote br caption code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img input kbd"
    " li main nav ol p pre s samp span strike strong sub summary sup table tbody td tfoot th thead tr tt ul".split()
)
NOT_KEPT = {
    "audio": "A sound was left out. Put a link to it where readers need it.",
    "canvas": "A drawing was left out. Put in a picture of it.",
    "embed": "Embedded content was left out. Put a link to it where readers need it.",
    "form": "A form was left out; its words stayed.",
    "iframe": "Embedded content was left out. Put a link to it where readers need it.",
    "math": "A formula became plain text. Check it.",
    "object": "Embedded content was left out. Put a link to it where readers need it.",
    "svg": "A drawing was left out. Put in a picture of it.",
    "video": "A video was left out. Put a link to it where readers need it.",
}
SCRIPT = "A script was left out. Scripts never come in."
MERGED = "A table had merged cells. Their text stands in the first of them; check the table."
CELLS = "A cell of a table held several paragraphs or a list. They now stand on one line."
INNER_TABLE = "A table stood inside a table. Its cells now stand as text."
ELSEWHERE = "An image lies on another server and was not fetched; there is a link to it: {source}"
GONE = "An image was not in the document, only a place for it. Put it in again."
UNREADABLE = "An embedded image could not be read. Put it in again."
INSIDE = "Links to places inside the document became plain words."
ON_A_COMPUTER = "A link leads to a file on a computer and became plain words: {name}"
RAISED = "Raised or lowered characters stand on the line now: {text}"
NAVIGATION = "The navigation of the page was left out."
CONTENTS = "The table of contents was left out; every section has its own heading to open."
REMARKS = "Remarks at the margin were left out."
UP = str.maketrans("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ")
DOWN = str.maketrans("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")
ORDINAL = re.compile(r"[snrt][tdh]")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)")
ENDED_BY_NEXT = VOID | set(
    "area base body col colgroup dd dt embed head html li link meta option p param rb rp rt".split()
)
TITLES = ("msotitle", "title")
CLASSES = re.compile(r"\b(mso\w+)", re.I)
Link = Callable[[str], str]


@dataclass(frozen=True)
class Embedded:
    """An image that came inside the HTML; `source` is its address in the markdown."""

    source: str
    raw: bytes


@dataclass(frozen=True)
class Converted:
    """The markdown, what was lost (sentences), and the images that came along."""

    markdown: str
    lost: list[str]
    images: list[Embedded]


@dataclass
class _Run:
    folder: str
    link: Link
    image: Link
    lost: dict[str, None] = field(default_factory=dict)  # in order, each once
    images: list[Embedded] = field(default_factory=list)

    def lose(self, sentence: str) -> None:
        self.lost[sentence] = None


def _as_it_is(address: str) -> str:
    return address


def to_markdown(html: str, folder: str = "", link: Link = _as_it_is, image: Link = _as_it_is) -> Converted:
    """The markdown of this HTML.

    Embedded images get addresses below `folder` (`refund/` makes `refund/image-1.png`). `link` may turn the address of
    a link into another one, and `image` that of an image which is not embedded; an empty one leaves the words alone.

    Raises:
        TooLarge: over 40 MB.
        Invalid: nested over 1,000 deep, which nobody wrote.
    """
    run = _Run(folder, link, image)
    _refuse(html)
    if re.search(r"<script\b", html, re.I):
        run.lose(SCRIPT)
    tree = _body(parse(_clean(html)))
    for change in (_noise, _inline, _unwrap):
        edit(tree, partial(change, run))
    footnotes(tree)
    make_lists(tree)
    if any(table.find("table") for table in tree.find("table")):
        run.lose(INNER_TABLE)
    for change in (_pictures, _links, _tables, _paragraphs):
        edit(tree, partial(change, run))
    one_title(tree)
    escape(tree)
    return Converted(_written(tree.html()), list(run.lost), run.images)


def _refuse(html: str) -> None:
    if len(html) > MOST_HTML:
        raise TooLarge(f"This has {len(html):,} characters and the limit is {MOST_HTML:,}. Bring it in in parts.")
    depth = 0
    for close, tag in TAG.findall(html):
        if tag.lower() not in ENDED_BY_NEXT:
            depth += -1 if close else 1
        if depth > MOST_DEPTH:
            raise Invalid(f"Its parts lie over {MOST_DEPTH:,} deep in each other. Save it anew from a word processor.")


def _clean(html: str) -> str:
    attributes = {
        "*": {"style", "class", "id"},
        "a": {"href", "name"},
        "img": {"src", "alt"},
        "input": {"type", "checked"},
        "ol": {"start"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan"},
        **{tag: {"src"} for tag in NOT_KEPT},
    }
    return nh3.clean(
        without_own_marks(html),
        tags=KEPT | NOT_KEPT.keys(),
        clean_content_tags={"script", "style", "title", "template", "noscript"},
        attributes=attributes,
        url_schemes={"http", "https", "mailto", "tel", "data", "file"},
        link_rel=None,
    )


def _body(tree: Node) -> Node:
    """The main part of a page that names one."""
    main = tree.find("main")
    return main[0] if len(main) == 1 and not main[0].is_blank else tree


def _noise(run: _Run, node: Node) -> "list[Node | str]":
    """What is no content: menus, tables of contents, hidden parts, and what no markdown can say."""
    names = {name.lower() for name in CLASSES.findall(node.attrs.get("class", ""))}
    if node.tag in NOT_KEPT:
        run.lose(NOT_KEPT[node.tag])
        return list(node.children) if node.tag in {"form", "math"} else []
    if node.tag == "nav":
        run.lose(NAVIGATION)
        return []
    if any(name.startswith("msotoc") for name in names):
        run.lose(CONTENTS)
        return []
    if names & {"msocommenttext", "msocommentreference"} or "mso-element:comment" in node.style:
        run.lose(REMARKS)
        return []
    return [] if re.search(r"display:none|mso-hide:all|visibility:hidden", node.style) else [node]


def _inline(run: _Run, node: Node) -> "list[Node | str]":
    """Bold, slanted and struck by style; digits above and below the line; titles by name."""
    if node.tag in {"sup", "sub"}:
        return _raised(node, run)
    if node.tag in {"b", "strong"} and re.search(r"font-weight:(normal|400)", node.style):
        return list(node.children)
    if node.tag == "span":
        return _by_style(node)
    if node.tag == "p" and any(name.lower() in TITLES for name in node.attrs.get("class", "").split()):
        node.tag = "h1"
    elif node.tag in {"kbd", "samp", "tt"}:
        node.tag = "code"
    return [node]


def _by_style(span: Node) -> "list[Node | str]":
    children: list[Node | str] = span.children
    if "mso-list:ignore" in span.style:
        return [span]
    for pattern, tag in (
        (r"font-weight:(bold|[6-9]00)", "strong"),
        (r"font-style:italic", "em"),
        (r"text-decoration[a-z-]*:[a-z]*line-through", "del"),
    ):
        if re.search(pattern, span.style) and span.text.strip():
            children = [Node(tag, {}, children)]
    return children


def _raised(node: Node, run: _Run) -> "list[Node | str]":
    if node.find("a") or node.find("img"):
        return list(node.children)  # the mark of a footnote
    changed = node.text.translate(UP if node.tag == "sup" else DOWN)
    if ORDINAL.fullmatch(node.text.strip()):
        return [node.text]
    if any(mark.isascii() and not mark.isspace() for mark in changed):
        run.lose(RAISED.format(text=node.text.strip()[:40]))
        return list(node.children)
    return [changed]


def _unwrap(_run: _Run, node: Node) -> "list[Node | str]":
    """Take away what only carried a look: spans, empty paragraphs, and boxes around blocks."""
    if node.tag == "span" and "mso-list:ignore" not in node.style:
        return list(node.children)
    if node.tag in {"p", "div", "strong", "em", "b", "i", "del", *HEADINGS} and node.is_blank:
        return [" "] if node.tag not in BLOCKS else []
    if node.tag == "div":
        if any(child.tag in BLOCKS for child in node.nodes):
            return list(node.children)
        return [Node("p", node.attrs, node.children)]
    return [node]


def _pictures(run: _Run, node: Node) -> "list[Node | str]":
    if node.tag == "input":
        return ["[x] " if "checked" in node.attrs else "[ ] "] if node.attrs.get("type") == "checkbox" else []
    return _picture(run, node) if node.tag == "img" else [node]


def _picture(run: _Run, node: Node) -> "list[Node | str]":
    source, words = node.attrs.get("src", ""), " ".join(node.attrs.get("alt", "").split())
    if source.startswith("data:"):
        raw = _decoded(source)
        if raw is None:
            run.lose(UNREADABLE)
            return [f"[{words}]"] if words else []
        source = f"{run.folder}image-{len(run.images) + 1}{_suffix(raw)}"
        run.images.append(Embedded(source, raw))
    elif source.startswith(("http:", "https:", "//")):
        run.lose(ELSEWHERE.format(source=source[:300]))
        return [Node("a", {"href": source}, [words or "Image"])]
    else:
        if not source or urlsplit(source).scheme:
            run.lose(GONE)
        source = run.image(source) if source and not urlsplit(source).scheme else ""
    if source:
        return [Node("img", {"src": source, "alt": words})]
    return [f"[{words}]"] if words else []


def _decoded(source: str) -> bytes | None:
    head, _, data = source[5:].partition(",")
    try:
        raw = unquote_to_bytes(data)
        return base64.b64decode(re.sub(rb"\s", b"", raw), validate=True) if head.endswith(";base64") else raw
    except (binascii.Error, ValueError):
        return None


def _suffix(raw: bytes) -> str:
    starts = ((b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"), (b"RIFF", ".webp"))
    return next((suffix for start, suffix in starts if raw.startswith(start)), ".png")


def _links(run: _Run, node: Node) -> "list[Node | str]":
    if node.tag != "a":
        return [node]
    href = node.attrs.get("href", "")
    if href.startswith("#") and node.text.strip():
        run.lose(INSIDE)
    if href.startswith(("#", "data:")) or not href:
        return list(node.children)
    target = run.link(href)
    if target.startswith("file:"):
        run.lose(ON_A_COMPUTER.format(name=unquote(target).rsplit("/", 1)[-1][:100]))
        target = ""
    return [Node("a", {"href": target}, node.children)] if target and not node.is_blank else list(node.children)


def _tables(run: _Run, node: Node) -> "list[Node | str]":
    if node.tag in {"td", "th"}:
        return [_cell(node, run)]
    if node.tag == "table":
        if not node.text.strip() and not node.find("img"):
            return []
        rows = node.find("tr")
        cells = [cell for row in rows for cell in row.nodes if cell.tag in {"td", "th"}]
        if len(rows) == 1 and len(cells) == 1:
            return [Node("blockquote", {}, cells[0].children)]  # a box around some text
        caption = [Node("p", {}, one.children) for one in node.find("caption")]
        widen(rows)
        return [*caption, Node("table", {}, list(rows))]
    return [node]


def _cell(cell: Node, run: _Run) -> Node:
    if span(cell, "colspan") > 1 or span(cell, "rowspan") > 1:
        run.lose(MERGED)
    if len([node for node in cell.find("p", "li") if node.text.strip()]) > 1:
        run.lose(CELLS)
    cell.children = on_one_line(cell.children)
    return Node(cell.tag, cell.attrs, cell.children)


def _paragraphs(_run: _Run, node: Node) -> "list[Node | str]":
    """A paragraph for what two line breaks part; a heading on one line, and none in a list or as bold paragraph."""
    if node.tag in HEADINGS:
        return [Node(node.tag, {}, _plain_heading(node))]
    if node.tag == "p" and len(node.find("br")) > 1:
        return parted(node)
    if node.tag in {"details", "summary", "figure", "figcaption", "main"}:
        return [Node("p", {}, node.children)] if node.tag in {"summary", "figcaption"} else list(node.children)
    if node.tag in {"dl", "dt", "dd"}:
        return _defined(node)
    attributes = {name: value for name, value in node.attrs.items() if name in {"href", "src", "alt", "start"}}
    return [Node(node.tag, attributes, node.children)]


def _defined(node: Node) -> "list[Node | str]":
    """A list of words and what they mean: the word in bold, its meaning below."""
    if node.tag == "dl":
        return node.children
    if node.tag == "dt":
        return [Node("p", {}, [Node("strong", {}, node.children)])]
    return [Node("p", {}, node.children)]


def _plain_heading(node: Node) -> "list[Node | str]":
    if node.find("img"):
        return node.children
    link = next((link for link in node.find("a") if link.text.strip() == node.text.strip()), None)
    return [link or " ".join(node.text.split())]


@cache
def _options() -> ConversionOptions:
    return ConversionOptions(
        heading_style="atx",
        list_indent_width=4,
        bullets="*",
        newline_style="backslash",
        autolinks=False,
        compact_tables=True,
        extract_metadata=False,
        hidden_content="all",
        include_blockquote_citations=False,
    )


def _written(html: str) -> str:
    written = convert(html, _options()).content or ""
    lines = [line.rstrip() for line in written.replace(BACKSLASH, "\\").replace(BRACKET, "[").splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n" if written.strip() else ""
