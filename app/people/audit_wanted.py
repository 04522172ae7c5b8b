"""Which lines of the audit a request asks for; the page and the API say it in the same words."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from app.deps import Words
from app.errors import Invalid
from app.people.audit_queries import Wanted

Day = Annotated[str, Query(max_length=10)]


def _wanted(
    actor: Annotated[Words, Query(description="Part of who did it.")] = "",
    action: Annotated[Words, Query(description="What was done, whole.")] = "",
    text: Annotated[Words, Query(description="Part of what it was done to.")] = "",
    since: Annotated[Day, Query(description="From this day on, such as 2026-11-23.")] = "",
    until: Annotated[Day, Query(description="Up to this day.")] = "",
) -> Wanted:
    return Wanted(actor.strip(), action.strip(), text.strip(), _day(since), _day(until))


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(f"{text!r} is not a day. Write it as 2026-11-23.") from None
    if day is not None and not 1900 <= day.year <= 2200:
        raise Invalid("Choose days between 1900 and 2200.")
    return day


WantedDep = Annotated[Wanted, Depends(_wanted)]
