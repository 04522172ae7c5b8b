"""The trainers' pages about search: why an aid was found, the words it has learned, synonyms."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse

from app.aids import service as aids
from app.db import NO_NUL
from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.search import queries, service, synonyms, why
from app.search.api import SearchDep
from app.search.circumstances import Circumstances
from app.search.models import LearnedWord, Synonym
from app.search.service import MOST_CHARACTERS, Question
from app.search.why import HitView
from app.viewer import Right
from app.web import render
from app.web.words import _
from app.work import queries as work
from app.work import rules

router = APIRouter(prefix="/studio", include_in_schema=False)
SHOWN = 10


class Explained(BaseModel):
    """What is to be explained, and in which situation of the reader; empty where she is in none."""

    q: str = Field("", max_length=MOST_CHARACTERS)
    for_task: str = Field("", max_length=200, pattern=NO_NUL)
    for_role: str = Field("", max_length=200, pattern=NO_NUL)
    app: str = Field("", max_length=60, pattern=NO_NUL)
    path: str = Field("", max_length=2_000)


@dataclass(frozen=True)
class Situations:
    """What there is to choose: tasks and job roles with their titles, applications with rules by their key."""

    tasks: Sequence[tuple[str, str]]
    roles: Sequence[tuple[str, str]]
    applications: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class WhyView:
    """The page that explains a search; `lifted` are the titles of the tasks whose aids it lifts."""

    asked: Explained
    known: Situations
    lifted: list[str]
    corrected: str | None
    message: str | None
    total: int
    hits: list[HitView]


@dataclass(frozen=True)
class WordsView:
    """The learned words of an aid."""

    slug: str
    title: str
    keywords: list[str]
    words: list[LearnedWord]
    least: int


@dataclass(frozen=True)
class SynonymsView:
    """All synonyms; `own` are removed one by one, those of files by the file they came from."""

    own: list[Synonym]
    filed: dict[str, list[Synonym]]


@router.get("/search")
def explained(
    request: Request,
    session: ReadSession,
    found_by: SearchDep,
    viewer: ViewerDep,
    asked: Annotated[Explained, Query()],
) -> HTMLResponse:
    """What a search finds in some situation, and why. It is not counted as one."""
    viewer.require(Right.WRITE)
    tasks = rules.lifted(session, asked.for_task, asked.app, asked.path)
    around = Circumstances(tasks, asked.for_role or None)
    answer = found_by.find(Question(asked.q, limit=SHOWN, around=around, explain=True), viewer)
    known = Situations(
        work.titles(session), work.role_titles(session), [(app, app) for app in work.applications(session)]
    )
    titles = {("task", slug): title for slug, title in known.tasks}
    titles |= {("role", slug): title for slug, title in known.roles}
    lifted = [titles.get(("task", task), task) for task in tasks]
    hits = why.shown(answer.hits, titles)
    view = WhyView(asked, known, lifted, answer.corrected, answer.message, answer.total, hits)
    return render.page(request, "studio_search.html", _("Why it is found"), view, "studio")


@router.get("/words/{slug:path}")
def words_page(
    request: Request, session: ReadSession, viewer: ViewerDep, settings: SettingsDep, slug: str
) -> HTMLResponse:
    """The words with which readers found this aid."""
    words = service.learned_words(session, viewer, slug)
    _aid, revision = aids.find(session, viewer, slug)
    view = WordsView(slug, revision.title, revision.keywords, words, settings.min_learned)
    return render.page(request, "studio_words.html", _("Learned words"), view, "studio")


@router.post("/words/{slug:path}")
def change_word(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    slug: str,
    word: Annotated[str, Form(max_length=60)],
    action: Annotated[Literal["remove", "restore", "adopt"], Form()],
) -> RedirectResponse:
    """Remove or restore a learned word, or make it a keyword of the aid."""
    do = {"remove": service.remove_word, "restore": service.restore_word, "adopt": service.adopt_word}[action]
    do(session, now, viewer, slug, word)
    return RedirectResponse(f"/studio/words/{quote(slug)}", 303)


@router.get("/synonyms")
def synonyms_page(request: Request, session: ReadSession, viewer: ViewerDep) -> HTMLResponse:
    """All synonyms, and a form for one more."""
    viewer.require(Right.WRITE)
    known = queries.synonyms(session)
    filed: dict[str, list[Synonym]] = defaultdict(list)
    for one in known:
        filed[one.origin].append(one)
    view = SynonymsView(filed.pop(synonyms.STUDIO, []), dict(sorted(filed.items())))
    return render.page(request, "studio_synonyms.html", _("Synonyms"), view, "studio")


@router.post("/synonyms")
def add_synonym(
    found_by: SearchDep,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    phrase: Annotated[str, Form(max_length=200)],
    means: Annotated[str, Form(max_length=200)],
    both_ways: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Add a synonym."""
    synonyms.add(session, now, viewer, synonyms.Wanted(phrase, means, both_ways, found_by.languages))
    return RedirectResponse("/studio/synonyms", 303)


@router.post("/synonyms/{number}/remove")
def remove_synonym(session: WriteSession, viewer: ViewerDep, now: NowDep, number: int) -> RedirectResponse:
    """Remove a synonym that was added here."""
    synonyms.remove(session, now, viewer, number)
    return RedirectResponse("/studio/synonyms", 303)


@router.post("/synonyms/remove")
def remove_file(
    session: WriteSession, viewer: ViewerDep, now: NowDep, origin: Annotated[str, Form(max_length=400)]
) -> RedirectResponse:
    """Remove the synonyms of a file."""
    synonyms.remove_file(session, now, viewer, origin)
    return RedirectResponse("/studio/synonyms", 303)
