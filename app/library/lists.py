"""`tasks.yaml` and `synonyms.yaml` as text: whatever is wrong is named by its line, in plain words."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from app.errors import Fault, Invalid
from app.search.synonyms import SynonymsFile
from app.work.schemas import Catalogue, Named, TaskIn

Content = TypeVar("Content", bound=BaseModel)
SLUG = "write small letters, digits and dashes"
SYNONYMS = "write `synonyms:` with a list, such as `- same: [lorry, truck]`"
SYNONYM = (
    "write `- same: [lorry, truck]`, or `- word: lorry` and below it `means: [truck]`; words of at most 100 characters"
)
REMEDIES = {
    "slug": f"{SLUG}, such as issue-refund",
    "workflow": f"{SLUG}, the slug of a workflow",
    "roles": f"{SLUG}, in square brackets, such as [care-clerk]",
    "title": "write words, at most 200 characters, in quotes where it is only a number",
    "criticality": "write a whole number from 1 to 7",
    "owner": "write who coaches the task, at most 200 characters",
}


def tasks(text: str) -> Catalogue:
    """The definitions in the text of a `tasks.yaml`.

    Raises:
        Invalid: not what it should be; each fault's pointer is `line N`.
    """
    return _read(text, Catalogue, _reason)


def synonyms(text: str) -> SynonymsFile:
    """The content of a `synonyms.yaml`.

    Raises:
        Invalid: not what it should be; each fault's pointer is `line N`.
    """
    return _read(text, SynonymsFile, lambda wrong: SYNONYM if len(wrong["loc"]) > 1 else SYNONYMS)


def _read(text: str, model: type[Content], reason: Callable[[Any], str]) -> Content:
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        return model.model_validate(yaml.load(text, Loader=yaml.CSafeLoader) or {})
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + 1
        raise _invalid([Fault(f"line {line}", f"not YAML ({error.problem})")]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise _invalid([Fault("line 1", f"not YAML ({error})")]) from None
    except ValidationError as error:
        faults = {f"line {_line(root, one['loc'])}": reason(one) for one in error.errors()}
        raise _invalid([Fault(*fault) for fault in faults.items()]) from None


def _invalid(faults: list[Fault]) -> Invalid:
    said = " ".join(f"{fault.pointer}: {fault.detail}." for fault in faults)
    return Invalid(said.replace("?.", "?"), faults)


def _line(node: yaml.Node | None, path: tuple[Any, ...]) -> int:
    """Where the last part of the path begins that is there."""
    line = node.start_mark.line + 1 if node else 1
    for part in path:
        found = _child(node, part)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _child(node: yaml.Node | None, part: Any) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode):
        return node.value[part], node.value[part]
    if isinstance(node, yaml.MappingNode):
        return next((pair for pair in node.value if pair[0].value == part), None)
    return None


def _reason(wrong: Any) -> str:
    path = wrong["loc"]
    if not path:
        return "write `workflows:`, `roles:` and `tasks:`, each with a list"
    if wrong["type"] == "model_type":
        return "write an entry with slug and title"
    if wrong["type"] in {"extra_forbidden", "invalid_key"}:
        return f"{path[-1]}: is not a key; {_meant(str(path[-1]), path)}"
    name = next(part for part in reversed(path) if isinstance(part, str))
    if wrong["type"] == "missing":
        return f"{name}: is missing"
    return f"{name}: write a list" if len(path) == 1 else f"{name}: {REMEDIES[name]}"


def _meant(name: str, path: tuple[Any, ...]) -> str:
    model = Catalogue if len(path) == 1 else TaskIn if path[0] == "tasks" else Named
    near = get_close_matches(name, model.model_fields, 1)
    return f"did you mean {near[0]}?" if near else f"the keys are {', '.join(model.model_fields)}"
