"""The keys above a text, changed one at a time: whatever nobody changed stays byte for byte as it is written."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from pydantic import ValidationError

from app.aids.document import FRONT, FrontMatter, read
from app.errors import Fault, Invalid

Value = str | int | Sequence[str] | None
PLAIN = re.compile(r"[^\W\d_][\w .,;()'’/@+&%–-]*")
BY_HAND = "Change {keys} in the file by hand: the front matter of the aid is written in an unusual way."


def split(markdown: str) -> tuple[str, str]:
    """The front matter with its two rules (empty where there is none), and the text below it."""
    match = FRONT.match(markdown)
    return (match[0], markdown[match.end() :]) if match else ("", markdown)


def with_front(markdown: str, changes: Mapping[str, Value]) -> str:
    """The same file with these keys; a value that is empty takes its key out, and a key that has its value stays.

    Raises:
        Invalid: a value is not acceptable (the fault's pointer is its key), or the file holds its keys in a way that
            cannot be changed without changing others.
    """
    before, after = read(markdown), _checked(changes)
    wanted = {key: value for key, value in changes.items() if not _same(getattr(before.front, key), value, after[key])}
    if not wanted:
        return markdown
    changed = _put_all(markdown, wanted)
    expected = before.front.model_dump() | {key: after[key] for key in wanted}
    if _read_again(changed) != (expected, before.body):
        raise Invalid(BY_HAND.format(keys=", ".join(wanted)), [Fault(key, "change it by hand") for key in wanted])
    return changed


def with_keyword(markdown: str, word: str) -> str:
    """The same file with one more keyword."""
    return with_front(markdown, {"keywords": [*read(markdown).front.keywords, word]})


def _checked(changes: Mapping[str, Value]) -> dict[str, Any]:
    """What each of these values will be read as."""
    try:
        return FrontMatter.model_validate({key: value for key, value in changes.items() if value}).model_dump()
    except ValidationError as error:
        faults = [
            Fault(str(wrong["loc"][0]), wrong["msg"].removeprefix("Value error, ").replace("String", "It"))
            for wrong in error.errors()
        ]
        raise Invalid(" ".join(f"{fault.pointer}: {fault.detail}." for fault in faults), faults) from None


def _same(before: Any, value: Value, after: Any) -> bool:
    if isinstance(before, str) and isinstance(after, str):
        return before.split() == after.split()
    return bool(before == after) or not (before or value)


def _read_again(markdown: str) -> tuple[dict[str, Any], str] | None:
    try:
        document = read(markdown)
    except Invalid:
        return None
    return document.front.model_dump(), document.body


def _put_all(markdown: str, wanted: Mapping[str, Value]) -> str:
    match = FRONT.match(markdown)
    ends = "\r\n" if "\r\n" in (match[0] if match else markdown) else "\n"
    front = match[1] if match else ""
    for key, value in wanted.items():
        front = _put(front, key, value, ends)
    if match:
        return markdown[: match.start(1)] + front + markdown[match.end(1) :]
    mark = "\ufeff" if markdown.startswith("\ufeff") else ""
    return f"{mark}---{ends}{front}---{ends}{markdown.removeprefix(mark)}"


def _put(front: str, key: str, value: Value, ends: str) -> str:
    found = _find(front, key)
    if found is None:
        return f"{front}{key}: {_flow(value, {})}{ends}" if value else front
    name, node = found
    begin = node.start_mark.index
    end = begin + len(front[begin : _end(node)].rstrip())
    if not value:
        rest = front.find("\n", end) + 1
        return front[: name.start_mark.index] + (front[rest:] if rest else "")
    known = {item.value: front[item.start_mark.index : item.end_mark.index] for item in _items(node)}
    block = isinstance(node, yaml.SequenceNode) and not node.flow_style and isinstance(value, Sequence)
    written = _block(value, known, f"{ends}{' ' * node.start_mark.column}") if block else _flow(value, known)
    space = " " if begin and front[begin - 1] == ":" else ""
    return f"{front[:begin]}{space}{written}{front[end:]}"


def _find(front: str, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    """The name and the value of a key where they stand; of a key that is there twice the one that counts."""
    root = yaml.compose(front, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return next(((name, value) for name, value in reversed(pairs) if name.value == key), None)


def _end(node: yaml.Node) -> int:
    """Where a value ends; of a list in lines the mark stands before the next key, behind comments."""
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    return int(node.end_mark.index)


def _items(node: yaml.Node) -> list[yaml.Node]:
    found = node.value if isinstance(node, yaml.SequenceNode) else []
    return [item for item in found if isinstance(item, yaml.ScalarNode)]


def _flow(value: Value, known: Mapping[str, str]) -> str:
    if isinstance(value, int):
        return f"{value}d"
    if isinstance(value, str) or value is None:
        return _scalar(value or "", "k: {}")
    return f"[{', '.join(known.get(item) or _scalar(item, '[{}]') for item in value)}]"


def _block(value: Any, known: Mapping[str, str], indent: str) -> str:
    return indent.join(f"- {known.get(item) or _scalar(item, '- {}')}" for item in value)


def _scalar(text: str, place: str) -> str:
    """Plain where YAML reads it as this very text in its place, else in quotes."""
    if PLAIN.fullmatch(text):
        try:
            read_as = yaml.load(place.format(text), Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            read_as = None
        if read_as in ({"k": text}, [text]):
            return text
    return json.dumps(text, ensure_ascii=False)
