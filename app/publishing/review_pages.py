"""The reviewer's page: what changes, comments on lines, and the decision."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.deps import FactsDep, NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.errors import AppError, Forbidden, Invalid, NotFound, SignInNeeded
from app.facts import Published, Retired, Returned, Submitted
from app.publishing import comments, desk, review, schedule
from app.publishing.desk import Comparison, HistoryView, Said
from app.publishing.review import Seen, Stale
from app.viewer import Right, Viewer
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio/aids", include_in_schema=False)
DONE = {
    "submitted": _("Sent for review. What is live stays until somebody else approves this text."),
    "returned": _("Returned to its author, with your reason."),
    "live": _("Approved. Readers see it now."),
    "approved": _("Approved. It goes live on its day."),
    "retired": _("Retired. Readers no longer find it; its revisions stay."),
    "restored": _("The earlier text is a new draft. Send it for review to make it live."),
    "planned": _("The day is noted."),
    "stays": _("It stays. Nothing is planned any more."),
    "commented": _("Your comment is stored."),
}


@dataclass(frozen=True)
class CompareView:
    """Any two revisions of an aid."""

    slug: str
    title: str
    shown: Comparison


class DecisionForm(BaseModel):
    """A decision about the revision that was on the page."""

    revision: int | None = Field(None, ge=1, le=1_000_000_000)
    digest: str = Field("", max_length=64)
    words: str = Field("", max_length=4_000)
    on: str = Field("", max_length=10)

    @property
    def seen(self) -> Seen:
        """The text that was on the page."""
        return Seen(self.revision, self.digest or None)

    @property
    def said(self) -> str:
        """The words, without what no database takes."""
        return self.words.replace("\0", "")

    @property
    def day(self) -> date | None:
        """The chosen day."""
        try:
            return date.fromisoformat(self.on) if self.on else None
        except ValueError:
            raise Invalid(f"{self.on!r} is not a day. Write it as 2026-11-23.") from None


@dataclass
class Deciding:
    """Everything that a decision needs but what it is about."""

    request: Request
    session: WriteSession
    viewer: ViewerDep
    now: NowDep
    settings: SettingsDep
    facts: FactsDep

    @property
    def today(self) -> date:
        """The day in the organisation's time zone."""
        return self.now.astimezone(self.settings.zone).date()

    def do(self, slug: str, words: str, decide: Callable[[], tuple[str, object | None]]) -> Response:
        """Decide, and go back to the page; what cannot be done is said there, and what was typed stays."""
        try:
            with self.session.begin_nested():
                done, fact = decide()
        except (NotFound, SignInNeeded):
            raise
        except AppError as error:
            return _refused(self, slug, words, error)
        if fact is not None:
            self.facts.state(fact)
        return RedirectResponse(f"/studio/aids/{quote(slug)}/review?done={done}", 303)


Deciding_ = Annotated[Deciding, Depends()]
Decision = Annotated[DecisionForm, Form()]


def _refused(deciding: Deciding, slug: str, words: str, error: AppError) -> Response:
    if isinstance(error, Forbidden) and not deciding.viewer.may(Right.WRITE):
        raise error
    view = desk.view(deciding.session, deciding.viewer, slug, deciding.today)
    since = desk.compare(error.seen, error.present) if isinstance(error, Stale) and error.seen else None
    detail = _("There is another text now than the one you read. See what changed since, then decide again.")
    said = Said(error=detail if isinstance(error, Stale) else error.detail, words=words)
    shown = replace(view, said=said, since=since)
    return render.page(deciding.request, "review.html", view.revision.title, shown, "studio", error.status)


class ReviewQuery(BaseModel):
    """The line to comment on, and what was just done."""

    line: int = Field(0, ge=0, le=100_000)
    done: str = ""


@router.get("/{slug:path}/review")
def review_page(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    slug: str,
    query: Annotated[ReviewQuery, Query()],
) -> HTMLResponse:
    """What there is to decide about an aid."""
    view = desk.view(session, viewer, slug, now.astimezone(settings.zone).date(), query.line)
    view = replace(view, said=Said(done=DONE.get(query.done, "")))
    return render.page(request, "review.html", view.revision.title, view, "studio")


@router.post("/{slug:path}/submit")
def submit(deciding: Deciding_, slug: str, form: Decision) -> Response:
    """Send for review; the words are what changed, for readers."""

    def decide() -> tuple[str, object]:
        revision = review.submit(deciding.session, deciding.now, deciding.viewer, slug, form.seen, form.said)
        return "submitted", Submitted(deciding.now, slug, revision.number, deciding.viewer.actor)

    return deciding.do(slug, form.said, decide)


@router.post("/{slug:path}/return")
def give_back(deciding: Deciding_, slug: str, form: Decision) -> Response:
    """Return to the author; the words are the reason."""

    def decide() -> tuple[str, object]:
        now, viewer = deciding.now, deciding.viewer
        revision = review.give_back(deciding.session, now, viewer, slug, form.seen, form.said)
        return "returned", Returned(now, slug, revision.number, viewer.actor, revision.author, form.said)

    return deciding.do(slug, form.said, decide)


@router.post("/{slug:path}/approve")
def approve(deciding: Deciding_, slug: str, form: Decision) -> Response:
    """Approve what was read, for now or for a day."""

    def decide() -> tuple[str, object | None]:
        now, viewer = deciding.now, deciding.viewer
        day = schedule.later(form.day, deciding.today)
        revision = review.approve(deciding.session, now, viewer, slug, form.seen, day)
        live = revision.state == "live"
        return revision.state, Published(now, slug, revision.number, viewer.actor) if live else None

    return deciding.do(slug, form.said, decide)


@router.post("/{slug:path}/retire")
def retire(deciding: Deciding_, slug: str) -> Response:
    """Take the aid away from readers."""

    def decide() -> tuple[str, object]:
        review.retire(deciding.session, deciding.now, deciding.viewer, slug)
        return "retired", Retired(deciding.now, slug, deciding.viewer.actor)

    return deciding.do(slug, "", decide)


@router.post("/{slug:path}/schedule")
def plan(deciding: Deciding_, slug: str, form: Decision) -> Response:
    """Retire on a day; without one, what was planned is taken back."""

    def decide() -> tuple[str, None]:
        day = form.day
        if day is not None and schedule.later(day, deciding.today) is None:
            raise Invalid("Choose a day to come, or retire the aid now.")
        schedule.retire_on(deciding.session, deciding.now, deciding.viewer, slug, day)
        return "planned" if day else "stays", None

    return deciding.do(slug, "", decide)


@router.post("/{slug:path}/restore")
def restore(deciding: Deciding_, slug: str, form: Decision) -> Response:
    """An earlier text becomes a new draft."""

    def decide() -> tuple[str, None]:
        review.restore(deciding.session, deciding.now, deciding.viewer, slug, form.revision or 0)
        return "restored", None

    return deciding.do(slug, "", decide)


@router.post("/{slug:path}/comments")
def comment(
    deciding: Deciding_, slug: str, form: Decision, line: Annotated[int, Form(ge=0, le=100_000)] = 0
) -> Response:
    """Comment on a line."""

    def decide() -> tuple[str, None]:
        comments.say(deciding.session, deciding.now, deciding.viewer, slug, line, form.said)
        return "commented", None

    return deciding.do(slug, form.said, decide)


@router.post("/{slug:path}/comments/{number}")
def answer_comment(deciding: Deciding_, slug: str, number: int, form: Decision) -> Response:
    """Reply to a comment."""

    def decide() -> tuple[str, None]:
        comments.reply(deciding.session, deciding.now, deciding.viewer, slug, number, form.said)
        return "commented", None

    return deciding.do(slug, form.said, decide)


@router.post("/{slug:path}/comments/{number}/resolve")
def resolve_comment(session: WriteSession, viewer: ViewerDep, slug: str, number: int) -> RedirectResponse:
    """Dealt with, or open again."""
    comments.resolve(session, viewer, slug, number)
    return RedirectResponse(f"/studio/aids/{quote(slug)}/review#comments", 303)


@router.get("/{slug:path}/revisions")
def revisions(request: Request, session: ReadSession, viewer: ViewerDep, slug: str) -> HTMLResponse:
    """The history of an aid."""
    view: HistoryView = desk.history(session, viewer, slug)
    return render.page(request, "revisions.html", view.title, view, "studio")


@router.get("/{slug:path}/diff")
def compare(
    request: Request, session: ReadSession, viewer: ViewerDep, slug: str, before: int = 0, after: int = 0
) -> HTMLResponse:
    """Any two revisions side by side."""
    view = _compared(session, viewer, slug, before, after)
    return render.page(request, "compare.html", view.title, view, "studio")


def _compared(session: Session, viewer: Viewer, slug: str, before: int, after: int) -> CompareView:
    found = review.desk(session, viewer, slug)
    first, second = (review.revision_of(session, found.aid, number) for number in (before, after))
    return CompareView(slug, second.title, desk.compare(first, second))
