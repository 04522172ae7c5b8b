"""Evidence by hand: one assessment, or a file whose columns are mapped here, with what each line would become."""

import io
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.errors import AppError, Invalid
from app.transfer import evidence_csv, queries, service
from app.transfer.evidence_csv import COLUMNS, NEEDED, Came, Reading
from app.transfer.intake import Desk, Kind
from app.transfer.schemas import MappingIn
from app.viewer import Right
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio/evidence", include_in_schema=False)
PREVIEW = 5
Cell = Annotated[str, Form(max_length=200)]
KINDS: dict[str, str] = {
    "mastery": _("Mastery: results of a course"),
    "competency": _("Competency: what was seen at work"),
}


@dataclass(frozen=True)
class Column:
    """One of our columns, and the foreign one that stands for it."""

    name: str
    theirs: str
    needed: bool


@dataclass(frozen=True)
class Preview:
    """A file before it is taken in."""

    kind: Kind
    text: str
    names: list[str]
    columns: list[Column]
    rows: list[list[tuple[str, str | None]]]
    problems: list[str]
    lines: int


@dataclass(frozen=True)
class EvidenceView:
    """The page."""

    mappings: list[MappingIn]
    tasks: list[tuple[str, str]]
    may_map: bool
    preview: Preview | None = None
    came: Came | None = None
    problem: str | None = None
    kinds: dict[str, str] = field(default_factory=lambda: dict(KINDS))


@router.get("")
def evidence_page(request: Request, session: ReadSession, viewer: ViewerDep) -> HTMLResponse:
    """Choose a file, or map a course."""
    viewer.require(Right.RECORD)
    return _page(request, session)


def _page(
    request: Request,
    session: Session,
    preview: Preview | None = None,
    came: Came | None = None,
    problem: str | None = None,
) -> HTMLResponse:
    viewer = request.state.viewer
    view = EvidenceView(
        mappings=service.mappings(session, viewer),
        tasks=[(one.slug, one.title) for one in queries.tasks_by_title(session)],
        may_map=viewer.may(Right.PLAN),
        preview=preview,
        came=came,
        problem=problem,
    )
    return render.page(request, "evidence.html", _("Bring evidence in"), view, "studio", 422 if problem else 200)


@router.post("/file")
async def show_file(
    request: Request,
    viewer: ViewerDep,
    settings: SettingsDep,
    session: ReadSession,
    kind: Annotated[Kind, Form()],
    file: Annotated[UploadFile, File()],
) -> HTMLResponse:
    """What the columns seem to be, and what the first lines would become."""
    viewer.require(Right.RECORD)
    text = (await file.read()).decode("utf-8-sig", "replace").replace("\0", "")
    try:
        names, _lines = evidence_csv.header(io.StringIO(text))
        return _page(request, session, _preview(Reading(kind, {}, settings.zone), text, names))
    except Invalid as error:
        return _page(request, session, problem=error.detail)


def _preview(reading: Reading, text: str, names: list[str]) -> Preview:
    chosen = dict(reading.columns) or evidence_csv.guessed(reading.kind, names)
    columns = [Column(name, chosen.get(name, ""), name in NEEDED[reading.kind]) for name in COLUMNS[reading.kind]]
    _names, lines = evidence_csv.header(io.StringIO(text))
    rows: list[list[tuple[str, str | None]]] = []
    problems, count = [], 0
    for cells in lines:
        count += 1
        if count > PREVIEW:
            continue
        values = {
            name: cells[names.index(theirs)] for name, theirs in chosen.items() if names.index(theirs) < len(cells)
        }
        rows.append([(values.get(name, "").strip(), None) for name in COLUMNS[reading.kind]])
        try:
            evidence_csv.record_of(reading, {name: value.strip() for name, value in values.items()})
        except ValueError as error:
            problems.append(_("Line {n}: {what}").format(n=count + 1, what=_plain(error)))
    return Preview(reading.kind, text, names, columns, rows, problems, count)


def _plain(error: ValueError) -> str:
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error)
    first = errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


@router.post("/take")
async def take_file(
    request: Request, viewer: ViewerDep, settings: SettingsDep, now: NowDep, session: WriteSession
) -> HTMLResponse:
    """Take the lines in, with the columns as they were mapped."""
    viewer.require(Right.RECORD)
    sent = await request.form(max_part_size=1 << 20)
    kind: Kind = "competency" if sent.get("kind") == "competency" else "mastery"
    text = str(sent.get("text", "")).replace("\r\n", "\n")
    columns = {name: str(sent.get(f"column-{name}", "")) for name in COLUMNS[kind]}

    @contextmanager
    def opened():  # type: ignore[no-untyped-def]  # the request's own transaction: all of the file at once
        yield session

    try:
        with session.begin_nested():
            came = evidence_csv.take_in(
                opened,
                lambda store: Desk(store, now, viewer, settings),
                io.StringIO(text),
                Reading(kind, columns, settings.zone),
                lambda _lines: None,
            )
    except AppError as error:
        return _page(request, session, problem=error.detail)
    return _page(request, session, came=came)


class OneResult(BaseModel):
    """One assessment, typed in."""

    person: Annotated[str, Field(max_length=200)]
    task: Annotated[str, Field(max_length=200)]
    source: Annotated[str, Field(max_length=200)] = ""
    score: Annotated[str, Field(max_length=20)] = ""
    threshold: Annotated[str, Field(max_length=20)] = ""
    mastered: Annotated[str, Field(max_length=5)] = ""
    at: Annotated[str, Field(max_length=40)]


@router.post("/one")
def take_one(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    settings: SettingsDep,
    now: NowDep,
    one: Annotated[OneResult, Form()],
) -> HTMLResponse:
    """One assessment; the same again changes nothing."""
    viewer.require(Right.RECORD)
    try:
        record = evidence_csv.record_of(Reading("mastery", {}, settings.zone), one.model_dump())
        with session.begin_nested():
            receipt = service.take(Desk(session, now, viewer, settings), "mastery", [record])
    except (AppError, ValueError) as error:
        return _page(request, session, problem=error.detail if isinstance(error, AppError) else _plain(error))
    return _page(request, session, came=Came(receipt.accepted, receipt.duplicates))


@router.post("/mappings")
def map_course(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    activity: Cell,
    task: Cell,
    threshold: Cell = "",
    drop: Cell = "",
) -> Response:
    """A course assesses a task from now on, or no longer."""
    if drop:
        service.unmap_activity(session, now, viewer, activity, task)
    else:
        try:
            enough = float(threshold.replace(",", ".")) if threshold else None
            wanted = MappingIn(activity=activity, task=task, threshold=enough)
        except ValueError:
            raise Invalid(_("Choose a course and a task; the threshold is a number, such as 0.8 or 80.")) from None
        service.map_activity(session, now, viewer, wanted.activity, wanted.task, wanted.threshold)
    return RedirectResponse("/studio/evidence", 303)
