"""Every SELECT about hints."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import union
from sqlmodel import Session, col, select

from app.aids.models import Aid
from app.search.analysis import split
from app.search.characters import plain
from app.search.hints import Hints, Rule
from app.search.models import HintState, LearnedUse, LearnedWord, Synonym, UsedTogether


def hint_number(session: Session) -> int:
    """The state of the hints."""
    return session.exec(select(HintState.number)).one()


def hints(session: Session) -> Hints:
    """All hints."""
    number = hint_number(session)
    learned: dict[str, dict[int, float]] = defaultdict(dict)
    words: dict[str, list[int]] = defaultdict(list)
    kept = select(LearnedWord).where(col(LearnedWord.removed).is_(False))
    for found in session.exec(kept):
        learned[found.term][found.aid_id] = found.weight
        words[found.word].append(found.aid_id)
    persons = dict(session.exec(select(LearnedUse.aid_id, LearnedUse.persons)).all())
    together: dict[int, dict[int, int]] = defaultdict(dict)
    for one, other, count in session.exec(select(UsedTogether.aid_id, UsedTogether.other_id, UsedTogether.persons)):
        together[one][other] = count
    return Hints(number, _rules(session), dict(learned), dict(words), persons, dict(together))


def _rules(session: Session) -> list[Rule]:
    rules = []
    for synonym in synonyms(session):
        phrase, means = tuple(split(plain(synonym.phrase))), tuple(split(plain(synonym.means)))
        rules.append(Rule(phrase, means))
        if synonym.both_ways:
            rules.append(Rule(means, phrase))
    return [rule for rule in rules if rule.words and rule.means]


def removed_words(session: Session, aids: Sequence[int]) -> dict[tuple[int, str], str]:
    """The learned words of these aids that a trainer removed, by aid and term."""
    statement = select(LearnedWord.aid_id, LearnedWord.term, LearnedWord.word).where(
        col(LearnedWord.removed), col(LearnedWord.aid_id).in_(aids)
    )
    return {(aid, term): word for aid, term, word in session.exec(statement)}


def slugs_learned(session: Session) -> set[str]:
    """The addresses of aids that have learned words or use."""
    learned = union(select(LearnedWord.aid_id), select(LearnedUse.aid_id), select(UsedTogether.aid_id))
    return set(session.exec(select(Aid.slug).where(col(Aid.id).in_(learned))))


def learned_words(session: Session, aid: int) -> list[LearnedWord]:
    """The learned words of an aid, the weightiest first; removed ones last."""
    statement = select(LearnedWord).where(LearnedWord.aid_id == aid)
    ordered = statement.order_by(col(LearnedWord.removed), col(LearnedWord.weight).desc(), LearnedWord.word)
    return list(session.exec(ordered))


def origins(session: Session) -> list[str]:
    """Where synonyms came from, each once."""
    return list(session.exec(select(Synonym.origin).distinct().order_by(Synonym.origin)))


def synonyms(session: Session) -> list[Synonym]:
    """All synonyms, by phrase."""
    return list(session.exec(select(Synonym).order_by(Synonym.phrase, Synonym.means)))
