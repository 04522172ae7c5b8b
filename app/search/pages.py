"""The search page: home and results are one."""

from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import HTMLResponse

from app.aids import catalogue
from app.aids.catalogue import TaskLink, WorkflowLinks
from app.aids.document import Kind
from app.deps import FactsDep, NowDep, ReaderDep, ReadSession
from app.errors import Invalid
from app.facts import Searched
from app.search.api import SearchDep
from app.search.service import Answer, Hit, Question
from app.viewer import Viewer
from app.web import render
from app.web.words import _
from app.work import service as work

router = APIRouter(include_in_schema=False)
PAGE = 10
KINDS = {
    "": _("All"),
    Kind.PROCEDURE: _("Procedures"),
    Kind.CHECKLIST: _("Checklists"),
    Kind.DECISION: _("Decisions"),
    Kind.REFERENCE: _("References"),
    Kind.TROUBLESHOOTING: _("Troubleshooting"),
}


@dataclass(frozen=True)
class HitView:
    """A result as the page shows it."""

    url: str
    slug: str
    title: str
    summary: str
    kind: str
    highlight: Markup
    step: int | None
    task_titles: list[str]


@dataclass(frozen=True)
class Filter:
    """A link that narrows to one kind."""

    value: str
    label: str
    selected: bool
    url: str


@dataclass(frozen=True)
class SearchView:
    """All that the page shows."""

    query: str
    search_id: str | None = None
    hits: list[HitView] = field(default_factory=list)
    total: int = 0
    took_ms: float = 0.0
    next_url: str | None = None
    previous_url: str | None = None
    did_you_mean: str | None = None
    degraded: bool = False
    message: str | None = None
    nearest_tasks: list[TaskLink] = field(default_factory=list)
    catalogue: list[WorkflowLinks] = field(default_factory=list)
    kinds: list[Filter] = field(default_factory=list)


class PageQuery(BaseModel):
    """What to look for; `typing` asks for an answer that is not settled yet and is not recorded."""

    q: str = ""
    kind: str = ""
    offset: int = Field(0, ge=0, le=10_000)
    typing: bool = False

    @property
    def words(self) -> str:
        """The question with single spaces."""
        return " ".join(self.q.replace("\0", " ").split())

    @property
    def counted(self) -> bool:
        """Whether this is a search of its own, not another look at one."""
        return not (self.typing or self.offset or self.kind)

    def question(self) -> Question:
        """The question for the search; an unknown kind does not narrow."""
        kind = Kind(self.kind) if self.kind in list(Kind) else None
        return Question(self.words, kind=kind, limit=PAGE, offset=self.offset)


@router.get("/")
def search_page(
    request: Request,
    found_by: SearchDep,
    session: ReadSession,
    viewer: ReaderDep,
    facts: FactsDep,
    now: NowDep,
    query: Annotated[PageQuery, Query()],
) -> HTMLResponse:
    """The field, and what was found."""
    if not query.words:
        view = SearchView("", catalogue=catalogue.read(session, viewer))
        return render.page(request, "search.html", _("Job aids"), view, "search")
    try:
        answer = found_by.find(query.question(), viewer)
    except Invalid as error:
        view = SearchView(query.words, message=error.detail)
        return render.page(request, "search.html", _("Job aids"), view, "search", 422)
    counted = query.counted and not request.headers.get("sec-purpose", "").startswith("prefetch")
    if counted:
        facts.state(Searched(answer.search_id, now, query.words, answer.total, viewer.pseudonym))
    shown = _view(session, viewer, answer, query, answer.search_id if counted else None)
    return render.page(request, "search.html", query.words, shown, "search")


def _view(session: Session, viewer: Viewer, answer: Answer, query: PageQuery, search_id: UUID | None) -> SearchView:
    kind, offset = query.kind, query.offset
    hits = [_hit(hit, search_id, offset + n) for n, hit in enumerate(answer.hits, 1)]
    nothing = not answer.total and not answer.message
    more = answer.total > offset + PAGE
    return SearchView(
        query=answer.query,
        search_id=str(search_id) if search_id else None,
        hits=hits,
        total=answer.total,
        took_ms=answer.took_ms,
        next_url=_url(answer.query, kind, offset + PAGE) if more else None,
        previous_url=_url(answer.query, kind, max(0, offset - PAGE)) if offset else None,
        did_you_mean=answer.corrected,
        degraded=answer.degraded,
        message=answer.message,
        nearest_tasks=_nearest(session, viewer, answer.query) if nothing else [],
        kinds=_filters(answer, kind),
    )


def _hit(hit: Hit, search_id: UUID | None, rank: int) -> HitView:
    query = urlencode({"from": "search"} | ({"search": str(search_id)} if search_id else {}) | {"rank": rank})
    url = f"/aids/{quote(hit.slug)}?{query}" + (f"#step-{hit.step}" if hit.step else "")
    return HitView(url, hit.slug, hit.title, hit.summary, hit.kind, hit.highlight, hit.step, hit.task_titles)


def _nearest(session: Session, viewer: Viewer, words: str) -> list[TaskLink]:
    tasks = [(link.slug, link.title) for flow in catalogue.read(session, viewer) for link in flow.tasks]
    return [TaskLink(slug, title) for slug, title in work.nearest(tasks, words)]


def _filters(answer: Answer, kind: str) -> list[Filter]:
    if not (answer.total or kind):
        return []
    return [Filter(value, label, value == kind, _url(answer.query, value, 0)) for value, label in KINDS.items()]


def _url(query: str, kind: str, offset: int) -> str:
    parts = {"q": query} | ({"kind": kind} if kind else {}) | ({"offset": str(offset)} if offset else {})
    return f"/?{urlencode(parts)}"
