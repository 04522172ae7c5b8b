"""HTML as a small tree that can be changed. It takes what nh3 has cleaned: balanced tags, and nothing that runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input"}
MOST_DEPTH = 100  # what lies deeper is taken up into the level above
BLOCKS = set(
    "address article aside blockquote caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4"
    " h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)


@dataclass(eq=False)
class Node:
    """An element with its attributes, and its elements and words in order."""

    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: "list[Node | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        """All words below, without a line between them."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def nodes(self) -> "list[Node]":
        """The elements directly below."""
        return [child for child in self.children if isinstance(child, Node)]

    @property
    def style(self) -> str:
        """The style attribute in small letters, without spaces."""
        return self.attrs.get("style", "").lower().replace(" ", "")

    @property
    def is_blank(self) -> bool:
        """Whether it shows nothing."""
        return not self.text.strip() and not self.find("img", "hr", "input")

    def find(self, *tags: str) -> "list[Node]":
        """Every element with one of these tags below this one."""
        return [node for node in self.walk() if node.tag in tags]

    def walk(self) -> "Iterator[Node]":
        """Every element below, in the order of the text."""
        for child in self.nodes:
            yield child
            yield from child.walk()

    def html(self) -> str:
        """As HTML."""
        inner = "".join(
            escape(child, quote=False) if isinstance(child, str) else child.html() for child in self.children
        )
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attrs.items())
        return f"<{self.tag}{attributes}>" + ("" if self.tag in VOID else f"{inner}</{self.tag}>")


def edit(node: Node, change: "Callable[[Node], list[Node | str]]") -> None:
    """Put what `change` returns in the place of every element below, the innermost first."""
    children: list[Node | str] = []
    for child in node.children:
        if isinstance(child, str):
            children.append(child)
        else:
            edit(child, change)
            children += change(child)
    node.children = children


def parse(html: str) -> Node:
    """The tree of this HTML, below an element without a meaning."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.open[0]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("div")]
        self.too_deep = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.open[-1].children.append(node)
        elif len(self.open) >= MOST_DEPTH:
            self.too_deep += 1
        else:
            self.open[-1].children.append(node)
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.too_deep:
            self.too_deep -= 1
        elif len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)
