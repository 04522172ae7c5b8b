"""Once a minute: who left today is shut out, and who must know of somebody's going is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from app.db import reading, writing
from app.facts import Disabled, Facts, Left
from app.people import accounts, directory, queries
from app.people.models import Departure

PORTION = 500  # persons shut out in one transaction, and told of in one turn


@dataclass(frozen=True)
class Leaving:
    """The chore. The listeners open transactions of their own, so none is open while they are told."""

    engine: Engine
    zone: ZoneInfo
    facts: Facts
    erase_again: Callable[[Session, str], None]

    def __call__(self, now: datetime) -> None:
        """Do what is due; what a listener could not take comes again."""
        settled = PORTION
        while settled == PORTION:
            with writing(self.engine) as session:
                settled = directory.settle_day(session, now, now.astimezone(self.zone).date(), PORTION)
        with writing(self.engine) as session:
            accounts.tidy(session, now)
        with reading(self.engine) as session:
            waiting = list(queries.departures(session, PORTION))
        for one in waiting:
            self._tell(one)

    def _tell(self, one: Departure) -> None:
        fact = Disabled if one.reason == "disabled" else Left
        self.facts.state(fact(one.at, one.person_id, one.name, one.email))
        with writing(self.engine) as session:
            if one.reason == directory.ERASED:
                self.erase_again(session, one.person_id)
            directory.told(session, one.person_id, one.at)
