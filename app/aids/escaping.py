"""Words that look like markdown and are none: they get a backslash, and as few as will do."""

import re

from app.aids.tree import BLOCKS, Node

# html-to-markdown has its own way with backslashes, so it sees this character of the private area instead.
BACKSLASH = "\ue000"
BRACKET = "\ue001"  # of a footnote, which is meant
OWN = re.compile("[\ue000-\uf8ff\u200b\u200e\u200f\u00ad\ufeff]")  # of symbol fonts; without width
INLINE = re.compile(
    r"`"
    r"|(?<!\s)\*|\*(?!\s)"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|\[(?=[^\]]*\][(\[:])|\[(?=\^)|\^(?=\[)"
    r"|<(?=[a-zA-Z/!?])"
    r"|&(?=#?\w+;)"
    r"|~(?=~)|(?<=~)~"
    r"|\\(?=[!-/:-@\[-`{-~]|$)"
)
AT_START = re.compile(
    r"(\s*)(#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|\d{1,9}(?=[.)](?:\s|$))|[-=]{3,}\s*$|~(?=~)|!!!|[:~](?=\s)|\|)"
)


def without_own_marks(text: str) -> str:
    """The text without the characters that are used as marks here or cannot be seen; a hard space is a space."""
    return OWN.sub("", text).replace("\u00a0", " ").replace("&nbsp;", " ").replace("\0", "")


def escape(node: Node, at_start: bool = True) -> bool:
    """Escape all words below; returns whether the next words begin a line."""
    for index, child in enumerate(node.children):
        if isinstance(child, str):
            words = " ".join(re.split(r"\s+", child))
            node.children[index] = _escaped(words, at_start)
            at_start = at_start and not words.strip()
        elif child.tag in {"code", "pre"}:
            at_start = child.tag == "pre"
        elif child.tag == "br":
            at_start = True
        elif child.tag in BLOCKS:
            escape(child)
            at_start = True
        else:
            at_start = escape(child, at_start) if child.tag not in {"img", "input"} else False
    return at_start


def _escaped(text: str, at_start: bool) -> str:
    boxed = re.match(r"\s*\[[ x]\] ", text) if at_start else None
    start = AT_START.match(text) if at_start else None
    if start and start[2][0].isdigit():
        after = start.end(2)
        return text[:after] + BACKSLASH + text[after] + _inline(text[after + 1 :])
    if start:
        return start[1] + BACKSLASH + start[2][0] + _inline(text[start.start(2) + 1 :])
    return boxed[0] + _inline(text[boxed.end() :]) if boxed else _inline(text)


def _inline(text: str) -> str:
    return INLINE.sub(lambda found: BACKSLASH + found[0], text).replace("\\", BACKSLASH)
