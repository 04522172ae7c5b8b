"""A symptom with its causes, each with its remedy: what an aid of troubleshooting is made of.

Below the heading of a symptom each cause is a smaller heading, or an item of a list that begins in bold.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

from markdown_it.token import Token

from app.aids.blocks import LISTS, closing, items, words

BETWEEN = " .:;–—-"  # what stands between a cause and its remedy in a list


@dataclass(frozen=True)
class Found:
    """A cause as it is written: its words, and the tokens of its remedy."""

    title: str
    tokens: list[Token]


def split(tokens: Sequence[Token]) -> tuple[list[Token], list[Found]]:
    """What is said of the symptom itself, and its causes, if this is a symptom."""
    headings = [n for n, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h3"]
    if headings:
        ends = [*headings[1:], len(tokens)]
        found = [
            Found(words(tokens[at + 1]), list(tokens[at + 3 : end])) for at, end in zip(headings, ends, strict=True)
        ]
        return list(tokens[: headings[0]]), found
    start = next((n for n, token in enumerate(tokens) if token.level == 0 and token.type in LISTS), None)
    if start is None or not all(_in_bold(tokens, at) for at in items(tokens, start)):
        return list(tokens), []
    end = closing(tokens, start)
    return [*tokens[:start], *tokens[end + 1 :]], [_item(tokens, at) for at in items(tokens, start)]


def _in_bold(tokens: Sequence[Token], at: int) -> bool:
    inline = tokens[at + 2] if at + 2 < len(tokens) else None
    shown = [child for child in (inline.children or ()) if child.type != "text" or child.content] if inline else []
    return bool(shown) and shown[0].type == "strong_open"


def _item(tokens: Sequence[Token], at: int) -> Found:
    remedy = [copy(token) for token in tokens[at + 1 : closing(tokens, at)]]
    children = list(remedy[1].children or ())
    end = next(n for n, child in enumerate(children) if child.type == "strong_close")
    title = copy(remedy[1])
    title.children, rest = children[:end], children[end + 1 :]
    if rest and rest[0].type == "text":
        rest[0] = copy(rest[0])
        rest[0].content = rest[0].content.lstrip(BETWEEN)
    remedy[1].children = rest
    remedy[0].hidden = remedy[2].hidden = False
    empty = not any(child.content.strip() or child.type != "text" for child in rest)
    return Found(words(title).rstrip(BETWEEN), remedy[3:] if empty else remedy)
