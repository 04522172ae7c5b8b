"""The doors of this room: evidence in, roll-outs, reports."""

from datetime import datetime

from sqlmodel import Session

from app.errors import NotFound
from app.people import service as people
from app.transfer import queries
from app.transfer.intake import Desk, sift, store, take, withdraw
from app.transfer.models import ActivityMapping, ShownReport
from app.transfer.question import House, Question
from app.transfer.report import Answer, build
from app.transfer.schemas import MappingIn
from app.viewer import Right, Viewer
from app.work import service as work

__all__ = [
    "Answer",
    "Desk",
    "House",
    "Question",
    "map_activity",
    "note_shown",
    "report",
    "sift",
    "store",
    "take",
    "withdraw",
]


def report(session: Session, house: House, viewer: Viewer, asked: Question) -> Answer:
    """The transfer report of a task."""
    viewer.require(Right.MEASURE)
    return build(session, house, asked)


def note_shown(session: Session, shown: ShownReport) -> None:
    """Remember that a report of a past day was shown."""
    if session.get(ShownReport, (shown.task_id, shown.chosen, shown.day)) is None:
        session.add(shown)


def mappings(session: Session, viewer: Viewer) -> list[MappingIn]:
    """Which activity assesses which task."""
    viewer.require(Right.MEASURE)
    return [
        MappingIn(activity=one.activity, task=task.slug, threshold=one.threshold)
        for one, task in queries.mappings(session)
    ]


def map_activity(
    session: Session, at: datetime, viewer: Viewer, activity: str, task: str, threshold: float | None
) -> None:
    """From now on this course or activity assesses this task, with this threshold where it has one."""
    viewer.require(Right.PLAN)
    found = work.note(session, at, [task])[task]
    mapping = session.get(ActivityMapping, (activity, found.id))
    if mapping is None:
        mapping = ActivityMapping(activity=activity, task_id=found.id or 0, changed_at=at)
    mapping.threshold, mapping.changed_at = threshold, at
    session.add(mapping)
    people.record(session, at, viewer, "activity mapped", f"{activity} to {task}")


def unmap_activity(session: Session, at: datetime, viewer: Viewer, activity: str, task: str) -> None:
    """The activity says nothing about this task any more; what it said stays.

    Raises:
        NotFound: it was not mapped.
    """
    viewer.require(Right.PLAN)
    for mapping, found in queries.mappings(session):
        if (mapping.activity, found.slug) == (activity, task):
            session.delete(mapping)
            people.record(session, at, viewer, "activity unmapped", f"{activity} to {task}")
            return
    raise NotFound(f"{activity!r} is not mapped to {task!r}.")
