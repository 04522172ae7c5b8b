"""The library out of the studio: a zip file of markdown, one file of HTML, or a page to print."""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, Response, StreamingResponse

from app.aids.aid_view import LABELS
from app.aids.document import Kind
from app.deps import ReadSession, ViewerDep
from app.errors import NotFound
from app.library import queries, selection
from app.library.selection import Printed, Wanted
from app.search.service import Question, Search
from app.viewer import Right, Viewer
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio", include_in_schema=False)
MOST_FOUND = 200
NOTHING = "No live aid is in this selection. Nothing was exported; choose another."


class Choice(BaseModel):
    """What is to go out; `q` is a search."""

    task: str = Field("", max_length=200)
    kind: Kind | Literal[""] = ""
    q: str = Field("", max_length=1_000)

    @property
    def query(self) -> str:
        """As part of an address."""
        return urlencode({"task": self.task, "kind": self.kind, "q": self.q})


@dataclass(frozen=True)
class ExportView:
    """What can be chosen, and how many aids are chosen now."""

    choice: Choice
    tasks: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    count: int


@dataclass(frozen=True)
class BookView:
    """Aids one after the other; `style` where the file stands alone."""

    aids: list[Printed]
    style: str = ""


def _search(request: Request) -> Search:
    found: Search = request.app.state.search
    return found


SearchDep = Annotated[Search, Depends(_search)]
ChoiceQuery = Annotated[Choice, Query()]


def _wanted(choice: Choice, viewer: Viewer, search: Search) -> Wanted:
    viewer.require(Right.WRITE)
    if not choice.q.strip():
        return Wanted(choice.task, choice.kind)
    question = Question(choice.q, task=choice.task or None, kind=choice.kind or None, limit=MOST_FOUND)
    return Wanted(choice.task, choice.kind, tuple(hit.slug for hit in search.find(question, viewer).hits))


@router.get("/export")
def export_page(
    request: Request, session: ReadSession, viewer: ViewerDep, search: SearchDep, choice: ChoiceQuery
) -> HTMLResponse:
    """What is to go out, and how."""
    wanted = _wanted(choice, viewer, search)
    count = queries.live_number(session, wanted.task, wanted.kind, wanted.slugs)
    kinds = [(str(kind), label) for kind, label in LABELS.items()]
    view = ExportView(choice, queries.tasks(session), kinds, count)
    return render.page(request, "export.html", _("Export the library"), view, "studio")


@router.get("/export/library.zip")
def as_zip(session: ReadSession, viewer: ViewerDep, search: SearchDep, choice: ChoiceQuery) -> Response:
    """Markdown byte for byte, with images."""
    wanted = _wanted(choice, viewer, search)
    file = selection.packed(session, selection.chosen(session, viewer, wanted), wanted.is_all)
    headers = {"Content-Disposition": 'attachment; filename="library.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(selection.chunks(file), media_type="application/zip", headers=headers)


@router.get("/export/library.html")
def as_file(session: ReadSession, viewer: ViewerDep, search: SearchDep, choice: ChoiceQuery) -> Response:
    """One file that needs no server."""
    printed = _pages(session, viewer, _wanted(choice, viewer, search))
    style = "".join((render.STATIC / name).read_text() for name in ("tokens.css", "book.css"))
    view = BookView(selection.with_images(session, printed), style)
    text = render.environment().get_template("book_file.html").render({"view": view})
    headers = {"Content-Disposition": 'attachment; filename="library.html"', "Cache-Control": "no-store"}
    return Response(text, media_type="text/html; charset=utf-8", headers=headers)


@router.get("/export/print")
def to_print(
    request: Request, session: ReadSession, viewer: ViewerDep, search: SearchDep, choice: ChoiceQuery
) -> HTMLResponse:
    """One page to print."""
    view = BookView(_pages(session, viewer, _wanted(choice, viewer, search)))
    return render.page(request, "book.html", _("Job aids to print"), view, "studio")


def _pages(session: ReadSession, viewer: Viewer, wanted: Wanted) -> list[Printed]:
    found = selection.pages(selection.chosen(session, viewer, wanted))
    if not found:
        raise NotFound(NOTHING)
    return found
