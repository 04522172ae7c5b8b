"""The pages of an aid: the aid, its markdown, its card to print, and the images of the library."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.aids import aid_view, card, queries, service
from app.deps import FactsDep, NowDep, ReaderDep, ReadSession, neighbours
from app.errors import Invalid, NotFound
from app.facts import Asked, Finished, Opened
from app.ids import uuid7
from app.viewer import Viewer
from app.web import render
from app.web.words import _

router = APIRouter(include_in_schema=False)
SOURCES = {"search", "widget", "link", "qr", "browse", "assistant"}


@dataclass(frozen=True)
class AskedView:
    """Thanks for a question."""

    text: str
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
            return card.page(request, session, viewer, slug.removesuffix("/card"))
        target = service.moved(session, slug)
        if target is None:
            raise
        return RedirectResponse(f"/aids/{quote(target)}", 301)
    opened = query.opened(now, shown, viewer)
    thanks = query.thanks if query.thanks in {"worked", "stuck", "noted", "next"} else None
    if not (thanks or request.headers.get("sec-purpose", "").startswith("prefetch")):
        facts.state(opened)
    view = aid_view.view(request, shown, opened, now, thanks)
    related = neighbours(request, shown.aid.id, viewer, view.back.asked)
    return render.page(request, "aid.html", shown.revision.title, replace(view, neighbours=related))


def _markdown(session: ReadSession, viewer: Viewer, slug: str) -> Response:
    shown = service.show(session, viewer, slug)
    return Response(shown.revision.markdown, media_type="text/markdown; charset=utf-8")


class OutcomeForm(BaseModel):
    """Whether an aid worked, from a page without script."""

    outcome: Literal["worked", "stuck"]
    section: str = Field("", max_length=100)
    revision: int | None = Field(None, ge=1, le=1_000_000)
    search_id: str = ""
    source: str = ""
    remark: str = Field("", max_length=2000)
    onward: str = Field("", max_length=100)

    def after(self) -> str:
        """Where the reader goes on: at the next cause after a remedy that did not help, otherwise at the thanks."""
        if self.outcome == "stuck" and self.onward:
            return f"thanks=next#{quote(self.onward)}"
        noted = self.outcome == "stuck" and self.remark.strip()
        return f"thanks={'noted' if noted else self.outcome}#feedback"

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
    return RedirectResponse(f"/aids/{quote(slug)}?{said.after()}", 303)


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
    """A question for the trainers."""
    words = form.text.replace("\0", "").strip()
    if not words:
        raise Invalid("Write your question, then ask. Nothing was sent.")
    shown = service.shown_or_none(session, viewer, form.slug.replace("\0", ""))
    slug = shown.aid.slug if shown else None
    query = form.query.replace("\0", "") or None
    facts.state(Asked(uuid7(), now, words, viewer.pseudonym, query, _uuid(form.search_id), slug))
    view = AskedView(words, f"/aids/{quote(slug)}" if slug else "/")
    return render.page(request, "asked.html", _("Your question is on the list"), view)
