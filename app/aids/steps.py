"""Lists that are worked through: steps with a box to tick, and questions with their answers.

A decision is a nested list: questions, below each its answers, below an answer the questions that it leads to. The
addresses say the way: `#q-2-1` is the first answer to the second question, `#q-2-1-3` the third question below it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from app.aids.blocks import LISTS, classes, closing, items, plain, raw
from app.aids.document import Kind


def mark_steps(tokens: list[Token], kind: Kind = Kind.PROCEDURE) -> list[str]:
    """Number the items of the first ordered or task list and give each a box; returns their words."""
    may_be = _outside_causes(tokens) if kind is Kind.TROUBLESHOOTING else range(len(tokens))
    start = next((n for n in may_be if _is_step_list(tokens[n])), None)
    if start is None:
        return []
    end = closing(tokens, start)
    tokens[start].attrJoin("class", "steps")
    steps: list[str] = []
    marked: list[Token] = []
    item_level = tokens[start].level + 1
    for number, token in enumerate(tokens[start + 1 : end], start + 1):
        if token.type == "list_item_close" and token.level == item_level:
            marked.append(raw("</div>"))
        marked.append(token)
        if token.type == "list_item_open" and token.level == item_level:
            steps.append(plain(tokens[number : closing(tokens, number)]).replace("\n", " "))
            _open_step(token, len(steps), marked)
        elif token.children and token.children[0].type == "html_inline":
            del token.children[0]
    tokens[start + 1 : end] = marked
    return steps


def _outside_causes(tokens: Sequence[Token]) -> Iterator[int]:
    """Where no smaller heading stands above: a numbered list below one is the remedy of a cause."""
    inside = False
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            inside = token.tag not in {"h1", "h2"}
        if not inside:
            yield number


def _is_step_list(token: Token) -> bool:
    ordered = token.type == "ordered_list_open"
    return token.level == 0 and (ordered or "contains-task-list" in classes(token))


def _open_step(token: Token, number: int, marked: list[Token]) -> None:
    token.attrs = {"id": f"step-{number}", "class": "step"}
    label = f"step-{number}-text"
    box = f'<input type="checkbox" class="tick" id="tick-{number}" aria-labelledby="{label}">'
    marked.append(raw(f'{box}<div class="step-text" id="{label}">'))


def mark_tree(tokens: list[Token]) -> list[str]:
    """Give addresses to the questions and answers of the first nested list; returns the words of each question.

    Without a nested list there is nothing to decide: the first list is one of steps.
    """
    start = next((n for n, token in enumerate(tokens) if token.level == 0 and _nests(tokens, n)), None)
    if start is None:
        return mark_steps(tokens)
    tokens[start].attrJoin("class", "tree")
    _name_items(tokens, start, "q", "question", Counter())
    questions = items(tokens, start)
    for number, at in enumerate(questions, 1):
        _also_step(tokens[at:], number)
    return [plain(tokens[at : closing(tokens, at)]).replace("\n", " ") for at in questions]


def _nests(tokens: Sequence[Token], start: int) -> bool:
    """Whether a list opens here that holds a list."""
    if tokens[start].type not in LISTS:
        return False
    return any(token.type in LISTS for token in tokens[start + 1 : closing(tokens, start)])


def _name_items(tokens: Sequence[Token], start: int, stem: str, kind: str, numbers: Counter[str]) -> None:
    """Name the items of a list and of those below; a flat list below an answer is a part of what that says."""
    level = tokens[start].level + 1
    name = stem
    for at in range(start + 1, closing(tokens, start)):
        token = tokens[at]
        if token.type == "list_item_open" and token.level == level:
            numbers[stem] += 1
            name = f"{stem}-{numbers[stem]}"
            token.attrs = {"id": name, "class": kind}
        elif token.type in LISTS and token.level == level + 1 and (kind == "question" or _nests(tokens, at)):
            _name_items(tokens, at, name, "answer" if kind == "question" else "question", numbers)


def _also_step(item: Sequence[Token], number: int) -> None:
    """A question of the first level has the address of a step too, as search gives it."""
    inline = next((token for token in item if token.children), None)
    if inline is not None and inline.children:
        inline.children.insert(0, Token("html_inline", "", 0, content=f'<span id="step-{number}"></span>'))
