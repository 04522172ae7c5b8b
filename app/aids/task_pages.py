"""The pages of tasks. They stand here and not in `work` because they show a task's aids."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from app.aids import catalogue, queries
from app.aids.document import Kind, Moment
from app.aids.models import Revision
from app.aids.pages import LABELS
from app.deps import ReaderDep, ReadSession
from app.web import render
from app.web.words import _
from app.work import service as work

router = APIRouter(include_in_schema=False)
MOMENTS = {
    Moment.APPLY: (_("Doing it"), _("You know how, and want to be sure.")),
    Moment.SOLVE: (_("When something goes wrong"), _("It does not work as it should.")),
    Moment.NEW: (_("For the first time"), _("You have not done this before.")),
    Moment.MORE: (_("To know more"), _("You can do it, and want to do it better.")),
    Moment.CHANGE: (_("What has changed"), _("You did it another way until now.")),
}


@dataclass(frozen=True)
class AidLink:
    """An aid in a list."""

    slug: str
    title: str
    summary: str
    kind_label: str


@dataclass(frozen=True)
class MomentView:
    """The aids for one moment of need."""

    key: str
    label: str
    hint: str
    aids: list[AidLink]


@dataclass(frozen=True)
class TaskView:
    """All that the page of a task shows."""

    slug: str
    title: str
    workflow: str | None
    roles: list[str]
    criticality: int | None
    owner: str | None
    confirmed: bool
    moments: list[MomentView]


@dataclass(frozen=True)
class TasksView:
    """All tasks by workflow."""

    workflows: list[catalogue.WorkflowLinks]


@router.get("/tasks")
def tasks_page(request: Request, session: ReadSession, viewer: ReaderDep) -> HTMLResponse:
    """Every task, by workflow."""
    view = TasksView(catalogue.read(session, viewer))
    return render.page(request, "tasks.html", _("Tasks"), view, "tasks")


@router.get("/tasks/{slug}")
def task_page(request: Request, session: ReadSession, viewer: ReaderDep, slug: str) -> HTMLResponse:
    """A task with its aids by moment of need."""
    task = work.find(session, slug)
    rows = queries.of_task(session, task.id, viewer.member)
    revisions = [(aid.slug, revision) for aid, revision in rows]
    moments = [
        MomentView(
            moment, *MOMENTS[moment], [_link(slug, found) for slug, found in revisions if moment in found.moments]
        )
        for moment in MOMENTS
    ]
    view = TaskView(
        slug=task.slug,
        title=task.title,
        workflow=task.workflow,
        roles=task.roles,
        criticality=task.criticality,
        owner=task.owner,
        confirmed=task.confirmed,
        moments=[moment for moment in moments if moment.aids],
    )
    return render.page(request, "task.html", task.title, view, "tasks")


def _link(slug: str, revision: Revision) -> AidLink:
    return AidLink(slug, revision.title, revision.summary, LABELS[Kind(revision.kind)])
