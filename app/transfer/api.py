"""Evidence in, roll-outs and reports, as JSON."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request
from starlette.status import HTTP_201_CREATED

from app.db import NO_NUL
from app.deps import Cursor, Limit, NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.transfer import measures, rollouts, service
from app.transfer.asking import house, show
from app.transfer.intake import Desk, Kind
from app.transfer.question import Question
from app.transfer.schemas import (
    MOST_RECORDS,
    CompetencyIn,
    MappingIn,
    MasteryIn,
    MeasureIn,
    Receipt,
    RolloutIn,
    RolloutOut,
    RolloutPage,
    Stopped,
    TransferOut,
    TransferQuery,
    Withdrawal,
)

router = APIRouter(prefix="/api/v1", tags=["transfer"])
RecordId = Annotated[str, Path(max_length=100, pattern=NO_NUL, description="The record's id.")]
TaskSlug = Annotated[str, Path(max_length=200, pattern=NO_NUL, description="The task's slug.")]
RolloutSlug = Annotated[str, Path(max_length=200, pattern=NO_NUL, description="The roll-out's slug.")]


@router.post("/mastery", summary="Record mastery")
def take_mastery(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    records: Annotated[list[MasteryIn], Body(max_length=MOST_RECORDS)],
) -> Receipt:
    """Assessments, at most 500 a call, all or none. The same id again changes nothing; other content is a 409."""
    return service.take(Desk(session, now, viewer, settings), "mastery", records)


@router.post("/competency", summary="Record competency evidence")
def take_competency(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    records: Annotated[list[CompetencyIn], Body(max_length=MOST_RECORDS)],
) -> Receipt:
    """What was seen at work, at most 500 a call, all or none. A person's own word is kept and never counted."""
    return service.take(Desk(session, now, viewer, settings), "competency", records)


@router.post("/measures", summary="Record a measure of the work")
def take_measures(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    records: Annotated[list[MeasureIn], Body(max_length=MOST_RECORDS)],
) -> Receipt:
    """Counts by group and period, at most 500 a call, all or none: for roll-outs whose order was chosen."""
    return measures.take(Desk(session, now, viewer, settings), records)


@router.post("/{kind}/{record_id}/withdraw", summary="Withdraw a record")
def withdraw_record(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    kind: Annotated[Kind, Path(description="`mastery` or `competency`.")],
    record_id: RecordId,
    body: Withdrawal,
) -> dict[str, str]:
    """It counts no longer; it stays, with who withdrew it, and reports of days before still count it."""
    service.withdraw(Desk(session, now, viewer, settings), kind, record_id, body.reason)
    return {"withdrawn": record_id}


@router.get("/rollouts", summary="List roll-outs")
def list_rollouts(session: ReadSession, viewer: ViewerDep, limit: Limit = 50, cursor: Cursor = "") -> RolloutPage:
    """Newest first."""
    items, following = rollouts.page(session, viewer, cursor, limit)
    return RolloutPage(items=items, cursor=following)


@router.post("/rollouts", summary="Plan a roll-out", status_code=HTTP_201_CREATED)
def plan_rollout(
    session: WriteSession, viewer: ViewerDep, now: NowDep, settings: SettingsDep, wanted: RolloutIn, request: Request
) -> RolloutOut:
    """Who is given which aids from which day on. It may change until it begins, and not after."""
    request.app.state.credentials.forget_all()
    return rollouts.plan(rollouts.Office(session, now, viewer, now.astimezone(settings.zone).date()), wanted)


@router.get("/rollouts/{slug}", summary="Read a roll-out")
def read_rollout(session: ReadSession, viewer: ViewerDep, slug: RolloutSlug) -> RolloutOut:
    """One roll-out with its arms."""
    return rollouts.get(session, viewer, slug)


@router.post("/rollouts/{slug}/stop", summary="Stop a roll-out")
def stop_rollout(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    slug: RolloutSlug,
    body: Stopped,
    request: Request,
) -> RolloutOut:
    """From today on everybody is given the aids. That it was stopped, and why, stays in its report."""
    request.app.state.credentials.forget_all()
    today = now.astimezone(settings.zone).date()
    return rollouts.stop(rollouts.Office(session, now, viewer, today), slug, body.reason)


@router.get("/tasks/{slug}/transfer", summary="Transfer report of a task")
def read_transfer(
    request: Request, session: ReadSession, viewer: ViewerDep, slug: TaskSlug, asked: Annotated[TransferQuery, Query()]
) -> TransferOut:
    """Who reached competency, how long it took, and whether the aids helped, with everything that could be wrong."""
    where = house(request)
    day = asked.as_of.toordinal() if asked.as_of else where.today
    narrowed = (asked.rollout, asked.by, asked.cell, asked.source)
    return show(request, session, viewer, where, Question(slug, day, asked.horizon or where.horizon, *narrowed))


@router.get("/mappings", summary="List what courses assess")
def list_mappings(session: ReadSession, viewer: ViewerDep) -> list[MappingIn]:
    """Which course or activity assesses which task."""
    return service.mappings(session, viewer)


@router.put("/mappings", summary="Map a course to a task")
def put_mapping(session: WriteSession, viewer: ViewerDep, now: NowDep, wanted: MappingIn) -> MappingIn:
    """From now on this activity assesses this task; records that are here already stay as they are."""
    service.map_activity(session, now, viewer, wanted.activity, wanted.task, wanted.threshold)
    return wanted
