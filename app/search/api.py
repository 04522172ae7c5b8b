"""Search as JSON."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from app.aids.document import Kind, Moment
from app.db import NO_NUL, reading
from app.deps import FactsDep, NowDep, ViewerDep
from app.facts import Searched
from app.search.circumstances import Circumstances
from app.search.service import MOST_CHARACTERS, Answer, Question, Search
from app.viewer import Viewer
from app.work import rules

router = APIRouter(prefix="/api/v1", tags=["search"])


async def _search(request: Request) -> Search:
    search: Search = request.app.state.search
    return search


async def _find(search: Search, question: Question, viewer: Viewer) -> Answer:
    """Finding is a millisecond of arithmetic once everything was read; until then it goes to another thread."""
    if search.state is None or not search.state.snapshot.loaded:
        return await run_in_threadpool(search.find, question, viewer)
    return search.find(question, viewer)


SearchDep = Annotated[Search, Depends(_search)]


class Part(BaseModel):
    """A share of a score: `what` gave it, by which word, where that stands, and how much.

    `what` is word, completion, correction, parts, joined, synonym, learned, meaning, popularity, task, role, trouble or
    as typed. Of a task or role `word` is the slug, and each task that lifts the aid has its part; of trouble it is the
    words that tell of it. `term` is the form of the word that was looked for; `languages` are those of the library in
    which the word has it, where there are several.
    """

    what: str
    word: str
    where: str
    score: float
    term: str
    languages: list[str]


class Result(BaseModel):
    """An aid that was found; `highlight` is safe HTML with `<mark>`, `step` the step that answers best.

    All that search knows is in the `score` of the aids with the best words (at least 20, mostly 64 at most); behind
    them it is of words alone.
    """

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


class SuggestQuery(BaseModel):
    """What was typed, and the situation as far as it is known: it lifts aids and hides none."""

    q: str = Field("", max_length=MOST_CHARACTERS, description="What was typed so far.")
    limit: int = Field(8, ge=1, le=50, description="How many aids, at most 50.")
    for_task: str | None = Field(None, max_length=200, description="The task at hand: lifts its aids, hides none.")
    for_role: str | None = Field(None, max_length=200, description="The job role of the reader: lifts its aids.")
    app: str = Field(
        "", max_length=60, pattern=NO_NUL, description="The application she is in: its context rules say the tasks."
    )
    path: str = Field("", max_length=2_000, description="The path of her screen there, for the task of one screen.")


class SearchQuery(SuggestQuery):
    """What to look for."""

    q: str = Field("", max_length=MOST_CHARACTERS, description="What somebody is stuck on, in plain words.")
    limit: int = Field(10, ge=1, le=200, description="How many aids, at most 200.")
    offset: int = Field(0, ge=0, le=10_000, description="How many of the best aids to leave out.")
    task: str | None = Field(None, max_length=200, description="Only aids of this task.")
    kind: Kind | None = Field(None, description="Only aids of this kind.")
    moment: Moment | None = Field(None, description="Only aids for this moment of need.")
    explain: bool = Field(False, description="Say how each score came about; for trainers.")

    def question(self, around: Circumstances) -> Question:
        """The question for the search, asked in these circumstances."""
        return Question(self.q, self.task, self.kind, self.moment, self.limit, self.offset, around, self.explain)


@router.get("/search", summary="Find aids", response_model=Results)
async def search(
    found_by: SearchDep, viewer: ViewerDep, facts: FactsDep, now: NowDep, query: Annotated[SearchQuery, Query()]
) -> Response:
    """The aids that answer a question, best first. The search is recorded as settled, unless it is to be explained."""
    answer = await _find(found_by, query.question(await _around(found_by, query)), viewer)
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


async def _around(search: Search, query: SuggestQuery) -> Circumstances:
    """The situation; where an application is named the database may be asked, in another thread."""
    tasks = await run_in_threadpool(_tasks, search, query) if query.app else _tasks(search, query)
    return Circumstances(tasks, query.for_role)


def _tasks(search: Search, query: SuggestQuery) -> list[str]:
    with reading(search.engine) as session:
        return rules.lifted(session, query.for_task, query.app, query.path)


@router.get("/suggest", summary="Suggest aids while somebody types")
async def suggest(found_by: SearchDep, viewer: ViewerDep, query: Annotated[SuggestQuery, Query()]) -> Suggestions:
    """As you type: the last word may be unfinished. Nothing is recorded."""
    question = Question(query.q, limit=query.limit, around=await _around(found_by, query))
    answer = await _find(found_by, question, viewer)
    return Suggestions(suggestions=[Suggestion(slug=hit.slug, title=hit.title, kind=hit.kind) for hit in answer.hits])
