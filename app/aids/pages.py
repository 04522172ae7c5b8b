"""The pages of an aid: the aid, its markdown, its card to print, and the images of the library."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import segno
from fastapi import APIRouter, Form, Query, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.aids import queries, service
from app.aids.document import Kind
from app.deps import FactsDep, NowDep, ReaderDep, ReadSession, base_url
from app.errors import AppError, Invalid, NotFound
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


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


@router.get("/files/{digest}")
def file(session: ReadSession, viewer: ReaderDep, digest: str) -> Response:
    """An image of the library; its address never changes its content."""
    found = queries.attachment(session, digest[:64]) if digest.isalnum() else None
    if found is None or not found.media_type.startswith("image/"):
        raise NotFound("There is no such image.")
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Content-Security-Policy": "sandbox"}
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.get("/aids/{slug:path}")
def aid_page(
    request: Request,
    session: ReadSession,
    viewer: ReaderDep,
    facts: FactsDep,
    now: NowDep,
    slug: str,
    source: Annotated[str, Query(alias="from")] = "link",
    search: str | None = None,
    rank: str = "",
    thanks: str | None = None,
) -> Response:
    """The live revision of an aid; with `.md` its text, with `/card` the card."""
    if slug.endswith(".md"):
        return _markdown(session, viewer, slug[:-3])
    if slug.endswith("/card"):
        return _card(request, session, viewer, slug.removesuffix("/card"))
    try:
        shown = service.show(session, viewer, slug)
    except NotFound:
        target = service.moved(session, slug)
        if target is None:
            raise
        return RedirectResponse(f"/aids/{quote(target)}", 301)
    source = source if source in SOURCES else "link"
    place = int(rank) if rank.isascii() and rank.isdecimal() and 0 < int(rank[:7]) < 100_000 else None
    opened = Opened(
        uuid7(), now, slug, shown.revision.number, viewer.pseudonym, source, _uuid(search), place, _one_task(shown)
    )
    if not (thanks or request.headers.get("sec-purpose", "").startswith("prefetch")):
        facts.state(opened)
    view = _view(shown, opened, now, thanks if thanks in {"worked", "stuck", "remark"} else None)
    return render.page(request, "aid.html", shown.revision.title, view)


def _one_task(shown: service.Shown) -> str | None:
    return shown.tasks[0].slug if len(shown.tasks) == 1 else None


def _view(shown: service.Shown, opened: Opened, now: datetime, thanks: str | None) -> AidView:
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
        back_url=None,
        card_url=f"/aids/{quote(aid.slug)}/card",
        markdown_url=f"/aids/{quote(aid.slug)}.md",
        thanks=thanks,
        audience=revision.audience,
    )


def _section(stored: dict[str, Any]) -> SectionView:
    return SectionView(**{**stored, "html": Markup(stored["html"])})  # rendered and sanitised when it was saved


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
        steps=[Markup("%s") % step for step in revision.steps],
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
    return Markup(drawn)  # made of numbers only


@router.post("/aids/{slug:path}/outcome")
def say_outcome(
    session: ReadSession,
    viewer: ReaderDep,
    facts: FactsDep,
    now: NowDep,
    slug: str,
    outcome: Annotated[str, Form()] = "",
    section: Annotated[str, Form(max_length=100)] = "",
    revision: Annotated[int, Form(ge=1, le=1_000_000)] = 1,
    search_id: Annotated[str, Form(max_length=100)] = "",
    open_id: Annotated[str, Form(max_length=100)] = "",
    source: Annotated[str, Form(max_length=20)] = "",
    remark: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """Whether it worked, from a page without script."""
    shown = service.show(session, viewer, slug)
    if outcome not in {"worked", "stuck"}:
        raise Invalid("Choose “This worked” or “I’m still stuck”.")
    said = remark.replace("\0", "").strip() or None
    facts.state(
        Finished(
            uuid7(), now, shown.aid.slug, outcome, viewer.pseudonym, revision, _uuid(search_id), said, section or None,
            source if source in SOURCES else None,
        )
    )  # fmt: skip
    return RedirectResponse(f"/aids/{quote(slug)}?thanks={outcome}#feedback", 303)


@router.post("/questions")
def ask(
    request: Request,
    session: ReadSession,
    viewer: ReaderDep,
    facts: FactsDep,
    now: NowDep,
    text: Annotated[str, Form(max_length=2000)] = "",
    query: Annotated[str, Form(max_length=1000)] = "",
    search_id: Annotated[str, Form(max_length=100)] = "",
    slug: Annotated[str, Form(max_length=400)] = "",
) -> HTMLResponse:
    """A question for the person who coaches the task."""
    words = text.replace("\0", "").strip()
    if not words:
        raise Invalid("Write your question, then ask. Nothing was sent.")
    coach = None
    if slug:
        try:
            coach = service.show(session, viewer, slug).revision.owner
        except AppError:
            slug = ""
    asked = query.replace("\0", "") or None
    facts.state(Asked(uuid7(), now, words, viewer.pseudonym, asked, _uuid(search_id), slug or None))
    back = f"/aids/{quote(slug)}" if slug else "/"
    return render.page(request, "asked.html", _("Your question is on its way"), AskedView(words, coach, back))
