"""Every SELECT about persons, groups and what lets them in."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from app.people.models import ApiToken, Departure, Identity, Membership, Password, Person, SignIn, SignInLink

IDS_A_STATEMENT = 500


# Credentials


def signed_in(session: Session, digest: str, at: datetime) -> tuple[SignIn, Person] | None:
    """The session with this digest and its person, unless it has ended or she has gone."""
    statement = (
        select(SignIn, Person)
        .join(Person, Person.id == SignIn.person_id)  # type: ignore[arg-type]
        .where(SignIn.digest == digest, SignIn.expires_at > at, col(Person.gone_at).is_(None))
    )
    row = session.exec(statement).first()
    return (row[0], row[1]) if row else None


def sessions(session: Session, person: str, at: datetime) -> Sequence[SignIn]:
    """The sessions that somebody has, the one used last first."""
    statement = (
        select(SignIn)
        .where(SignIn.person_id == person, SignIn.expires_at > at)
        .order_by(col(SignIn.seen_at).desc().nulls_last(), SignIn.digest)
    )
    return session.exec(statement).all()


def all_sessions(session: Session, person: str) -> Sequence[SignIn]:
    """The sessions that are stored of somebody, those that are over included, the one used last first."""
    return session.exec(select(SignIn).where(SignIn.person_id == person).order_by(col(SignIn.seen_at).desc())).all()


def token(session: Session, digest: str) -> ApiToken | None:
    """The API token with this digest."""
    return session.get(ApiToken, digest)


def tokens(session: Session) -> Sequence[ApiToken]:
    """All API tokens by name, older ones first."""
    return session.exec(select(ApiToken).order_by(ApiToken.name, col(ApiToken.created_at))).all()


def link(session: Session, digest: str) -> tuple[SignInLink, Person] | None:
    """The link with this digest and its person, unless she has gone."""
    statement = (
        select(SignInLink, Person)
        .join(Person, Person.id == SignInLink.person_id)  # type: ignore[arg-type]
        .where(SignInLink.digest == digest, col(Person.gone_at).is_(None))
    )
    row = session.exec(statement).first()
    return (row[0], row[1]) if row else None


def admin_is_signed_in(session: Session, at: datetime) -> bool:
    """Whether any administrator has a session."""
    statement = (
        select(SignIn.digest)
        .join(Person, Person.id == SignIn.person_id)  # type: ignore[arg-type]
        .where(Person.role == "admin", SignIn.expires_at > at, col(Person.gone_at).is_(None))
    )
    return session.exec(statement).first() is not None


def password(session: Session, person: str) -> Password | None:
    """The stored password of somebody."""
    return session.get(Password, person)


def identities(session: Session, person: str) -> Sequence[Identity]:
    """Who somebody is at single sign-on providers."""
    return session.exec(select(Identity).where(Identity.person_id == person)).all()


# Persons


def called(session: Session, who: str) -> Person | None:
    """The person with this id, or the only one with this e-mail."""
    found = session.get(Person, who)
    if found is not None or "@" not in who:
        return found
    several = session.exec(
        select(Person).where(Person.email == who.lower(), col(Person.gone_at).is_(None)).limit(2)
    ).all()
    return several[0] if len(several) == 1 else None


def persons(session: Session, ids: Collection[str]) -> dict[str, Person]:
    """Those of these persons who are known."""
    found: dict[str, Person] = {}
    for some in _portions(ids):
        found |= {one.id: one for one in session.exec(select(Person).where(col(Person.id).in_(some)))}
    return found


def page(session: Session, words: str, after: str, limit: int) -> Sequence[Person]:
    """Persons by id whose id, name or e-mail holds the words, from behind `after`; the erased are left out."""
    statement = (
        select(Person).where(Person.id > after, col(Person.erased_at).is_(None)).order_by(Person.id).limit(limit)
    )
    if words:
        columns = (Person.id, Person.name, Person.email)
        statement = statement.where(or_(*(col(column).icontains(words, autoescape=True) for column in columns)))
    return session.exec(statement).all()


def team(session: Session, managers: Collection[str]) -> Sequence[str]:
    """The ids of those whom these people manage."""
    return session.exec(
        select(Person.id).where(col(Person.manager).in_(managers), col(Person.erased_at).is_(None))
    ).all()


def leaving(session: Session, today: date, most: int) -> Sequence[Person]:
    """Those whose day has come and who are still let in."""
    due = select(Person).where(col(Person.left_on) <= today, col(Person.gone_at).is_(None))
    return session.exec(due.limit(most)).all()


def departures(session: Session, most: int) -> Sequence[Departure]:
    """Those who have gone without that anybody was told, the longest first."""
    return session.exec(select(Departure).order_by(col(Departure.at)).limit(most)).all()


# Groups


def open_memberships(session: Session, ids: Collection[str]) -> dict[str, dict[str, Membership]]:
    """Of these persons, by group, what has not ended."""
    found: dict[str, dict[str, Membership]] = {}
    for some in _portions(ids):
        statement = select(Membership).where(col(Membership.person_id).in_(some), col(Membership.ends_on).is_(None))
        for one in session.exec(statement):
            found.setdefault(one.person_id, {})[one.group] = one
    return found


def ended(session: Session, person: str, group: str, on: date) -> Membership | None:
    """The membership that ended on that very day."""
    statement = select(Membership).where(
        Membership.person_id == person, Membership.group == group, Membership.ends_on == on
    )
    return session.exec(statement).first()


def memberships(session: Session, person: str) -> Sequence[Membership]:
    """Where somebody belonged and belongs, the newest first."""
    statement = select(Membership).where(Membership.person_id == person)
    return session.exec(statement.order_by(col(Membership.begins_on).desc(), Membership.group)).all()


def groups_on(session: Session, day: date, ids: Collection[str] | None = None) -> dict[str, list[str]]:
    """To which groups these persons (None: all) belonged on a day; who belonged to none is not there."""
    at_that_day = and_(
        col(Membership.begins_on) <= day, or_(col(Membership.ends_on).is_(None), col(Membership.ends_on) > day)
    )
    statement = select(Membership.person_id, Membership.group).where(at_that_day).order_by(Membership.group)
    found: dict[str, list[str]] = {}
    for some in _portions(ids) if ids is not None else [None]:
        wanted = statement if some is None else statement.where(col(Membership.person_id).in_(some))
        for person, group in session.exec(wanted):
            found.setdefault(person, []).append(group)
    return found


def sizes(session: Session, day: date) -> dict[str, int]:
    """How many belonged to each group on a day."""
    at_that_day = and_(
        col(Membership.begins_on) <= day, or_(col(Membership.ends_on).is_(None), col(Membership.ends_on) > day)
    )
    statement = select(Membership.group, func.count()).where(at_that_day).group_by(Membership.group)
    return dict(session.exec(statement).all())


def _portions(ids: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(set(ids))
    return [ordered[start : start + IDS_A_STATEMENT] for start in range(0, len(ordered), IDS_A_STATEMENT)]
