"""Readers' questions, and what becomes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse

from app.deps import NowDep, ReadSession, ViewerDep, WriteSession
from app.improvement import questions
from app.improvement.models import State
from app.improvement.questions import Waiting
from app.improvement.sources import new_aid
from app.viewer import Right
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio/questions", include_in_schema=False)
TABS = {
    State.OPEN: _("Waiting"),
    State.ANSWERED: _("Answered"),
    State.AID: _("An aid answers it"),
    State.CLOSED: _("Closed"),
}
EMPTY = {
    State.OPEN: _("Nobody waits for an answer."),
    State.ANSWERED: _("No question has been answered in words yet."),
    State.AID: _("No question has led to an aid yet."),
    State.CLOSED: _("None was closed without an answer."),
}
DONE = {
    State.ANSWERED: _("Answered. Whoever asked signed in sees it on her own page; anybody else has to be told."),
    State.AID: _("Noted: the aid answers it."),
    State.CLOSED: _("Closed."),
    State.OPEN: _("It waits again."),
}


@dataclass(frozen=True)
class Tab:
    """A state to look at."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Shown:
    """A question, and where an aid about it is begun."""

    asked: Waiting
    write_url: str


@dataclass(frozen=True)
class QuestionsView:
    """The questions in one state."""

    tabs: list[Tab]
    state: str
    questions: Sequence[Shown]
    empty: str
    done: str | None


@router.get("")
def questions_page(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    now: NowDep,
    state: Annotated[State, Query()] = State.OPEN,
    done: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """The questions of the last 400 days in one state, newest first."""
    viewer.require(Right.WRITE)
    tabs = [Tab(label, f"/studio/questions?state={one}", one == state) for one, label in TABS.items()]
    found = [
        Shown(one, new_aid(one.query or "", one.task.slug if one.task else None))
        for one in questions.listed(session, now, state)
    ]
    said = DONE[State(done)] if done in list(State) else None
    view = QuestionsView(tabs, state, found, EMPTY[state], said)
    return render.page(request, "questions.html", _("Questions"), view, "studio")


@router.post("/{number}/{action}")
def move(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    number: UUID,
    action: Literal["answer", "aid", "close", "reopen", "assign"],
    text: Annotated[str, Form(max_length=4000)] = "",
) -> RedirectResponse:
    """Answer a question in words or with an aid, close it, have it wait again, or give it to somebody."""
    said = text.replace("\0", "")
    if action == "answer":
        questions.answer(session, now, viewer, number, said)
    elif action == "aid":
        questions.point_to(session, now, viewer, number, said)
    elif action == "assign":
        questions.assign(session, now, viewer, number, said)
    else:
        (questions.close if action == "close" else questions.reopen)(session, now, viewer, number)
    become = {"answer": State.ANSWERED, "aid": State.AID, "close": State.CLOSED, "reopen": State.OPEN}.get(action, "")
    return RedirectResponse(f"/studio/questions?done={become}", 303)
