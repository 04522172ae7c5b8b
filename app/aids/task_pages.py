"""The pages of tasks. They stand here and not in `work` because they show a task's aids."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from app.aids import catalogue, queries
from app.aids.aid_view import LABELS
from app.aids.document import Audience, Kind, Moment
from app.aids.models import Aid, Revision
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
    """An aid in a list; `also` names the other moments in which it helps."""

    slug: str
    title: str
    summary: str
    kind_label: str
    also: list[str]


@dataclass(frozen=True)
class MomentView:
    """The aids for one moment of need."""

    key: str
    label: str
    hint: str
    aids: list[AidLink]


@dataclass(frozen=True)
class TaskView:
    """All that the page of a task shows; `hidden` says that members see more aids."""

    slug: str
    title: str
    workflow: str | None
    roles: list[str]
    criticality: int | None
    owner: str | None
    confirmed: bool
    moments: list[MomentView]
    hidden: bool


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
    rows = [row for row in queries.of_task(session, task.id) if row[0].id not in viewer.withheld]
    shown = [row for row in rows if viewer.member or row[1].audience == Audience.EVERYONE]
    view = TaskView(
        slug=task.slug,
        title=task.title,
        workflow=task.workflow,
        roles=task.roles,
        criticality=task.criticality,
        owner=task.owner,
        confirmed=task.confirmed,
        moments=_by_moment(shown),
        hidden=len(shown) < len(rows),
    )
    return render.page(request, "task.html", task.title, view, "tasks")


def _by_moment(rows: Sequence[tuple[Aid, Revision]]) -> list[MomentView]:
    """Each aid once, under the first of its moments on the page."""
    found: dict[Moment, list[AidLink]] = {moment: [] for moment in MOMENTS}
    for aid, revision in rows:
        first, *others = [moment for moment in MOMENTS if moment in revision.moments] or [Moment.APPLY]
        also = [MOMENTS[moment][0] for moment in others]
        link = AidLink(aid.slug, revision.title, revision.summary, LABELS[Kind(revision.kind)], also)
        found[first].append(link)
    return [MomentView(moment, *MOMENTS[moment], aids) for moment, aids in found.items() if aids]
