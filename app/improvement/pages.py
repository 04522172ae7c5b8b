"""The worklist: the first page of the studio."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.improvement import worklist
from app.improvement.models import PutOff
from app.improvement.worklist import CRITICAL, UNRATED, Contributor, Ranked
from app.viewer import Right
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio", include_in_schema=False)
SHOWN = 30
DONE = {
    "later": _("Put off for 30 days. It stands at the end of this page, and can be put back."),
    "back": _("It is on the list again."),
    "checked": _("On record: it is still right."),
}


@dataclass(frozen=True)
class WorklistView:
    """All that the page shows; `more` counts the items that stand on the longer page."""

    items: Sequence[Ranked]
    later: Sequence[PutOff]
    more: int
    done: str | None
    fewest: int
    fewest_searches: int
    unrated: int
    critical: int


def contributors(request: Request) -> Sequence[Contributor]:
    """Who puts items on the list: the hall names them."""
    found: Sequence[Contributor] = request.app.state.worklist
    return found


@router.get("")
def studio(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    settings: SettingsDep,
    now: NowDep,
    everything: Annotated[bool, Query(alias="all")] = False,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """What would help most, for those who write; the figures, for those who only measure."""
    if not viewer.may(Right.WRITE):
        viewer.require(Right.MEASURE)
        return RedirectResponse("/studio/delivery", 303)
    found = worklist.build(session, now, contributors(request), settings.min_group)
    items = found.items if everything else found.items[:SHOWN]
    view = WorklistView(
        items=items,
        later=found.later,
        more=len(found.items) - len(items),
        done=DONE.get(done),
        fewest=settings.min_group,
        fewest_searches=settings.min_query_group,
        unrated=UNRATED,
        critical=CRITICAL,
    )
    return render.page(request, "worklist.html", _("What would help most"), view, "studio")


@router.post("/worklist/later")
def put_off(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    key: Annotated[str, Form(max_length=500)],
    text: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:
    """Not now."""
    worklist.put_off(session, now, viewer, key.replace("\0", ""), text.replace("\0", ""))
    return RedirectResponse("/studio?done=later", 303)


@router.post("/worklist/back")
def put_back(
    session: WriteSession, viewer: ViewerDep, now: NowDep, key: Annotated[str, Form(max_length=500)]
) -> RedirectResponse:
    """Now after all."""
    worklist.put_back(session, now, viewer, key.replace("\0", ""))
    return RedirectResponse("/studio?done=back", 303)
