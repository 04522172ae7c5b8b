"""The tasks by workflow, with how many aids each has."""

from dataclasses import dataclass

from sqlmodel import Session

from app.aids import queries
from app.viewer import Viewer
from app.web.words import _


@dataclass(frozen=True)
class TaskLink:
    """A task to go to."""

    slug: str
    title: str
    aids: int = 0
    criticality: int | None = None
    confirmed: bool = True


@dataclass(frozen=True)
class WorkflowLinks:
    """A workflow with its tasks."""

    title: str
    tasks: list[TaskLink]


def read(session: Session, viewer: Viewer) -> list[WorkflowLinks]:
    """Every task, with the number of its aids that this viewer may see, in one statement."""
    found: dict[str, list[TaskLink]] = {}
    for task, workflow, aids in queries.catalogue(session, viewer.member):
        title = workflow.title if workflow else _("Other tasks")
        found.setdefault(title, []).append(TaskLink(task.slug, task.title, aids, task.criticality, task.confirmed))
    return [WorkflowLinks(title, tasks) for title, tasks in found.items()]
