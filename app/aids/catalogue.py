"""The tasks by workflow, with how many aids each has."""

from dataclasses import dataclass

from sqlmodel import Session

from app.aids import queries
from app.viewer import Viewer
from app.web.words import _


@dataclass(frozen=True)
class Neighbour:
    """An aid that belongs to another: by what it is about, by their task, because readers `used` both, or because it
    `answered` readers with the same question.
    """

    slug: str
    title: str
    used: bool
    answered: bool


@dataclass(frozen=True)
class TaskLink:
    """A task to go to; `hidden` counts the aids that only members may see, for those who are none."""

    slug: str
    title: str
    aids: int = 0
    criticality: int | None = None
    confirmed: bool = True
    hidden: int = 0


@dataclass(frozen=True)
class WorkflowLinks:
    """A workflow with its tasks."""

    title: str
    tasks: list[TaskLink]


def read(session: Session, viewer: Viewer) -> list[WorkflowLinks]:
    """Every task, with the number of its aids that this viewer may see, in one statement."""
    found: dict[str, list[TaskLink]] = {}
    for task, workflow, public, members in queries.catalogue(session):
        title = workflow.title if workflow else _("Other tasks")
        aids, hidden = (public + members, 0) if viewer.member else (public, members)
        link = TaskLink(task.slug, task.title, aids, task.criticality, task.confirmed, hidden)
        found.setdefault(title, []).append(link)
    return [WorkflowLinks(title, tasks) for title, tasks in found.items()]
