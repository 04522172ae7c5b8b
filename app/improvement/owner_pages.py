"""Who keeps which aid, and handing aids over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse

from app.db import NO_NUL
from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.improvement import owners, queries
from app.improvement.owners import Owner
from app.improvement.queries import Review
from app.viewer import Right
from app.web import render
from app.web.words import _, ngettext

router = APIRouter(prefix="/studio/reviews/owners", include_in_schema=False)


@dataclass(frozen=True)
class OwnerLine:
    """An owner with the number of aids, and whether mail goes there."""

    owner: str
    known: Owner
    count: int
    mail: bool


@dataclass(frozen=True)
class OwnersView:
    """Everybody who keeps aids; with one chosen, the aids."""

    lines: Sequence[OwnerLine]
    chosen: str | None
    aids: Sequence[Review]
    done: str | None


class OwnersQuery(BaseModel):
    """Whose aids to show, and what came of handing some over."""

    owner: str | None = Field(None, max_length=200, pattern=NO_NUL)
    done: int = Field(0, ge=0, le=1_000)
    waiting: int = Field(0, ge=0, le=1_000)


@router.get("")
def owners_page(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    settings: SettingsDep,
    now: NowDep,
    asked: Annotated[OwnersQuery, Query()],
) -> HTMLResponse:
    """Who keeps how many aids, those who have left first; with one chosen, her aids."""
    viewer.require(Right.WRITE)
    persons, stopped = owners.directory(session, now.astimezone(settings.zone).date()), queries.mail_stops(session)
    lines = [_line(persons.find(name), name, count, stopped) for name, count in queries.owners(session).items()]
    lines.sort(key=lambda line: (bool(line.owner) and not line.known.left, line.owner))
    shown = [] if asked.owner is None else queries.owned(session, asked.owner, owners.AT_ONCE)
    view = OwnersView(lines, asked.owner, shown, _handed(asked.done, asked.waiting))
    return render.page(request, "owners.html", _("Owners"), view, "studio")


def _line(known: Owner, name: str, count: int, stopped: set[str]) -> OwnerLine:
    mail = bool(known.address and not known.left and known.address.casefold() not in stopped)
    return OwnerLine(name, known, count, mail)


def _handed(done: int, waiting: int) -> str | None:
    said = []
    if done:
        said.append(ngettext("{n} aid has a new owner.", "{n} aids have a new owner.", done).format(n=done))
    if waiting:
        left = ngettext(
            "{n} aid was left alone: a newer text of it waits. Publish or return that, then hand the aid over.",
            "{n} aids were left alone: a newer text of each waits. Publish or return that, then hand the aid over.",
            waiting,
        )
        said.append(left.format(n=waiting))
    return " ".join(said) or None


@router.post("")
def hand_over(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    owner: Annotated[str, Form(max_length=200)],
    slugs: Annotated[list[str] | None, Form()] = None,
) -> RedirectResponse:
    """Write a new owner into the chosen aids."""
    handed = owners.hand_over(session, now, viewer, set(slugs or ()), owner.replace("\0", ""))
    return RedirectResponse(f"/studio/reviews/owners?done={len(handed.done)}&waiting={len(handed.waiting)}", 303)


@router.post("/mail")
def switch_mail(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    address: Annotated[str, Form(max_length=200)],
    mail: Annotated[Literal["on", "off"], Form()],
) -> RedirectResponse:
    """Have the weekly mail go to this address, or not."""
    owners.switch_mail(session, now, viewer, address, mail == "on")
    return RedirectResponse("/studio/reviews/owners", 303)
