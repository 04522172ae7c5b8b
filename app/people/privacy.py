"""A person's own data: shown whole, and erased. What is kept where is known to the keepers, which the hall hands in."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from app.keepers import Keeper, Kept
from app.people import directory
from app.people.audit import record
from app.people.directory import FIRST_ADMIN
from app.viewer import Role, Viewer

NOBODY = "Erased"


def kept(session: Session, keepers: Sequence[Keeper], person: str, pseudonym: str) -> list[Kept]:
    """Everything that is stored about a person."""
    return [one for keeper in keepers for one in keeper.show(session, person, pseudonym)]


def erase(
    session: Session, at: datetime, viewer: Viewer, keepers: Sequence[Keeper], person_id: str, pseudonym: str
) -> None:
    """Take a person out of everything; her id stays taken and closed, the audit keeps that it was done.

    The server's own account `administrator` is emptied and stays open: somebody must be able to come in.

    Raises:
        NotFound: nobody has this id.
    """
    person = directory.get(session, person_id)
    erase_kept(session, keepers, person_id, pseudonym)
    record(session, at, viewer, "person erased", person_id)
    if person_id == FIRST_ADMIN:
        return
    person.erased_at = at
    directory.settle(session, at, date.max, person)
    person.name, person.role, person.disabled = NOBODY, Role.EMPLOYEE, False
    person.email = person.manager = person.tenure_from = person.left_on = None


def erase_kept(session: Session, keepers: Sequence[Keeper], person_id: str, pseudonym: str) -> None:
    """Have every keeper erase, once more too: an event may have been on its way."""
    session.flush()
    for keeper in keepers:
        keeper.erase(session, person_id, pseudonym)
