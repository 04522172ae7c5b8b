"""What review and suggestions store about a person."""

from sqlmodel import Session

from app.keepers import Keeper, Kept
from app.people import names
from app.publishing import queries

ERASED = "erased"
WHY = "What you suggested, flagged or offered, with the answer. It stays until you erase it."
WHY_COMMENTS = "What you said about drafts in review. It stays with the aid; erasing takes your name off it."


def _show(session: Session, person: str, _pseudonym: str) -> list[Kept]:
    suggested = [
        {
            "when": one.created_at.isoformat(), "kind": one.kind, "aid": slug, "title": one.title or title,
            "words": one.words, "text": one.text, "named": one.name_me, "state": one.state, "answer": one.answer,
        }
        for one, slug, title in queries.suggested_by(session, person)
    ]  # fmt: skip
    said = [
        {"when": one.at.isoformat(), "revision": one.number, "line": one.line, "words": one.text}
        for one in queries.comments_by(session, person)
    ]
    return [
        Kept("suggestions", "Your suggestions", WHY, suggested),
        Kept("comments", "Your comments on drafts", WHY_COMMENTS, said),
    ]


def _erase(session: Session, person: str, _pseudonym: str) -> None:
    """Open suggestions go; what was dealt with stays part of the aid, without the name."""
    for revision in queries.thanked(session, person, names.of(session, [person]).get(person, "")):
        revision.contributor = None
    for one, _, _ in queries.suggested_by(session, person):
        one.actor, one.name_me = ERASED, False
        if one.state == "open":
            session.delete(one)
    for comment in queries.comments_by(session, person):
        comment.actor = ERASED


KEEPER = Keeper(_show, _erase)
