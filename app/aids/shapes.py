"""Shapes that markdown has no words for: merged cells, paragraphs inside a cell, breaks that stand for paragraphs."""

import re

from app.aids.escaping import BRACKET
from app.aids.tree import BLOCKS, Node, edit

NOTE = re.compile(r"^#?((?:foot|end)note-\d+)$")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def widen(rows: list[Node]) -> None:
    """Every row as long as the longest: a merged cell leaves empty ones behind it."""
    for row in rows:
        row.children = [
            part for cell in row.nodes for part in [cell, *(Node("td") for _ in range(span(cell, "colspan") - 1))]
        ]
        row.attrs = {}
    held: dict[int, int] = {}
    for row in rows:
        placed: list[Node | str] = []
        for cell in row.nodes:
            while held.get(len(placed), 0):
                held[len(placed)] -= 1
                placed.append(Node("td"))
            if (more := span(cell, "rowspan") - 1) > 0:
                held[len(placed)] = more
            cell.attrs = {}
            placed.append(cell)
        row.children = placed


def span(cell: Node, name: str) -> int:
    """Over how many columns or rows a cell goes, from 1 to 50."""
    value = cell.attrs.get(name, "1")
    return max(1, min(int(value), 50)) if value.isdecimal() and value.isascii() else 1


def on_one_line(children: "list[Node | str]") -> "list[Node | str]":
    """The same words without any block around them."""
    line: list[Node | str] = []
    for child in children:
        if isinstance(child, Node) and (child.tag in BLOCKS or child.tag == "br"):
            line += [" ", *on_one_line(child.children), " "]
        else:
            line.append(child)
    return line


def parted(node: Node) -> "list[Node | str]":
    """The paragraphs in one that holds two line breaks in a row."""
    parts: list[list[Node | str]] = [[]]
    breaks = 0
    for child in node.children:
        if isinstance(child, Node) and child.tag == "br":
            breaks += 1
            continue
        if isinstance(child, str) and not child.strip() and breaks:
            continue
        if breaks == 1 and parts[-1]:
            parts[-1].append(Node("br"))
        elif breaks > 1:
            parts.append([])
        breaks = 0
        parts[-1].append(child)
    return [Node("p", {}, part) for part in parts if part]


def one_title(tree: Node) -> None:
    """One title: where there are several, every heading but the first goes down a level."""
    headings = tree.find(*HEADINGS)
    if len([node for node in headings if node.tag == "h1"]) > 1:
        for node in headings[1:]:
            node.tag = HEADINGS[min(HEADINGS.index(node.tag) + 1, 5)]


def footnotes(tree: Node) -> None:
    """The notes that mammoth puts at the end, and the marks that lead there, as footnotes of markdown."""
    edit(tree, _note)


def _note(node: Node) -> "list[Node | str]":
    mark = NOTE.match(node.attrs.get("href", "")) if node.tag == "a" else None
    if mark:
        return [f"{BRACKET}^{mark[1]}]"]
    if node.tag == "a" and "note-ref-" in node.attrs.get("href", ""):
        return []  # the way back, which markdown makes itself
    note = NOTE.match(node.attrs.get("id", "")) if node.tag == "li" else None
    if note:
        return [Node("p", {}, [f"{BRACKET}^{note[1]}]: ", *on_one_line(node.children)])]
    if node.tag == "ol" and node.nodes and all(child.tag == "p" for child in node.nodes):
        return list(node.nodes)
    return [node]
