"""Tasks as JSON."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.status import HTTP_201_CREATED

from app.deps import Cursor, Limit, NowDep, ReaderDep, ReadSession, ViewerDep, WriteSession, tasks_changed
from app.errors import Invalid
from app.viewer import Right
from app.work import service
from app.work.schemas import TaskIn, TaskOut, TaskPage

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])
TaskSlug = Annotated[str, Path(description="The task's slug.")]


@router.get("", summary="List tasks")
def list_tasks(session: ReadSession, _viewer: ReaderDep, limit: Limit = 50, cursor: Cursor = "") -> TaskPage:
    """By slug."""
    items = service.page(session, cursor, limit)
    return TaskPage(items=items, cursor=items[-1].slug if len(items) == limit else None)


@router.post("", summary="Define a task", status_code=HTTP_201_CREATED)
def create_task(request: Request, session: WriteSession, viewer: ViewerDep, now: NowDep, wanted: TaskIn) -> TaskOut:
    """A new task; one that an aid named before becomes confirmed."""
    viewer.require(Right.PLAN)
    tasks_changed(request, session, service.create(session, now, wanted))
    return service.get(session, wanted.slug)


@router.get("/{slug}", summary="Read a task")
def read_task(session: ReadSession, _viewer: ReaderDep, slug: TaskSlug) -> TaskOut:
    """The task with its workflow, job roles and criticality."""
    return service.get(session, slug)


@router.put("/{slug}", summary="Change a task")
def change_task(
    request: Request, session: WriteSession, viewer: ViewerDep, now: NowDep, slug: TaskSlug, wanted: TaskIn
) -> TaskOut:
    """Make the task what the body says; it is created where it was not there."""
    viewer.require(Right.PLAN)
    if wanted.slug != slug:
        raise Invalid("The slug of a task cannot change; send the one in the address.")
    tasks_changed(request, session, service.redefine(session, now, [wanted]))
    return service.get(session, slug)
