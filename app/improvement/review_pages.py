"""What is due for a check, and one click to say that it is still right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse

from app.aids import queries as aid_queries
from app.aids import upkeep
from app.aids.aid_view import LABELS
from app.aids.document import Kind
from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.errors import Invalid
from app.improvement import queries
from app.improvement.queries import Review
from app.viewer import Right
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio/reviews", include_in_schema=False)
PAGE = 50
SOON = timedelta(days=30)
MOST_DAYS = 3_650
DONE = {"checked": _("On record: it is still right."), "dates": _("The periods are changed.")}


@dataclass(frozen=True)
class ReviewsView:
    """What is due for a check."""

    overdue: bool
    reviews: Sequence[Review]
    today: date
    count: int
    page: int
    more: bool
    defaults: Sequence[tuple[str, str, int | None]]
    done: str | None


class ReviewsQuery(BaseModel):
    """Which aids to show."""

    show: Literal["overdue", "soon"] = "overdue"
    page: int = Field(1, ge=1, le=1_000)
    done: str = Field("", max_length=20)


@router.get("")
def reviews_page(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    settings: SettingsDep,
    now: NowDep,
    asked: Annotated[ReviewsQuery, Query()],
) -> HTMLResponse:
    """The aids past their review date, or those that will be within 30 days."""
    viewer.require(Right.WRITE)
    today = now.astimezone(settings.zone).date()
    before = today if asked.show == "overdue" else today + SOON
    found = queries.reviews(session, before, PAGE + 1, (asked.page - 1) * PAGE)
    known = aid_queries.review_defaults(session)
    defaults = [(kind.value, label, known.get(kind)) for kind, label in LABELS.items()]
    said = DONE.get(asked.done)
    count, more = queries.overdue(session, today), len(found) > PAGE
    view = ReviewsView(asked.show == "overdue", found[:PAGE], today, count, asked.page, more, defaults, said)
    return render.page(request, "reviews.html", _("Reviews"), view, "studio")


@router.post("/defaults")
def set_defaults(
    request: Request, session: WriteSession, viewer: ViewerDep, days: Annotated[list[str], Form()]
) -> RedirectResponse:
    """Days until the next check, a number for each kind in the order of the page; nothing for no check."""
    viewer.require(Right.PUBLISH)
    if len(days) != len(LABELS):
        raise Invalid("Send one number for each kind. Nothing was changed.")
    wanted = [_days(text) for text in days]
    before = aid_queries.review_defaults(session)
    for kind, number in zip(LABELS, wanted, strict=True):
        if before.get(kind) != number:
            upkeep.set_review_default(session, viewer, Kind(kind), number)
    request.app.state.badges.forget()
    return RedirectResponse("/studio/reviews?done=dates", 303)


def _days(text: str) -> int | None:
    stripped = text.strip()
    if not stripped:
        return None
    if not stripped.isdecimal() or not 1 <= int(stripped[:6]) <= MOST_DAYS:
        raise Invalid(f"{stripped[:20]!r} is no number of days from 1 to {MOST_DAYS:,}. Nothing was changed.")
    return int(stripped)


@router.post("/{slug:path}/still-right")
def still_right(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    slug: str,
    back: Annotated[Literal["aid", "reviews", "worklist"], Form()] = "worklist",
) -> RedirectResponse:
    """One click: somebody looked, and it is still right."""
    aid = upkeep.confirm(session, now, viewer, slug)
    request.app.state.badges.forget()
    pages = {"aid": f"/aids/{quote(aid.slug)}", "reviews": "/studio/reviews?done=checked"}
    return RedirectResponse(pages.get(back, "/studio?done=checked"), 303)
