"""Markdown to safe HTML, once per revision: sections as a pyramid, numbered steps with a box to tick.

The text passes two gates: markdown-it does not let HTML through, and nh3 drops whatever is not on its list.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from app.aids.document import Document
from app.errors import Fault, Invalid

MOST_TABLE_ROWS = 2_000
ORDER = ("steps", "detail", "trouble", "references", "people", "notes")
LONGEST_WORD = 16  # of code that is kept on one line
ROLES = (
    ("trouble", re.compile(r"wrong|troubl|problem|error|fail|stuck|does not work|doesn't work", re.I)),
    ("references", re.compile(r"reference|see also|links|read more|more information|sources|related", re.I)),
    ("people", re.compile(r"people|contact|who to|whom to|\bask ", re.I)),
)
TAGS = set(
    "a abbr blockquote br caption code dd del details div dl dt em figcaption figure h2 h3 h4 h5 h6 hr img input li ol"
    " p pre s section span strong sub summary sup table tbody td tfoot th thead tr ul".split()
)
ATTRIBUTES = {
    "*": {"id", "class"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "loading"},
    "input": {"type", "disabled", "checked", "aria-labelledby", "aria-label"},
    "ol": {"start"},
    "div": {"tabindex", "role", "aria-label"},
}


@dataclass(frozen=True)
class Section:
    """A part of an aid below its title: `role` places it in the pyramid, `html` is safe."""

    id: str
    title: str
    role: str
    html: str
    open: bool


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
        return [asdict(section) for section in self.sections]


@dataclass
class _Part:
    title: str
    tokens: list[Token]
    steps: bool = False
    notes: bool = False


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True}).enable(["table", "strikethrough", "linkify"])
    return parser.use(tasklists_plugin).use(footnote_plugin).use(deflist_plugin).use(admon_plugin)


def images_in(document: Document) -> list[str]:
    """The relative addresses of the images that the text shows, as written."""
    found = [
        str(child.attrs["src"])
        for token in _parser().parse(document.body)
        for child in token.children or ()
        if child.type == "image"
    ]
    return list(dict.fromkeys(src for src in found if not urlsplit(src).scheme and not src.startswith(("/", "#"))))


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
    steps = _mark_steps(tokens)
    summary = document.front.summary if document.front.summary is not None else _first_paragraph(tokens)
    parts = _parts(tokens)
    sections = _sections(parts, environment, bool(steps))
    return Rendered(title[:300], summary[:500], sections, steps, text, missing)


def plain(tokens: Sequence[Token]) -> str:
    """The words of these tokens, a line per block."""
    return "\n".join(
        _words(token) for token in tokens if token.type == "inline" or token.type in {"fence", "code_block"}
    )


def _words(token: Token) -> str:
    if not token.children:
        return token.content
    kinds = {"text", "code_inline", "image"}
    return "".join(child.content if child.type in kinds else " " for child in token.children if _is_word(child)).strip()


def _is_word(token: Token) -> bool:
    return token.type in {"text", "code_inline", "image", "softbreak", "hardbreak"}


def _first_heading(tokens: Sequence[Token]) -> str:
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            return _words(inline).replace("\0", "")
    return ""


def _first_paragraph(tokens: Sequence[Token]) -> str:
    for token, inline in pairwise(tokens):
        if token.type == "paragraph_open" and not token.hidden:
            words = " ".join(_words(inline).split())
            return words if len(words) <= 300 else words[:299].rsplit(" ", 1)[0] + "…"
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


def _mark_steps(tokens: list[Token]) -> list[str]:
    start = next((n for n, token in enumerate(tokens) if _is_step_list(token)), None)
    if start is None:
        return []
    end = _closing(tokens, start)
    tokens[start].attrJoin("class", "steps")
    steps: list[str] = []
    marked: list[Token] = []
    item_level = tokens[start].level + 1
    for number, token in enumerate(tokens[start + 1 : end], start + 1):
        if token.type == "list_item_close" and token.level == item_level:
            marked.append(_raw("</div>"))
        marked.append(token)
        if token.type == "list_item_open" and token.level == item_level:
            steps.append(plain(tokens[number : _closing(tokens, number)]).replace("\n", " "))
            _open_step(token, len(steps), marked)
        elif token.children and token.children[0].type == "html_inline":
            del token.children[0]
    tokens[start + 1 : end] = marked
    return steps


def _is_step_list(token: Token) -> bool:
    ordered = token.type == "ordered_list_open"
    return token.level == 0 and (ordered or "contains-task-list" in str(token.attrs.get("class", "")))


def _open_step(token: Token, number: int, marked: list[Token]) -> None:
    token.attrs = {"id": f"step-{number}", "class": "step"}
    label = f"step-{number}-text"
    box = f'<input type="checkbox" class="tick" id="tick-{number}" aria-labelledby="{label}">'
    marked.append(_raw(f'{box}<div class="step-text" id="{label}">'))


def _raw(html: str) -> Token:
    return Token("html_block", "", 0, content=html)


def _closing(tokens: Sequence[Token], start: int) -> int:
    close = tokens[start].type.removesuffix("_open") + "_close"
    level = tokens[start].level
    return next(n for n in range(start + 1, len(tokens)) if tokens[n].type == close and tokens[n].level == level)


def _parts(tokens: Sequence[Token]) -> list[_Part]:
    parts = [_Part("", [])]
    skip = 0
    for number, token in enumerate(tokens):
        if skip:
            skip -= 1
        elif token.type == "footnote_block_open":
            parts.append(_Part("Notes", [token], notes=True))
        elif token.type == "heading_open" and token.level == 0 and token.tag in {"h1", "h2"}:
            parts.append(_Part(_words(tokens[number + 1]), []))
            skip = 2
        else:
            parts[-1].tokens.append(token)
            parts[-1].steps |= "steps" in str(token.attrs.get("class", "")).split()
    return [part for part in parts if part.tokens or part.title]


def _sections(parts: Sequence[_Part], environment: dict[str, Any], has_steps: bool) -> list[Section]:
    used: set[str] = set()
    sections = []
    for part in parts:
        role = _role(part)
        title = part.title or ("Quick steps" if part.steps else "")
        is_open = role in {"steps", "notes"} or not title or (role == "detail" and not has_steps)
        html = _safe(_parser().renderer.render(part.tokens, _parser().options, environment))
        sections.append(Section(_anchor(title, used), title, role, html, is_open))
    return sorted(sections, key=lambda section: (bool(section.title), ORDER.index(section.role)))


def _role(part: _Part) -> str:
    if part.steps:
        return "steps"
    if part.notes:
        return "notes"
    return next((role for role, words in ROLES if words.search(part.title)), "detail")


def _anchor(title: str, used: set[str]) -> str:
    stem = re.sub(r"[^\w]+", "-", title.lower()).strip("-")[:60] or "about"
    stem = f"section-{stem}" if re.match(r"step|tick|fn|q$|results|feedback|main", stem) else stem
    name = next(candidate for candidate in _numbered(stem) if candidate not in used)
    used.add(name)
    return name


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in range(2, 10_000))


def _safe(html: str) -> str:
    html = html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    html = html.replace("<table>", '<div class="table-wrap" tabindex="0" role="group" aria-label="Table"><table>')
    html = html.replace("</table>", "</table></div>")
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
