"""What this room stores about a person: her results, and what was seen of her at work."""

from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.keepers import Keeper, Kept
from app.transfer.models import CompetencyEvidence, MasteryRecord, RolloutUnit
from app.web.words import _
from app.work.models import Task


def show(session: Session, person: str, _pseudonym: str) -> list[Kept]:
    """Mastery, competency, and what she recorded about others."""
    return [
        Kept(
            "mastery", _("Mastery"), _("Results of courses. They stay until you erase them."), _mastery(session, person)
        ),
        Kept(
            "competency",
            _("Competency"),
            _("What was seen of your work, and who saw it. Your manager sees what his line recorded."),
            _competency(session, person),
        ),
    ]


def _mastery(session: Session, person: str) -> list[dict[str, Any]]:
    statement = select(MasteryRecord, Task.slug).join(Task, col(Task.id) == MasteryRecord.task_id)
    rows = session.exec(statement.where(MasteryRecord.person == person).order_by(col(MasteryRecord.at)))
    return [
        {"at": one.at.isoformat(), "task": slug, "source": one.source, "score": one.score, "mastered": one.mastered}
        | {"withdrawn": bool(one.withdrawn_at)}
        for one, slug in rows
    ]


def _competency(session: Session, person: str) -> list[dict[str, Any]]:
    statement = select(CompetencyEvidence, Task.slug).join(Task, col(Task.id) == CompetencyEvidence.task_id)
    rows = session.exec(statement.where(CompetencyEvidence.person == person).order_by(col(CompetencyEvidence.at)))
    return [
        {"at": one.at.isoformat(), "task": slug, "level": one.level, "went well": one.success, "seen by": one.observer}
        | {"source": one.source, "withdrawn": bool(one.withdrawn_at)}
        for one, slug in rows
    ]


def erase(session: Session, person: str, _pseudonym: str) -> None:
    """Her records go; in those of others her name as the observer is emptied."""
    for table in (MasteryRecord, CompetencyEvidence):
        session.execute(delete(table).where(col(table.person) == person))
        session.execute(update(table).where(col(table.recorded_by) == person).values(recorded_by="erased"))
        session.execute(update(table).where(col(table.withdrawn_by) == person).values(withdrawn_by="erased"))
    seen = col(CompetencyEvidence.observer) == person
    session.execute(update(CompetencyEvidence).where(seen).values(observer="erased"))
    session.execute(delete(RolloutUnit).where(col(RolloutUnit.kind) == "person", col(RolloutUnit.name) == person))


KEEPER = Keeper(show, erase)
