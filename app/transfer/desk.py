"""What is drawn from the database for one report, each thing once and only when it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlmodel import Session

from app.errors import NotFound
from app.transfer import arms, queries, report_queries, sample, suppression, uses
from app.transfer.analysis import Analysis, analyse
from app.transfer.models import Rollout
from app.transfer.question import House, Question
from app.transfer.sample import Sample
from app.transfer.schemas import By
from app.transfer.suppression import Division
from app.transfer.survival import Days, Flags

NONE = "none"
DIVIDE: dict[By, Callable[[Sample], Division]] = {
    "group": sample.groups,
    "cohort": sample.cohorts,
    "tenure": sample.tenures,
}


@dataclass(frozen=True)
class Desk:
    """What is drawn for one question, each thing once."""

    session: Session
    house: House
    asked: Question
    task: int

    @cached_property
    def known(self) -> datetime | None:
        """Until when records must have come in."""
        return sample.known_at(self.session, self.task, self.asked.day, self.house.zone, self.house.today)

    @cached_property
    def whole(self) -> Sample:
        """Everybody who mastered the task, or who did in one course."""
        return sample.draw(self.session, self.task, self.asked.day, self.known, self.asked.source)

    @cached_property
    def divisions(self) -> dict[By, Division]:
        """The ways to divide them."""
        return {by: divide(self.whole) for by, divide in DIVIDE.items()}

    @cached_property
    def part(self) -> Sample:
        """Those whom the question is about."""
        if self.asked.by is None:
            return self.whole
        division = self.divisions[self.asked.by]
        cells = [code for code, name in enumerate(division.names) if name and name == self.asked.cell]
        return self.whole.part(division.code == (cells[0] if cells else -1))

    @cached_property
    def analysis(self) -> Analysis | None:
        """The roll-out that is asked for, of everybody: a part of the persons was not assigned as a part."""
        rollout = None if self.asked.chosen else _rollout(self)
        if rollout is None or rollout.id is None:
            return None
        units = queries.units(self.session, rollout.id)
        return analyse(self.whole, rollout, units, self.asked.horizon, self.house.least_events)

    @cached_property
    def allowed(self) -> dict[str, set[str]]:
        """The cells of which the persons may be counted."""
        return self._publishable(None)

    @cached_property
    def told(self) -> dict[str, set[str]]:
        """Those of which may be counted too who became competent."""
        return self._publishable(self.whole.events)

    def _publishable(self, events: Flags | None) -> dict[str, set[str]]:
        divisions: dict[str, Division] = dict(self.divisions.items())
        if self.analysis is not None:
            divisions["arm"] = self.analysis.division
        return suppression.publishable(divisions, events, self.house.least, fixed=("arm",))

    @cached_property
    def uses(self) -> Days:
        """The day on which each person first opened one of the aids: for counts only."""
        slugs = self.analysis.rollout.aids if self.analysis else report_queries.aids_of(self.session, self.task)
        until = sample.end_of(self.asked.day, self.house.zone)
        return uses.first(self.session, self.part, slugs, until, self.house)

    @property
    def ask(self) -> arms.Ask:
        """How cells are to be told."""
        return arms.Ask(self.asked.horizon, self.house.least)

    def on(self, asked: Question) -> "Desk":
        """The same for another question."""
        return Desk(self.session, self.house, asked, self.task)


def _rollout(desk: Desk) -> Rollout | None:
    if desk.asked.rollout == NONE:
        return None
    theirs = queries.rollouts_of(desk.session, desk.task)
    if not desk.asked.rollout:
        return next((one for one in theirs if not any(other.supersedes == one.slug for other in theirs)), None)
    found = next((one for one in theirs if one.slug == desk.asked.rollout), None)
    if found is None:
        raise NotFound(f"No roll-out of this task is called {desk.asked.rollout!r}.")
    return found
