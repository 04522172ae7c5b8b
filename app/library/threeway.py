"""Who wins when a library lies in a folder and on the server: decisions/docs-as-code.md holds the table.

Three marks are compared: of what both sides agreed on last (`base`), of the file now (`theirs`), and of the newest text
on the server (`ours`). A mark stands for a text with its images; None for nothing there.
"""

import difflib
import hashlib
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

MOST_LINES = 60  # of a difference that is shown


class Outcome(StrEnum):
    """What is to be done."""

    SAME = "same"
    THEIRS = "theirs"
    OURS = "ours"
    BOTH = "both"
    GONE_THERE = "gone there"
    GONE_HERE = "gone here"


def decide(base: str | None, theirs: str | None, ours: str | None) -> Outcome:
    """The rule for one aid."""
    if theirs == ours:
        return Outcome.SAME
    if base is None:
        return Outcome.OURS if theirs is None else Outcome.THEIRS if ours is None else Outcome.BOTH
    if theirs == base:
        return Outcome.GONE_HERE if ours is None else Outcome.OURS
    if ours == base:
        return Outcome.GONE_THERE if theirs is None else Outcome.THEIRS
    return Outcome.BOTH


def mark(digest: str, images: Iterable[str]) -> str:
    """The mark of a text with this digest that shows these images."""
    return hashlib.sha256("\n".join([digest, *sorted(set(images))]).encode()).hexdigest()


def folder_key(root: Path) -> str:
    """The name under which the agreements with this folder are kept: folders do not mix."""
    return hashlib.sha256(str(root.resolve()).encode()).hexdigest()


def difference(path: str, ours: str, theirs: str) -> str:
    """What the file has (+) and the server has not (-), in the form of `diff -u`."""
    before, after = ours.splitlines(), theirs.splitlines()
    lines = list(difflib.unified_diff(before, after, f"{path} (server)", f"{path} (file)", lineterm=""))
    more = [f"… and {len(lines) - MOST_LINES} lines more"] if len(lines) > MOST_LINES else []
    return "\n".join([*lines[:MOST_LINES], *more])


def beside(path: str) -> str:
    """Where an export puts the server's text when it must not touch the file."""
    return f"{path.removesuffix('.md')}.conflict.md"
