"""Who keeps which aid: from what stands as `owner` in an aid to a person and an address, and on to the next owner."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from app.aids import upkeep
from app.aids.front import with_front
from app.aids.models import Aid, Revision
from app.errors import Invalid, NotFound
from app.improvement import queries
from app.improvement.models import MailStop
from app.people.models import Person
from app.people.service import record
from app.viewer import Right, Viewer

AT_ONCE = 200
ADDRESS = re.compile(r"^[^@\s<>,;]+@[^@\s<>,;]+$")


@dataclass(frozen=True)
class Owner:
    """Somebody, or a group, that keeps aids; `left` where that person works here no more."""

    name: str
    address: str | None
    left: bool = False


class Directory:
    """What is known of owners: an owner is written as an address, or as the id of a person."""

    def __init__(self, persons: Collection[Person], today: date) -> None:
        self._known: dict[str, Owner] = {}
        for person in persons:
            address, owner = _email(person), Owner(person.name, _email(person), _has_left(person, today))
            self._known[person.id.casefold()] = owner
            if address:
                self._known[address.casefold()] = owner

    def find(self, owner: str) -> Owner:
        """Who this is; an address that belongs to nobody here may be that of a group."""
        known = self._known.get(owner.strip().casefold())
        return known or Owner(owner, owner.strip() if ADDRESS.match(owner.strip()) else None)


def directory(session: Session, today: date) -> Directory:
    """Everybody who is known here."""
    return Directory(queries.persons(session), today)


def address_of(session: Session, person: str) -> str | None:
    """Where mail for this person goes."""
    found = session.get(Person, person)
    return _email(found) if found else None


def _email(person: Person) -> str | None:
    return person.email


def _has_left(person: Person, today: date) -> bool:
    return person.disabled or (person.left_on is not None and person.left_on <= today)


@dataclass(frozen=True)
class Handed:
    """What came of handing aids over: those that have the new owner, and those whose newest text is not live."""

    done: list[str]
    waiting: list[str]


def hand_over(session: Session, at: datetime, viewer: Viewer, slugs: Collection[str], owner: str) -> Handed:
    """Write a new owner into these aids, each as a new revision that is live at once and is no review.

    An aid whose newest text waits for approval is left alone: the owner is part of that text.

    Raises:
        Invalid: nothing is chosen, or too much, or the owner is no address and no person.
    """
    viewer.require(Right.PUBLISH)
    name = " ".join(owner.split())
    if not slugs or len(slugs) > AT_ONCE:
        raise Invalid(f"Choose at least one aid and at most {AT_ONCE}. Nothing was changed.")
    if directory(session, at.date()).find(name).address is None and session.get(Person, name) is None:
        raise Invalid("Write the e-mail address of the new owner, or a person’s id. Nothing was changed.")
    handed = Handed([], [])
    for aid, newest in queries.newest_of(session, slugs):
        live = aid.live == newest.number
        (handed.done if live else handed.waiting).append(aid.slug)
        if live and newest.owner != name:
            _write(session, at, viewer, aid, newest, name)
    return handed


def _write(session: Session, at: datetime, viewer: Viewer, aid: Aid, newest: Revision, owner: str) -> None:
    markdown = with_front(newest.markdown, {"owner": owner})
    upkeep.amend(session, at, viewer, aid, newest, markdown, f"Owner: {owner}")
    record(session, at, viewer, "owner changed", f"{aid.slug} to {owner}")


def switch_mail(session: Session, at: datetime, viewer: Viewer, address: str, on: bool) -> None:
    """Whether this address gets the weekly mail."""
    viewer.require(Right.WRITE)
    if not ADDRESS.match(address):
        raise NotFound("This is not an address that gets mail.")
    stopped = session.get(MailStop, address.casefold())
    if on and stopped is not None:
        session.delete(stopped)
    elif not on and stopped is None:
        session.add(MailStop(address=address.casefold()))
    record(session, at, viewer, "weekly mail on" if on else "weekly mail off", address)
