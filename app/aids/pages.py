"""The pages of an aid: the aid, its markdown, its card to print, and the images of the library."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from markupsafe import Markup
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.aids import card, queries, service
from app.aids.catalogue import Neighbour
from app.aids.document import Kind
from app.aids.sections import Place
from app.deps import FactsDep, NowDep, ReaderDep, ReadSession, base_url, neighbours
from app.errors import Invalid, NotFound
from app.facts import Asked, Finished, Opened
from app.ids import uuid7
from app.viewer import Viewer
from app.web import render
from app.web.words import _
from app.work.models import Task

router = APIRouter(include_in_schema=False)
PARAGRAPH = re.compile(r"\s*<p>(.*?)</p>\s*", re.DOTALL)
MANY_PLACES = 4  # headings from which on a list of them helps
FILTERED = {Kind.DECISION, Kind.TROUBLESHOOTING}  # kinds whose tables can be filtered
FEWEST_ROWS = 6  # of a table that is worth a filter, as in find.js
NEWS_LASTS = timedelta(days=30)  # for readers without script; others see it when they used an earlier text
SOURCES = {"search", "widget", "link", "qr", "browse", "assistant"}
LABELS = {
    Kind.PROCEDURE: _("Procedure"),
    Kind.CHECKLIST: _("Checklist"),
    Kind.DECISION: _("Decision"),
    Kind.REFERENCE: _("Reference"),
    Kind.TROUBLESHOOTING: _("Troubleshooting"),
}


@dataclass(frozen=True)
class CauseView:
    """A cause of a symptom with its remedy."""

    id: str
    title: str
    html: Markup


@dataclass(frozen=True)
class SectionView:
    """A part of the aid."""

    id: str
    title: str
    role: str
    html: Markup
    open: bool
    headings: list[Place] = field(default_factory=list)
    causes: list[CauseView] = field(default_factory=list)


@dataclass(frozen=True)
class Back:
    """Where the reader came from, and what she asked there."""

    url: str
    label: str
    asked: str = ""


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
    published: date | None
    checker: str | None
    review_due: date | None
    overdue: bool
    revision: int
    open_id: str
    search_id: str | None
    source: str
    back: Back
    address: str
    card_url: str | None
    markdown_url: str
    thanks: str | None
    audience: str
    lang: str | None
    contributor: str | None
    news: str
    news_revision: int | None
    news_on: date | None
    news_is_fresh: bool
    places: list[Place] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    neighbours: list[Neighbour] = field(default_factory=list)


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
    view = _view(request, shown, opened, now, thanks)
    related = neighbours(request, shown.aid.id, viewer, view.back.asked)
    return render.page(request, "aid.html", shown.revision.title, replace(view, neighbours=related))


def _view(request: Request, shown: service.Shown, opened: Opened, now: datetime, thanks: str | None) -> AidView:
    aid, revision = shown.aid, shown.revision
    path = f"/aids/{quote(aid.slug)}"
    summary, intro, sections = parts(revision.summary, revision.sections)
    return AidView(
        slug=aid.slug,
        title=revision.title,
        summary=summary,
        kind=revision.kind,
        kind_label=LABELS[Kind(revision.kind)],
        intro=intro,
        sections=sections,
        steps=len(revision.steps),
        tasks=shown.tasks,
        owner=revision.owner,
        published=aid.checked_on,
        checker=shown.checker,
        review_due=aid.review_due,
        overdue=bool(aid.review_due and aid.review_due < now.date()),
        revision=revision.number,
        open_id=str(opened.id) if not thanks else "",
        search_id=str(opened.search_id) if opened.search_id else None,
        source=opened.source,
        back=came_from(request, shown.tasks),
        address=base_url(request) + path,
        card_url=f"{path}/card" if card.offered(revision) else None,
        markdown_url=f"{path}.md",
        thanks=thanks,
        audience=revision.audience,
        lang=revision.lang,
        places=_places(sections) if revision.kind == Kind.REFERENCE else [],
        scripts=_scripts(revision.kind, sections),
        contributor=revision.contributor,
        news=aid.news,
        news_revision=aid.news_revision,
        news_on=aid.news_on,
        news_is_fresh=bool(aid.news_on and now.date() - aid.news_on <= NEWS_LASTS),
    )


def parts(summary: str, stored: Sequence[dict[str, Any]]) -> tuple[str, Markup, list[SectionView]]:
    """What the page of an aid shows of its text: the summary, the introduction, and the sections with a title."""
    sections = [_section(section) for section in stored]
    intro = Markup("").join(section.html for section in sections if not section.title)
    return *_once(summary, intro), [section for section in sections if section.title]


def _section(stored: dict[str, Any]) -> SectionView:
    causes = [CauseView(one["id"], one["title"], _safe(one["html"])) for one in stored.get("causes", ())]
    headings = [Place(one["id"], one["title"]) for one in stored.get("headings", ())]
    names = ("id", "title", "role", "open")
    return SectionView(
        **{name: stored[name] for name in names}, html=_safe(stored["html"]), headings=headings, causes=causes
    )


def _safe(html: str) -> Markup:
    return Markup(html)  # noqa: S704 - rendered and sanitised when it was saved


def _places(sections: Sequence[SectionView]) -> list[Place]:
    """The headings of the aid, when there are enough to choose from."""
    found = [place for part in sections if part.title for place in (Place(part.id, part.title), *part.headings)]
    return found if len(found) >= MANY_PLACES else []


def _scripts(kind: str, sections: Sequence[SectionView]) -> list[str]:
    """What this aid needs beyond the script of every aid."""
    html = "".join(section.html for section in sections)
    long = any(table.count("<tr") > FEWEST_ROWS for table in html.split("<table")[1:])
    found = {
        "checklist.js": kind == Kind.CHECKLIST,
        "guide.js": 'class="tree"' in html,
        "find.js": kind == Kind.REFERENCE or (kind in FILTERED and long),
        "anchors.js": kind == Kind.REFERENCE,
    }
    return [name for name, needed in found.items() if needed]


def _once(summary: str, intro: Markup) -> tuple[str, Markup]:
    """The summary and the introduction, when one repeats the other: links stay, and what was cut off."""
    first = PARAGRAPH.match(intro)
    words = Markup(first[1]).striptags() if first else ""  # noqa: S704 - a piece of what was sanitised
    cut = summary.endswith("…") and words.startswith(summary[:-1])
    if first is None or not (cut or words == summary):
        return summary, intro
    return ("", intro) if cut or "<a " in first[1] else (summary, intro[first.end() :])


def _markdown(session: ReadSession, viewer: Viewer, slug: str) -> Response:
    shown = service.show(session, viewer, slug)
    return Response(shown.revision.markdown, media_type="text/markdown; charset=utf-8")


def came_from(request: Request, tasks: Sequence[Task]) -> Back:
    """The results or the task from which the reader came, or else the search."""
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc == request.headers.get("host"):
        if came.path == "/" and came.query.startswith("q="):
            return Back(f"/?{came.query}", _("Results"), parse_qs(came.query).get("q", [""])[0])
        for task in tasks:
            if came.path == f"/tasks/{task.slug}":
                return Back(came.path, task.title)
    return Back("/", _("Search"))


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
