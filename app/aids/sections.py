"""The parts of an aid as a pyramid: steps first, then what is needed less often."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from markdown_it.token import Token

from app.aids.blocks import classes, words
from app.aids.causes import Found, split
from app.aids.document import Kind

RENDERING = 2  # the way in which sections are made; what was stored in another way is made anew by `service.refresh`
ORDER = ("steps", "symptom", "detail", "trouble", "references", "people", "notes")
ROLES = (
    ("trouble", re.compile(r"wrong|troubl|problem|error|fail|stuck|does not work|doesn't work", re.I)),
    ("references", re.compile(r"reference|see also|links|read more|more information|sources|related", re.I)),
    ("people", re.compile(r"people|contact|who to|whom to|\bask ", re.I)),
)
# Names that the page itself gives to something.
TAKEN = re.compile(
    r"step|tick|fn|results|feedback|main|(q(-\d.*)?|who|worked|stuck|next|remark|ask(-here)?(-hint)?|guide|find|filter)$"
)
Html = Callable[[Sequence[Token]], str]


@dataclass(frozen=True)
class Place:
    """A heading inside a part, to link to."""

    id: str
    title: str


@dataclass(frozen=True)
class Cause:
    """One cause of a symptom; `html` is its remedy, safe to show."""

    id: str
    title: str
    html: str


@dataclass(frozen=True)
class Section:
    """A part of an aid below its title: `role` places it in the pyramid, `html` is safe."""

    id: str
    title: str
    role: str
    html: str
    open: bool
    headings: list[Place] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    rendering: int = RENDERING


def stored(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """The sections as JSON."""
    return [asdict(section) for section in sections]


@dataclass
class _Part:
    title: str
    tokens: list[Token]
    role: str = "detail"
    causes: list[Found] = field(default_factory=list)


def arrange(tokens: Sequence[Token], kind: Kind, html: Html) -> list[Section]:
    """The parts between the headings, in the order in which they are needed."""
    parts = list(_parts(tokens))
    if kind is Kind.TROUBLESHOOTING:
        for part in parts:
            _look_for_causes(part)
    roles = [part.role for part in parts]
    used: set[str] = set()
    sections = [_section(part, roles, used, html) for part in parts]
    return sorted(sections, key=lambda section: (bool(section.title), ORDER.index(section.role)))


def _parts(tokens: Sequence[Token]) -> Iterator[_Part]:
    part = _Part("", [])
    skip = 0
    for number, token in enumerate(tokens):
        if skip:
            skip -= 1
        elif token.type == "footnote_block_open":
            yield from _whole(part)
            part = _Part("Notes", [token], "notes")
        elif token.type == "heading_open" and token.level == 0 and token.tag in {"h1", "h2"}:
            yield from _whole(part)
            title = words(tokens[number + 1])
            part = _Part(title, [], next((role for role, named in ROLES if named.search(title)), "detail"))
            skip = 2
        else:
            part.tokens.append(token)
    yield from _whole(part)


def _whole(part: _Part) -> Iterator[_Part]:
    if any({"steps", "tree"} & classes(token) for token in part.tokens):
        part.role, part.title = "steps", part.title or "Quick steps"
    if part.tokens or part.title:
        yield part


def _look_for_causes(part: _Part) -> None:
    if part.title and part.role in {"detail", "trouble"}:
        about, found = split(part.tokens)
        if found:
            part.role, part.tokens, part.causes = "symptom", about, found


def _section(part: _Part, roles: Sequence[str], used: set[str], html: Html) -> Section:
    name = _anchor(part.title, used)
    opened = part.role in {"steps", "notes"} or not part.title or (part.role == "detail" and "steps" not in roles)
    headings = list(_name_headings(part.tokens, used))
    found = [Cause(f"{name}-{n}", one.title, html(one.tokens)) for n, one in enumerate(part.causes, 1)]
    used.update(cause.id for cause in found)
    return Section(name, part.title, part.role, html(part.tokens), opened, headings, found)


def _name_headings(tokens: Sequence[Token], used: set[str]) -> Iterator[Place]:
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.tag == "h3":
            title = words(tokens[number + 1])
            name = _anchor(title, used)
            token.attrs["id"] = name
            yield Place(name, title)


def _anchor(title: str, used: set[str]) -> str:
    stem = re.sub(r"[^\w]+", "-", title.lower()).strip("-")[:60] or "about"
    stem = f"section-{stem}" if TAKEN.match(stem) else stem
    name = next(candidate for candidate in _numbered(stem) if candidate not in used)
    used.add(name)
    return name


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in range(2, 10_000))
