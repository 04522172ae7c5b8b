"""A decision as screens, one question each: the nested list of `app.aids.steps`, read for the page and for the panel.

A screen is a question with its answers, or what an answer says. Whoever shows them needs to know no tree: each answer
names the screen that it leads to, and each address the answers that lead to it by the shortest way.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from markupsafe import Markup

from app.aids.tree import Node, parse

LISTS = {"ul", "ol"}
TREE = 'class="tree"'
COLON = re.compile(r":(?=\s|$)")
ONWARD = re.compile(r"(go to the )?next question\.?", re.IGNORECASE)
YES = re.compile(r"yes\b", re.IGNORECASE)
FEWEST = 2  # answers; where one is written there is another: no
BRIEF = 24  # letters of an answer that may stand beside others
NOTHING = Markup()
ENDS = "="  # before the address of an answer: the screen with what that answer says


@dataclass(frozen=True)
class Words:
    """What stands on the answer that a question with fewer than two gets."""

    go_on: str
    no: str
    other: str


@dataclass
class Choice:
    """An answer: its address, its words, what it says, the screen it leads to, the answers up to it."""

    id: str
    question: str
    label: str
    said: Markup = NOTHING
    to: str = ""
    way: list[str] = field(default_factory=list)


@dataclass
class Screen:
    """A question, or what an answer says; without `choices` the decision is made.

    `asks` is the address of the question, also of one that comes with what was `said` by the answer before it.
    """

    id: str
    html: Markup
    asks: str = ""
    said: Markup = NOTHING
    short: str = ""
    choices: list[Choice] = field(default_factory=list)
    way: list[str] = field(default_factory=list)

    @property
    def is_question(self) -> bool:
        """Whether it is one of the list, with an address of its own."""
        return self.id == self.asks

    @property
    def is_brief(self) -> bool:
        """Whether its answers may stand side by side."""
        return all(len(choice.label) <= BRIEF for choice in self.choices)


@dataclass(frozen=True)
class Guide:
    """The screens in the order of the text, the first one first, and the whole list without its addresses."""

    before: Markup
    screens: list[Screen]
    whole: Markup
    after: Markup

    @property
    def choices(self) -> list[Choice]:
        """Every answer once."""
        return list({choice.id: choice for screen in self.screens for choice in screen.choices}.values())

    def short(self, question: str) -> str:
        """The words of a question that stand before an answer to it."""
        return next(screen.short for screen in self.screens if screen.id == question)


def read(html: str, words: Words) -> Guide | None:
    """The guide in sanitised HTML; None where there is nothing to decide."""
    top = parse(html if TREE in html else "")
    at = next((n for n, node in enumerate(top.children) if isinstance(node, Node) and _is_tree(node)), None)
    if at is None:
        return None
    tree = top.children[at]
    assert isinstance(tree, Node)
    screens = _Reader(tree, words).screens()
    return Guide(_inner(top.children[:at]), screens, _inner([_bare(tree)]), _inner(top.children[at + 1 :]))


class _Reader:
    """Reads one tree."""

    def __init__(self, tree: Node, words: Words) -> None:
        self.tree, self.words = tree, words
        self.known = {node.attrs["id"] for node in tree.walk() if _is(node, "question")}
        self.questions: dict[str, Screen] = {}
        self.results: list[Screen] = []

    def screens(self) -> list[Screen]:
        self._read(self.tree, None)
        for choice in [one for screen in self.questions.values() for one in screen.choices if one.said]:
            self._say(choice)
        for screen in self.questions.values():
            screen.choices = [self._ending(choice) for choice in screen.choices]
        found = [*self.questions.values(), *self.results]
        _find_ways(found)
        return found

    def _read(self, parent: Node, after: str | None) -> None:
        """Read the questions below; `after` is where the last of them goes on."""
        items = [node for node in parent.nodes if _is(node, "question")]
        for place, item in enumerate(items, 1):
            self._question(item, items[place].attrs["id"] if place < len(items) else after)

    def _question(self, item: Node, following: str | None) -> None:
        own, name = _own(item), item.attrs["id"]
        strong = own.find("strong")
        short = " ".join((strong[0] if strong else own).text.split())
        screen = self.questions[name] = Screen(name, _inner(own.children), name, short=short)
        for answers in item.nodes:
            for answer in answers.nodes if answers.tag in LISTS else []:
                if _is(answer, "answer"):
                    screen.choices.append(self._answer(answer, screen.id, following))
        if following and len(screen.choices) < FEWEST:
            screen.choices.append(self._else(screen, following))

    def _answer(self, item: Node, question: str, following: str | None) -> Choice:
        label, said = _split(_bare(_own(item)))
        onward = not said.text.strip() or ONWARD.fullmatch(said.text.strip()) is not None
        below = [node for part in item.nodes if part.tag in LISTS for node in part.nodes if _is(node, "question")]
        for part in item.nodes:
            self._read(part, following)
        to = below[0].attrs["id"] if below else self._linked(said) or (following if onward else None)
        return Choice(item.attrs["id"], question, label, NOTHING if onward else _inner(said.children), to or "")

    def _linked(self, said: Node) -> str | None:
        hrefs = [node.attrs.get("href", "") for node in said.find("a")]
        inside = next((href[1:].replace("step-", "q-", 1) for href in hrefs if href.startswith("#")), "")
        return inside if inside in self.known else None

    def _else(self, screen: Screen, following: str) -> Choice:
        words = self.words
        first = screen.choices[0].label if screen.choices else ""
        label = words.go_on if not first else words.no if YES.match(first) else words.other
        return Choice(f"{screen.id}-else", screen.id, label, to=following)

    def _say(self, choice: Choice) -> None:
        """What an answer says is a screen, with the question that it leads to below it."""
        name, after = ENDS + choice.id, self.questions.get(choice.to)
        if after:
            html = _inner(_bare(parse(after.html)).children)
            self.results.append(Screen(name, html, after.id, choice.said, choices=list(after.choices)))
        else:
            self.results.append(Screen(name, choice.said))
        choice.to = name

    def _ending(self, choice: Choice) -> Choice:
        """An answer that says nothing and leads nowhere is what it says."""
        if not choice.to:
            self.results.append(Screen(ENDS + choice.id, Markup("<p>{}</p>").format(choice.label)))
            choice.to = ENDS + choice.id
        return choice


def _find_ways(screens: Sequence[Screen]) -> None:
    """The answers by which each screen and each answer is reached, as few as can be."""
    by_id = {screen.id: screen for screen in screens}
    seen, waiting = {screens[0].id}, deque([screens[0]])
    while waiting:
        screen = waiting.popleft()
        for choice in screen.choices:
            choice.way = choice.way or [*screen.way, choice.id]
            reached = by_id[choice.to]
            for name in {reached.id, reached.asks or reached.id} - seen:
                seen.add(name)
                by_id[name].way = choice.way
                waiting.append(by_id[name])


def _is(node: Node, kind: str) -> bool:
    return node.tag == "li" and kind in node.attrs.get("class", "").split()


def _is_tree(node: Node) -> bool:
    return node.tag in LISTS and "tree" in node.attrs.get("class", "").split()


def _own(item: Node) -> Node:
    """What an item says itself, without the questions or answers that hang on it."""
    hanging = [node for node in item.nodes if node.tag in LISTS and any("id" in one.attrs for one in node.nodes)]
    return Node("div", {}, [child for child in item.children if child not in hanging])


def _split(own: Node) -> tuple[str, Node]:
    """An answer and what it leads to: "Yes" and "Take a bag." for "Yes: take a bag."."""
    label, rest = _cut(own.children)
    return " ".join(label.split()), Node("div", {}, rest or [])


def _cut(children: Sequence[Node | str]) -> tuple[str, list[Node | str] | None]:
    words = ""
    for place, child in enumerate(children):
        if isinstance(child, Node):
            more, rest = _cut(child.children)
            kept: list[Node | str] | None = None if rest is None else [Node(child.tag, child.attrs, rest)]
        else:
            colon = COLON.search(child)
            more = child[: colon.start()] if colon else child
            left = child[colon.end() :].lstrip() if colon else ""
            kept = [left[:1].upper() + left[1:]] if colon else None
        words += more
        if kept is not None:
            return words, [*kept, *children[place + 1 :]]
    return words, None


def _bare(node: Node) -> Node:
    """The same without addresses: they stand elsewhere already."""
    attrs = {name: value for name, value in node.attrs.items() if name != "id"}
    return Node(node.tag, attrs, [_bare(child) if isinstance(child, Node) else child for child in node.children])


def _inner(children: Sequence[Node | str]) -> Markup:
    return Markup("".join(_pieces(children)))  # noqa: S704 - sanitised when it was saved


def _pieces(children: Sequence[Node | str]) -> Iterator[str]:
    for child in children:
        yield escape(child, quote=False) if isinstance(child, str) else child.html()
