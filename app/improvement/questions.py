"""The life of a reader's question: it waits with whoever coaches the task, and is answered, made an aid, or closed.

The question stays the use event that it was; nobody is told who asked. Whoever asked signed in sees the answer on her
own page; anybody else can be reached only if she wrote how.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from app.aids import queries as aids
from app.errors import Invalid, NotFound
from app.improvement import queries, use
from app.improvement.models import Question, State
from app.improvement.queries import About
from app.improvement.use import Asked
from app.people.service import record
from app.usage.models import UseEvent
from app.viewer import Right, Viewer
from app.work.models import Task

PERIOD = timedelta(days=400)
MOST = 200


@dataclass(frozen=True)
class Waiting:
    """A question with what it came from; `member` says whether the answer will be seen without being sent."""

    id: UUID
    text: str
    at: datetime
    query: str | None
    about: About | None
    task: Task | None
    assigned_to: str | None
    member: bool
    life: Question

    @property
    def criticality(self) -> int | None:
        """Of its task, or of the most critical task of its aid."""
        if self.task is not None and self.task.criticality:
            return self.task.criticality
        return self.about.criticality if self.about else None


def listed(session: Session, now: datetime, state: str | None) -> list[Waiting]:
    """The questions in this state, newest first."""
    return put_together(session, use.questions(session, now - PERIOD, state, MOST))


def put_together(session: Session, asked: Sequence[Asked]) -> list[Waiting]:
    """Questions with their aids and tasks, in two statements."""
    about = queries.about(session, {event.slug for event, _ in asked if event.slug})
    tasks = queries.tasks(session, {event.task for event, _ in asked if event.task})
    return [_waiting(event, life, about, tasks) for event, life in asked]


def _waiting(event: UseEvent, life: Question | None, about: Mapping[str, About], tasks: Mapping[str, Task]) -> Waiting:
    aid, task = about.get(event.slug or ""), tasks.get(event.task or "")
    coach = task.owner if task and task.owner else aid.coach if aid else None
    known = life or Question(id=event.id, at=event.at)
    return Waiting(
        id=event.id,
        text=event.text or "",
        at=event.at,
        query=event.query,
        about=aid,
        task=task,
        assigned_to=known.assigned_to or coach,
        member=event.person is not None,
        life=known,
    )


def answer(session: Session, at: datetime, viewer: Viewer, number: UUID, text: str) -> None:
    """Answer in words."""
    words = text.replace("\0", "").strip()
    if not words:
        raise Invalid("Write the answer first. The question still waits.")
    _move(session, at, viewer, number, State.ANSWERED, answer=words)


def point_to(session: Session, at: datetime, viewer: Viewer, number: UUID, slug: str) -> None:
    """Answer with an aid that is live.

    Raises:
        Invalid: there is no such aid.
    """
    wanted = slug.strip().strip("/").removeprefix("aids/").removesuffix(".md")
    if wanted not in aids.titles(session, [wanted]):
        raise Invalid(f"No live aid has the address {wanted!r}. Copy it from the page of the aid; the question waits.")
    _move(session, at, viewer, number, State.AID, slug=wanted)


def close(session: Session, at: datetime, viewer: Viewer, number: UUID) -> None:
    """Nothing is to be done."""
    _move(session, at, viewer, number, State.CLOSED)


def reopen(session: Session, at: datetime, viewer: Viewer, number: UUID) -> None:
    """Have it wait again; what was answered goes."""
    _move(session, at, viewer, number, State.OPEN, answer=None, slug=None)


def assign(session: Session, at: datetime, viewer: Viewer, number: UUID, owner: str) -> None:
    """Give it to somebody else; nobody in particular gives it back to whoever coaches the task."""
    life = _life(session, at, viewer, number)
    life.assigned_to = " ".join(owner.split())[:200] or None
    session.add(life)
    record(session, at, viewer, "question assigned", str(number))


def _move(session: Session, at: datetime, viewer: Viewer, number: UUID, state: State, **what: str | None) -> None:
    life = _life(session, at, viewer, number)
    life.state, life.by, life.at = state, viewer.person, at
    for name, value in what.items():
        setattr(life, name, value)
    session.add(life)
    record(session, at, viewer, f"question {state}", str(number))


def _life(session: Session, at: datetime, viewer: Viewer, number: UUID) -> Question:
    viewer.require(Right.WRITE)
    if use.question(session, number) is None:
        raise NotFound("There is no such question. It may have been erased by whoever asked it.")
    return session.get(Question, number) or Question(id=number, at=at)
