"""What trainers do with a suggestion: adopt it, with credit, or answer. The reader is told."""

import re
from datetime import datetime

from sqlmodel import Session

from app.aids import queries as aid_queries
from app.aids import service as aids
from app.aids import slugs
from app.aids.models import Aid, Revision
from app.errors import Conflict, Invalid, NotFound
from app.people import names
from app.people.service import record
from app.publishing import queries
from app.publishing.models import Suggestion
from app.publishing.suggestions import Told
from app.viewer import Right, Viewer

BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def listed(session: Session, viewer: Viewer, is_open: bool, before: int, limit: int) -> list[Told]:
    """Suggestions, newest first."""
    viewer.require(Right.WRITE)
    return [Told(*row) for row in queries.suggestions(session, is_open, before, limit)]


def get(session: Session, viewer: Viewer, number: int) -> tuple[Suggestion, Aid | None, Revision | None]:
    """A suggestion with its aid and the aid's present text: the live one, or the newest where none is live.

    Raises:
        NotFound: there is no such suggestion.
    """
    viewer.require(Right.WRITE)
    found = session.get(Suggestion, number) if 0 < number < 1 << 31 else None
    if found is None:
        raise NotFound("There is no such suggestion.")
    aid = session.get(Aid, found.aid_id) if found.aid_id else None
    if aid is None:
        return found, None, None
    live = aid_queries.revision(session, aid.id or 0, aid.live) if aid.live else None
    return found, aid, live or aid_queries.newest(session, aid.id or 0)


def _open(session: Session, viewer: Viewer, number: int) -> tuple[Suggestion, Aid | None, Revision | None]:
    found = get(session, viewer, number)
    if found[0].state != "open":
        raise Conflict("Somebody has dealt with this suggestion already. Open the list again.")
    return found


def adopt(session: Session, at: datetime, viewer: Viewer, number: int, answer: str, slug: str = "") -> Revision:
    """Make what was suggested a draft of this trainer, with credit; an offer becomes an aid at `slug`.

    Raises:
        Conflict: the aid has changed since, or the suggestion was dealt with. Invalid: there is no text to adopt.
    """
    suggestion, aid, present = _open(session, viewer, number)
    if suggestion.kind == "offer":
        chosen = slug.strip() or free_slug(session, suggestion.title)
        revision = aids.create(session, at, viewer, chosen, aids.compile_text(_offered(suggestion), f"{chosen}.md"))
        revision.origin = "studio"
    else:
        revision = _changed(session, at, viewer, suggestion, aid, present)
    credit(session, at, viewer, suggestion, revision, answer)
    return revision


def _changed(
    session: Session, at: datetime, viewer: Viewer, suggestion: Suggestion, aid: Aid | None, present: Revision | None
) -> Revision:
    if suggestion.text is None or aid is None or present is None:
        raise Invalid("There is no changed text in this suggestion. Change the aid yourself, then answer.")
    if not unchanged_since(session, suggestion, aid):
        raise Conflict(
            "The aid has changed since this was written. Adopt it with edits, so that neither change is lost."
        )
    compiled = aids.compile_text(suggestion.text, aid.path, present.images)
    return aids.add_revision(session, at, viewer, aid, compiled, "Suggested by a reader", "studio")


def unchanged_since(session: Session, suggestion: Suggestion, aid: Aid) -> bool:
    """Whether the newest text of the aid is still the one that the reader changed."""
    base = aid_queries.revision(session, aid.id or 0, suggestion.base or 0)
    newest = aid_queries.newest(session, aid.id or 0)
    return base is not None and newest is not None and base.digest == newest.digest


def credit(
    session: Session, at: datetime, viewer: Viewer, suggestion: Suggestion, revision: Revision, answer: str = ""
) -> None:
    """Note that this draft came of the suggestion; thanks by name only where the reader agreed to be named."""
    session.flush()
    if suggestion.name_me:
        revision.contributor = names.of(session, [suggestion.actor]).get(suggestion.actor)
    suggestion.aid_id, suggestion.adopted_as = revision.aid_id, revision.number
    _settle(session, at, viewer, suggestion, "adopted", answer)


def for_editing(session: Session, viewer: Viewer, number: int, aid: Aid) -> tuple[Suggestion | None, str | None]:
    """A suggestion for this aid that waits, and its text where it can be taken over as it is."""
    found = session.get(Suggestion, number) if number else None
    viewer.require(Right.WRITE)
    if found is None or found.state != "open" or found.aid_id != aid.id:
        return None, None
    return found, found.text if unchanged_since(session, found, aid) else None


def credit_edited(
    session: Session, at: datetime, viewer: Viewer, number: int, aid: Aid, revision: Revision
) -> Suggestion | None:
    """Note that this draft came of a suggestion, unless somebody dealt with it meanwhile."""
    found, _text = for_editing(session, viewer, number, aid)
    if found is not None:
        credit(session, at, viewer, found, revision)
    return found


def respond(session: Session, at: datetime, viewer: Viewer, number: int, answer: str) -> Suggestion:
    """Answer without adopting.

    Raises:
        Invalid: the answer is empty. Conflict: the suggestion was dealt with.
    """
    suggestion, _, _ = _open(session, viewer, number)
    if not answer.strip():
        raise Invalid("Write an answer: the reader took the trouble, and sees it. Nothing was sent.")
    _settle(session, at, viewer, suggestion, "answered", answer)
    return suggestion


def _settle(session: Session, at: datetime, viewer: Viewer, suggestion: Suggestion, state: str, answer: str) -> None:
    suggestion.state, suggestion.answer = state, answer.replace("\0", "").strip()[:2000]
    suggestion.answered_by, suggestion.answered_at, suggestion.seen_at = viewer.actor, at, None
    record(session, at, viewer, f"suggestion {state}", str(suggestion.id))


def _offered(suggestion: Suggestion) -> str:
    """Plain words as an aid: several lines are steps, one is a paragraph."""
    lines = [
        SPECIAL.sub(r"\\\1", BULLET.sub("", line).strip()) for line in suggestion.words.splitlines() if line.strip()
    ]
    body = "## Quick steps\n" + "".join(f"1. {line}\n" for line in lines) if len(lines) > 1 else f"{lines[0]}\n"
    front = f"---\ntasks: [{suggestion.task}]\n---\n" if suggestion.task else ""
    return f"{front}# {_plain(suggestion.title)}\n\n{body}"


def _plain(text: str) -> str:
    """Words that mean themselves in markdown."""
    return SPECIAL.sub(r"\\\1", text.strip())


def free_slug(session: Session, title: str) -> str:
    """An address for a new aid, made of its title, that no aid has."""
    stem = slugs.proposed(title) or "offered"
    taken = aid_queries.by_slug
    return next(one for one in (stem, *(f"{stem}-{n}" for n in range(2, 1000))) if taken(session, one) is None)
