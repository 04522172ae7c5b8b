"""The transfer report of a task: from a question to the one object that page, JSON, chart and file are made from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.errors import Invalid, NotFound
from app.transfer import (
    arms,
    caveats,
    disclosure,
    funnel,
    measures,
    queries,
    report_queries,
    sample,
    suppression,
    uses,
    verdicts,
)
from app.transfer.analysis import Analysis, analyse
from app.transfer.models import Rollout, ShownReport
from app.transfer.sample import Sample
from app.transfer.schemas import ArmOut, By, ComparisonOut, Interval, MeasureOut, Mechanism, TransferOut
from app.transfer.suppression import Division
from app.transfer.survival import UNKNOWN, Counts, Days, Flags, kaplan_meier, median, transfer
from app.work import queries as work

NONE = "none"
DIVIDE: dict[By, Callable[[Sample], Division]] = {
    "group": sample.groups,
    "cohort": sample.cohorts,
    "tenure": sample.tenures,
}
PARTS: tuple[tuple[str, By], ...] = (("groups", "group"), ("cohorts", "cohort"), ("tenure", "tenure"))


@dataclass(frozen=True)
class Question:
    """What is asked: at most one of `by` (with its label `cell`) and `source` narrows the persons.

    `rollout` is a slug, empty for the newest one of the task, `none` for none.
    """

    task: str
    day: int
    horizon: int
    rollout: str = ""
    by: By | None = None
    cell: str = ""
    source: str = ""

    @property
    def chosen(self) -> str:
        """The choice of persons, as a key."""
        return f"{self.by}={self.cell}" if self.by else f"source={self.source}" if self.source else ""


@dataclass(frozen=True)
class House:
    """What the report needs to know of this house."""

    zone: ZoneInfo
    least: int
    least_events: int
    today: int
    pseudonym: Callable[[str], str]
    horizon: int = 90
    uses_since: int = 0


@dataclass(frozen=True)
class Answer:
    """The report, and what is to be remembered of its having been shown."""

    report: TransferOut
    shown: ShownReport | None = None


def build(session: Session, house: House, asked: Question) -> Answer:
    """The report.

    Raises:
        Invalid: a future day, or more than one way to narrow.
        NotFound: no such task or roll-out.
    """
    desk = Desk(session, house, asked, _task(session, asked, house))
    reason = disclosure.hidden(desk)
    if reason:
        return Answer(empty(asked, reason))
    report = _figures(desk)
    past = asked.day < house.today
    if asked.source or past:
        report.caveats.append(caveats.EVERYBODY_TODAY)
    elif asked.by is None:
        for name, by in PARTS:
            cells = arms.divided(desk.part, desk.divisions[by], desk.allowed[by], desk.told[by], desk.ask)
            setattr(report, name, cells)
    events = int(desk.part.events.sum())
    shown = ShownReport(task_id=desk.task, chosen=asked.chosen, day=asked.day, n=desk.part.n, events=events)
    return Answer(report, shown if past else None)


def _task(session: Session, asked: Question, house: House) -> int:
    if asked.day > house.today:
        raise Invalid("A report is of today or of a past day. Choose one.")
    if asked.by and asked.source:
        raise Invalid(
            "Choose a group, a month, a tenure or a course, not two of them: two together could give a few people away."
        )
    found = work.by_slug(session, asked.task)
    if found is None or found.id is None:
        raise NotFound(f"No task is called {asked.task!r}.", asked.task)
    return found.id


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


def empty(asked: Question, reason: str) -> TransferOut:
    """A report that shows nothing, and why."""
    return TransferOut(
        task=asked.task,
        as_of=date.fromordinal(asked.day),
        horizon_days=asked.horizon,
        descriptive=uses.NOT_SHOWN,
        caveats=[reason],
        suppressed=True,
    )


def _figures(desk: Desk) -> TransferOut:
    """Everything but the divisions."""
    part, analysis, least = desk.part, desk.analysis, desk.house.least
    tally = report_queries.evidence_tally(desk.session, desk.task, desk.asked.day, desk.known)
    found = TransferOut(
        task=desk.asked.task,
        as_of=date.fromordinal(desk.asked.day),
        n=part.n,
        mastered=part.n + (0 if suppression.small(part.already, least) else part.already),
        already_competent=None if suppression.small(part.already, least) else part.already,
        horizon_days=desk.asked.horizon,
        full_share=funnel.full_share(tally, least),
        descriptive=uses.NOT_SHOWN if desk.asked.chosen else uses.described(part, desk.uses, desk.house),
        caveats=_caveats(desk, tally),
        suppressed=False,
        **_curve(desk),
    )
    if analysis is not None:
        found.arms = arms.of(analysis, desk.ask)
        found.comparison = comparison(analysis, least)
        found.measures = _measures(desk, analysis)
    if not desk.asked.chosen:
        found.funnel = funnel.steps(desk.session, desk.task, part, desk.known, desk.uses, least)
        found.sources = funnel.sources(tally, least)
    return found


def _measures(desk: Desk, analysis: Analysis) -> list[MeasureOut]:
    """Measures of the work, where the order was chosen and no better design is to be had."""
    if analysis.rollout.mechanism != Mechanism.CHOSEN:
        return []
    units = queries.units(desk.session, analysis.rollout.id or 0)
    return measures.told(desk.session, desk.task, desk.asked.day, desk.known, units, desk.house.least)


def _curve(desk: Desk) -> dict[str, Any]:
    """How many arrived after how long; blurred where a few did, or a few did not, or a few elsewhere would show."""
    part, asked = desk.part, desk.asked
    one = arms.cell("", Counts.of(part.days, part.events), desk.ask)
    if asked.by is not None and asked.cell not in desk.told[asked.by]:
        one = arms.blurred(one)
    censored = None if one.events is None else part.n - one.events
    return {
        "events": one.events,
        "censored": censored,
        "transfer": one.transfer,
        "median_days": one.median_days,
        "curve": one.curve,
    }


def _caveats(desk: Desk, tally: Any) -> list[str]:
    part, analysis, least = desk.part, desk.analysis, desk.house.least
    curve = kaplan_meier(Counts.of(part.days, part.events))
    events = int(part.events.sum())
    facts = caveats.Facts(
        part,
        desk.asked.horizon,
        transfer(curve, desk.asked.horizon) != UNKNOWN,
        median(curve).estimate is not None,
        own_word=sum(row[4] for row in tally if not row[2]),
        later=report_queries.later_records(desk.session, desk.task, desk.asked.day, desk.known),
        left=int(((part.end < part.day) & ~part.events).sum()),
        least=least,
        told=suppression.telling(part.n, events, least),
    )
    said = [*caveats.report(facts)]
    if part.n and part.origin.min() < desk.house.uses_since:
        said.append(caveats.uses_gone(date.fromordinal(desk.house.uses_since)))
    if analysis is not None:
        crossed = uses.crossovers(part, analysis.begins, desk.uses, least)
        said += caveats.comparison(analysis, crossed, desk.house.least_events, least)
    return said


def comparison(analysis: Analysis, least: int) -> ComparisonOut:
    """What the roll-out says."""
    contrast, change = analysis.contrast, analysis.change
    p = contrast.p if contrast else change.p if change else None
    ratio = contrast.hazard_ratio if contrast else change.hazard_ratio if change else UNKNOWN
    return ComparisonOut(
        design=verdicts.design(analysis),
        verdict=verdicts.verdict(analysis, least),
        p_value=p,
        transfer_difference=arms.interval(contrast.transfer_difference if contrast else UNKNOWN),
        restricted_mean_difference=arms.interval(contrast.mean_difference if contrast else UNKNOWN),
        hazard_ratio=arms.interval(ratio),
        within_days=contrast.within if contrast else None,
        before=arms.interval(change.before) if change and change.before != UNKNOWN else None,
    )


__all__ = ["Answer", "ArmOut", "Desk", "House", "Interval", "Question", "build"]
