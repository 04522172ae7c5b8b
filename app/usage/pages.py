"""The delivery dashboard."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep
from app.errors import Invalid
from app.usage import delivery
from app.viewer import Right
from app.web import render
from app.web.words import _

router = APIRouter(include_in_schema=False)
MOST_DAYS = 400


@router.get("/studio/delivery")
def delivery_page(
    request: Request,
    session: ReadSession,
    viewer: ViewerDep,
    settings: SettingsDep,
    now: NowDep,
    start: Annotated[str, Query(max_length=10)] = "",
    end: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """How well aids are found and whether they help, over the chosen days."""
    viewer.require(Right.MEASURE)
    today = now.astimezone(settings.zone).date()
    last = _day(end) or today
    first = _day(start) or last - timedelta(days=29)
    if first > last:
        raise Invalid("The first day comes after the last. Choose them the other way round.")
    if (last - first).days >= MOST_DAYS:
        raise Invalid(f"A period has at most {MOST_DAYS} days. Choose a later first day.")
    view = delivery.build(session, settings, first, last, now)
    return render.page(request, "delivery.html", _("Delivery"), view, "studio")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(f"{text!r} is not a day. Write it as 2026-11-23.") from None
    if day is not None and not 2000 <= day.year <= 2200:
        raise Invalid("Choose days between 2000 and 2200.")
    return day
