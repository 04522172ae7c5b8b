"""The same change to several aids: all of them or none, and a line in the audit for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from app.aids import upkeep
from app.aids.front import with_front
from app.errors import AppError, Conflict, Invalid, NotFound
from app.people.service import record
from app.publishing import queries, review
from app.publishing.review import Desk, Seen
from app.viewer import Right, Viewer

MOST = 200


class Change(StrEnum):
    """What can be done to several aids at once."""

    SUBMIT = "submit"
    APPROVE = "approve"
    RETIRE = "retire"
    OWNER = "owner"


@dataclass(frozen=True)
class Chosen:
    """An aid and the revision of it that was seen."""

    slug: str
    number: int

    @classmethod
    def read(cls, text: str) -> "Chosen":
        """From `17:billing/refund`, the value of a box in the list."""
        number, _, slug = text.partition(":")
        if not number.isdecimal() or len(number) > 9 or not slug:
            raise Invalid("This selection cannot be read. Choose the aids in the list again.")
        return cls(slug, int(number))


def desks(session: Session, viewer: Viewer, chosen: Sequence[Chosen]) -> list[Desk]:
    """The chosen aids, in one statement.

    Raises:
        Invalid: none or too many are chosen. NotFound: one is not there any more.
    """
    viewer.require(Right.WRITE)
    if not 0 < len(chosen) <= MOST:
        raise Invalid(f"Choose 1 to {MOST} aids.")
    found = queries.several(session, [one.slug for one in chosen])
    gone = {one.slug for one in chosen} - {aid.slug for aid, _ in found}
    if gone:
        raise NotFound(f"{min(gone)} is not there any more. Choose the aids in the list again.")
    return [Desk(aid, revision, revision, None) for aid, revision in found]


def carry_out(
    session: Session, at: datetime, viewer: Viewer, change: Change, chosen: Sequence[Chosen], words: str
) -> list[str]:
    """Do it to each; the first that cannot be done stops it, and the caller's transaction undoes the rest.

    `words` are the news for readers when sending for review, or the new owner. Returns the slugs.
    """
    desks(session, viewer, chosen)
    for one in chosen:
        try:
            _one(session, at, viewer, change, one, words)
        except AppError as error:
            if not error.detail.startswith(one.slug):
                error.detail = f"{one.slug}: {error.detail}"
            error.detail += " Nothing was changed in any of the aids."
            raise
    return [one.slug for one in chosen]


def _one(session: Session, at: datetime, viewer: Viewer, change: Change, one: Chosen, words: str) -> None:
    seen = Seen(one.number)
    if change == Change.SUBMIT:
        review.submit(session, at, viewer, one.slug, seen, words)
    elif change == Change.APPROVE:
        review.approve(session, at, viewer, one.slug, seen)
    elif change == Change.RETIRE:
        review.retire(session, at, viewer, one.slug)
    else:
        set_owner(session, at, viewer, one.slug, seen, words.strip())


def set_owner(session: Session, at: datetime, viewer: Viewer, slug: str, seen: Seen, owner: str) -> None:
    """Put another owner into the front matter; what the aid says and its state stay as they are.

    Raises:
        Conflict: a newer draft is being written. Invalid: the front matter cannot be changed by a program.
    """
    viewer.require(Right.PUBLISH)
    if not owner:
        raise Invalid("Say who the new owner is.")
    found = review.desk(session, viewer, slug)
    if not seen.is_of(found.newest):
        raise Conflict("A newer text is being written. Set the owner there.")
    markdown = with_front(found.newest.markdown, {"owner": owner})
    if markdown != found.newest.markdown:
        upkeep.amend(session, at, viewer, found.aid, found.newest, markdown, f"Owner: {owner}"[:500])
        record(session, at, viewer, "owner set", f"{slug}: {owner}")
