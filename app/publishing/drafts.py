"""Texts that are being written: kept a second after the last key, there again after a crash, gone once they are saved.

A copy belongs to the person who types it. Others are told that she is editing, never what.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from app.errors import Forbidden
from app.keepers import Keeper, Kept
from app.publishing import drafts_queries as queries
from app.publishing.drafts_models import WorkingCopy
from app.viewer import Right, Viewer
from app.web.words import _

AT_WORK = timedelta(minutes=15)
MOST_NEW = 20


def place_of(aid_id: int) -> str:
    """Where the copy of an aid's text lies."""
    return f"aid-{aid_id}"


def keep(
    session: Session, at: datetime, viewer: Viewer, place: str, fields: dict[str, Any], aid_id: int | None = None
) -> WorkingCopy:
    """Keep what stands in the form.

    Raises:
        Forbidden: a program has nothing to type.
    """
    viewer.require(Right.WRITE)
    if viewer.person is None:
        raise Forbidden("Unsaved texts are kept for persons. A program saves with PUT /api/v1/aids.")
    copy = queries.copy(session, viewer.person, place)
    if copy is None:
        for old in queries.new_ones(session, viewer.person)[MOST_NEW - 1 :]:
            session.delete(old)
        copy = WorkingCopy(person=viewer.person, place=place, aid_id=aid_id, fields={}, began_at=at, updated_at=at)
    copy.fields, copy.updated_at = fields, at
    session.add(copy)
    return copy


def find(session: Session, viewer: Viewer, place: str) -> WorkingCopy | None:
    """What this viewer was writing there."""
    return queries.copy(session, viewer.person, place) if viewer.person else None


def begun(session: Session, viewer: Viewer) -> list[WorkingCopy]:
    """The aids that this viewer has begun and never saved."""
    return list(queries.new_ones(session, viewer.person)) if viewer.person else []


def discard(session: Session, viewer: Viewer, place: str) -> None:
    """Forget what this viewer was writing there."""
    copy = find(session, viewer, place)
    if copy is not None:
        session.delete(copy)


def others(session: Session, at: datetime, viewer: Viewer, aid_id: int) -> list[tuple[str, datetime]]:
    """Who else has been writing at this aid in the last quarter of an hour, and since when."""
    return queries.others(session, viewer.person or "", aid_id, at - AT_WORK)


def _show(session: Session, person: str, _pseudonym: str) -> list[Kept]:
    rows = [
        {"place": copy.place, "updated_at": copy.updated_at.isoformat(), **copy.fields}
        for copy in queries.of_person(session, person)
    ]
    why = _("What you typed in the editor and have not saved. It goes when you save or discard it.")
    return [Kept("working_copies", _("Unsaved texts"), why, rows)]


def _erase(session: Session, person: str, _pseudonym: str) -> None:
    for copy in queries.of_person(session, person):
        session.delete(copy)


KEEPER = Keeper(_show, _erase)
