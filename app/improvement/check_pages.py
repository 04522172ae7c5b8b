"""What leads nowhere, found by checks that run in the background."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from app.deps import ReadSession, SettingsDep, ViewerDep
from app.improvement import check_queries
from app.improvement.check_queries import Broken
from app.improvement.links import Fault
from app.improvement.models import Finding
from app.viewer import Right
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio/checks", include_in_schema=False)
PAGE = 50
FAULTS: dict[str, str] = {
    Fault.LINK: _("link to an aid or a task that is not there"),
    Fault.ANCHOR: _("link to a place that the page does not have"),
    Fault.IMAGE: _("image that is not in the library"),
    Fault.TASK: _("task that nobody defined"),
    Fault.EXTERNAL: _("link to another server"),
}


@dataclass(frozen=True)
class ChecksView:
    """What leads nowhere, aid by aid."""

    broken: Sequence[Broken]
    findings: Mapping[int, Sequence[Finding]]
    faults: Mapping[str, str]
    external: bool
    page: int
    more: bool


@router.get("")
def checks_page(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    settings: SettingsDep,
    page: Annotated[int, Query(ge=1, le=1_000)] = 1,
) -> HTMLResponse:
    """What leads nowhere in live aids, with its line in the text."""
    viewer.require(Right.WRITE)
    broken = check_queries.broken_aids(session)
    shown = broken[(page - 1) * PAGE : page * PAGE]
    found = check_queries.findings(session, [one.aid_id for one in shown])
    more = len(broken) > page * PAGE
    view = ChecksView(shown, found, FAULTS, settings.check_external_links, page, more)
    return render.page(request, "checks.html", _("Checks"), view, "studio")
