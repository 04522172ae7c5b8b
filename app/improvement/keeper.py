"""What upkeep stores about a person: what became of her questions, what she put on record, and mails to her."""

from sqlalchemy import delete, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from app.aids.models import Aid
from app.improvement import use
from app.improvement.models import MailStop, PutOff, Question, State
from app.improvement.owners import address_of
from app.keepers import Keeper, Kept
from app.outbox import Message
from app.web.words import _


def show(session: Session, person: str, pseudonym: str) -> list[Kept]:
    """Everything, newest first."""
    return [_questions(session, pseudonym), _work(session, person), _mails(session, person)]


def erase(session: Session, person: str, _pseudonym: str) -> None:
    """Take her out of what was done, and delete the mails. What became of a question stays with the question."""
    session.execute(update(Aid).where(col(Aid.checked_by) == person).values(checked_by=None))
    session.execute(update(Question).where(col(Question.by) == person).values(by=None))
    session.execute(update(PutOff).where(col(PutOff.by) == person).values(by=None))
    address = address_of(session, person)
    if address:
        session.execute(delete(Message).where(col(Message.to) == address.casefold()))
        session.execute(delete(MailStop).where(col(MailStop.address) == address.casefold()))


def _questions(session: Session, pseudonym: str) -> Kept:
    rows = [
        {
            "asked": event.at.isoformat(),
            "question": event.text,
            "state": life.state if life else State.OPEN,
            "answer": life.answer if life else None,
            "aid": life.slug if life else None,
        }
        for event, life in use.asked_by(session, pseudonym)
    ]
    why = _("So that you can be answered. The trainers see the question and not who asked. Kept for 400 days.")
    return Kept("questions", _("Your questions and their answers"), why, rows)


def _work(session: Session, person: str) -> Kept:
    checked = select_columns(col(Aid.slug), col(Aid.checked_on)).where(col(Aid.checked_by) == person)
    answered = select(Question.id, Question.state, Question.at).where(Question.by == person)
    later = select(PutOff.key, PutOff.until).where(PutOff.by == person)
    rows = [
        *({"what": "still right", "aid": slug, "on": str(on)} for slug, on in session.execute(checked)),
        *({"what": f"question {state}", "on": at.isoformat()} for _id, state, at in session.exec(answered)),
        *({"what": "put off", "item": key, "until": until.isoformat()} for key, until in session.exec(later)),
    ]
    why = _("So that readers know who checked an aid, and trainers who took care of what. Kept as long as the aid is.")
    return Kept("upkeep", _("What you did to keep aids true"), why, rows)


def _mails(session: Session, person: str) -> Kept:
    address = address_of(session, person)
    sent = select(Message).where(Message.to == (address or "").casefold()).order_by(col(Message.at).desc())
    rows = [
        {"at": one.at.isoformat(), "subject": one.subject, "state": one.state, "text": one.body}
        for one in session.exec(sent)
    ]
    return Kept("mails", _("Mails to you"), _("So that they arrive. Deleted 30 days after they were sent."), rows)


KEEPER = Keeper(show, erase)
