"""The transfer report of a task: from a question to the one object that page, JSON, chart and file are made from."""

from dataclasses import dataclass
from datetime import date
from typing import Any

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
    suppression,
    uses,
    verdicts,
)
from app.transfer.analysis import Analysis
from app.transfer.desk import Desk
from app.transfer.models import ShownReport
from app.transfer.question import House, Question
from app.transfer.schemas import By, ComparisonOut, MeasureOut, Mechanism, TransferOut
from app.transfer.survival import UNKNOWN, Counts, kaplan_meier, median, transfer
from app.work import queries as work

PARTS: tuple[tuple[str, By], ...] = (("groups", "group"), ("cohorts", "cohort"), ("tenure", "tenure"))


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
