"""Which aids belong to another one."""

import numpy as np

from app.aids.catalogue import Neighbour
from app.search import analysis, meaning
from app.search.sight import Sight
from app.search.snapshot import top

NEAR, SAME_TASK, MOST_NEIGHBOURS = 0.55, 0.2, 4


def neighbours(sight: Sight, aid: int, asked: str = "") -> list[Neighbour]:
    """The aids nearest to this one: alike, of one task, used together or after the same question."""
    snapshot, hints = sight.snapshot, sight.hints
    here = snapshot.document_of(aid)
    if here is None:
        return []
    together = hints.together(aid)
    answered = hints.answered([term for word in analysis.words(asked) for term in snapshot.terms(word)])
    nearness = snapshot.likeness(snapshot.directions(np.array([here]))[0] / meaning.STEPS) + together + answered
    for task in snapshot.shown(here)["tasks"]:
        nearness[snapshot.having("task", task)] += SAME_TASK
    nearness[~sight.visible] = 0
    nearness[here] = 0
    near = np.flatnonzero(nearness >= NEAR)
    found = near[top(nearness[near], MOST_NEIGHBOURS)].tolist()
    shown = [snapshot.shown(number) for number in found]
    return [
        Neighbour(one["slug"], one["title"], bool(together[number]), bool(answered[number]))
        for number, one in zip(found, shown, strict=True)
    ]
