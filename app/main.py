"""The hall: builds the application, and answers what went wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app import clock, gate, logs
from app.db import require_head
from app.errors import AppError, Conflict, Fault, NotFound, SignInNeeded, TooMany, Unavailable
from app.people import pages as sign_in_pages
from app.reference import page as reference_page
from app.search.service import Question, Search
from app.settings import Settings, load
from app.web import render
from app.web.words import _
from app.wiring import ROUTERS, at_start, wire

NEAREST = 5


@dataclass(frozen=True)
class MessageView:
    """What happened, what to do, and what is near."""

    status: int
    title: str
    detail: str
    aids: list[object]
    reference: str | None


class _Static(StaticFiles):
    """Files whose address carries their version never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept for a year when its version was asked for."""
        response = await super().get_response(path, scope)
        if b"v=" in scope.get("query_string", b""):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def from_environment() -> FastAPI:
    """The application as the environment says; what a server process calls."""
    settings = load()
    logs.configure(settings.log_level)
    return create_app(settings)


def create_app(settings: Settings, ticking: clock.Clock = clock.now) -> FastAPI:
    """The application with its own engine, index and event writer; they run while it is served."""
    app = FastAPI(
        title="Job aids",
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=_running,
        description="Find the right job aid mid-task, and record what came of it.",
    )
    wire(app.state, settings, ticking)
    # The routers' own routes, made once per process: `include_router` would make each anew, and look in two steps.
    app.router.routes.extend(route for router in ROUTERS for route in router.routes)
    app.add_route("/api", reference_page, include_in_schema=False)
    app.mount("/static", _Static(directory=render.STATIC), "static")
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(IntegrityError, _clash)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(
        gate.Gate,
        credentials=app.state.credentials,
        rates=app.state.rates,
        metrics=app.state.metrics,
        refuse=_app_error,
        visitors=app.state.visitors,
    )
    return app


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    require_head(state.engine)
    at_start(state)
    state.search.start()
    state.usage.writer.start()
    state.learner.start()
    state.chores.start()
    yield
    state.incoming.stop()
    state.chores.stop()
    state.learner.stop()
    state.search.stop()
    state.usage.writer.stop()
    state.engine.dispose()


async def _app_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, AppError):
        raise error
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    if isinstance(error, SignInNeeded):
        headers["WWW-Authenticate"] = "Bearer"
        if gate.wants_html(request):
            view = sign_in_pages.sign_in_view(request, error.detail)
            return render.page(request, "sign_in.html", _("Sign in"), view, status=error.status)
    slug = error.slug if isinstance(error, NotFound) else ""
    response = _answer(request, error.status, error.title, error.detail, error.faults, slug)
    response.headers.update(headers)
    return response


async def _clash(request: Request, _error: Exception) -> Response:
    return await _app_error(request, Conflict("Somebody else did the same at the same moment. Read it again."))


async def _database_away(request: Request, _error: Exception) -> Response:
    return await _app_error(request, Unavailable("The database does not answer. Nothing was stored; try again soon."))


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    if isinstance(error.body, bytes):  # as it came: nothing said that it is JSON
        return _answer(request, 415, "Not JSON", "Send the body as JSON, with `Content-Type: application/json`.")
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        return _no_json(request, error.body, found[0]["loc"][1], found[0]["ctx"]["error"])
    faults = [Fault("/" + "/".join(str(part) for part in wrong["loc"][1:]), wrong["msg"]) for wrong in found]
    detail = " ".join(f"{fault.pointer[1:] or 'body'}: {fault.detail}." for fault in faults[:3])
    return _answer(request, 422, "Not valid", detail, faults)


def _no_json(request: Request, body: str, at: int, reason: str) -> Response:
    line, column = body.count("\n", 0, at) + 1, at - body.rfind("\n", 0, at)
    detail = f"The body is not JSON: {reason}, line {line}, column {column}."
    return _answer(request, 422, "Not valid", detail, [Fault("", detail)])


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    known = {
        404: "There is no such page. Search for what you need.",
        405: "This address takes other methods; see /api.",
    }
    response = _answer(
        request, status, HTTPStatus(status).phrase.capitalize(), known.get(status, str(getattr(error, "detail", "")))
    )
    response.headers.update(getattr(error, "headers", None) or {})
    return response


def _answer(
    request: Request, status: int, title: str, detail: str, faults: list[Fault] | None = None, slug: str = ""
) -> Response:
    if gate.wants_html(request):
        reference = request.state.id if status >= 500 else None
        view = MessageView(status, title, detail, _nearest(request, slug), reference)
        return render.page(request, "message.html", title, view, status=status)
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if faults:
        body["errors"] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults]
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _nearest(request: Request, slug: str) -> list[object]:
    viewer = request.state.viewer
    if not slug or not (viewer.member or viewer.open_house):
        return []
    search: Search = request.app.state.search
    return list(search.find(Question(slug[:200].replace("-", " "), limit=NEAREST), viewer).hits)
