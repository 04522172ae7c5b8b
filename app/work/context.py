"""From a screen to its task: which rule fits an address, a pure function.

A pattern is a path: `/orders/:id/refund` has one part that may be anything, `/orders/*` takes all below it, `*` alone
takes every screen. Of several rules that fit, the one that says most decides.
"""

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

MOST_PATH = 500
LONGEST_NAME = 40  # of a part of a path that is no identifier
IDENTIFIES = re.compile(r"[0-9@%\0]")
VERSION = re.compile(r"v[0-9]{1,2}")
PATTERN = re.compile(r"\*|/|(/(:[A-Za-z][\w-]*|[^/*:?#\s\x00]+))+(/\*)?|/\*")


class Rule(Protocol):
    """What is needed of a rule to match it; at least one of the two is given."""

    @property
    def pattern(self) -> str | None:
        """The pattern of its path."""

    @property
    def screen(self) -> str | None:
        """The name of the screen."""


Fitting = TypeVar("Fitting", bound=Rule)


def masked(address: str) -> str:
    """The path of an address with whatever names a thing or a person put out: `/orders/:id`.

    The widget does the same before anything leaves the host's page.
    """
    try:
        path = urlsplit("/" + address[: 4 * MOST_PATH].lstrip("/") if address.startswith("/") else address).path
    except ValueError:
        path = ""
    parts = [_masked(part) for part in path.split("/") if part]
    return ("/" + "/".join(parts))[:MOST_PATH]


def _masked(part: str) -> str:
    if part == "*" or part.startswith(":") or VERSION.fullmatch(part):
        return part
    identifies = len(part) > LONGEST_NAME or IDENTIFIES.search(part)
    return ":id" if identifies else part


def best(rules: Iterable[Fitting], path: str, screen: str) -> Fitting | None:
    """The rule that says most about this screen; None where none fits. `path` is taken as it is, masked or not."""
    parts = _parts(path)
    fitting = [rule for rule in rules if _fits(rule, parts, screen)]
    return max(fitting, key=_weight, default=None)


def _fits(rule: Rule, parts: list[str], screen: str) -> bool:
    if rule.screen and rule.screen.casefold() != " ".join(screen.split()).casefold():
        return False
    return rule.pattern is None or _matches(_parts(rule.pattern), parts)


def _matches(pattern: list[str], parts: list[str]) -> bool:
    if pattern and pattern[-1] == "*":
        pattern, parts = pattern[:-1], parts[: len(pattern) - 1]
    same = (want.startswith(":") or want == part for want, part in zip(pattern, parts, strict=False))
    return len(pattern) == len(parts) and all(same)


def _weight(rule: Rule) -> tuple[bool, list[int], bool]:
    """A named screen says most; then part by part: a word more than `:id`, `:id` more than `*`."""
    parts = _parts(rule.pattern or "*")
    worth = [0 if part == "*" else 1 if part.startswith(":") else 2 for part in parts]
    return bool(rule.screen), worth, bool(rule.pattern)


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
