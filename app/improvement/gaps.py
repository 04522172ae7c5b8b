"""Searches that found nothing, those that mean the same taken together; no text that few readers typed comes out.

Texts with the same words, whatever their endings and order, are one wording. Wordings that point in one direction (the
vectors of `app.search.meaning`, where they are installed) are one gap.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.improvement.use import Failed
from app.search import analysis, meaning

LIKE = 0.65  # cosine; "refund card" and "money back on card" have .69, "vat invoice" and "vat bill" .57
MOST_WORDINGS = 1_000

Words = frozenset[str]


@dataclass
class Wording:
    """What readers typed, alike but for endings and order: who typed which spelling, and at which task."""

    words: Words
    spellings: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    tasks: Counter[str] = field(default_factory=Counter)

    @property
    def readers(self) -> set[str]:
        """Everybody who typed it."""
        return set().union(*self.spellings.values())

    @property
    def commonest(self) -> str:
        """The spelling that most readers used; the bare words where no two used the same."""
        text, by = max(self.spellings.items(), key=lambda one: (len(one[1]), one[0]))
        return text if len(by) > 1 else " ".join(sorted(self.words))


@dataclass(frozen=True)
class Gap:
    """Something that people look for and do not find."""

    key: str
    text: str
    people: int
    task: str | None


def gaps(rows: Iterable[Failed], least: int, lang: str) -> list[Gap]:
    """The gaps of at least so many readers, largest first. Of the others nothing comes out, not even how many."""
    found = [_gap(together, least) for together in _together(_wordings(rows, lang))]
    return sorted((gap for gap in found if gap), key=lambda gap: (-gap.people, gap.text))


def _wordings(rows: Iterable[Failed], lang: str) -> list[Wording]:
    """By how many readers typed them."""
    found: dict[Words, Wording] = {}
    for row in rows:
        words = frozenset(analysis.terms(row.query, lang))
        if words:
            wording = found.setdefault(words, Wording(words))
            wording.spellings[" ".join(row.query.lower().split())].add(row.reader)
            wording.tasks.update([row.task] if row.task else [])
    return sorted(found.values(), key=lambda one: (-len(one.readers), sorted(one.words)))[:MOST_WORDINGS]


def _together(wordings: Sequence[Wording]) -> list[list[Wording]]:
    """Each wording joins the first larger one that means the same."""
    model = meaning.model()
    if model is None:
        return [[one] for one in wordings]
    groups: list[list[Wording]] = []
    leaders = np.zeros((len(wordings), meaning.DIMENSIONS), np.float32)
    for one in wordings:
        vector = model.question(one.commonest)
        likeness = leaders[: len(groups)] @ vector
        best = int(likeness.argmax()) if groups else 0
        if groups and likeness[best] >= LIKE:
            groups[best].append(one)
        else:
            leaders[len(groups)] = vector
            groups.append([one])
    return groups


def _gap(together: Sequence[Wording], least: int) -> Gap | None:
    """What may be shown of it: the first wording if enough readers typed it, else the words that enough of them did."""
    leader = together[0]
    readers = set().union(*(one.readers for one in together))
    words = leader.words if len(leader.readers) >= least else _shared(together, least)
    if not words:
        return None
    text = leader.commonest if words is leader.words else " ".join(sorted(words))
    tasks: Counter[str] = sum((one.tasks for one in together), Counter())
    task = tasks.most_common(1)[0][0] if tasks else None
    return Gap(f"search:{' '.join(sorted(words))}"[:500], text[:200], len(readers), task)


def _shared(together: Sequence[Wording], least: int) -> Words:
    by_word: dict[str, set[str]] = defaultdict(set)
    for one in together:
        for word in one.words:
            by_word[word] |= one.readers
    return frozenset(word for word, readers in by_word.items() if len(readers) >= least)
