"""What is known beside the question: the reader's task and role, and that something is broken."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.search.segment import Documents, Mask
from app.search.snapshot import Snapshot

LIFT = 1.15  # for an aid of the reader's task or role, or for trouble where she writes of trouble


@dataclass(frozen=True)
class Circumstances:
    """What is known about the situation: it lifts aids and hides none."""

    tasks: Sequence[str] = ()
    role: str | None = None


NOWHERE = Circumstances()


def lifts(
    snapshot: Snapshot, told: str, around: Circumstances, documents: Documents
) -> list[tuple[str, Sequence[str], Mask]]:
    """What lifts aids, by which tasks, role or words, and which of these aids it lifts: once, of however many tasks.

    `told` are the words of the question that tell of trouble.
    """
    found: list[tuple[str, Sequence[str], Mask]] = []
    if around.tasks:
        at_hand = [snapshot.having("task", task)[documents] for task in around.tasks]
        found.append(("task", around.tasks, np.any(at_hand, axis=0)))
    if around.role:
        found.append(("role", [around.role], snapshot.having("role", around.role)[documents]))
    if told:
        helps = snapshot.having("kind", "troubleshooting")[documents] | snapshot.having("moment", "solve")[documents]
        found.append(("trouble", [told], helps))
    return found
