"""What this room stores about a person, under her pseudonym."""

from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.keepers import Keeper, Kept
from app.usage.models import UseEvent
from app.web.words import _


def show(session: Session, _person: str, pseudonym: str) -> list[Kept]:
    """Every event, newest first, without what is empty."""
    found = session.exec(select(UseEvent).where(UseEvent.person == pseudonym).order_by(col(UseEvent.at).desc()))
    why = _(
        "What you searched, opened and answered, under a pseudonym. Nobody sees it with your name; sums are counted."
        " It goes after 400 days, unless your administrator set another time; then only daily sums of everybody stay."
    )
    return [Kept("use", _("Use"), why, [_row(one) for one in found])]


def _row(one: UseEvent) -> dict[str, Any]:
    given = {
        name: value for name, value in one.model_dump(mode="json", exclude={"person"}).items() if value is not None
    }
    return {"at": one.at.isoformat(), "type": one.type} | given


def erase(session: Session, _person: str, pseudonym: str) -> None:
    """Take the pseudonym away; what is left belongs to nobody."""
    session.execute(update(UseEvent).where(col(UseEvent.person) == pseudonym).values(person=None, tab=None))


KEEPER = Keeper(show, erase)
