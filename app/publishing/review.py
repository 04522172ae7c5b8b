"""The rules of review: sent, returned, approved, retired, restored; always the revision that was seen.

A revision goes draft → review → returned, or approved (waits for its date) → live → past.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from app.aids import queries as aid_queries
from app.aids import service as aids
from app.aids.approval import require_other
from app.aids.models import Aid, Revision
from app.errors import Conflict, Fault, Invalid, LostUpdate, NotFound
from app.people.service import record
from app.publishing import diff, queries
from app.publishing.models import Schedule, Step
from app.viewer import Right, Viewer

OPEN = ("draft", "returned")
MOST_FAULTS = 20


@dataclass(frozen=True)
class Seen:
    """Which text somebody decided on: its number, and where known the SHA-256 of its bytes."""

    number: int | None = None
    digest: str | None = None

    def is_of(self, revision: Revision) -> bool:
        """Whether this is the revision that was seen; who named none takes it as it is."""
        return self.number in {None, revision.number} and self.digest in {None, revision.digest}


@dataclass(frozen=True)
class Desk:
    """An aid on the reviewer's desk: the revision that is worked on, the newest, and the live one."""

    aid: Aid
    revision: Revision
    newest: Revision
    live: Revision | None


class Stale(LostUpdate):
    """The decision was about another text than the one that is there now."""

    def __init__(self, slug: str, seen: Revision | None, present: Revision) -> None:
        before = seen.markdown if seen else ""
        rows = [row for row in diff.lines(before, present.markdown) if row.kind not in {"same", "fold"}]
        compare = f"Compare at /studio/aids/{slug}/diff?before={seen.number}&after={present.number}" if seen else ""
        super().__init__(
            f"{slug}: revision {present.number} is there now, not the text that you read. Nothing was decided. "
            f"{compare or 'Read it'}, then decide again.",
            [_fault(row) for row in rows[:MOST_FAULTS]] if seen else [],
        )
        self.seen, self.present = seen, present


def _fault(row: diff.Row) -> Fault:
    line = row.after or row.before
    assert line is not None
    said = ["".join(piece.text for piece in side.pieces) if side else None for side in (row.before, row.after)]
    reason = {"added": f"new: {said[1]}", "removed": f"gone: {said[0]}"}.get(row.kind, f"was: {said[0]}; is: {said[1]}")
    return Fault(f"line {line.number}", reason)


def desk(session: Session, viewer: Viewer, slug: str) -> Desk:
    """The aid with what there is to decide.

    Raises:
        NotFound: no aid has this address.
    """
    viewer.require(Right.WRITE)
    aid = aid_queries.by_slug(session, slug)
    revision = queries.current(session, aid.id or 0) if aid else None
    newest = aid_queries.newest(session, aid.id or 0) if aid else None
    if aid is None or revision is None or newest is None:
        raise NotFound(f"No job aid has the address {slug!r}.", slug)
    live = aid_queries.revision(session, aid.id or 0, aid.live) if aid.live else None
    return Desk(aid, revision, newest, live)


def step(session: Session, at: datetime, viewer: Viewer, revision: Revision, action: str, words: str = "") -> None:
    """Note what happened to a revision."""
    session.flush()
    session.add(Step(revision_id=revision.id or 0, at=at, actor=viewer.actor, action=action, words=words[:2000]))


def _as_seen(session: Session, found: Desk, seen: Seen, revision: Revision) -> Revision:
    if not seen.is_of(revision):
        known = aid_queries.revision(session, found.aid.id or 0, seen.number) if seen.number else None
        raise Stale(found.aid.slug, known, revision)
    return revision


def submit(session: Session, at: datetime, viewer: Viewer, slug: str, seen: Seen, news: str = "") -> Revision:
    """Send the newest text for review; one that waited before steps back. `news` tells readers what changed.

    Raises:
        Stale: there is a newer text. Conflict: it is in review or live already.
    """
    viewer.require(Right.WRITE)
    found = desk(session, viewer, slug)
    revision = _as_seen(session, found, seen, found.newest)
    if revision.state not in OPEN:
        raise Conflict(f"{slug}: revision {revision.number} is {_in_words(revision)}, so it cannot be sent for review.")
    _step_back(session, found.aid, revision)
    revision.state, revision.submitted_by, revision.news = "review", viewer.actor, news.strip()[:500]
    step(session, at, viewer, revision, "submitted", revision.news)
    record(session, at, viewer, "sent for review", f"{slug} revision {revision.number}")
    return revision


def _in_words(revision: Revision) -> str:
    words = {"review": "in review", "approved": "approved already", "past": "an earlier text"}
    return words.get(revision.state, revision.state)


def _step_back(session: Session, aid: Aid, revision: Revision) -> None:
    """What else waited for review or its date does so no longer."""
    for other in queries.waiting(session, aid.id or 0):
        if other.number != revision.number:
            other.state = "draft"
    if planned := session.get(Schedule, (aid.id, "publish")):
        session.delete(planned)


def give_back(session: Session, at: datetime, viewer: Viewer, slug: str, seen: Seen, reason: str) -> Revision:
    """Return a revision to its author; its author may take it back so.

    Raises:
        Invalid: no reason is given. Stale, Conflict: it is not the one in review.
    """
    viewer.require(Right.WRITE)
    if not reason.strip():
        raise Invalid("Write what is to be changed, then return it. Nothing was sent.")
    found = desk(session, viewer, slug)
    revision = _as_seen(session, found, seen, found.revision)
    if revision.state not in {"review", "approved"}:
        raise Conflict(
            f"{slug}: revision {revision.number} is {_in_words(revision)}; only what is in review goes back."
        )
    _step_back(session, found.aid, revision)
    revision.state = "returned"
    step(session, at, viewer, revision, "returned", reason.strip())
    record(session, at, viewer, "returned", f"{slug} revision {revision.number}")
    return revision


def approve(session: Session, at: datetime, viewer: Viewer, slug: str, seen: Seen, on: date | None = None) -> Revision:
    """Make the revision that was seen live, at once or at the beginning of the day `on`.

    A program may leave out which it saw, and may approve what nobody sent for review.

    Raises:
        Stale: it is another text by now. Conflict: it is not in review. Forbidden: it is the person's own text.
    """
    viewer.require(Right.PUBLISH)
    found = desk(session, viewer, slug)
    revision = _as_seen(session, found, seen, found.revision if viewer.person else _for_program(found, seen))
    if viewer.person:
        _require_review(slug, revision, seen)
    own = require_other(viewer, revision)
    _step_back(session, found.aid, revision)
    step(session, at, viewer, revision, "approved")
    record(session, at, viewer, "approved own" if own else "approved", f"{slug} revision {revision.number}")
    if on is None:
        aids.publish(session, at, viewer, found.aid, revision)
        return revision
    revision.state = "approved"
    session.flush()
    session.add(
        Schedule(aid_id=found.aid.id or 0, action="publish", on_day=on, number=revision.number, actor=viewer.actor)
    )
    return revision


def _for_program(found: Desk, seen: Seen) -> Revision:
    """The newest text, whatever its state, unless the one in review was named."""
    return found.revision if seen.number == found.revision.number else found.newest


def _require_review(slug: str, revision: Revision, seen: Seen) -> None:
    if seen.number is None:
        raise Invalid("Say which revision you read: its number as `revision`.")
    if revision.state not in {"review", "approved"}:
        raise Conflict(f"{slug}: revision {revision.number} is {_in_words(revision)}. Send it for review first.")


def retire(session: Session, at: datetime, viewer: Viewer, slug: str) -> None:
    """Take an aid away from readers; its revisions stay, and a date for its end is done with."""
    aids.retire(session, at, viewer, slug)
    found = desk(session, viewer, slug)
    if planned := session.get(Schedule, (found.aid.id, "retire")):
        session.delete(planned)
    step(session, at, viewer, found.newest, "retired")


def restore(session: Session, at: datetime, viewer: Viewer, slug: str, number: int) -> Revision:
    """A new draft with the text of an earlier revision.

    Raises:
        NotFound: there is no such revision. Conflict: that text is the newest.
    """
    viewer.require(Right.WRITE)
    found = desk(session, viewer, slug)
    old = revision_of(session, found.aid, number)
    if old.digest == found.newest.digest:
        raise Conflict(f"{slug}: revision {number} says the same as the newest one.")
    compiled = aids.compile_text(old.markdown, found.aid.path, old.images)
    note = f"Text of revision {number}"
    revision = aids.add_revision(session, at, viewer, found.aid, compiled, note, "studio")
    revision.contributor = old.contributor
    record(session, at, viewer, "restored", f"{slug} revision {number} as {revision.number}")
    return revision


def revision_of(session: Session, aid: Aid, number: int) -> Revision:
    """One revision of an aid.

    Raises:
        NotFound: there is no such revision.
    """
    found = aid_queries.revision(session, aid.id or 0, number) if 0 < number < 1 << 31 else None
    if found is None:
        raise NotFound(f"{aid.slug} has no revision {number}.")
    return found


def history(session: Session, aid: Aid) -> Sequence[tuple[int, Step]]:
    """What happened to the revisions of an aid, oldest first."""
    return queries.steps(session, aid.id or 0)
