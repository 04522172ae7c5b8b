"""Search as JSON."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from app.aids.document import Kind, Moment
from app.db import reading
from app.deps import FactsDep, NowDep, ViewerDep
from app.facts import Searched
from app.search.ranking import Circumstances
from app.search.service import MOST_CHARACTERS, Answer, Question, Search
from app.viewer import Viewer
from app.work import rules

router = APIRouter(prefix="/api/v1", tags=["search"])


async def _search(request: Request) -> Search:
    search: Search = request.app.state.search
    return search


async def _find(search: Search, question: Question, viewer: Viewer) -> Answer:
    """Finding is a millisecond or two of arithmetic: only where it asks the database it goes to another thread."""
    if search.state is None:
        return await run_in_threadpool(search.find, question, viewer)
    return search.find(question, viewer)


SearchDep = Annotated[Search, Depends(_search)]


class Part(BaseModel):
    """A share of a score: `what` gave it, by which word, where that stands, and how much.

    `what` is word, completion, correction, parts, joined, synonym, learned, meaning, boost or as typed.
    """

    what: str
    word: str
    where: str
    score: float


class Result(BaseModel):
    """An aid that was found; `highlight` is safe HTML with `<mark>`, `step` the step that answers best."""

    slug: str
    title: str
    summary: str
    kind: str
    tasks: list[str]
    highlight: str
    score: float
    step: int | None
    url: str
    parts: list[Part] | None = None


class Results(BaseModel):
    """An answer; `degraded` where it came without ranking because the index is being made."""

    search_id: str
    query: str
    corrected: str | None
    total: int
    took_ms: float
    degraded: bool
    message: str | None
    results: list[Result]


class Suggestion(BaseModel):
    """An aid to offer while somebody types."""

    slug: str
    title: str
    kind: str


class Suggestions(BaseModel):
    """What to offer."""

    suggestions: list[Suggestion]


class SearchQuery(BaseModel):
    """What to look for."""

    q: str = Field("", max_length=MOST_CHARACTERS, description="What somebody is stuck on, in plain words.")
    limit: int = Field(10, ge=1, le=200, description="How many aids, at most 200.")
    offset: int = Field(0, ge=0, le=10_000, description="How many of the best aids to leave out.")
    task: str | None = Field(None, max_length=200, description="Only aids of this task.")
    kind: Kind | None = Field(None, description="Only aids of this kind.")
    moment: Moment | None = Field(None, description="Only aids for this moment of need.")

    for_task: str | None = Field(None, max_length=200, description="The task at hand: lifts its aids, hides none.")
    for_role: str | None = Field(None, max_length=200, description="The job role of the reader: lifts its aids.")
    app: str = Field("", max_length=60, description="The application she is in: with `path` its rules say the task.")
    path: str = Field("", max_length=2_000, description="The path of her screen in that application.")
    explain: bool = Field(False, description="Say how each score came about; for trainers.")

    def question(self) -> Question:
        """The question for the search."""
        around = Circumstances((self.for_task,) if self.for_task else (), self.for_role)
        return Question(self.q, self.task, self.kind, self.moment, self.limit, self.offset, around, self.explain)


@router.get("/search", summary="Find aids", response_model=Results)
async def search(
    found_by: SearchDep, viewer: ViewerDep, facts: FactsDep, now: NowDep, query: Annotated[SearchQuery, Query()]
) -> Response:
    """The aids that answer a question, best first. The search is recorded as settled, unless it is to be explained."""
    if query.app and not query.for_task:
        query.for_task = await run_in_threadpool(_task_of_screen, found_by, query.app, query.path)
    answer = await _find(found_by, query.question(), viewer)
    if query.q.strip() and not query.offset and not query.explain:
        facts.state(Searched(answer.search_id, now, query.q, answer.total, viewer.pseudonym, task=query.task))
    results = [
        Result(
            slug=hit.slug,
            title=hit.title,
            summary=hit.summary,
            kind=hit.kind,
            tasks=hit.tasks,
            highlight=str(hit.highlight),
            score=hit.score,
            step=hit.step,
            url=f"/aids/{hit.slug}" + (f"#step-{hit.step}" if hit.step else ""),
            parts=None if hit.parts is None else [Part(**asdict(part)) for part in hit.parts],
        )
        for hit in answer.hits
    ]
    found = Results(
        search_id=str(answer.search_id),
        query=answer.query,
        corrected=answer.corrected,
        total=answer.total,
        took_ms=answer.took_ms,
        degraded=answer.degraded,
        message=answer.message,
        results=results,
    )
    return Response(found.model_dump_json(), media_type="application/json")


def _task_of_screen(search: Search, app: str, path: str) -> str | None:
    with reading(search.engine) as session:
        return rules.task_for(session, app, path)


@router.get("/suggest", summary="Suggest aids while somebody types")
async def suggest(
    found_by: SearchDep,
    viewer: ViewerDep,
    q: Annotated[str, Query(max_length=MOST_CHARACTERS, description="What was typed so far.")] = "",
    limit: Annotated[int, Query(ge=1, le=50, description="How many aids, at most 50.")] = 8,
) -> Suggestions:
    """As you type: the last word may be unfinished. Nothing is recorded."""
    answer = await _find(found_by, Question(q, limit=limit), viewer)
    return Suggestions(suggestions=[Suggestion(slug=hit.slug, title=hit.title, kind=hit.kind) for hit in answer.hits])
