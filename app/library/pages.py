"""The trainers' pages for what comes in: upload, progress, the original beside the result; and for what goes out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, UploadFile
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from app.aids import queries as aid_queries
from app.deps import NowDep, ReadSession, ViewerDep, WriteSession
from app.errors import Invalid, NotFound
from app.library import documents, incoming, queries
from app.library.models import ImportBatch, ImportDocument
from app.viewer import Right
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio", include_in_schema=False)
RECENT = 20
PER_PAGE = 100
STATES = {
    "waiting": _("Waiting"),
    "opened": _("Opened"),
    "done": _("Draft"),
    "known": _("Brought in before"),
    "failed": _("Not brought in"),
    "discarded": _("Discarded"),
}
NO_FILE = _("Choose at least one file. Nothing was brought in.")
Number = Annotated[int, Path(ge=1, lt=1 << 31)]


@dataclass(frozen=True)
class BatchLine:
    """A batch in the list."""

    number: int
    at: datetime
    documents: int
    waiting: int


@dataclass(frozen=True)
class ImportView:
    """The form, and what was brought in before."""

    batches: list[BatchLine]
    accept: str


@dataclass(frozen=True)
class DocumentLine:
    """A document in its batch; `slug` is the aid that it became, or that it was before."""

    number: int
    name: str
    state: str
    label: str
    problem: str
    lost: int
    slug: str | None


@dataclass(frozen=True)
class BatchView:
    """How far a batch is."""

    number: int
    at: datetime
    total: int
    settled: int
    counts: list[tuple[str, int]]
    containers: list[tuple[str, list[str]]]
    lines: list[DocumentLine]
    page: int
    pages: int


@dataclass(frozen=True)
class SectionView:
    """A part of the result."""

    title: str
    html: Markup


@dataclass(frozen=True)
class DocumentView:
    """The original beside what became of it."""

    line: DocumentLine
    batch: int
    title: str
    original: str
    lost: list[str]
    sections: list[SectionView]
    markdown: str
    may_discard: bool


@router.get("/import")
def import_page(request: Request, session: ReadSession, viewer: ViewerDep) -> HTMLResponse:
    """Where documents are brought in."""
    viewer.require(Right.WRITE)
    lines = [BatchLine(batch.id or 0, batch.at, *rest) for batch, *rest in queries.batches(session, RECENT)]
    view = ImportView(lines, ",".join((*documents.SUFFIXES, ".htm")))
    return render.page(request, "import.html", _("Bring in documents"), view, "studio")


@router.post("/import")
def bring_in(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    files: list[UploadFile],
    folder: Annotated[str, Form(max_length=200)] = "",
) -> RedirectResponse:
    """Keep the files, and begin to read them."""
    viewer.require(Right.WRITE)
    named = [file for file in files if file.filename]
    if not named:
        raise Invalid(NO_FILE)
    place = incoming.folder(folder)
    batch = incoming.begin(session, now, viewer)
    for file in named[: incoming.MOST_FILES]:
        incoming.take(session, batch, incoming.clean_name(file.filename or ""), place, file.file.read())
    return RedirectResponse(f"/studio/import/{batch.id}", 303)


@router.get("/import/{number}")
def batch_page(
    request: Request, session: ReadSession, viewer: ViewerDep, number: Number, page: int = 1
) -> HTMLResponse:
    """How far a batch is, and what became of each document."""
    viewer.require(Right.WRITE)
    batch = session.get(ImportBatch, number)
    if batch is None:
        raise NotFound("Nothing was brought in under this number. All batches are under “Bring in”.")
    view = _batch(session, batch, page)
    if view.settled < view.total:
        request.app.state.incoming.wake()
    return render.page(request, "import_batch.html", _("What came in"), view, "studio")


def _batch(session: ReadSession, batch: ImportBatch, page: int) -> BatchView:
    found = queries.documents(session, batch.id or 0)
    shown = [one for one in found if one.state != "opened"]
    counts = Counter(one.state for one in shown)
    pages = max(1, -(-len(shown) // PER_PAGE))
    page = min(max(page, 1), pages)
    part = shown[(page - 1) * PER_PAGE : page * PER_PAGE]
    return BatchView(
        number=batch.id or 0,
        at=batch.at,
        total=len(shown),
        settled=len(shown) - counts["waiting"],
        counts=[(STATES[state], counts[state]) for state in STATES if counts[state]],
        containers=[(one.name, one.lost) for one in found if one.state == "opened" and one.lost],
        lines=_lines(session, part),
        page=page,
        pages=pages,
    )


def _lines(session: ReadSession, found: Sequence[ImportDocument]) -> list[DocumentLine]:
    slugs = queries.addresses(session, [one.aid_id for one in found if one.aid_id])
    return [_line(one, slugs.get(one.aid_id or 0)) for one in found]


def _line(one: ImportDocument, slug: str | None) -> DocumentLine:
    name = one.name.removesuffix(".csv") if one.is_part else one.name
    return DocumentLine(one.id or 0, name, one.state, STATES[one.state], one.problem, len(one.lost), slug)


@router.get("/import/documents/{number}")
def document_page(request: Request, session: ReadSession, viewer: ViewerDep, number: Number) -> HTMLResponse:
    """The words of the original beside the draft, and what could not be kept."""
    document = incoming.find(session, viewer, number)
    line = _lines(session, [document])[0]
    revision = None
    if document.aid_id and document.revision:
        revision = aid_queries.revision(session, document.aid_id, document.revision)
    view = DocumentView(
        line=line,
        batch=document.batch_id,
        title=revision.title if revision else line.name,
        original=document.original,
        lost=document.lost,
        sections=[SectionView(one["title"], Markup(one["html"])) for one in revision.sections] if revision else [],  # noqa: S704 - sanitised when it was saved
        markdown=revision.markdown if revision else "",
        may_discard=document.state == "done" and bool(revision and revision.state == "draft"),
    )
    return render.page(request, "import_document.html", view.title, view, "studio")


@router.post("/import/documents/{number}/discard")
def discard(session: WriteSession, viewer: ViewerDep, now: NowDep, number: Number) -> RedirectResponse:
    """Take the draft away again."""
    document = incoming.discard(session, now, viewer, number)
    return RedirectResponse(f"/studio/import/{document.batch_id}", 303)
