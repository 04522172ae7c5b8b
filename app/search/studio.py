"""The trainers' pages about search: why an aid was found, the words it has learned, synonyms."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse

from app.aids import service as aids
from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.search import queries, service, synonyms
from app.search.api import SearchDep
from app.search.models import LearnedWord, Synonym
from app.search.ranking import Part
from app.search.service import Question
from app.viewer import Right
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio", include_in_schema=False)
WIDTH = 1_000  # of a bar, in its own units
SHOWN = 10
NAMES = {
    "word": _("word"),
    "completion": _("unfinished word"),
    "correction": _("corrected word"),
    "parts": _("word taken apart"),
    "joined": _("words put together"),
    "synonym": _("synonym"),
    "learned": _("learned word"),
    "meaning": _("meaning"),
    "boost": _("helped readers, task or kind"),
    "as typed": _("exactly as typed"),
}
PLACES = {
    "title": _("title"),
    "keywords": _("keywords"),
    "steps": _("steps"),
    "body": _("text"),
    "tasks": _("task"),
    "joined": _("spelling together or apart"),
}


@dataclass(frozen=True)
class PartView:
    """What one word or the meaning gives to a score, and its piece of the bar: where it begins and how wide it is."""

    what: str
    name: str
    word: str
    places: list[str]
    score: float
    start: int
    width: int


@dataclass(frozen=True)
class HitView:
    """An aid and how its score came about."""

    slug: str
    title: str
    score: float
    parts: list[PartView]


@dataclass(frozen=True)
class WhyView:
    """The page that explains a search."""

    query: str
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
    """All synonyms; `own` may be removed here, the others in their file."""

    own: list[Synonym]
    filed: list[Synonym]


@router.get("/search")
def why(
    request: Request, found_by: SearchDep, viewer: ViewerDep, q: Annotated[str, Query(max_length=1_000)] = ""
) -> HTMLResponse:
    """What a search finds, and why. It is not counted as one."""
    viewer.require(Right.WRITE)
    answer = found_by.find(Question(q, limit=SHOWN, explain=True), viewer)
    most = max((hit.score for hit in answer.hits), default=1) or 1
    hits = [HitView(hit.slug, hit.title, hit.score, _bar(hit.parts or [], most)) for hit in answer.hits]
    view = WhyView(q, answer.corrected, answer.message, answer.total, hits)
    return render.page(request, "studio_search.html", _("Why it is found"), view, "studio")


def _bar(parts: list[Part], most: float) -> list[PartView]:
    """The shares word by word, the largest kind of share first."""
    together: dict[tuple[str, str], list[Part]] = {}
    for part in parts:
        together.setdefault((part.what, part.word), []).append(part)
    by_kind: dict[str, float] = defaultdict(float)
    for part in parts:
        by_kind[part.what] += part.score
    shown, at = [], 0.0
    for (what, word), own in sorted(together.items(), key=lambda one: (-by_kind[one[0][0]], one[0][0])):
        score = sum(part.score for part in own)
        start, at = at, at + score / most * WIDTH
        places = [PLACES[part.where] for part in own if part.where in PLACES]
        shown.append(PartView(what, NAMES[what], word, places, score, round(start), round(at) - round(start)))
    return shown


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
    action: Annotated[Literal["remove", "adopt"], Form()],
) -> RedirectResponse:
    """Remove or restore a learned word, or make it a keyword of the aid."""
    if action == "adopt":
        service.adopt_word(session, now, viewer, slug, word)
    else:
        service.remove_word(session, now, viewer, slug, word)
    return RedirectResponse(f"/studio/words/{quote(slug)}", 303)


@router.get("/synonyms")
def synonyms_page(request: Request, session: ReadSession, viewer: ViewerDep) -> HTMLResponse:
    """All synonyms, and a form for one more."""
    viewer.require(Right.WRITE)
    known = queries.synonyms(session)
    own = [one for one in known if one.origin == synonyms.STUDIO]
    view = SynonymsView(own, [one for one in known if one.origin != synonyms.STUDIO])
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
