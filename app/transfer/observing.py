"""What somebody saw at work, put down on a phone: one task, one or more people, with or without help."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, Words, WriteSession
from app.errors import AppError, Invalid
from app.ids import uuid7
from app.people import service as people
from app.transfer import queries, seen, service
from app.transfer.intake import Desk
from app.transfer.models import CompetencyEvidence
from app.transfer.schemas import CompetencyIn, Level
from app.viewer import Right, Viewer
from app.web import render
from app.web.words import _
from app.work import service as work

router = APIRouter(include_in_schema=False)
MOST_PEOPLE = 200
MOST_TICKED = 60  # of a longer list nobody finds the name; ids are written then


@dataclass(frozen=True)
class Choice:
    """Something to choose."""

    value: str
    label: str


class Seen(BaseModel):
    """What the form holds."""

    task: Annotated[str, Field(max_length=200)]
    form: Annotated[str, Field(max_length=32, pattern="^[0-9a-f]*$")] = ""
    person: Annotated[list[str], Field(max_length=MOST_PEOPLE)] = []
    level: Level | None = None
    went: str = "well"
    adapted: bool = False
    step: Annotated[list[str], Field(max_length=100)] = []
    together: Annotated[str, Field(max_length=5)] = ""
    corrects: Annotated[str, Field(max_length=100)] = ""


@dataclass(frozen=True)
class ObserveView:
    """The form; `form` names this filling, so that sending it twice stores it once; `said` is what it holds."""

    tasks: list[Choice]
    task: Choice | None
    steps: list[str]
    team: list[Choice]
    form: str
    said: Seen
    message: str | None = None
    problem: str | None = None
    before: CompetencyEvidence | None = None


@router.get("/observe")
def observe_page(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    task: Words = "",
    done: Words = "",
    together: Words = "",
    corrects: Words = "",
) -> HTMLResponse:
    """Choose a task, then say what was seen; or say better what was said before."""
    viewer.require(Right.RECORD)
    message = _("Stored: {what}.").format(what=done) if done else None
    return _page(request, session, viewer, Seen(task=task, together=together[:5], corrects=corrects[:100]), message)


def _page(
    request: Request,
    session: Session,
    viewer: Viewer,
    seen_now: Seen,
    message: str | None = None,
    problem: str | None = None,
) -> HTMLResponse:
    before = seen.own(session, viewer, seen_now.corrects) if seen_now.corrects else None
    task = queries.task_slug(session, before.task_id) if before else seen_now.task
    if before and not problem:
        seen_now = _as_before(before)
    chosen = work.find(session, task) if task else None
    view = ObserveView(
        tasks=[Choice(one.slug, one.title) for one in queries.tasks_by_title(session)] if not chosen else [],
        task=Choice(chosen.slug, chosen.title) if chosen else None,
        steps=queries.steps_of(session, chosen.id) if chosen else [],
        team=_team(session, viewer, MOST_TICKED if seen_now.together else None),
        form=uuid7().hex,
        message=message,
        said=seen_now,
        problem=problem,
        before=before,
    )
    return render.page(request, "observe.html", _("What did you see?"), view, "studio", status=422 if problem else 200)


def _as_before(before: CompetencyEvidence) -> Seen:
    return Seen(
        task="",
        person=[before.person],
        level=Level(before.level),
        went="well" if before.success else "not",
        adapted=bool(before.adapted),
        step=before.checklist,
        corrects=before.id,
    )


def _team(session: Session, viewer: Viewer, most: int | None) -> list[Choice]:
    """Those whom she may record; nobody where they are more than can be shown."""
    found = queries.names(session, people.covered(session, viewer, Right.RECORD))
    return [] if most is not None and len(found) > most else [Choice(one, name) for one, name in found]


@router.post("/observe")
def observe(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    said: Annotated[Seen, Form()],
) -> Response:
    """Store one record for each person."""
    names = _names(said.person)
    try:
        if not names or said.level is None:
            raise Invalid(_("Say who it was, and whether there was help."))
        desk = Desk(session, now, viewer, settings)
        before = seen.own(session, viewer, said.corrects) if said.corrects else None
        at = before.at if before else now
        with session.begin_nested():  # of what is refused nothing stays, not even a task that it named
            service.take(desk, "competency", [_record(said, viewer, at, *one) for one in enumerate(names)])
    except ValidationError:
        return _page(request, session, viewer, said, problem=_("Choose the task from the list, and write plain names."))
    except AppError as error:
        return _page(request, session, viewer, said, problem=error.detail)
    if said.corrects:
        return RedirectResponse("/observe/seen", 303)
    what = names[0] if len(names) == 1 else _("{n} people").format(n=len(names))
    return RedirectResponse("/observe?" + urlencode({"task": said.task, "done": what, "together": said.together}), 303)


def _record(said: Seen, viewer: Viewer, at: datetime, place: int, name: str) -> CompetencyIn:
    return CompetencyIn(
        id=f"{said.form}-{place}" if said.form else uuid7().hex,
        person=name,
        task=said.task,
        level=said.level or Level.ASSISTED,
        success=said.went == "well",
        adapted=said.adapted,
        observer=viewer.actor,
        source="observation",
        checklist=[one[:500] for one in said.step],
        at=at,
        corrects=said.corrects or None,
    )


def _names(given: list[str]) -> list[str]:
    lines = [line.strip() for text in given for line in text.replace(",", "\n").splitlines()]
    return list(dict.fromkeys(line[:200] for line in lines if line))[:MOST_PEOPLE]
