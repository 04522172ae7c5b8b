"""The trainers' list of suggestions: look at what differs, adopt it with credit, or answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.aids.models import Aid, Revision
from app.aids.queries import revision as revision_of
from app.deps import FactsDep, NowDep, ReadSession, ViewerDep, WriteSession
from app.errors import AppError, NotFound, SignInNeeded
from app.facts import Answered
from app.people import names
from app.publishing import adoption, desk, diff
from app.publishing.desk import Comparison
from app.publishing.models import Suggestion
from app.publishing.suggestions import Told
from app.viewer import Viewer
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio/suggestions", include_in_schema=False)
PAGE = 50
KINDS = {"change": _("Change"), "outdated": _("Outdated"), "offer": _("Offer")}


@dataclass(frozen=True)
class SuggestionsView:
    """A page of the list."""

    told: list[Told]
    names: dict[str, str]
    kinds: dict[str, str]
    is_open: bool
    next: str


@dataclass(frozen=True)
class SuggestionView:
    """A suggestion with what it would change."""

    suggestion: Suggestion
    kind: str
    who: str
    aid: Aid | None
    title: str
    changes: Comparison | None
    moved_on: Comparison | None
    slug: str
    names: dict[str, str]
    answer: str = ""
    error: str = ""


@router.get("")
def listed(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    state: Literal["open", "done"] = "open",
    before: Annotated[int, Query(ge=0, le=1 << 30)] = 0,
) -> HTMLResponse:
    """What readers suggest, newest first."""
    is_open = state != "done"
    told = adoption.listed(session, viewer, is_open, before, PAGE + 1)
    more = f"/studio/suggestions?state={state}&before={told[PAGE - 1].suggestion.id}" if len(told) > PAGE else ""
    called = names.of(session, {one.suggestion.actor for one in told})
    view = SuggestionsView(told[:PAGE], called, KINDS, is_open, more)
    return render.page(request, "studio_suggestions.html", _("Suggestions"), view, "studio")


def _view(session: Session, viewer: Viewer, number: int) -> SuggestionView:
    one, aid, present = adoption.get(session, viewer, number)
    called = names.of(session, {one.actor, one.answered_by})
    moved = aid is not None and one.text is not None and not adoption.unchanged_since(session, one, aid)
    return SuggestionView(
        suggestion=one,
        kind=KINDS.get(one.kind, one.kind),
        who=called[one.actor],
        aid=aid,
        title=one.title or (present.title if present else ""),
        changes=_changes(session, one, aid, present, moved),
        moved_on=_moved_on(session, one, aid, present) if moved else None,
        slug=adoption.free_slug(session, one.title) if one.kind == "offer" and one.state == "open" else "",
        names=called,
    )


def _changes(
    session: Session, one: Suggestion, aid: Aid | None, present: Revision | None, moved: bool
) -> Comparison | None:
    """What the reader changed: against the present text, or where that went on, against the one that she read."""
    if one.text is None or aid is None or present is None:
        return None
    base = revision_of(session, aid.id or 0, one.base or 0) if moved else present
    base = base or present
    return Comparison(desk.number_of(base), _("As suggested"), diff.lines(base.markdown, one.text))


def _moved_on(session: Session, one: Suggestion, aid: Aid | None, present: Revision | None) -> Comparison | None:
    base = revision_of(session, aid.id or 0, one.base or 0) if aid else None
    return desk.compare(base, present) if base and present and base.digest != present.digest else None


@router.get("/{number}")
def suggestion_page(request: Request, session: ReadSession, viewer: ViewerDep, number: int) -> HTMLResponse:
    """One suggestion."""
    view = _view(session, viewer, number)
    return render.page(request, "studio_suggestion.html", _("Suggestion"), view, "studio")


class AnswerForm(BaseModel):
    """What the trainer writes to the reader, and where an offered aid is to be."""

    answer: str = Field("", max_length=4_000)
    slug: str = Field("", max_length=300)


Answer = Annotated[AnswerForm, Form()]


@dataclass
class Answering:
    """What both decisions need."""

    request: Request
    session: WriteSession
    viewer: ViewerDep
    now: NowDep
    facts: FactsDep

    def do(self, number: int, form: AnswerForm, decide: Callable[[], str]) -> Response:
        """Decide and go where it says; what cannot be done is said on the page, and the answer stays in its field."""
        try:
            with self.session.begin_nested():
                target = decide()
        except (NotFound, SignInNeeded):
            raise
        except AppError as error:
            view = replace(_view(self.session, self.viewer, number), answer=form.answer, error=error.detail)
            return render.page(
                self.request, "studio_suggestion.html", _("Suggestion"), view, "studio", error.status
            )  # fmt: skip
        return RedirectResponse(target, 303)

    def told(self, suggestion: Suggestion, slug: str | None) -> None:
        """Let those who send mail know."""
        adopted = suggestion.state == "adopted"
        self.facts.state(Answered(self.now, suggestion.id or 0, suggestion.actor, adopted, slug))


Answerer = Annotated[Answering, Depends()]


@router.post("/{number}/adopt")
def adopt(answering: Answerer, number: int, form: Answer) -> Response:
    """It becomes a draft, with credit."""
    session, viewer = answering.session, answering.viewer

    def decide() -> str:
        adoption.adopt(session, answering.now, viewer, number, form.answer.replace("\0", ""), form.slug)
        one, aid, _present = adoption.get(session, viewer, number)
        slug = aid.slug if aid else ""
        answering.told(one, slug)
        return f"/studio/aids/{quote(slug)}/review"

    return answering.do(number, form, decide)


@router.post("/{number}/answer")
def respond(answering: Answerer, number: int, form: Answer) -> Response:
    """Answer and leave the aid as it is."""
    session, viewer = answering.session, answering.viewer

    def decide() -> str:
        one = adoption.respond(session, answering.now, viewer, number, form.answer.replace("\0", ""))
        answering.told(one, None)
        return "/studio/suggestions"

    return answering.do(number, form, decide)
