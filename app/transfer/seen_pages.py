"""A manager's own page of what she and her line saw, with the way to correct it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse

from app.db import NO_NUL
from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.transfer import seen, service
from app.transfer.intake import Desk
from app.transfer.seen import MOST, Entry
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/observe/seen", include_in_schema=False)


@dataclass(frozen=True)
class SeenView:
    """The page; `older` is where the next one begins."""

    entries: Sequence[Entry]
    start: int
    older: int | None


@router.get("")
def seen_page(
    request: Request, session: ReadSession, viewer: ViewerDep, start: Annotated[int, Query(ge=0, le=100_000)] = 0
) -> HTMLResponse:
    """What was seen, the newest first."""
    entries, more = seen.page(session, viewer, start)
    view = SeenView(entries, start, start + MOST if more else None)
    return render.page(request, "seen.html", _("What you saw"), view, "studio")


@router.post("/{record}/withdraw")
def take_back(
    session: WriteSession,
    viewer: ViewerDep,
    settings: SettingsDep,
    now: NowDep,
    record: Annotated[str, Path(max_length=100, pattern=NO_NUL)],
    reason: Annotated[str, Form(max_length=500, pattern=NO_NUL)] = "",
) -> RedirectResponse:
    """It counts no longer, and stays to be seen."""
    service.withdraw(Desk(session, now, viewer, settings), "competency", record, reason)
    return RedirectResponse("/observe/seen", 303)
