"""What the routes ask for, each named once: settings, the clock, the viewer, a session to read or to write."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from sqlmodel import Session

from app.db import NO_NUL, reading, writing
from app.facts import Facts
from app.settings import Settings
from app.viewer import Viewer


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _now(request: Request) -> datetime:
    at: datetime = request.app.state.clock()
    return at


async def _viewer(request: Request) -> Viewer:
    viewer: Viewer = request.state.viewer
    return viewer


async def _reader(request: Request) -> Viewer:
    viewer: Viewer = request.state.viewer
    viewer.require_reading()
    return viewer


async def _facts(request: Request) -> Facts:
    facts: Facts = request.app.state.facts
    return facts


def _reading(request: Request) -> Iterator[Session]:
    with reading(request.app.state.engine) as session:
        yield session


def _writing(request: Request) -> Iterator[Session]:
    with writing(request.app.state.engine) as session:
        yield session
    request.app.state.search.wake()


SettingsDep = Annotated[Settings, Depends(_settings)]
NowDep = Annotated[datetime, Depends(_now)]
ViewerDep = Annotated[Viewer, Depends(_viewer)]
ReaderDep = Annotated[Viewer, Depends(_reader)]
FactsDep = Annotated[Facts, Depends(_facts)]
ReadSession = Annotated[Session, Depends(_reading, scope="function")]
# Committed before the answer is sent: what was acknowledged is there.
WriteSession = Annotated[Session, Depends(_writing, scope="function")]

Limit = Annotated[int, Query(ge=1, le=200, description="How many, at most 200.")]
Words = Annotated[str, Query(max_length=200, pattern=NO_NUL)]
Cursor = Annotated[str, Query(max_length=400, pattern=NO_NUL, description="`cursor` of the page before.")]


def base_url(request: Request) -> str:
    """The public address of this server, without a slash at the end."""
    configured: str = request.app.state.settings.base_url
    return (configured or str(request.base_url)).rstrip("/")


def tasks_changed(request: Request, session: Session, slugs: Sequence[str]) -> None:
    """Have the index call these tasks what they are called now: `aids` keeps its feed, a room above `work`."""
    request.app.state.tasks_changed(session, slugs)


def neighbours(request: Request, aid_id: int | None, viewer: Viewer, asked: str) -> list[Any]:
    """The aids that belong to this one, for who asked this: search knows them, and the hall hands them down."""
    found: list[Any] = request.app.state.neighbours(aid_id, viewer, asked)
    return found
