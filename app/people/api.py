"""People and the audit as JSON."""

from typing import Annotated

from fastapi import APIRouter, Body, Request

from app.deps import Cursor, Limit, NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.people import audit, directory
from app.people.audit_wanted import WantedDep
from app.people.schemas import AuditLine, AuditPage, PeopleOut, PersonIn

router = APIRouter(prefix="/api/v1")
MOST = 1_000


@router.post("/people", summary="Keep people", tags=["people"])
def upsert_people(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    people: Annotated[list[PersonIn], Body(max_length=MOST)],
) -> PeopleOut:
    """Make these persons what the body says, by `id`; the same twice changes nothing. At most 1,000 a call.

    Groups begin and end today; those of somebody new begin on her first day. Whoever left or is disabled is signed out.
    """
    report = directory.upsert(session, now, now.astimezone(settings.zone).date(), viewer, people)
    request.app.state.credentials.forget_all()
    counts = {name: len(getattr(report, name)) for name in ("created", "changed", "unchanged")}
    return PeopleOut(**counts, erased=report.erased)


@router.get("/audit", summary="Read the audit", tags=["audit"])
def read_audit(
    session: ReadSession,
    viewer: ViewerDep,
    settings: SettingsDep,
    wanted: WantedDep,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> AuditPage:
    """Who did what to which thing, newest first."""
    found = audit.search(session, viewer, wanted, settings.zone, cursor, limit)
    items = [AuditLine.model_validate(one, from_attributes=True) for one in found]
    return AuditPage(items=items, cursor=str(items[-1].id) if len(items) == limit else None)
