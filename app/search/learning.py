"""What readers' words teach about aids: kept term by term, and only what several readers have in common."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Engine, delete
from sqlmodel import Session, col

from app.aids import queries as aid_queries
from app.db import reading, writing
from app.search import analysis, queries
from app.search.characters import plain
from app.search.models import HintState, LearnedUse, LearnedWord, UsedTogether

PORTION = 200  # aids written in one transaction


@dataclass(frozen=True)
class Lesson:
    """A reader came to an aid, with `words` where she had searched, and used the aids `beside` it.

    `worth` is from -1, it left her stuck, to 1, it helped; less for what is long ago.
    """

    slug: str
    reader: str
    worth: float
    words: str = ""
    beside: frozenset[str] = frozenset()


@dataclass
class _Tally:
    """What readers have in common about one aid, as far as they were counted; nothing that says who."""

    aid: int
    lang: str
    helped: int = 0
    worth: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    persons: Counter[str] = field(default_factory=Counter)
    written: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    beside: Counter[str] = field(default_factory=Counter)

    def add(self, lessons: Sequence[Lesson]) -> None:
        """Count one reader: once for each word, the last time."""
        worth: dict[str, float] = {}
        forms: set[tuple[str, str]] = set()
        for lesson in lessons:
            for word in analysis.words(plain(lesson.words)):
                for term in analysis.terms_of(word, self.lang):
                    worth[term] = lesson.worth
                    forms.add((term, word))
        for term, given in worth.items():
            self.worth[term] += given
            self.persons[term] += given > 0
        for term, word in forms:
            self.written[term][word] += 1
        self.beside.update({slug for lesson in lessons for slug in lesson.beside})
        self.helped += lessons[-1].worth > 0

    def words(self, least: int) -> Iterator[LearnedWord]:
        """The words that helped at least so many readers, and more than they left stuck."""
        for term, persons in self.persons.items():
            if persons >= least and self.worth[term] > 0:
                word, by = max(self.written[term].items(), key=lambda form: (form[1], form[0]))
                shown = word if by >= least else term  # not the spelling of a few readers
                yield LearnedWord(aid_id=self.aid, term=term, word=shown, weight=self.worth[term], persons=persons)


def learn(engine: Engine, slugs: Collection[str], lessons: Iterable[Lesson], least: int, lang: str) -> None:
    """Put what is learned about these aids in the place of what was.

    The lessons of one reader come together, oldest first. What fewer than `least` readers have in common is not kept.
    A word that a trainer removed stays removed. Others can write until all is counted.
    """
    with reading(engine) as session:
        aids = aid_queries.with_languages(session, slugs)
    tallies = {slug: _Tally(aid, spoken or lang) for slug, (aid, spoken) in aids.items()}
    for _, hers in groupby(lessons, key=attrgetter("reader")):
        by_slug = defaultdict(list)
        for lesson in hers:
            by_slug[lesson.slug].append(lesson)
        for slug in by_slug.keys() & tallies.keys():
            tallies[slug].add(by_slug[slug])
    counted = list(tallies.values())
    for start in range(0, len(counted), PORTION):
        with writing(engine) as session:
            _replace(session, counted[start : start + PORTION], least)


def _replace(session: Session, tallies: Sequence[_Tally], least: int) -> None:
    announce(session)
    numbers = [tally.aid for tally in tallies]
    removed = queries.removed_words(session, numbers)
    for table in (LearnedWord, LearnedUse, UsedTogether):
        session.execute(delete(table).where(col(table.aid_id).in_(numbers)))
    together = [(tally.aid, *pair) for tally in tallies for pair in tally.beside.items() if pair[1] >= least]
    others = aid_queries.with_languages(session, {slug for _, slug, _ in together})
    for tally in tallies:
        before = {term: word for (owner, term), word in removed.items() if owner == tally.aid}
        for word in tally.words(least):
            word.removed = before.pop(word.term, None) is not None
            session.add(word)
        session.add_all(
            LearnedWord(aid_id=tally.aid, term=term, word=word, weight=0, persons=0, removed=True)
            for term, word in before.items()
        )
        if tally.helped >= least:
            session.add(LearnedUse(aid_id=tally.aid, persons=tally.helped))
    session.add_all(
        UsedTogether(aid_id=aid, other_id=others[slug][0], persons=persons)
        for aid, slug, persons in together
        if slug in others
    )
    session.flush()


def slugs(session: Session) -> set[str]:
    """The aids about which anything was learned."""
    return queries.slugs_learned(session)


def announce(session: Session) -> None:
    """Have every process read the hints again. Until the end of the transaction no other process changes any."""
    _state(session).number += 1
    session.flush()


def is_due(session: Session, today: date) -> bool:
    """Whether everything is to be learned anew: once a day, so that what is long ago counts less."""
    return session.get_one(HintState, 1).learned_on != today


def begin_day(session: Session, today: date) -> bool:
    """Take the day's learning on; false where another process did."""
    state = _state(session)
    due = state.learned_on != today
    state.learned_on = today
    return due


def _state(session: Session) -> HintState:
    return session.get_one(HintState, 1, with_for_update=True)
