"""What readers' words teach about aids: kept term by term, and only what several readers have in common."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete
from sqlmodel import Session, col

from app.aids import queries as aid_queries
from app.search import analysis, queries
from app.search.models import HintState, LearnedUse, LearnedWord, UsedTogether


@dataclass(frozen=True)
class Lesson:
    """A reader came to an aid, with `words` where she had searched.

    `worth` is from -1, it left her stuck, to 1, it helped; less for what is long ago.
    """

    slug: str
    reader: str
    worth: float
    words: str = ""


@dataclass(frozen=True)
class Learned:
    """What several readers have in common about one aid."""

    words: list[LearnedWord]
    persons: int


def learn(
    session: Session,
    slugs: Collection[str],
    lessons: Iterable[Lesson],
    together: Mapping[tuple[str, str], int],
    least: int,
    lang: str,
) -> None:
    """Put what is learned about these aids in the place of what was.

    `together` counts the readers who used two aids beside each other. What fewer than `least` readers have in common
    is not kept. A word that a trainer removed stays removed.
    """
    announce(session)
    aids = aid_queries.with_languages(session, slugs)
    by_slug = defaultdict(list)
    for lesson in lessons:
        by_slug[lesson.slug].append(lesson)
    removed = queries.removed_words(session, [aid for aid, _ in aids.values()])
    numbers = [aid for aid, _ in aids.values()]
    for table in (LearnedWord, LearnedUse, UsedTogether):
        session.execute(delete(table).where(col(table.aid_id).in_(numbers)))
    for slug, (aid, spoken) in aids.items():
        learned = reduce(aid, by_slug[slug], least, spoken or lang)
        before = {term: word for (owner, term), word in removed.items() if owner == aid}
        for word in learned.words:
            word.removed = before.pop(word.term, None) is not None
        session.add_all(learned.words)
        session.add_all(
            LearnedWord(aid_id=aid, term=term, word=word, weight=0, persons=0, removed=True)
            for term, word in before.items()
        )
        if learned.persons >= least:
            session.add(LearnedUse(aid_id=aid, persons=learned.persons))
    known = aid_queries.with_languages(session, {other for _, other in together})
    session.add_all(
        UsedTogether(aid_id=aids[slug][0], other_id=known[other][0], persons=persons)
        for (slug, other), persons in together.items()
        if persons >= least and slug in aids and other in known
    )
    session.flush()


def slugs(session: Session) -> set[str]:
    """The aids about which anything was learned."""
    return queries.slugs_learned(session)


def reduce(aid: int, lessons: Iterable[Lesson], least: int, lang: str) -> Learned:
    """The words that at least `least` readers had in common, each reader counted once for each, the last time."""
    worth: dict[str, dict[str, float]] = defaultdict(dict)
    written: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    helped: dict[str, float] = {}
    for lesson in lessons:
        helped[lesson.reader] = lesson.worth
        for word in analysis.words(lesson.words):
            term = analysis.term(word, lang)
            if term is not None:
                worth[term][lesson.reader] = lesson.worth
                written[term][word].add(lesson.reader)
    words = []
    for term, readers in worth.items():
        persons = sum(given > 0 for given in readers.values())
        weight = sum(readers.values())
        if persons >= least and weight > 0:
            word, by = max(written[term].items(), key=lambda form: (len(form[1]), form[0]))
            shown = word if len(by) > 1 else term  # not the spelling of one reader
            words.append(LearnedWord(aid_id=aid, term=term, word=shown, weight=weight, persons=persons))
    return Learned(words, sum(given > 0 for given in helped.values()))


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
