"""The rules of the work catalogue: define tasks, and note those that an aid names before anybody defined them."""

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col

from app.errors import Conflict, NotFound
from app.work import queries, rules
from app.work.models import JobRole, Task, TaskRole, Workflow
from app.work.schemas import Catalogue, TaskIn, TaskOut

LIKE = 0.55  # one word in common, or more than half of the letters in their order


def get(session: Session, slug: str) -> TaskOut:
    """The task as the API shows it."""
    found = queries.by_slug(session, slug)
    if found is None:
        raise NotFound(f"No task is called {slug!r}. `GET /api/v1/tasks` lists them.", slug)
    return _out(session, [found])[0]


@dataclass(frozen=True)
class TaskDetail:
    """A task with the titles of its workflow and job roles, as a page shows it."""

    id: int
    slug: str
    title: str
    workflow: str | None
    roles: list[str]
    criticality: int | None
    owner: str | None
    confirmed: bool


@dataclass(frozen=True)
class Choice:
    """A task to choose."""

    slug: str
    title: str
    workflow: str


def choices(session: Session, words: str, limit: int = 8) -> list[Choice]:
    """Tasks to choose from: those with all of these words in their title or slug."""
    rows = queries.like(session, words.split()[:8], limit)
    return [Choice(task.slug, task.title, flow.title if flow else "") for task, flow in rows]


def slugs_of(session: Session, names: Collection[str]) -> list[str]:
    """The slugs of tasks that somebody named by slug or by title; of what nobody defined a slug made of its words."""
    known = queries.titled(session, names) if names else {}
    made = [known.get(name.lower()) or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") for name in names]
    return list(dict.fromkeys(slug for slug in made if slug))


@dataclass(frozen=True)
class Named:
    """What the index says of a task: its title and the slugs of its job roles."""

    title: str
    roles: list[str]


def named(session: Session, slugs: Collection[str]) -> dict[str, Named]:
    """These tasks; one that is not in the catalogue is called by its slug."""
    tasks = queries.known(session, slugs) if slugs else {}
    roles = queries.roles_of(session, [task.id for task in tasks.values()])
    unknown = {slug: Named(title_of(slug), []) for slug in slugs}
    return unknown | {
        slug: Named(task.title, [role.slug for role in roles.get(_id(task.id), [])]) for slug, task in tasks.items()
    }


def find(session: Session, slug: str) -> TaskDetail:
    """The task as a page shows it."""
    task = queries.by_slug(session, slug)
    if task is None:
        raise NotFound("No task has this address. The list of tasks has them all.", slug)
    flow = session.get(Workflow, task.workflow_id) if task.workflow_id else None
    roles = [role.title for role in queries.roles_of(session, [task.id]).get(_id(task.id), [])]
    title = flow.title if flow else None
    return TaskDetail(_id(task.id), task.slug, task.title, title, roles, task.criticality, task.owner, task.confirmed)


def create(session: Session, at: datetime, wanted: TaskIn) -> list[str]:
    """A new task; an unconfirmed one with this slug becomes confirmed. Returns as `redefine` does."""
    found = queries.by_slug(session, wanted.slug)
    if found is not None and found.confirmed:
        raise Conflict(f"A task is already called {wanted.slug!r}. Change it with PUT, or choose another slug.")
    return redefine(session, at, [wanted])


def define(session: Session, at: datetime, wanted: TaskIn) -> Task:
    """Make the task what it should be, whether it was there or not."""
    task = queries.by_slug(session, wanted.slug)
    if task is None:
        task = Task(slug=wanted.slug, title=wanted.title, created_at=at)
    task.title, task.criticality, task.owner, task.confirmed = wanted.title, wanted.criticality, wanted.owner, True
    task.workflow_id = _workflow(session, wanted.workflow).id if wanted.workflow else None
    session.add(task)
    session.flush()
    session.execute(delete(TaskRole).where(col(TaskRole.task_id) == task.id))
    for slug in dict.fromkeys(wanted.roles):
        role = _role(session, slug)
        session.add(TaskRole(task_id=_id(task.id), role_id=_id(role.id)))
    session.flush()
    return task


def redefine(session: Session, at: datetime, wanted: Sequence[TaskIn]) -> list[str]:
    """Define these tasks; returns the slugs of those that the index now calls otherwise."""
    slugs = [task.slug for task in wanted]
    before = named(session, slugs)
    for task in wanted:
        define(session, at, task)
    after = named(session, slugs)
    return [slug for slug in slugs if before[slug] != after[slug]]


def load(session: Session, at: datetime, catalogue: Catalogue) -> list[str]:
    """Take in a `tasks.yaml`, and return as `redefine` does. Tasks that it does not name stay as they are."""
    for flow in catalogue.workflows:
        _workflow(session, flow.slug, flow.title)
    for role in catalogue.roles:
        _role(session, role.slug, role.title)
    changed = redefine(session, at, catalogue.tasks)
    for rule in catalogue.rules:
        rules.keep(session, at, rule)
    return changed


def note(session: Session, at: datetime, slugs: Iterable[str]) -> dict[str, Task]:
    """The tasks of these slugs; those that nobody defined are created, unconfirmed."""
    wanted = list(dict.fromkeys(slugs))
    tasks = queries.known(session, wanted) if wanted else {}
    for slug in wanted:
        if slug not in tasks:
            tasks[slug] = Task(slug=slug, title=title_of(slug), confirmed=False, created_at=at)
            session.add(tasks[slug])
    session.flush()
    return tasks


def nearest(titles: Iterable[tuple[str, str]], words: str, most: int = 5) -> list[tuple[str, str]]:
    """The tasks (slug, title) whose title looks most like these words."""
    asked = words.lower()[:200]

    def likeness(task: tuple[str, str]) -> float:
        title = task[1].lower()
        shared = len({word for word in asked.split() if len(word) > 3} & set(title.split()))
        return shared + difflib.SequenceMatcher(None, asked, title).ratio()

    scored = sorted(((likeness(task), task) for task in titles), reverse=True)[:most]
    return [task for score, task in scored if score > LIKE]


def page(session: Session, after: str, limit: int) -> list[TaskOut]:
    """Tasks by slug from behind `after`."""
    return _out(session, [task for task, _ in queries.page(session, after, limit)])


def title_of(slug: str) -> str:
    """Words for a slug nobody gave a title: `issue-refund` is "Issue refund"."""
    return slug.replace("-", " ").capitalize()


def _out(session: Session, tasks: list[Task]) -> list[TaskOut]:
    roles = queries.roles_of(session, [task.id for task in tasks])
    flows = {task.workflow_id: session.get(Workflow, task.workflow_id) for task in tasks if task.workflow_id}
    shown = []
    for task in tasks:
        flow = flows.get(task.workflow_id or 0)
        shown.append(
            TaskOut(
                slug=task.slug,
                title=task.title,
                workflow=flow.slug if flow else None,
                roles=[role.slug for role in roles.get(_id(task.id), [])],
                criticality=task.criticality,
                owner=task.owner,
                confirmed=task.confirmed,
            )
        )
    return shown


def _workflow(session: Session, slug: str, title: str = "") -> Workflow:
    found = queries.workflow(session, slug) or Workflow(slug=slug, title=title_of(slug))
    found.title = title or found.title
    session.add(found)
    session.flush()
    return found


def _role(session: Session, slug: str, title: str = "") -> JobRole:
    found = queries.job_role(session, slug) or JobRole(slug=slug, title=title_of(slug))
    found.title = title or found.title
    session.add(found)
    session.flush()
    return found


def _id(value: int | None) -> int:
    if value is None:
        raise LookupError("the row was not flushed")
    return value
