"""Lists that were never marked as lists: Word's own HTML writes paragraph after paragraph, and people type numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.aids.tree import BLOCKS, Node

LEVEL = re.compile(r"mso-list:[^;]*level(\d)")
NUMBER = re.compile(r"\s*\(?(\d{1,3})[.)]\s*")
LETTER = re.compile(r"\s*\(?([a-zA-Z]|[ivxIVX]{1,5})[.)]\s*$")
TYPED = re.compile(r"\s*(\d{1,3})[.)][\s\u00a0]+(?=\S)")
BULLET = re.compile(r"\s*[•·▪◦‣●○■□☐–][\s\u00a0]+(?=\S)")
BOXES = "☐□"
CONTINUES = 6  # as many paragraphs, pictures and tables may stand between two steps of one list


@dataclass
class _Item:
    node: Node
    level: int
    ordered: bool
    number: int


def make_lists(node: Node) -> None:
    """Turn runs of such paragraphs, here and below, into real lists, and join lists that go on after a picture."""
    for child in node.nodes:
        make_lists(child)
    if node.tag in {"p", "li", "td", "th"} or any(child.tag == "p" for child in node.nodes):
        node.children = _grouped(node.children)
    node.children = _joined(node.children)


def _grouped(children: "Sequence[Node | str]") -> "list[Node | str]":
    grouped: list[Node | str] = []
    run: list[_Item] = []
    for child in children:
        if isinstance(child, str) and not child.strip():
            continue_run = bool(run)
            if not continue_run:
                grouped.append(child)
            continue
        item = _item(child) if isinstance(child, Node) else None
        if item is not None and _fits(run, item):
            run.append(item)
            continue
        grouped += _lists(run)
        run = [item] if item is not None else []
        if item is None:
            grouped.append(child)
    return grouped + _lists(run)


def _item(node: Node) -> _Item | None:
    if node.tag not in {"p", "h1", "h2", "h3", "h4", "h5", "h6"}:
        return None
    level = LEVEL.search(node.style)
    if level and "mso-list:none" not in node.style and node.tag == "p":
        marker = _take_marker(node)
        number = NUMBER.match(marker)
        return _Item(node, int(level[1]), bool(number or LETTER.match(marker)), int(number[1]) if number else 1)
    return _typed(node) if node.tag == "p" else None


def _take_marker(node: Node) -> str:
    """Word writes the number of the paragraph as words that are to be ignored."""
    for parent in [node, *node.walk()]:
        for child in parent.nodes:
            if "mso-list:ignore" in child.style:
                parent.children.remove(child)
                return child.text.strip()
    return ""


def _typed(node: Node) -> _Item | None:
    text = node.text
    if number := TYPED.match(text):
        return _Item(node, 0, True, int(number[1]))
    return _Item(node, 0, False, 1) if BULLET.match(text) else None


def _fits(run: Sequence[_Item], item: _Item) -> bool:
    """Typed numbers are a list only where they count on; level 0 stands for what was typed."""
    if not run:
        return False
    last = run[-1]
    if (last.level == 0) != (item.level == 0):
        return False
    return item.level > 0 or (last.ordered == item.ordered and (not item.ordered or item.number == last.number + 1))


def _lists(run: Sequence[_Item]) -> "list[Node | str]":
    if not run:
        return []
    if run[0].level == 0:
        if len(run) == 1:
            return [run[0].node]  # one number alone is a number
        for item in run:
            _cut(item.node, (TYPED if item.ordered else BULLET).match(item.node.text))
    return list(_nested(run))


def _cut(node: Node, found: re.Match[str] | None) -> None:
    """Take the typed number or bullet away; a box to tick becomes one."""
    box = found is not None and found[0].strip() in BOXES
    left = len(found[0]) if found else 0
    for holder in [node, *node.walk()]:
        for index, child in enumerate(holder.children):
            if isinstance(child, str) and left:
                holder.children[index], left = child[left:], max(0, left - len(child))
    if box:
        node.children.insert(0, Node("input", {"type": "checkbox"}))


def _nested(items: Sequence[_Item]) -> list[Node]:
    made: list[Node] = []
    open_lists: list[tuple[int, Node]] = []
    for item in items:
        while open_lists and open_lists[-1][0] > item.level and len(open_lists) > 1:
            open_lists.pop()
        tag = "ol" if item.ordered else "ul"
        if not open_lists or open_lists[-1][0] < item.level or open_lists[-1][1].tag != tag:
            _open(made, open_lists, item, tag)
        open_lists[-1][1].children.append(Node("li", {}, item.node.children))
    return made


def _open(made: list[Node], open_lists: list[tuple[int, Node]], item: _Item, tag: str) -> None:
    new = Node(tag, {"start": str(item.number)} if item.ordered and item.number != 1 else {})
    if open_lists and open_lists[-1][0] >= item.level:
        open_lists.pop()  # another kind of list on the same level
    if open_lists:
        open_lists[-1][1].nodes[-1].children.append(new)
    else:
        made.append(new)
    open_lists.append((item.level, new))


def _joined(children: "Sequence[Node | str]") -> "list[Node | str]":
    """A list that counts on after some paragraphs or pictures is one list: they belong to the step before them."""
    joined: list[Node | str] = []
    last: int | None = None
    for child in children:
        if isinstance(child, Node) and child.tag == "ol":
            if last is not None and _counts_on(joined, last, child):
                steps = joined[last]
                assert isinstance(steps, Node)
                steps.nodes[-1].children += joined[last + 1 :]
                steps.children += child.children
                del joined[last + 1 :]
                continue
            last = len(joined)
        joined.append(child)
    return joined


def _counts_on(joined: "Sequence[Node | str]", last: int, more: Node) -> bool:
    steps = joined[last]
    between = [child for child in joined[last + 1 :] if isinstance(child, Node)]
    start = more.attrs.get("start", "1")
    if not (isinstance(steps, Node) and steps.nodes and start.isdecimal() and len(between) <= CONTINUES):
        return False
    first = int(steps.attrs.get("start", "1")) if steps.attrs.get("start", "1").isdecimal() else 1
    headings = any(node.tag in BLOCKS and re.match(r"h\d", node.tag) for node in between)
    return not headings and int(start) == first + sum(node.tag == "li" for node in steps.nodes)
