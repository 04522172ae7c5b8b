"""Who works here: persons as the personnel system sends them, the groups they belong to by date, and who has gone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import delete
from sqlmodel import Session, col

from app.errors import Conflict, Fault, Invalid, NotFound
from app.people import queries
from app.people.audit import record
from app.people.models import Departure, Membership, Person, SignIn, SignInLink
from app.people.schemas import PersonIn
from app.viewer import Right, Role, Scope, Viewer

FIRST_ADMIN = "administrator"
PLAIN = ("name", "email", "manager", "tenure_from", "left_on", "role", "disabled")
NEVER_EMPTY = {"name", "role", "disabled"}
ERASED = "erased"
UNSEEN = {"synchronize_session": False}  # none of these rows is in the session: it is not searched for them


@dataclass
class Report:
    """What an upsert did: ids."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)


def upsert(session: Session, at: datetime, today: date, viewer: Viewer, wanted: Sequence[PersonIn]) -> Report:
    """Make these persons what they are said to be; the same twice changes nothing.

    Raises:
        Invalid: one of them cannot be so; nobody was changed.
    """
    viewer.require(Right.PEOPLE)
    ids = [one.id for one in wanted]
    known, belong = queries.persons(session, ids), queries.open_memberships(session, ids)
    if faults := _faults(wanted, known, viewer):
        raise Invalid(f"{faults[0].pointer}: {faults[0].detail}", faults)
    made = _made(session, at, [one for one in wanted if one.id not in known])
    report = Report()
    for one in wanted:
        person = known.get(one.id)
        if person is not None and person.erased_at is not None:
            report.erased.append(one.id)
        elif person is None:
            _settle_in(session, at, today, viewer, made[one.id], one)
            report.created.append(one.id)
        else:
            changes = _change(person, one) + _regroup(session, today, person.id, one.groups, belong.get(one.id, {}))
            settle(session, at, today, person)
            if changes:
                record(session, at, viewer, "person changed", one.id, ", ".join(changes))
            (report.changed if changes else report.unchanged).append(one.id)
    session.flush()
    return report


def _made(session: Session, at: datetime, wanted: Sequence[PersonIn]) -> dict[str, Person]:
    """Those who are new, stored together before anything that hangs on them."""
    made = {one.id: Person(id=one.id, name=one.id, role=Role.EMPLOYEE, created_at=at) for one in wanted}
    for one in wanted:
        _change(made[one.id], one)
    session.add_all(made.values())
    session.flush()
    return made


def _settle_in(session: Session, at: datetime, today: date, viewer: Viewer, person: Person, wanted: PersonIn) -> None:
    """Somebody new belongs to her groups from her first day on, as far as it is known."""
    for group in sorted(set(wanted.groups or [])):
        session.add(Membership(person_id=person.id, group=group, begins_on=person.tenure_from or today))
    settle(session, at, today, person)
    record(session, at, viewer, "person added", person.id, f"role {person.role}")


def _faults(wanted: Sequence[PersonIn], known: Mapping[str, Person], viewer: Viewer) -> list[Fault]:
    faults: list[Fault] = []
    seen: set[str] = set()
    for number, one in enumerate(wanted):
        if one.id in seen:
            faults.append(Fault(f"/{number}/id", "is there twice in this list. Send each person once."))
        seen.add(one.id)
        if one.id not in known and not one.name:
            faults.append(Fault(f"/{number}/name", "is needed for a person who is new."))
        if one.manager == one.id:
            faults.append(Fault(f"/{number}/manager", "nobody is her own manager."))
        faults += [Fault(f"/{number}/{name}", detail) for name, detail in _keeps_in(one, viewer).items()]
    return faults


def _keeps_in(one: PersonIn, viewer: Viewer) -> dict[str, str]:
    """Nobody locks herself out, and the server's own account stays what it is."""
    if one.id not in {viewer.person, FIRST_ADMIN}:
        return {}
    wrong = {}
    if one.role not in {None, Role.ADMIN}:
        wrong["role"] = "you cannot take away your own, nor that of the account administrator. Ask a colleague."
    if one.disabled or one.left_on:
        wrong["disabled"] = "you cannot shut out yourself, nor the account administrator. Ask a colleague."
    return wrong


def _change(person: Person, wanted: PersonIn) -> list[str]:
    """Take over what was sent; returns what changed, without names and addresses: the audit is for ever."""
    changes: list[str] = []
    for name in PLAIN:
        value = getattr(wanted, name)
        if name not in wanted.model_fields_set or (value is None and name in NEVER_EMPTY):
            continue
        before = getattr(person, name)
        if before != value:
            setattr(person, name, value)
            changes.append(_said(name, before, value))
    return changes


def _said(name: str, before: object, value: object) -> str:
    if name == "disabled":
        return "disabled" if value else "let in again"
    return f"role {before} to {value}" if name == "role" else name


def _regroup(
    session: Session, today: date, person: str, groups: Sequence[str] | None, belongs: Mapping[str, Membership]
) -> list[str]:
    """Open and close memberships as of today; returns what changed, for the audit."""
    if groups is None:
        return []
    opened, closed = sorted(set(groups) - set(belongs)), sorted(set(belongs) - set(groups))
    for group in opened:
        again = queries.ended(session, person, group, today)
        if again is not None:
            again.ends_on = None
        else:
            session.add(Membership(person_id=person, group=group, begins_on=today))
    for group in closed:
        _close(session, today, belongs[group])
    return ["groups"] if opened or closed else []


def _close(session: Session, today: date, membership: Membership) -> None:
    if membership.begins_on >= today:
        session.delete(membership)
    else:
        membership.ends_on = today


def settle(session: Session, at: datetime, today: date, person: Person) -> bool:
    """Shut out who left or is disabled and put it down for those who must know; let in who is back. True: changed."""
    reason = _reason(person, today)
    if (reason is None) == (person.gone_at is None):
        return False
    person.gone_at = at if reason else None
    session.flush()
    session.execute(delete(Departure).where(col(Departure.person_id) == person.id), execution_options=UNSEEN)
    if reason:
        end_everything(session, person.id)
        session.add(Departure(person_id=person.id, reason=reason, name=person.name, email=person.email, at=at))
    return True


def _reason(person: Person, today: date) -> str | None:
    if person.erased_at is not None:
        return ERASED
    if person.disabled:
        return "disabled"
    return "left" if person.left_on is not None and person.left_on <= today else None


def end_everything(session: Session, person: str) -> None:
    """End all sessions and links of somebody."""
    for table in (SignIn, SignInLink):
        session.execute(delete(table).where(col(table.person_id) == person), execution_options=UNSEEN)


def get(session: Session, person: str) -> Person:
    """The person.

    Raises:
        NotFound: nobody has this id.
    """
    found = session.get(Person, person)
    if found is None or found.erased_at is not None:
        raise NotFound(f"Nobody here has the id {person}. The list at /studio/people names everybody.")
    return found


def settle_day(session: Session, at: datetime, today: date, most: int) -> int:
    """Shut out so many of those whose last day is over; returns how many it were."""
    return sum(settle(session, at, today, person) for person in queries.leaving(session, today, most))


def told(session: Session, person: str, at: datetime) -> None:
    """Those who must know that somebody has gone have been told of what was put down at that time."""
    session.execute(delete(Departure).where(col(Departure.person_id) == person, col(Departure.at) == at))


def covered(session: Session, viewer: Viewer, right: Right) -> Collection[str] | None:
    """The ids of the persons whom the viewer's right covers; None: everybody.

    Raises:
        AppError: the right is not held.
    """
    viewer.require(right)
    scope = viewer.scope(right)
    if scope in {Scope.ALL, Scope.MASKED}:
        return None
    if viewer.person is None:
        return frozenset()
    return frozenset({viewer.person}) if scope is Scope.OWN else frozenset(queries.team(session, [viewer.person]))


def line(session: Session, person: str) -> frozenset[str]:
    """Those whom somebody leads, herself or through others whom she leads."""
    found: set[str] = set()
    asked = {person}
    while asked:
        asked = set(queries.team(session, asked)) - found - {person}
        found |= asked
    return frozenset(found)


def groups_on(session: Session, day: date, persons: Collection[str] | None = None) -> dict[str, list[str]]:
    """To which groups these persons (None: all) belonged on a day."""
    return queries.groups_on(session, day, persons)


def require_open(person: Person) -> None:
    """Raise where somebody may not come in."""
    if person.gone_at is not None:
        raise Conflict(f"{person.name} has left or is disabled. Let her in again first, then make a link.")
