"""What the widget calls from the page of an application. Who may is decided at the gate (`app.widget.visitors`)."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.status import HTTP_204_NO_CONTENT

from app.db import reading, writing
from app.deps import FactsDep, NowDep, ReadSession, ViewerDep, base_url
from app.errors import Invalid, TooLarge
from app.facts import Asked
from app.search.api import SearchDep
from app.search.circumstances import Circumstances
from app.search.service import MOST_CHARACTERS, Question
from app.viewer import Role, Viewer
from app.widget import batches, panel, service
from app.widget.abroad import Abroad
from app.widget.registry import Known
from app.widget.schemas import Boot, Context, Found, Suggestions, WidgetAid, WidgetBatch, WidgetQuestion, WidgetReceipt
from app.widget.script import VERSION
from app.widget.visitors import MOST_BODY
from app.widget.words import Say
from app.work import rules
from app.work import service as work
from app.work.context import masked
from app.work.models import ContextRule

router = APIRouter(prefix="/api/v1/widget/{app}", tags=["help widget"])
MOST_HITS = 8
MOST_RECENT = 4
AppKey = Annotated[str, Path(description="The key of the application.")]


async def _known(request: Request, app: AppKey) -> Known:  # noqa: ARG001 - named for the reference
    known: Known = request.state.application
    return known


KnownDep = Annotated[Known, Depends(_known)]


class Wanted(Context):
    """A search in the panel."""

    q: str = Field("", max_length=MOST_CHARACTERS, description="What was typed so far.")


ContextDep = Annotated[Context, Query()]


def _suggestions(request: Request, session: ReadSession, viewer: Viewer, where: Context) -> Suggestions:
    known: Known = request.state.application
    task = service.task_of(session, known, where)
    popular = request.app.state.popular.of(known.key)
    found = service.suggestions(session, viewer, task, _slugs(where.pin), popular)
    recent = service.live(session, viewer, _slugs(where.recent)[:MOST_RECENT])
    title = work.named(session, [task])[task].title if task else None
    listing = panel.suggested(Say(where.lang), title, found, [one for one in recent if one not in found])
    return Suggestions(task=task, **asdict(listing))


def _slugs(text: str) -> list[str]:
    return [slug for slug in text.split(",") if slug and "\0" not in slug]


def _batch(request: Request, viewer: Viewer, now: NowDep) -> str:
    return batches.issue(request.app.state.credentials.key, request.state.application.key, viewer.pseudonym, now)


@router.options("/{rest:path}", include_in_schema=False)
def preflight(_known: KnownDep) -> Response:
    """The gate has answered already."""
    return Response(status_code=HTTP_204_NO_CONTENT)


@router.get("/boot", summary="Open the panel")
def boot(
    request: Request, session: ReadSession, viewer: ViewerDep, now: NowDep, known: KnownDep, where: ContextDep
) -> Boot:
    """What the panel needs on a screen: looks, words, suggestions, a key for a beacon."""
    shown = _suggestions(request, session, viewer, where)
    batch, words = _batch(request, viewer, now), Say(where.lang).own()
    return Boot(**shown.model_dump(), version=VERSION, words=words, accent=known.accent, batch=batch)


@router.get("/suggest", summary="Suggest aids for a screen")
def suggest(
    request: Request, session: ReadSession, viewer: ViewerDep, _known: KnownDep, where: ContextDep
) -> Suggestions:
    """Pinned aids, those of the screen's task, then what is popular in this application."""
    return _suggestions(request, session, viewer, where)


@router.get("/search", summary="Search from a screen")
def search(
    session: ReadSession, found_by: SearchDep, viewer: ViewerDep, known: KnownDep, wanted: Annotated[Wanted, Query()]
) -> Found:
    """As you type; the aids of the screen's task, else of the application's tasks, are lifted and none is hidden.

    The widget records what settles.
    """
    around = Circumstances(service.lifted(session, known, wanted))
    answer = found_by.find(Question(wanted.q, limit=MOST_HITS, around=around), viewer)
    say = Say(wanted.lang)
    said = panel.said(say, answer)
    return Found(search_id=str(answer.search_id), total=answer.total, said=said, **asdict(panel.found(say, answer)))


@router.get("/aids/{slug:path}", summary="Read an aid in the panel")
def read_aid(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    now: NowDep,
    _known: KnownDep,
    slug: Annotated[str, Path(description="The aid's address, slashes kept.")],
    lang: Annotated[str, Query(description="Language of the panel.")] = "",
    v: Annotated[str, Query(description="Version of the script; the first one says none.")] = "",
) -> WidgetAid:
    """The live revision as sanitised HTML; its links and images lead to this server."""
    abroad = Abroad(base_url(request), request.app.state.credentials.key, now)
    shown = service.show(session, viewer, slug)
    aid, revision = shown.aid, shown.revision
    html = panel.aid(Say(lang), shown, abroad, guided=v != "")
    return WidgetAid(slug=aid.slug, title=revision.title, version=revision.number, html=html)


@router.post("/questions", summary="Ask a person", status_code=HTTP_204_NO_CONTENT)
def ask(
    facts: FactsDep, viewer: ViewerDep, now: NowDep, known: KnownDep, asked: WidgetQuestion, session: ReadSession
) -> None:
    """A question to the trainers; answered once it is durable. The same `eid` twice is one question."""
    where = Context(path=asked.route or "", screen=asked.screen or "", task=asked.task or "")
    task = service.task_of(session, known, where)
    session.close()
    facts.state(
        Asked(
            asked.eid, now, asked.text, viewer.pseudonym, asked.query, asked.search, asked.slug,
            task=task, source="widget", app=known.key, path=masked(asked.route) if asked.route else None,
        )
    )  # fmt: skip


@router.post("/events", summary="Record use in the panel")
async def events(request: Request, viewer: ViewerDep, now: NowDep, known: KnownDep) -> WidgetReceipt:
    """At most 20 events as JSON, or as `text/plain` by a beacon with a `batch` key; the same `eid` counts once."""
    body = await request.body()
    if len(body) > MOST_BODY:
        raise TooLarge("A call of the widget has at most 64 KiB (65,536 bytes). Send it in parts.")
    batch = _read_batch(body)
    if batch.batch is not None:
        viewer = await run_in_threadpool(_whose, request, batch.batch, now)
    intake = service.Intake(request.app.state.usage, known, await run_in_threadpool(_rules, request, known))
    receipt = await intake.take_in(batch.events, viewer)
    return WidgetReceipt(
        accepted=receipt.accepted,
        duplicates=receipt.duplicates,
        rejected=[one.model_dump() for one in receipt.rejected],
        batch=_batch(request, viewer, now),
    )


def _read_batch(body: bytes) -> WidgetBatch:
    try:
        return WidgetBatch.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "/".join(str(part) for part in first["loc"]) or "body"
        raise Invalid(f'{where}: {first["msg"]}. Send {{"events": […]}} with at most 20 events.') from None


def _whose(request: Request, batch: str, now: NowDep) -> Viewer:
    state, known = request.app.state, request.state.application
    with writing(state.engine) as session:
        who = service.spend(session, state.credentials.key, known, batch, now)
    return Viewer(Role.EMPLOYEE if who else None, pseudonym=who, open_house=known.open)


def _rules(request: Request, known: Known) -> list[ContextRule]:
    with reading(request.app.state.engine) as session:
        return list(rules.of(session, known.key))
