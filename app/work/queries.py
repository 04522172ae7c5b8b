"""Every SELECT about the work catalogue."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from app.work.models import ContextRule, JobRole, Task, TaskRole, Workflow


def by_slug(session: Session, slug: str) -> Task | None:
    """The task with this slug."""
    return session.exec(select(Task).where(Task.slug == slug)).first()


def known(session: Session, slugs: Iterable[str]) -> dict[str, Task]:
    """The tasks that exist among these slugs."""
    return {task.slug: task for task in session.exec(select(Task).where(col(Task.slug).in_(list(slugs))))}


def confirmed(session: Session) -> set[str]:
    """The slugs of the tasks that somebody defined."""
    return set(session.exec(select(Task.slug).where(col(Task.confirmed))))


def workflow(session: Session, slug: str) -> Workflow | None:
    """The workflow with this slug."""
    return session.exec(select(Workflow).where(Workflow.slug == slug)).first()


def job_role(session: Session, slug: str) -> JobRole | None:
    """The job role with this slug."""
    return session.exec(select(JobRole).where(JobRole.slug == slug)).first()


def roles_of(session: Session, task_ids: Sequence[int | None]) -> dict[int, list[JobRole]]:
    """The job roles of each of these tasks."""
    statement = (
        select(TaskRole.task_id, JobRole)
        .join(JobRole, col(JobRole.id) == TaskRole.role_id)
        .where(col(TaskRole.task_id).in_(task_ids))
        .order_by(JobRole.slug)
    )
    found: dict[int, list[JobRole]] = {}
    for task_id, role in session.exec(statement):
        found.setdefault(task_id, []).append(role)
    return found


def page(session: Session, after: str, limit: int) -> Sequence[tuple[Task, Workflow | None]]:
    """Tasks with their workflow, by slug, from behind `after`."""
    statement = (
        select(Task, Workflow)
        .join(Workflow, col(Workflow.id) == Task.workflow_id, isouter=True)
        .where(Task.slug > after)
        .order_by(Task.slug)
        .limit(limit)
    )
    return [(task, found) for task, found in session.exec(statement)]


def critical_count(session: Session, least: int) -> int:
    """How many tasks have at least this criticality."""
    return session.exec(select(func.count()).where(col(Task.criticality) >= least)).one()


def titled(session: Session, titles: Iterable[str]) -> dict[str, str]:
    """The slugs of tasks by their titles, in small letters."""
    wanted = [title.lower() for title in titles]
    return {
        task.title.lower(): task.slug for task in session.exec(select(Task).where(func.lower(Task.title).in_(wanted)))
    }


def like(session: Session, words: Sequence[str], limit: int) -> Sequence[tuple[Task, Workflow | None]]:
    """Tasks whose title or slug holds all of these words, those that somebody defined first."""
    hits = [
        or_(col(Task.title).icontains(word, autoescape=True), col(Task.slug).icontains(word, autoescape=True))
        for word in words
    ]
    statement = (
        select(Task, Workflow)
        .join(Workflow, col(Workflow.id) == Task.workflow_id, isouter=True)
        .where(*hits)
        .order_by(col(Task.confirmed).desc(), Task.title)
        .limit(limit)
    )
    return [(task, found) for task, found in session.exec(statement)]


def rules(session: Session, app: str) -> Sequence[ContextRule]:
    """The context rules of an application, by pattern and screen."""
    statement = (
        select(ContextRule).where(ContextRule.app == app).order_by(col(ContextRule.pattern), col(ContextRule.screen))
    )
    return session.exec(statement).all()


def rule(session: Session, app: str, pattern: str | None, screen: str | None) -> ContextRule | None:
    """The rule for exactly this pattern and screen."""
    same = (
        col(ContextRule.pattern).is_not_distinct_from(pattern),
        col(ContextRule.screen).is_not_distinct_from(screen),
    )
    return session.exec(select(ContextRule).where(ContextRule.app == app, *same)).first()


def applications(session: Session) -> Sequence[str]:
    """The keys of the applications that have context rules."""
    return session.exec(select(ContextRule.app).distinct().order_by(ContextRule.app)).all()


def role_titles(session: Session) -> Sequence[tuple[str, str]]:
    """Every job role (slug, title) by title."""
    return session.exec(select(JobRole.slug, JobRole.title).order_by(JobRole.title)).all()


def titles(session: Session) -> Sequence[tuple[str, str]]:
    """Every task (slug, title) by title."""
    return session.exec(select(Task.slug, Task.title).order_by(Task.title)).all()
