"""Remarks about lines of a draft. A later text keeps those on lines that are still there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from app.errors import Invalid, NotFound
from app.publishing import queries, review
from app.publishing.models import Comment
from app.viewer import Right, Viewer


@dataclass(frozen=True)
class Thread:
    """A comment with its replies; `line` is where it stands in the present text, None where that line is gone."""

    first: Comment
    line: int | None
    replies: list[Comment] = field(default_factory=list)


def say(session: Session, at: datetime, viewer: Viewer, slug: str, line: int, text: str) -> Comment:
    """Comment on a line of the revision that is worked on; line 0 is the whole text.

    Raises:
        Invalid: nothing is written, or there is no such line.
    """
    found = review.desk(session, viewer, slug)
    lines = found.revision.markdown.splitlines()
    if not text.strip():
        raise Invalid("Write your comment, then add it. Nothing was stored.")
    if not 0 <= line <= len(lines):
        raise Invalid(f"The text has {len(lines)} lines; there is no line {line}.")
    quote = lines[line - 1][:300] if line else ""
    comment = Comment(
        aid_id=found.aid.id or 0, number=found.revision.number, line=line, quote=quote, text=text.strip()[:2000],
        actor=viewer.actor, at=at,
    )  # fmt: skip
    session.add(comment)
    return comment


def reply(session: Session, at: datetime, viewer: Viewer, slug: str, number: int, text: str) -> None:
    """Answer a comment."""
    if not text.strip():
        raise Invalid("Write your reply, then add it. Nothing was stored.")
    first = _first(session, viewer, slug, number)
    session.add(
        Comment(
            aid_id=first.aid_id,
            number=first.number,
            line=first.line,
            quote=first.quote,
            text=text.strip()[:2000],
            actor=viewer.actor,
            at=at,
            parent_id=first.id,
        )
    )


def resolve(session: Session, viewer: Viewer, slug: str, number: int) -> None:
    """Mark a comment as dealt with, or open it again."""
    first = _first(session, viewer, slug, number)
    first.resolved_by = None if first.resolved_by else viewer.actor


def _first(session: Session, viewer: Viewer, slug: str, number: int) -> Comment:
    viewer.require(Right.WRITE)
    found = review.desk(session, viewer, slug)
    comment = session.get(Comment, number) if 0 < number < 1 << 31 else None
    if comment is None or comment.aid_id != found.aid.id or comment.parent_id is not None:
        raise NotFound("This comment is not there any more.")
    return comment


def threads(session: Session, found: review.Desk) -> list[Thread]:
    """The comments on this text and on those since the live one, where they stand now; resolved ones last."""
    on_live = found.live is not None and found.live.number == found.revision.number
    since = found.revision.number if on_live else (found.aid.live or 0) + 1
    lines = found.revision.markdown.splitlines()
    made: dict[int, Thread] = {}
    for one in queries.comments(session, found.aid.id or 0, since):
        if one.parent_id is None:
            made[one.id or 0] = Thread(one, _place(one, found.revision.number, lines))
        elif one.parent_id in made:
            made[one.parent_id].replies.append(one)
    return sorted(made.values(), key=lambda thread: (bool(thread.first.resolved_by), thread.line or 0))


def _place(comment: Comment, number: int, lines: Sequence[str]) -> int | None:
    """The line with the same words that is nearest to where the comment stood."""
    if comment.line == 0 or comment.number == number:
        return comment.line
    same = [place for place, line in enumerate(lines, 1) if line[:300] == comment.quote]
    return min(same, key=lambda place: abs(place - comment.line), default=None)
