"""What readers suggest: a change, that an aid is outdated, an aid that is missing; and what they see of the answer."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from app.aids import document
from app.aids import queries as aid_queries
from app.aids import service as aids
from app.errors import Invalid
from app.people.service import record
from app.publishing import queries
from app.publishing.models import Suggestion
from app.viewer import Right, Viewer

TASK = re.compile(r"[a-z0-9][a-z0-9-]{0,199}")


@dataclass(frozen=True)
class Wanted:
    """What a reader wrote. `text` is the body of the aid as she would have it, without the keys on top."""

    words: str = ""
    text: str | None = None
    name_me: bool = False
    title: str = ""
    task: str = ""


@dataclass(frozen=True)
class Told:
    """A suggestion with the slug and the title of its aid, where it is about one that is there."""

    suggestion: Suggestion
    slug: str | None
    title: str | None


def body_of(markdown: str) -> str:
    """The text of an aid without the keys on top: what a reader can change."""
    match = document.FRONT.match(markdown)
    return markdown[match.end() :] if match else markdown


def _with_body(markdown: str, body: str) -> str | None:
    """The text with another body; None where it says the same. Browsers send line ends of their own."""
    old = body_of(markdown)
    new = body.replace("\r\n", "\n").rstrip() + "\n"
    if new.strip() == old.replace("\r\n", "\n").strip():
        return None
    return (
        markdown[: len(markdown) - len(old)] + ("\n" if old.startswith("\n") and not new.startswith("\n") else "") + new
    )


def _clean(text: str, most: int) -> str:
    return text.replace("\0", "").strip()[:most]


def suggest(session: Session, at: datetime, viewer: Viewer, slug: str, base: int, wanted: Wanted) -> Suggestion:
    """A changed text, or words about what is wrong, or both; `base` is the revision that the reader changed.

    Raises:
        Invalid: neither is there. TooLarge: the text is too long for an aid.
    """
    viewer.require(Right.SUGGEST)
    shown = aids.show(session, viewer, slug)
    began = aid_queries.revision(session, shown.aid.id or 0, base) if 0 < base < 1 << 31 else None
    read = began or shown.revision
    text = _with_body(read.markdown, wanted.text.replace("\0", "")) if wanted.text is not None else None
    words = _clean(wanted.words, 4000)
    if text is None and not words:
        raise Invalid("Change the text, or say in your words what is wrong. Nothing was sent.")
    if text is not None:
        document.read(text)
    return _add(session, at, viewer, Suggestion(
        kind="change", aid_id=shown.aid.id, base=read.number, text=text, words=words, name_me=wanted.name_me,
        actor=viewer.actor, created_at=at, state="open",
    ), slug)  # fmt: skip


def flag(session: Session, at: datetime, viewer: Viewer, slug: str, words: str) -> Suggestion:
    """Say that an aid is outdated. Said again, it adds the words to what was said before."""
    viewer.require(Right.SUGGEST)
    shown = aids.show(session, viewer, slug)
    said = _clean(words, 4000)
    for one in queries.suggested_by(session, viewer.actor):
        before = one[0]
        if (before.aid_id, before.kind, before.state) == (shown.aid.id, "outdated", "open"):
            before.words = "\n".join(filter(None, [before.words, said]))[:4000]
            return before
    return _add(session, at, viewer, Suggestion(
        kind="outdated", aid_id=shown.aid.id, base=shown.revision.number, words=said, actor=viewer.actor,
        created_at=at, state="open",
    ), slug)  # fmt: skip


def offer(session: Session, at: datetime, viewer: Viewer, wanted: Wanted) -> Suggestion:
    """A new aid in plain words.

    Raises:
        Invalid: the title or the words are missing.
    """
    viewer.require(Right.SUGGEST)
    title, words = _clean(wanted.title, 300), _clean(wanted.words, 4000)
    if not title or not words:
        raise Invalid("Say what it is about and how it is done. Nothing was sent.")
    return _add(session, at, viewer, Suggestion(
        kind="offer", title=" ".join(title.split()), task=wanted.task if TASK.fullmatch(wanted.task) else "",
        words=words, name_me=wanted.name_me, actor=viewer.actor, created_at=at, state="open",
    ), title)  # fmt: skip


def _add(session: Session, at: datetime, viewer: Viewer, made: Suggestion, subject: str) -> Suggestion:
    session.add(made)
    session.flush()
    record(session, at, viewer, f"suggested: {made.kind}", subject)
    return made


# What the reader sees of it


def mine(session: Session, viewer: Viewer) -> list[Told]:
    """What this person suggested, newest first."""
    viewer.require(Right.SUGGEST)
    return [Told(*row) for row in queries.suggested_by(session, viewer.actor)]


def seen(session: Session, at: datetime, viewer: Viewer) -> None:
    """Note that this person has seen every answer."""
    for one in queries.unseen(session, viewer.actor):
        one.seen_at = at


def with_answers(session: Session, viewer: Viewer) -> Viewer:
    """The viewer with how many answers wait for her."""
    return replace(viewer, answers=queries.count_unseen(session, viewer.actor))
