"""What readers write: a change, a flag, an offer; and where they see the answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.aids import service as aids
from app.deps import FactsDep, NowDep, ReaderDep, ReadSession, ViewerDep, WriteSession
from app.errors import AppError, NotFound
from app.facts import Suggested
from app.people.entering import COOKIE
from app.publishing import readers_diff, suggestions
from app.publishing.desk import Comparison
from app.publishing.models import Suggestion
from app.publishing.suggestions import Told, Wanted
from app.viewer import Right, Viewer
from app.web import render
from app.web.words import _
from app.work import service as work
from app.work.schemas import TaskOut

router = APIRouter(include_in_schema=False)
MOST_TASKS = 500
SIGN_IN = _(
    "To send it you need to sign in. Nothing is lost: sign in in another tab, come back to this one, and send it again."
)


@dataclass(frozen=True)
class SuggestView:
    """The form to change an aid, with what was written so far."""

    slug: str
    title: str
    base: int
    text: str
    words: str = ""
    name_me: bool = False
    error: str = ""
    sign_in: bool = False


@dataclass(frozen=True)
class FlagView:
    """Thanks for a flag, and room for words."""

    slug: str
    title: str
    noted: bool
    words: str = ""
    error: str = ""
    sign_in: bool = False


@dataclass(frozen=True)
class OfferView:
    """The form to offer an aid, with what was written so far."""

    tasks: list[TaskOut]
    title: str = ""
    task: str = ""
    words: str = ""
    name_me: bool = False
    error: str = ""
    sign_in: bool = False


@dataclass(frozen=True)
class MineView:
    """What a person suggested, with the answers."""

    told: list[Told]
    sent: bool


@dataclass(frozen=True)
class ChangesView:
    """What is different for readers."""

    slug: str
    title: str
    news: str
    shown: Comparison


class WrittenForm(BaseModel):
    """What a reader wrote, in any of the forms."""

    text: str | None = Field(None, max_length=400_000)
    base: int = Field(0, ge=0, le=1_000_000_000)
    words: str = Field("", max_length=8_000)
    title: str = Field("", max_length=600)
    task: str = Field("", max_length=200)
    name_me: bool = False

    @property
    def wanted(self) -> Wanted:
        """As the service takes it."""
        return Wanted(self.words, self.text, self.name_me, self.title, self.task)


Written = Annotated[WrittenForm, Form()]


@dataclass
class Writing:
    """What every form of a reader needs."""

    request: Request
    session: WriteSession
    viewer: ViewerDep
    now: NowDep
    facts: FactsDep

    def keep(self, add: Callable[[], Suggestion], slug: str | None) -> AppError | None:
        """Store it and tell; the error, where that cannot be, so that the page shows what was written."""
        try:
            with self.session.begin_nested():
                made = add()
        except NotFound:
            raise
        except AppError as error:
            return error
        self.facts.state(Suggested(self.now, made.id or 0, made.kind, made.actor, slug))
        return None


Writer = Annotated[Writing, Depends()]


def _faulty(error: AppError, viewer: Viewer) -> tuple[str, bool]:
    return (SIGN_IN, True) if viewer.role is None else (error.detail, False)


@router.get("/aids/{slug:path}/suggest")
def suggest_page(request: Request, session: ReadSession, viewer: ReaderDep, slug: str) -> HTMLResponse:
    """The text of an aid, to be changed in place."""
    shown = aids.show(session, viewer, slug)
    text = suggestions.body_of(shown.revision.markdown)
    view = SuggestView(slug, shown.revision.title, shown.revision.number, text, sign_in=not viewer.may(Right.SUGGEST))
    return render.page(request, "suggest.html", _("Suggest a change"), view)


@router.post("/aids/{slug:path}/suggest")
def suggest(writing: Writer, slug: str, form: Written) -> Response:
    """Keep it for the trainers; what cannot be kept stays in the form."""
    session, viewer = writing.session, writing.viewer
    shown = aids.show(session, viewer, slug)

    def add() -> Suggestion:
        return suggestions.suggest(session, writing.now, viewer, slug, form.base, form.wanted)

    error = writing.keep(add, slug)
    if error is None:
        return RedirectResponse("/me/suggestions?sent=1", 303)
    reason, sign_in = _faulty(error, viewer)
    text = form.text if form.text is not None else suggestions.body_of(shown.revision.markdown)
    view = SuggestView(slug, shown.revision.title, form.base, text, form.words, form.name_me, reason, sign_in)
    return render.page(writing.request, "suggest.html", _("Suggest a change"), view, status=error.status)


@router.get("/aids/{slug:path}/flag")
def flag_page(request: Request, session: ReadSession, viewer: ReaderDep, slug: str, noted: int = 0) -> HTMLResponse:
    """Room for words about what is out of date."""
    shown = aids.show(session, viewer, slug)
    view = FlagView(slug, shown.revision.title, bool(noted), sign_in=not viewer.may(Right.SUGGEST))
    return render.page(request, "flag.html", _("Flag as outdated"), view)


@router.post("/aids/{slug:path}/flag")
def flag(writing: Writer, slug: str, form: Written) -> Response:
    """One click is enough; words may follow."""
    session, viewer = writing.session, writing.viewer
    shown = aids.show(session, viewer, slug)
    error = writing.keep(lambda: suggestions.flag(session, writing.now, viewer, slug, form.words), slug)
    if error is None:
        said = "/me/suggestions?sent=1" if form.words.strip() else f"/aids/{quote(slug)}/flag?noted=1"
        return RedirectResponse(said, 303)
    reason, sign_in = _faulty(error, viewer)
    view = FlagView(slug, shown.revision.title, False, form.words, reason, sign_in)
    return render.page(writing.request, "flag.html", _("Flag as outdated"), view, status=error.status)


@router.get("/offer")
def offer_page(request: Request, session: ReadSession, viewer: ReaderDep) -> HTMLResponse:
    """The form to offer an aid."""
    view = OfferView(_tasks(session), sign_in=not viewer.may(Right.SUGGEST))
    return render.page(request, "offer.html", _("Offer an aid"), view)


@router.post("/offer")
def offer(writing: Writer, form: Written) -> Response:
    """Keep it for the trainers."""
    session, viewer = writing.session, writing.viewer
    viewer.require_reading()
    error = writing.keep(lambda: suggestions.offer(session, writing.now, viewer, form.wanted), None)
    if error is None:
        return RedirectResponse("/me/suggestions?sent=1", 303)
    reason, sign_in = _faulty(error, viewer)
    view = OfferView(_tasks(session), form.title, form.task, form.words, form.name_me, reason, sign_in)
    return render.page(writing.request, "offer.html", _("Offer an aid"), view, status=error.status)


def _tasks(session: ReadSession) -> list[TaskOut]:
    return work.page(session, "", MOST_TASKS)


@router.get("/me/suggestions")
def mine(
    request: Request, session: WriteSession, viewer: ViewerDep, now: NowDep, sent: Annotated[int, Query()] = 0
) -> HTMLResponse:
    """What this person suggested, with the answers; they count as seen."""
    told = suggestions.mine(session, viewer)
    if viewer.answers:
        suggestions.seen(session, now, viewer)
        request.app.state.credentials.forget(request.cookies.get(COOKIE, ""))
        request.state.viewer = replace(viewer, answers=0)
    return render.page(request, "my_suggestions.html", _("Your suggestions"), MineView(told, bool(sent)))


@router.get("/changes/{slug:path}")
def changes(request: Request, session: ReadSession, viewer: ReaderDep, slug: str, since: str = "") -> HTMLResponse:
    """What is different for readers since the text that they used."""
    shown = aids.show(session, viewer, slug)
    number = int(since) if since.isdecimal() and len(since) < 10 else 0
    compared = readers_diff.since(session, viewer, shown, number)
    view = ChangesView(slug, shown.revision.title, shown.aid.news, compared)
    return render.page(request, "changes.html", _("What changed"), view)
