"""Keeping aids true: what somebody confirmed, when to look again, and keys that change by themselves."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from app.aids import queries, service
from app.aids.front import with_keyword
from app.aids.models import Aid, ReviewDefault, Revision
from app.people.service import record
from app.viewer import Right, Viewer

AMENDED = "amended"  # the origin of a revision in which only a key above the text changed


def add_keyword(session: Session, at: datetime, viewer: Viewer, aid: Aid, word: str) -> None:
    """A new revision of the newest text with one more keyword; it is live where that text was."""
    newest = queries.newest(session, aid.id or 0)
    if newest is not None and word not in newest.keywords:
        amend(session, at, viewer, aid, newest, with_keyword(newest.markdown, word), f"Keyword: {word}")


def amend(
    session: Session, at: datetime, viewer: Viewer, aid: Aid, newest: Revision, markdown: str, note: str
) -> Revision:
    """A new revision of the newest text in which a key above the text changed, and nothing that the aid says.

    It is live where that text was, or in the state that it had. Nothing was checked by it: review dates stay.
    """
    viewer.require(Right.PUBLISH)
    compiled = service.compile_text(markdown, aid.path, newest.images)
    revision = service.add_revision(session, at, viewer, aid, compiled, note, AMENDED)
    revision.contributor = newest.contributor
    session.flush()
    if aid.live == newest.number:
        checked = aid.checked_on, aid.checked_by, aid.review_due
        service.publish(session, at, viewer, aid, revision)
        aid.checked_on, aid.checked_by, aid.review_due = checked
    elif newest.state != "past":
        revision.state, revision.submitted_by, revision.news = newest.state, newest.submitted_by, newest.news
        newest.state = "draft"
    return revision


def confirm(session: Session, at: datetime, viewer: Viewer, slug: str) -> Aid:
    """On record: somebody looked, and the live text is still right. The next check is due a whole period later.

    Raises:
        NotFound: nothing is live there.
    """
    viewer.require(Right.WRITE)
    shown = service.show(session, viewer, slug)
    aid = shown.aid
    aid.checked_on, aid.checked_by = at.date(), viewer.person
    aid.review_due = service.next_review(session, at, shown.revision)
    session.add(aid)
    record(session, at, viewer, "still right", f"{slug} revision {shown.revision.number}")
    return aid


def set_review_default(session: Session, viewer: Viewer, kind: str, days: int | None) -> None:
    """Days until the next check of an aid of this kind that does not say so itself; None for no check.

    Aids that are live get their date by it at once, counted from their last check.
    """
    viewer.require(Right.PUBLISH)
    session.execute(delete(ReviewDefault).where(col(ReviewDefault.kind) == kind))
    if days:
        session.add(ReviewDefault(kind=kind, days=days))
    for aid in queries.without_own_review(session, kind):
        aid.review_due = aid.checked_on + timedelta(days=days) if days and aid.checked_on else None
        session.add(aid)
