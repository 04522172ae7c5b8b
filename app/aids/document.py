"""An aid as a file: markdown with YAML front matter, every key optional.

Without front matter the title is the first heading and the summary the first paragraph, so any folder of markdown
comes in as it is. Errors name the line of the file.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from app.errors import Fault, Invalid, TooLarge
from app.languages import first_part

MOST_BYTES = 200_000
FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
OPENED = re.compile(r"\A\ufeff?---[ \t]*\r?\n[\"']?[\w-]+[\"']?[ \t]*:(\s|$)")
DAYS = re.compile(r"^(\d{1,4})d?$")


class Kind(StrEnum):
    """How an aid works."""

    PROCEDURE = "procedure"
    CHECKLIST = "checklist"
    DECISION = "decision"
    REFERENCE = "reference"
    TROUBLESHOOTING = "troubleshooting"


class Moment(StrEnum):
    """The five moments of need (Gottfredson and Mosher)."""

    NEW = "new"
    MORE = "more"
    APPLY = "apply"
    SOLVE = "solve"
    CHANGE = "change"


class Audience(StrEnum):
    """Who may read an aid."""

    EVERYONE = "everyone"
    MEMBERS = "members"


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [] if value is None else [value]


def _days(value: Any) -> Any:
    match = DAYS.match(str(value)) if value is not None else None
    if value is not None and not match:
        raise ValueError("write a number of days, such as 180d")
    return int(match[1]) if match else None


def _lang(value: Any) -> Any:
    lang = first_part(value) if isinstance(value, str) else None
    if not lang:
        raise ValueError("write a language code in quotes, such as 'de' or 'pt-BR'")
    return lang


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Line = Annotated[str, BeforeValidator(_text), StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
TaskSlug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=200)]


class FrontMatter(BaseModel):
    """The keys of an aid that have a meaning here; others are kept in the file and not read."""

    model_config = ConfigDict(extra="ignore")

    title: Line | None = None
    summary: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None
    kind: Kind = Kind.PROCEDURE
    moments: Annotated[list[Moment], BeforeValidator(_listed)] = [Moment.APPLY]
    tasks: Annotated[list[TaskSlug], BeforeValidator(_listed), Field(max_length=50)] = []
    keywords: Annotated[list[Line], BeforeValidator(_listed), Field(max_length=100)] = []
    owner: Line | None = None
    community: Line | None = None
    audience: Audience = Audience.EVERYONE
    lang: Annotated[str, BeforeValidator(_lang)] | None = None
    review_every: Annotated[int | None, BeforeValidator(_days)] = None
    safety_critical: bool = False


@dataclass(frozen=True)
class Document:
    """A file taken apart: its keys, its body, and the number of lines before the body."""

    front: FrontMatter
    body: str
    body_line: int


def read(markdown: str) -> Document:
    """Take a file apart.

    Raises:
        TooLarge: over 200,000 bytes.
        Invalid: NUL characters or unusable front matter; each fault's pointer is `line N`.
    """
    size = len(markdown.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        raise TooLarge(f"The text has {size:,} bytes and the limit is {MOST_BYTES:,}. Split it into several aids.")
    _refuse_unstorable(markdown)
    match = FRONT.match(markdown)
    if not match and OPENED.match(markdown):
        raise _invalid(1, "the front matter is never closed; put a line `---` below its last key")
    if not match:
        return Document(FrontMatter(), markdown.lstrip("\ufeff"), 0)
    return Document(_front(match[1]), markdown[match.end() :], markdown[: match.end()].count("\n"))


def _refuse_unstorable(markdown: str) -> None:
    for mark, name in (("\0", "a NUL character"), ("\ud800", "half a character")):
        at = markdown.find(mark) if mark == "\0" else _surrogate(markdown)
        if at >= 0:
            line = markdown.count("\n", 0, at) + 1
            raise Invalid(f"Line {line} holds {name}. Remove it and save as UTF-8.", [Fault(f"line {line}", name)])


def _surrogate(text: str) -> int:
    found = re.search("[\ud800-\udfff]", text)
    return found.start() if found else -1


def _front(source: str) -> FrontMatter:
    try:
        keys = yaml.load(source, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + 2
        raise _invalid(line, f"the front matter is not YAML ({error.problem}); quote values with a colon") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _invalid(2, f"the front matter is not YAML ({error})") from None
    if keys is None:
        return FrontMatter()
    if not isinstance(keys, dict):
        raise _invalid(2, "the front matter must be `key: value` lines")
    try:
        return FrontMatter.model_validate({str(key): value for key, value in keys.items() if value is not None})
    except ValidationError as error:
        faults = [_fault(source, wrong) for wrong in error.errors()]
        raise Invalid(" ".join(f"{fault.pointer}: {fault.detail}." for fault in faults), faults) from None


def _fault(source: str, wrong: Any) -> Fault:
    key = str(wrong["loc"][0])
    lines = source.splitlines()
    number = next((n for n, line in enumerate(lines, 2) if re.match(rf"[\"']?{re.escape(key)}[\"']?\s*:", line)), 2)
    reason = wrong["msg"].removeprefix("Value error, ")
    if key == "tasks" and "pattern" in reason:
        reason = "a task is named by its slug: small letters, digits and dashes, such as issue-refund"
    return Fault(f"line {number}", f"{key}: {reason[0].lower()}{reason[1:]}")


def _invalid(line: int, reason: str) -> Invalid:
    return Invalid(f"line {line}: {reason}.", [Fault(f"line {line}", reason)])
