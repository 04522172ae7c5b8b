"""The script made small: comments and blanks go, and names that only this file knows become short.

Where names stand as properties or keys they stay. Every other place of a declared name is a variable, wherever its
scope begins: all variables of one name get the same short one, and two names share one where no statement has both. The
source keeps to what this can read: no template with `${`, no methods in object literals, no name of a global declared
anew. The browser tests run what comes out.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product
from string import ascii_uppercase

import rjsmin

TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)
    |(?P<pattern>(?<![\w$)\]])/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\]|\\.)*\])+/[a-z]*)
    |(?P<name>[A-Za-z_$][\w$]*)|(?P<other>\d[\w.]*|\s+|\.\.\.|=>|\?\.|.)""",
    re.VERBOSE | re.DOTALL,
)
DECLARES = {"const", "let", "function", "class"}
GIVEN = {"(", ",", "{", "...", ":"}  # before the name of an argument; a default value comes after "="
PAIRS = {")": "(", "]": "[", "}": "{"}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LETTERS = "aendrpoqicstuhmfgzyvklxjwb" + ascii_uppercase  # the order that packs our script best
ALONE = re.compile(r"(\basync)?\(([A-Za-z_$][\w$]*)\)=>")  # one argument needs no brackets
SHORTER = {"true": "!0", "false": "!1", "const": "let"}
INSIDE = 2  # brackets around a statement of the file: those of the function that holds it all
EVERYWHERE = -1  # the statement that all names of the file itself share


@dataclass
class Token:
    """A piece of the script: what stood before it and stands after it, its brackets, its statement."""

    kind: str
    text: str
    before: str
    after: str
    around: str
    depth: int
    statement: int

    @property
    def is_key(self) -> bool:
        """Whether this names a part of an object and no variable."""
        return self.before in {".", "?."} or (self.before in {"{", ","} and self.after == ":" and self.around == "{")

    @property
    def is_both(self) -> bool:
        """Whether this is a variable and the key of the same name, as in `{slug}`."""
        return self.around == "{" and self.before in {"{", ","} and self.after in {",", "}"}


def script(source: str) -> str:
    """A script, smaller and doing the same."""
    tokens = list(_tokens(rjsmin.jsmin(source)))
    short = _short_names(tokens)
    return ALONE.sub(_without_brackets, "".join(_shortened(token, short) for token in tokens)).replace(";}", "}")


def _without_brackets(found: re.Match[str]) -> str:
    return f"async {found[2]}=>" if found[1] else f"{found[2]}=>"


def style(source: str) -> str:
    """A style sheet, smaller and doing the same."""
    css = re.sub(r"\s+", " ", COMMENT.sub("", source))
    css = re.sub(r"\s*([{};,])\s*", r"\1", css)
    return re.sub(r"(?<=[\w-]): ", ":", css).replace(";}", "}").strip()


def _shortened(token: Token, short: Mapping[str, str]) -> str:
    name = short.get(token.text) or SHORTER.get(token.text, token.text)
    if token.kind != "name" or token.is_key:
        return token.text
    return f"{token.text}:{name}" if token.is_both and name != token.text else name


def _tokens(source: str) -> Iterator[Token]:
    pieces = [(found.lastgroup or "", found[0]) for found in TOKEN.finditer(source)]
    before, statement, around = "", 0, [""]
    for place, (kind, text) in enumerate(pieces):
        after = next((later for _, later in pieces[place + 1 : place + 3] if later.strip()), "")
        if text in PAIRS:
            around.pop()
        yield Token(kind, text, before, after, around[-1], len(around) - 1, statement)
        if text in PAIRS.values():
            around.append(text)
        if text in {";", "}", "\n"} and len(around) - 1 <= INSIDE:
            statement += 1
        before = text if text.strip() else before


def _short_names(tokens: Sequence[Token]) -> dict[str, str]:
    """Short names, the shortest for those that are used most."""
    declared = set(_declared(tokens))
    uses = Counter(
        token.text for token in tokens if token.kind == "name" and token.text in declared and not token.is_key
    )
    taken = {token.text for token in tokens if token.kind == "name"} - declared
    found_in: dict[str, set[int]] = defaultdict(set)
    for token in tokens:
        if token.text in uses and not token.is_key:
            everywhere = {EVERYWHERE} if token.depth == INSIDE and token.before in DECLARES else set()
            found_in[token.text] |= {token.statement} | everywhere
    shared: dict[str, set[int]] = defaultdict(set)
    short = {}
    for name, _ in uses.most_common():
        short[name] = next(one for one in _names() if one not in taken and not shared[one] & found_in[name])
        shared[short[name]] |= found_in[name]
    return short


def _names() -> Iterator[str]:
    for length in count(1):
        yield from ("".join(letters) for letters in product(LETTERS, repeat=length))


def _declared(tokens: Sequence[Token]) -> Iterator[str]:
    """What `const`, `let`, `function` and `class` name, plain or taken apart, what functions and `catch` are given."""
    open_at: list[int] = []
    for place, token in enumerate(tokens):
        named = token.before in DECLARES and token.text != "extends"
        if token.kind == "name" and (named or token.after == "=>"):
            yield token.text
        if token.text in PAIRS.values():
            open_at.append(place)
        elif token.text in PAIRS:
            start = open_at.pop()
            caught = tokens[start].before == "catch" and tokens[start - 2].text == "}"
            taken_apart = token.text == "}" and tokens[start].before in DECLARES
            if caught or taken_apart or token.after == "=>":
                yield from (one.text for one in tokens[start:place] if one.kind == "name" and one.before in GIVEN)
