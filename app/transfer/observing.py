"""What somebody saw at work, put down on a phone: one task, one or more people, with or without help."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.errors import AppError, Invalid
from app.ids import uuid7
from app.people import service as people
from app.transfer import queries, service
from app.transfer.intake import Desk
from app.transfer.schemas import CompetencyIn, Level
from app.viewer import Right, Viewer
from app.web import render
from app.web.words import _
from app.work import service as work

router = APIRouter(include_in_schema=False)
MOST_PEOPLE = 200
Words = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True)
class Choice:
    """Something to choose."""

    value: str
    label: str


@dataclass(frozen=True)
class ObserveView:
    """The form; `form` names this filling, so that sending it twice stores it once."""

    tasks: list[Choice]
    task: Choice | None
    steps: list[str]
    team: list[Choice]
    form: str
    message: str | None = None
    problem: str | None = None
    together: bool = False


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


@router.get("/observe")
def observe_page(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    task: Words = "",
    done: Words = "",
    together: Words = "",
) -> HTMLResponse:
    """Choose a task, then say what was seen."""
    viewer.require(Right.RECORD)
    message = _("Stored: {what}.").format(what=done) if done else None
    return _page(request, session, viewer, task, message=message, together=bool(together))


def _page(
    request: Request,
    session: Session,
    viewer: Viewer,
    task: str,
    message: str | None = None,
    problem: str | None = None,
    together: bool = False,
) -> HTMLResponse:
    chosen = work.find(session, task) if task else None
    view = ObserveView(
        tasks=[Choice(one.slug, one.title) for one in queries.tasks_by_title(session)] if not chosen else [],
        task=Choice(chosen.slug, chosen.title) if chosen else None,
        steps=queries.steps_of(session, chosen.id) if chosen else [],
        team=_team(session, viewer),
        form=uuid7().hex,
        message=message,
        problem=problem,
        together=together,
    )
    return render.page(request, "observe.html", _("What did you see?"), view, "studio", status=422 if problem else 200)


def _team(session: Session, viewer: Viewer) -> list[Choice]:
    covered = people.covered(session, viewer, Right.RECORD)
    return [Choice(one, name) for one, name in queries.names(session, covered)]


@router.post("/observe")
def observe(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    seen: Annotated[Seen, Form()],
) -> Response:
    """Store one record for each person."""
    names = _names(seen.person)
    try:
        if not names or seen.level is None:
            raise Invalid(_("Say who it was, and whether there was help."))
        desk = Desk(session, now, viewer, settings)
        service.take(desk, "competency", [_record(seen, viewer, now, *one) for one in enumerate(names)])
    except AppError as error:
        return _page(request, session, viewer, seen.task, problem=error.detail, together=bool(seen.together))
    what = names[0] if len(names) == 1 else _("{n} people").format(n=len(names))
    return RedirectResponse("/observe?" + urlencode({"task": seen.task, "done": what, "together": seen.together}), 303)


def _record(seen: Seen, viewer: Viewer, now: datetime, place: int, name: str) -> CompetencyIn:
    return CompetencyIn(
        id=f"{seen.form}-{place}" if seen.form else uuid7().hex,
        person=name,
        task=seen.task,
        level=seen.level or Level.ASSISTED,
        success=seen.went == "well",
        adapted=seen.adapted,
        observer=viewer.actor,
        source="observation",
        checklist=[one[:500] for one in seen.step],
        at=now,
    )


def _names(given: list[str]) -> list[str]:
    lines = [line.strip() for text in given for line in text.replace(",", "\n").splitlines()]
    return list(dict.fromkeys(line[:200] for line in lines if line))[:MOST_PEOPLE]
