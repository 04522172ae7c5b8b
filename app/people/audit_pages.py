"""The audit for administrators: searched, paged, and taken out as CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from app.deps import Cursor, NowDep, SettingsDep, ViewerDep, WriteSession
from app.people import audit
from app.people.audit_queries import Wanted
from app.people.audit_wanted import WantedDep
from app.people.models import AuditEntry
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio/audit", include_in_schema=False)
SHOWN = 50


@dataclass(frozen=True)
class AuditView:
    """One page of lines, and the filters as they are set."""

    wanted: Wanted
    actions: Sequence[str]
    lines: list[AuditEntry]
    further: str | None
    paged: bool


@router.get("")
def audit_page(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    wanted: WantedDep,
    cursor: Cursor = "",
) -> HTMLResponse:
    """The lines that fit. That somebody searched for a person or a thing is on record too."""
    lines = audit.search(session, viewer, wanted, settings.zone, cursor, SHOWN + 1)
    view = AuditView(wanted, audit.actions(session), lines[:SHOWN], _further(wanted, lines), bool(cursor))
    if wanted != Wanted() and not cursor:
        audit.looked_up(session, now, viewer, wanted)
    return render.page(request, "audit.html", _("Audit"), view, "studio")


def _further(wanted: Wanted, lines: Sequence[AuditEntry]) -> str | None:
    if len(lines) <= SHOWN:
        return None
    given = {name: str(value) for name, value in vars(wanted).items() if value}
    return "/studio/audit?" + urlencode(given | {"cursor": str(lines[SHOWN - 1].id)})


@router.post("/export")
def export(session: WriteSession, viewer: ViewerDep, now: NowDep, settings: SettingsDep, wanted: WantedDep) -> Response:
    """All lines that fit as a CSV file; that it was made is on record before it is sent."""
    content = "".join(audit.export(session, now, viewer, wanted, settings.zone))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"', "Cache-Control": "no-store"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
