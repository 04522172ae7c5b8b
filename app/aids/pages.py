"""The pages of an aid: the aid, its markdown, its card to print, and the images of the library."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit
from uuid import UUID

import segno
from fastapi import APIRouter, Form, Query, Request
from markupsafe import Markup, escape
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.aids import queries, service
from app.aids.document import Kind
from app.deps import FactsDep, NowDep, ReaderDep, ReadSession, base_url
from app.errors import Invalid, NotFound
from app.facts import Asked, Finished, Opened
from app.ids import uuid7
from app.viewer import Viewer
from app.web import render
from app.web.words import _
from app.work.models import Task

router = APIRouter(include_in_schema=False)
SOURCES = {"search", "widget", "link", "qr", "browse", "assistant"}
LABELS = {
    Kind.PROCEDURE: _("Procedure"),
    Kind.CHECKLIST: _("Checklist"),
    Kind.DECISION: _("Decision"),
    Kind.REFERENCE: _("Reference"),
    Kind.TROUBLESHOOTING: _("Troubleshooting"),
}


@dataclass(frozen=True)
class SectionView:
    """A part of the aid."""

    id: str
    title: str
    role: str
    html: Markup
    open: bool


@dataclass(frozen=True)
class AidView:
    """All that the page of an aid shows."""

    slug: str
    title: str
    summary: str
    kind: str
    kind_label: str
    intro: Markup
    sections: list[SectionView]
    steps: int
    tasks: list[Task]
    owner: str | None
    checked_on: date | None
    review_due: date | None
    overdue: bool
    revision: int
    open_id: str
    search_id: str | None
    source: str
    back_url: str | None
    card_url: str
    markdown_url: str
    thanks: str | None
    audience: str


@dataclass(frozen=True)
class CardView:
    """All that the printed card shows."""

    slug: str
    title: str
    summary: str
    steps: list[Markup]
    qr: Markup
    address: str
    owner: str | None
    checked_on: date | None
    revision: int
    aid_url: str


@dataclass(frozen=True)
class AskedView:
    """Thanks for a question."""

    text: str
    coach: str | None
    back_url: str


def _source(text: str) -> str | None:
    return text if text in SOURCES else None


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


@router.get("/files/{digest}")
def file(session: ReadSession, _viewer: ReaderDep, digest: str) -> Response:
    """An image of the library; its address never changes its content."""
    found = queries.attachment(session, digest[:64]) if digest.isalnum() else None
    if found is None or not found.media_type.startswith("image/"):
        raise NotFound("There is no such image.")
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Content-Security-Policy": "sandbox"}
    return Response(found.content, media_type=found.media_type, headers=headers)


class OpenQuery(BaseModel):
    """How a reader came to an aid. Nothing in it is an error: a link must open whatever hangs on to it."""

    source: str = Field("link", alias="from")
    search: str = ""
    rank: str = ""
    thanks: str = ""

    def opened(self, now: datetime, shown: service.Shown, viewer: Viewer) -> Opened:
        """The fact that the aid was opened so."""
        rank = int(self.rank) if re.fullmatch(r"[1-9][0-9]{0,4}", self.rank) else None
        source = _source(self.source) or "link"
        task = shown.tasks[0].slug if len(shown.tasks) == 1 else None
        search_id, number = _uuid(self.search), shown.revision.number
        return Opened(uuid7(), now, shown.aid.slug, number, viewer.pseudonym, source, search_id, rank, task)


@router.get("/aids/{slug:path}")
def aid_page(
    request: Request,
    session: ReadSession,
    viewer: ReaderDep,
    facts: FactsDep,
    now: NowDep,
    slug: str,
    query: Annotated[OpenQuery, Query()],
) -> Response:
    """The live revision of an aid; with `.md` its text, with `/card` the card."""
    if slug.endswith(".md"):
        return _markdown(session, viewer, slug[:-3])
    try:
        shown = service.show(session, viewer, slug)
    except NotFound:
        if slug.endswith("/card"):
            return _card(request, session, viewer, slug.removesuffix("/card"))
        target = service.moved(session, slug)
        if target is None:
            raise
        return RedirectResponse(f"/aids/{quote(target)}", 301)
    opened = query.opened(now, shown, viewer)
    thanks = query.thanks if query.thanks in {"worked", "stuck", "remark"} else None
    if not (thanks or request.headers.get("sec-purpose", "").startswith("prefetch")):
        facts.state(opened)
    return render.page(
        request, "aid.html", shown.revision.title, _view(shown, opened, now, thanks, results_url(request))
    )


def _view(shown: service.Shown, opened: Opened, now: datetime, thanks: str | None, back_url: str | None) -> AidView:
    aid, revision = shown.aid, shown.revision
    sections = [_section(section) for section in revision.sections]
    return AidView(
        slug=aid.slug,
        title=revision.title,
        summary=revision.summary,
        kind=revision.kind,
        kind_label=LABELS[Kind(revision.kind)],
        intro=Markup("").join(section.html for section in sections if not section.title),
        sections=[section for section in sections if section.title],
        steps=len(revision.steps),
        tasks=shown.tasks,
        owner=revision.owner,
        checked_on=aid.checked_on,
        review_due=aid.review_due,
        overdue=bool(aid.review_due and aid.review_due < now.date()),
        revision=revision.number,
        open_id=str(opened.id) if not thanks else "",
        search_id=str(opened.search_id) if opened.search_id else None,
        source=opened.source,
        back_url=back_url,
        card_url=f"/aids/{quote(aid.slug)}/card",
        markdown_url=f"/aids/{quote(aid.slug)}.md",
        thanks=thanks,
        audience=revision.audience,
    )


def _section(stored: dict[str, Any]) -> SectionView:
    return SectionView(**{**stored, "html": Markup(stored["html"])})  # noqa: S704 - rendered and sanitised when it was saved


def _markdown(session: ReadSession, viewer: Viewer, slug: str) -> Response:
    shown = service.show(session, viewer, slug)
    return Response(shown.revision.markdown, media_type="text/markdown; charset=utf-8")


def _card(request: Request, session: ReadSession, viewer: Viewer, slug: str) -> HTMLResponse:
    shown = service.show(session, viewer, slug)
    revision = shown.revision
    path = f"/aids/{quote(shown.aid.slug)}"
    address = base_url(request) + path
    view = CardView(
        slug=shown.aid.slug,
        title=revision.title,
        summary=revision.summary,
        steps=[escape(step) for step in revision.steps],
        qr=qr(f"{address}?from=qr"),
        address=address,
        owner=revision.owner,
        checked_on=shown.aid.checked_on,
        revision=revision.number,
        aid_url=path,
    )
    return render.page(request, "card.html", revision.title, view)


def qr(address: str) -> Markup:
    """A QR code (ISO/IEC 18004) of an address as SVG that needs no style."""
    drawn = segno.make(address, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=2)
    return Markup(drawn)  # noqa: S704 - made of numbers only


def results_url(request: Request) -> str | None:
    """The page of results that the reader came from."""
    came = urlsplit(request.headers.get("referer", ""))
    here = came.netloc == request.headers.get("host") and came.path == "/" and came.query.startswith("q=")
    return f"/?{came.query}" if here else None


class OutcomeForm(BaseModel):
    """Whether an aid worked, from a page without script."""

    outcome: Literal["worked", "stuck"]
    section: str = Field("", max_length=100)
    revision: int | None = Field(None, ge=1, le=1_000_000)
    search_id: str = ""
    source: str = ""
    remark: str = Field("", max_length=2000)

    def finished(self, now: datetime, slug: str, viewer: Viewer) -> Finished:
        """The fact that the reader said so."""
        said = self.remark.replace("\0", "").strip() or None
        search_id, section = _uuid(self.search_id), self.section.replace("\0", "") or None
        return Finished(
            uuid7(), now, slug, self.outcome, viewer.pseudonym, self.revision, search_id, said, section,
            _source(self.source),
        )  # fmt: skip


@router.post("/aids/{slug:path}/outcome")
def say_outcome(
    session: ReadSession,
    viewer: ReaderDep,
    facts: FactsDep,
    now: NowDep,
    slug: str,
    said: Annotated[OutcomeForm, Form()],
) -> RedirectResponse:
    """Whether it worked, from a page without script."""
    shown = service.show(session, viewer, slug)
    facts.state(said.finished(now, shown.aid.slug, viewer))
    return RedirectResponse(f"/aids/{quote(slug)}?thanks={said.outcome}#feedback", 303)


class QuestionForm(BaseModel):
    """A question, with the search that failed or the aid that did not help."""

    text: str = Field("", max_length=2000)
    query: str = Field("", max_length=1000)
    search_id: str = ""
    slug: str = Field("", max_length=400)


@router.post("/questions")
def ask(
    request: Request,
    session: ReadSession,
    viewer: ReaderDep,
    facts: FactsDep,
    now: NowDep,
    form: Annotated[QuestionForm, Form()],
) -> HTMLResponse:
    """A question for the person who coaches the task."""
    words = form.text.replace("\0", "").strip()
    if not words:
        raise Invalid("Write your question, then ask. Nothing was sent.")
    shown = service.shown_or_none(session, viewer, form.slug.replace("\0", ""))
    slug = shown.aid.slug if shown else None
    query = form.query.replace("\0", "") or None
    facts.state(Asked(uuid7(), now, words, viewer.pseudonym, query, _uuid(form.search_id), slug))
    view = AskedView(words, shown.revision.owner if shown else None, f"/aids/{quote(slug)}" if slug else "/")
    return render.page(request, "asked.html", _("Your question is on its way"), view)
