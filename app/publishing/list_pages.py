"""The list of aids by state, and the same change to several of them."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.deps import FactsDep, NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.errors import AppError, Invalid, NotFound, SignInNeeded
from app.facts import Facts, Published, Retired, Submitted
from app.publishing import queries, several
from app.publishing.desk import STATES
from app.publishing.queries import Row, Shelf
from app.publishing.several import Change, Chosen
from app.viewer import Right, Viewer
from app.web import render
from app.web.words import _, ngettext

router = APIRouter(prefix="/studio", include_in_schema=False)
PAGE = 50
SHELVES = {
    Shelf.DRAFT: _("Drafts"),
    Shelf.REVIEW: _("In review"),
    Shelf.RETURNED: _("Returned"),
    Shelf.APPROVED: _("Waiting for their date"),
    Shelf.LIVE: _("Live"),
    Shelf.OVERDUE: _("Overdue"),
    Shelf.RETIRED: _("Retired"),
}


@dataclass(frozen=True)
class ShelfLink:
    """A state to choose, with how many aids are in it."""

    label: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True)
class RowView:
    """An aid in a list."""

    slug: str
    title: str
    kind: str
    owner: str | None
    state: str
    label: str
    number: int
    review_due: date | None
    overdue: bool


@dataclass(frozen=True)
class AidsView:
    """A page of the list."""

    shelves: list[ShelfLink]
    shelf: str
    words: str
    owner: str
    owners: list[str]
    rows: list[RowView]
    first: str
    next: str
    done: str


@dataclass(frozen=True)
class SeveralView:
    """What is to happen to several aids, before it does."""

    change: str
    title: str
    rows: list[RowView]
    words: str = ""
    error: str = ""


class ListQuery(BaseModel):
    """Which aids to show."""

    state: str = Field("", max_length=20)
    q: str = Field("", max_length=200)
    owner: str = Field("", max_length=200)
    after: str = Field("", max_length=400)
    done: int = Field(0, ge=0, le=several.MOST)

    def url(self, **other: str) -> str:
        """The address of the list with something else chosen."""
        chosen = {"state": self.state, "q": self.q, "owner": self.owner} | other
        return "/studio/aids?" + urlencode({name: value for name, value in chosen.items() if value})

    @property
    def shelf(self) -> Shelf | None:
        """The chosen state; None for all."""
        return Shelf(self.state) if self.state in set(Shelf) else None


@router.get("/aids")
def aids_page(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    query: Annotated[ListQuery, Query()],
) -> HTMLResponse:
    """Aids by slug, in three statements however many there are."""
    viewer.require(Right.WRITE)
    today = now.astimezone(settings.zone).date()
    words, owner = query.q.replace("\0", "").strip(), query.owner.replace("\0", "")
    counts = queries.counts(session, words, owner, today)
    rows = queries.page(session, query.shelf, words, owner, today, query.after.replace("\0", ""), PAGE + 1)
    done = ngettext("Done with {n} aid.", "Done with {n} aids.", query.done).format(n=query.done) if query.done else ""
    view = AidsView(
        shelves=_shelves(query, counts),
        shelf=query.state if query.shelf else "",
        words=words,
        owner=owner,
        owners=list(queries.owners(session)),
        rows=[_row(row, today) for row in rows[:PAGE]],
        first=query.url() if query.after else "",
        next=query.url(after=rows[PAGE - 1].slug) if len(rows) > PAGE else "",
        done=done,
    )
    return render.page(request, "studio_aids.html", _("Aids"), view, "studio")


def _shelves(query: ListQuery, counts: dict[Shelf | None, int]) -> list[ShelfLink]:
    every = ShelfLink(_("All"), counts[None], query.url(state=""), query.shelf is None)
    links = [ShelfLink(SHELVES[one], counts[one], query.url(state=one), one == query.shelf) for one in Shelf]
    return [every, *links]


def _row(row: Row, today: date) -> RowView:
    overdue = bool(row.live and row.review_due and row.review_due < today)
    retired = row.live is None and row.state == "past"
    label = _("Retired") if retired else STATES.get(row.state, row.state)
    return RowView(
        row.slug, row.title, row.kind, row.owner, row.state, label, row.number, row.review_due, overdue
    )  # fmt: skip


class SeveralForm(BaseModel):
    """The chosen aids and what is to happen to them."""

    change: Change
    aid: list[str] = []
    words: str = Field("", max_length=500)

    @property
    def chosen(self) -> list[Chosen]:
        """The aids, as they were seen in the list."""
        return [Chosen.read(one.replace("\0", "")) for one in self.aid[: several.MOST + 1]]


def _title(change: Change, count: int) -> str:
    return {
        Change.SUBMIT: ngettext("Send {n} aid for review", "Send {n} aids for review", count),
        Change.APPROVE: ngettext("Approve {n} aid", "Approve {n} aids", count),
        Change.RETIRE: ngettext("Retire {n} aid", "Retire {n} aids", count),
        Change.OWNER: ngettext("Set the owner of {n} aid", "Set the owner of {n} aids", count),
    }[change].format(n=count)


def _view(session: ReadSession, viewer: Viewer, form: SeveralForm, error: str = "") -> SeveralView:
    """The aids as they are now; each keeps the revision that was seen."""
    if not form.aid:
        raise Invalid(_("Choose at least one aid in the list, then say what is to happen to it."))
    numbers = {one.slug: one.number for one in form.chosen}
    rows = [
        RowView(
            aid.slug,
            revision.title,
            revision.kind,
            revision.owner,
            revision.state,
            STATES.get(revision.state, revision.state),
            numbers[aid.slug],
            aid.review_due,
            False,
        )
        for aid, revision in ((desk.aid, desk.revision) for desk in several.desks(session, viewer, form.chosen))
    ]
    return SeveralView(form.change, _title(form.change, len(rows)), rows, form.words, error)


@router.post("/several")
def several_page(
    request: Request, session: ReadSession, viewer: ViewerDep, form: Annotated[SeveralForm, Form()]
) -> HTMLResponse:
    """What was chosen, to be confirmed."""
    view = _view(session, viewer, form)
    return render.page(request, "several.html", view.title, view, "studio")


@router.post("/several/confirm")
def confirm(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    facts: FactsDep,
    form: Annotated[SeveralForm, Form()],
) -> Response:
    """Do it to all of them, or to none."""
    words = form.words.replace("\0", "")
    try:
        with session.begin_nested():
            slugs = several.carry_out(session, now, viewer, form.change, form.chosen, words)
    except (NotFound, SignInNeeded):
        raise
    except AppError as error:
        view = _view(session, viewer, form, error.detail)
        return render.page(request, "several.html", view.title, view, "studio", error.status)
    for one in form.chosen:
        _tell(facts, form.change, one, now, viewer.actor)
    return RedirectResponse(f"/studio/aids?done={len(slugs)}", 303)


def _tell(facts: Facts, change: Change, one: Chosen, now: NowDep, actor: str) -> None:
    if change == Change.SUBMIT:
        facts.state(Submitted(now, one.slug, one.number, actor))
    elif change == Change.APPROVE:
        facts.state(Published(now, one.slug, one.number, actor))
    elif change == Change.RETIRE:
        facts.state(Retired(now, one.slug, actor))
