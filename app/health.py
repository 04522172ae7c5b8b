"""Is it alive, is it ready, and what it counts. None of it tells who did what."""

import shutil
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import Engine
from starlette.responses import JSONResponse

from app.db import at_head
from app.search import meaning
from app.settings import Settings

router = APIRouter(tags=["operation"])
LEAST_FREE = 100 << 20
BEHIND_ALLOWED = 1_000


class Metrics:
    """The numbers of one process, for Prometheus."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        names = ("method", "route", "status")
        self.requests = Counter("jobaids_requests", "Requests answered.", names, registry=self.registry)
        self.seconds = Histogram("jobaids_request_seconds", "Time to answer.", ("route",), registry=self.registry)
        self.searches = Histogram(
            "jobaids_search_seconds", "Time to find.", registry=self.registry, buckets=(0.001, 0.005, 0.02, 0.1, 0.5)
        )
        self.waiting = Gauge("jobaids_events_waiting", "Calls in the event queue.", registry=self.registry)
        self.dropped = Gauge("jobaids_events_dropped", "Page records dropped, queue full.", registry=self.registry)
        self.aids = Gauge("jobaids_index_documents", "Documents in the search index.", registry=self.registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)


@dataclass(frozen=True)
class Check:
    """One thing that must be right, and what was found."""

    name: str
    good: bool
    detail: str


def checks(settings: Settings, engine: Engine, store: Any) -> list[Check]:
    """Database, migrations, index and disk."""
    found = [_checked("database", lambda: _database(engine)), _checked("migrations", lambda: _migrations(engine))]
    found.append(_checked("index", lambda: _index(store)))
    found.append(_checked("disk", lambda: _disk(settings)))
    return found


def _checked(name: str, check: Any) -> Check:
    try:
        good, detail = check()
    except Exception as error:  # noqa: BLE001 - whatever is broken, the answer says so
        return Check(name, False, type(error).__name__)
    return Check(name, good, detail)


def _database(engine: Engine) -> tuple[bool, str]:
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1").close()
    return True, engine.dialect.name


def _migrations(engine: Engine) -> tuple[bool, str]:
    good = at_head(engine)
    return good, "at head" if good else "run `jobaids migrate`"


def _index(store: Any) -> tuple[bool, str]:
    if store.open() is None:
        return False, "being made; search answers from memory or the database"
    behind = store.behind()
    by = "by words and meaning" if meaning.installed() else "by words alone: the extra `meaning` is not installed"
    return behind <= BEHIND_ALLOWED, f"{behind} changes behind; finds {by}"


def _disk(settings: Settings) -> tuple[bool, str]:
    free = shutil.disk_usage(settings.data_dir).free
    return free > LEAST_FREE, f"{free >> 20:,} MiB free"


@router.get("/healthz", summary="The process runs")
async def healthz() -> dict[str, str]:
    """Answers as long as the process can answer."""
    return {"status": "ok"}


@router.get("/readyz", summary="The server can do its work")
def readyz(request: Request) -> JSONResponse:
    """Database, migrations, index and disk; 503 where one of them is not right."""
    state = request.app.state
    found = checks(state.settings, state.engine, state.search.store)
    good = all(check.good for check in found)
    body = {"status": "ready" if good else "not ready", "checks": {check.name: check.detail for check in found}}
    return JSONResponse(body, status_code=200 if good else 503)


@router.get("/metrics", summary="Counters for Prometheus")
def metrics(request: Request) -> Response:
    """Prometheus text format."""
    state = request.app.state
    counted: Metrics = state.metrics
    counted.waiting.set(state.usage.writer.calls.qsize())
    counted.dropped.set(state.usage.writer.dropped)
    counted.aids.set(state.search.state.snapshot.count if state.search.state else 0)
    return Response(generate_latest(counted.registry), media_type=CONTENT_TYPE_LATEST)
