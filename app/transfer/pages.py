"""The report of a task and the overview of all, as pages and files."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from markupsafe import Markup
from sqlmodel import Session
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.deps import ReadSession, ViewerDep, Words
from app.errors import Invalid
from app.transfer import files, overview, queries, report_queries, views
from app.transfer.asking import audited, house, show
from app.transfer.overview import TaskLine
from app.transfer.question import House, Question
from app.transfer.schemas import By, TransferOut
from app.viewer import Right, Viewer
from app.web import curves, render
from app.web.words import _
from app.work import service as work

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Row:
    """A task in the overview."""

    slug: str
    title: str
    cells: list[str]
    quality: str


@dataclass(frozen=True)
class OverviewView:
    """The page of all tasks."""

    rows: list[Row]
    coverage: str
    sort: str
    direction: str
    columns: list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """The words of the address, as the form sends them: what is empty was not asked."""

    as_of: Words = ""
    horizon: Words = ""
    rollout: Words = ""
    by: Words = ""
    cell: Words = ""
    source: Words = ""

    def question(self, slug: str, where: House) -> Question:
        """What they ask.

        Raises:
            Invalid: a day, a number or a division that is none.
        """
        by: By | None = self.by if self.by in {"group", "cohort", "tenure"} else None  # type: ignore[assignment]
        if not self.horizon.isdecimal() and self.horizon:
            raise Invalid("Within days: write a whole number.")
        horizon = int(self.horizon[:6] or where.horizon)
        if not 1 <= horizon <= 3650:
            raise Invalid("Within days: choose 1 to 3,650.")
        return Question(slug, _day(self.as_of, where.today), horizon, self.rollout, by, self.cell, self.source)

    @property
    def query(self) -> str:
        """The same words again."""
        return urlencode({name: value for name, value in asdict(self).items() if value})


AskedDep = Annotated[Asked, Depends()]


def _day(text: str, today: int) -> int:
    try:
        return date.fromisoformat(text).toordinal() if text else today
    except ValueError:
        raise Invalid(f"{text!r} is not a day. Write it as 2026-11-23.") from None


@router.get("/tasks/{slug}/transfer")
def report_page(request: Request, session: ReadSession, viewer: ViewerDep, asked: AskedDep, slug: str) -> HTMLResponse:
    """The report of a task."""
    where = house(request)
    question = asked.question(slug, where)
    found = show(request, session, viewer, where, question)
    task = work.find(session, slug)
    base = f"/tasks/{slug}/transfer?" + urlencode({"as_of": found.as_of.isoformat(), "horizon": found.horizon_days})
    drawn, numbers = views.chart(found)
    view = views.ReportView(
        slug=slug,
        title=task.title,
        report=found,
        figures=views.figures(found),
        chart=drawn,
        numbers=numbers,
        estimates=views.estimates(found),
        funnel=views.funnel(found),
        divisions=views.divisions(found, base),
        use=views.use(found),
        use_rate=views.use_rate(found),
        rollouts=[one.slug for one in queries.rollouts_of(session, task.id)],
        chosen=asked.cell or asked.source,
        query=asked.query,
        sources=report_queries.sources(session, task.id),
    )
    return render.page(request, "transfer_report.html", _("Transfer: {task}").format(task=task.title), view, "studio")


@router.get("/tasks/{slug}/transfer.{kind}")
def report_file(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    asked: AskedDep,
    slug: str,
    kind: Literal["svg", "csv", "json"],
) -> Response:
    """The chart as SVG, the numbers as CSV, everything as JSON; that they were taken out is on record."""
    where = house(request)
    found = show(request, session, viewer, where, asked.question(slug, where))
    audited(request, viewer, f"transfer report exported as {kind}", slug)
    if kind == "svg":
        return _file(_svg(found), "image/svg+xml", f"transfer-{slug}.svg")
    if kind == "csv":
        return _file(files.report(found), "text/csv; charset=utf-8", f"transfer-{slug}.csv")
    return _file(found.model_dump_json(indent=1), "application/json", f"transfer-{slug}.json")


def _svg(found: TransferOut) -> str:
    drawn, _numbers = views.chart(found)
    return curves.alone(drawn, len([arm for arm in found.arms if arm.curve])) if drawn else curves.alone(_nothing(), 1)


def _nothing() -> Markup:
    return curves.step_chart(_("No data"), [], 1, "")


def _file(text: str, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type=media_type, headers=headers)


@router.get("/studio/transfer")
def overview_page(request: Request, session: ReadSession, viewer: ViewerDep, sort: Words = "title") -> HTMLResponse:
    """All tasks with evidence."""
    where, rows = _lines(request, session, viewer)
    covered, critical = overview.coverage(session, where)
    columns = [
        ("title", _("Task")),
        ("criticality", _("Criticality")),
        ("mastered", _("At mastery")),
        ("competent", _("Competent")),
        ("median_days", _("Median days")),
        ("within", _("Within {n} days").format(n=where.horizon)),
        ("observed", _("Evidence")),
    ]
    view = OverviewView(
        rows=[Row(one.slug, one.title, _cells(one), one.quality) for one in overview.ordered(rows, sort)],
        coverage=_("{part} of {n}").format(part=covered, n=critical),
        sort=sort,
        direction="ascending" if sort == "title" else "descending",
        columns=columns,
    )
    return render.page(request, "transfer_overview.html", _("Transfer"), view, "studio")


def _lines(request: Request, session: Session, viewer: Viewer) -> tuple[House, list[TaskLine]]:
    viewer.require(Right.MEASURE)
    where = house(request)
    return where, overview.lines(session, where)


def _cells(one: TaskLine) -> list[str]:
    median = "–" if one.median_days is None else f"{one.median_days:.0f}"
    counts = (one.criticality, one.mastered, one.competent)
    return [*("–" if value is None else f"{value:,}" for value in counts), median, views.share(one.within)]


@router.get("/studio/transfer.csv")
def overview_csv(request: Request, session: ReadSession, viewer: ViewerDep) -> Response:
    """All tasks as CSV."""
    _where, rows = _lines(request, session, viewer)
    audited(request, viewer, "transfer overview exported", "all tasks")
    return _file(files.overview(rows), "text/csv; charset=utf-8", "transfer.csv")


@router.get("/studio/transfer.json")
def overview_json(request: Request, session: ReadSession, viewer: ViewerDep) -> Response:
    """All tasks as JSON."""
    _where, rows = _lines(request, session, viewer)
    audited(request, viewer, "transfer overview exported", "all tasks")
    return JSONResponse([asdict(one) for one in rows], headers={"Cache-Control": "no-store"})
