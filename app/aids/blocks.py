"""Small helpers over the flat list of tokens that markdown-it makes of a text."""

from collections.abc import Sequence

from markdown_it.token import Token

LISTS = frozenset(("ordered_list_open", "bullet_list_open"))
WORDS = frozenset(("text", "code_inline", "image", "softbreak", "hardbreak"))


def plain(tokens: Sequence[Token]) -> str:
    """The words of these tokens, a line per block."""
    return "\n".join(
        words(token) for token in tokens if token.type == "inline" or token.type in {"fence", "code_block"}
    )


def words(token: Token) -> str:
    """The words of one block."""
    if not token.children:
        return token.content
    kinds = {"text", "code_inline", "image"}
    shown = (child for child in token.children if child.type in WORDS)
    return "".join(child.content if child.type in kinds else " " for child in shown).strip()


def closing(tokens: Sequence[Token], start: int) -> int:
    """Where the block ends that opens at `start`."""
    close = tokens[start].type.removesuffix("_open") + "_close"
    level = tokens[start].level
    return next(n for n in range(start + 1, len(tokens)) if tokens[n].type == close and tokens[n].level == level)


def items(tokens: Sequence[Token], start: int) -> list[int]:
    """Where the items open of the list that opens at `start`."""
    level = tokens[start].level + 1
    end = closing(tokens, start)
    return [n for n in range(start + 1, end) if tokens[n].type == "list_item_open" and tokens[n].level == level]


def classes(token: Token) -> set[str]:
    """The classes of a block."""
    return set(str(token.attrs.get("class", "")).split())


def raw(html: str) -> Token:
    """A piece of HTML of our own between blocks."""
    return Token("html_block", "", 0, content=html)
