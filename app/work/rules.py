"""The context rules of applications: kept by trainers, asked by whoever knows a screen and wants its task."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from app.errors import Invalid, NotFound
from app.people.service import record
from app.viewer import Right, Viewer
from app.work import context, queries
from app.work.models import ContextRule
from app.work.schemas import RuleIn

MOST = 1_000  # rules of one application
MOST_TASKS = 50  # that a screen without a rule may be for


def task_for(session: Session, app: str, path: str, screen: str = "") -> str | None:
    """The task (slug) that somebody does on this screen of an application, None where no rule says so."""
    found = fitting(session, app, path, screen)
    return found.task if found else None


def lifted(
    session: Session, named: str | None, app: str, path: str, screen: str = "", usual: str | None = None
) -> list[str]:
    """The tasks (slugs) whose aids a search lifts: the one named, else those that somebody may do on this screen.

    Of a screen that is the task of the rule that decides, else the usual one, else those of most screens of the
    application; none without an application. The database is only asked about a screen, and once.
    """
    if named or not app:
        return [named] if named else []
    known = queries.rules(session, app)
    found = context.best(known, context.masked(path), screen)
    task = found.task if found else usual
    if task:
        return [task]
    return [task for task, _ in Counter(rule.task for rule in known).most_common(MOST_TASKS)]


def fitting(session: Session, app: str, path: str, screen: str = "") -> ContextRule | None:
    """The rule that decides what this screen is for. `path` may be a whole address; what names a thing is put out."""
    return context.best(queries.rules(session, app), context.masked(path), screen)


def of(session: Session, app: str) -> Sequence[ContextRule]:
    """All rules of an application."""
    return queries.rules(session, app)


def keep(session: Session, at: datetime, wanted: RuleIn) -> ContextRule:
    """Make the rule for this pattern and screen lead to this task, whether it was there or not."""
    found = queries.rule(session, wanted.app, wanted.pattern, wanted.screen)
    if found is None:
        found = ContextRule(**wanted.model_dump(), created_at=at)
    found.task = wanted.task
    session.add(found)
    session.flush()
    return found


def add(session: Session, at: datetime, viewer: Viewer, wanted: RuleIn) -> ContextRule:
    """A rule by hand.

    Raises:
        NotFound: there is no such task.
        Invalid: there are very many rules already.
    """
    viewer.require(Right.PLAN)
    if len(queries.rules(session, wanted.app)) >= MOST:
        raise Invalid(f"An application has at most {MOST:,} rules. Remove some, or use patterns such as /orders/*.")
    if queries.by_slug(session, wanted.task) is None:
        raise NotFound(f"No task is called {wanted.task!r}. Choose one from the list, or define it first.")
    rule = keep(session, at, wanted)
    record(session, at, viewer, "kept a context rule", f"{wanted.app} {named(rule)} to {wanted.task}")
    return rule


def remove(session: Session, at: datetime, viewer: Viewer, app: str, number: int) -> None:
    """Take a rule away."""
    viewer.require(Right.PLAN)
    found = session.get(ContextRule, number)
    if found is None or found.app != app:
        raise NotFound("This rule is not there any more.")
    session.delete(found)
    record(session, at, viewer, "removed a context rule", f"{app} {named(found)}")


def named(rule: ContextRule) -> str:
    """Which screen a rule is about."""
    return " · ".join(part for part in (rule.pattern, rule.screen) if part)
