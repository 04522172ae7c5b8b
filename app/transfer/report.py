"""The transfer report of a task: from a question to the one object that page, JSON, chart and file are made from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlmodel import Session

from app.errors import Invalid, NotFound
from app.transfer import caveats, descriptive, queries, sample, suppression, verdicts
from app.transfer.analysis import Analysis, analyse
from app.transfer.models import Rollout, ShownReport
from app.transfer.sample import NEVER, Sample
from app.transfer.schemas import ArmOut, By, ComparisonOut, Interval, Point, TransferOut
from app.transfer.survival import (
    UNKNOWN,
    Counts,
    Curve,
    Days,
    Estimate,
    kaplan_meier,
    median,
    transfer,
)
from app.usage.metrics import Share
from app.work import queries as work

NONE = "none"
NOTHING = Interval(estimate=None, low=None, high=None)
DIVIDE: dict[By, Callable[[Sample], list[str]]] = {
    "group": sample.groups,
    "cohort": sample.cohorts,
    "tenure": sample.tenures,
}


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
    task = _task(session, asked, house)
    known = sample.known_at(session, task, asked.day, house.zone)
    whole = sample.draw(session, task, asked.day, known, asked.source)
    labels: dict[str, list[str]] = {by: divide(whole) for by, divide in DIVIDE.items()}
    allowed = suppression.publishable(labels, house.least)
    part = whole if asked.by is None else whole.part(np.array([one == asked.cell for one in labels[asked.by]], bool))
    reason = _hidden(session, house, asked, task, part, allowed)
    if reason:
        return Answer(_empty(asked, [reason]))
    maker = _Maker(session, house, asked, task, known, part)
    report = maker.report()
    if asked.by is None:
        for name, by in (("groups", "group"), ("cohorts", "cohort"), ("tenure", "tenure")):
            setattr(report, name, maker.divided(labels[by], allowed[by]))
    past = asked.day < house.today
    return Answer(report, ShownReport(task_id=task, chosen=asked.chosen, day=asked.day, n=part.n) if past else None)


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


def _hidden(
    session: Session, house: House, asked: Question, task: int, part: Sample, allowed: dict[str, set[str]]
) -> str | None:
    """Why nothing may be shown; None where it may."""
    if part.n == 0 and asked.by is None:
        return None
    small = part.n < house.least or (asked.by is not None and asked.cell not in allowed[asked.by])
    if small or (asked.source and _gives_away(session, house, asked, task, part.n)):
        return caveats.suppressed(house.least)
    if asked.day == house.today:
        return None
    return _too_near(session, house, asked, task, part)


def _too_near(session: Session, house: House, asked: Question, task: int, part: Sample) -> str | None:
    """A past day is shown once and for all; another one where enough persons changed between, and until today."""
    shown = queries.shown(session, task, asked.chosen)
    if any(one.day == asked.day for one in shown):
        return None
    now = sample.draw(session, task, house.today, sample.known_at(session, task, house.today, house.zone), asked.source)
    cells = [now.n] if asked.by is None else []
    for n, day in [*((one.n, one.day) for one in shown), *((n, house.today) for n in cells)]:
        if suppression.small(abs(n - part.n), house.least):
            return caveats.too_near(date.fromordinal(day), house.least)
    return None


def _gives_away(session: Session, house: House, asked: Question, task: int, n: int) -> bool:
    """Whether those who came another way than by this course are few."""
    known = sample.known_at(session, task, asked.day, house.zone)
    return suppression.small(len(queries.first_mastery(session, task, asked.day, known)) - n, house.least)


def _empty(asked: Question, reasons: list[str]) -> TransferOut:
    return TransferOut(
        task=asked.task,
        as_of=date.fromordinal(asked.day),
        n=None,
        mastered=None,
        already_competent=None,
        events=None,
        censored=None,
        horizon_days=asked.horizon,
        transfer=NOTHING,
        median_days=NOTHING,
        curve=[],
        full_share=NOTHING,
        arms=[],
        comparison=None,
        descriptive={"landmark": None, "time_dependent_hazard_ratio": None, "note": caveats.DESCRIPTIVE},
        caveats=reasons,
        suppressed=True,
    )


@dataclass(frozen=True)
class _Maker:
    """Makes the parts of one report."""

    session: Session
    house: House
    asked: Question
    task: int
    known: datetime
    sample: Sample

    def report(self) -> TransferOut:
        """Everything but the divisions."""
        curve = curve_of(self.sample)
        within, half = transfer(curve, self.asked.horizon), median(curve)
        analysis = self._analysis()
        uses = self._first_uses(analysis.rollout.aids if analysis else None)
        tally = queries.evidence_tally(self.session, self.task, self.asked.day, self.known)
        events = int(self.sample.events.sum())
        left = (self.sample.end < self.sample.day) & ~self.sample.events
        later = queries.later_records(self.session, self.task, self.asked.day, self.known)
        own_word = sum(row[4] for row in tally if not row[2])
        facts = caveats.Facts(
            self.sample,
            self.asked.horizon,
            within != UNKNOWN,
            half.estimate is not None,
            own_word,
            later,
            int(left.sum()),
        )
        said = [*caveats.report(facts)]
        if analysis is not None:
            said += caveats.comparison(analysis, self._crossovers(analysis, uses), self.house.least_events)
        narrowed = bool(self.asked.chosen)
        return TransferOut(
            task=self.asked.task,
            as_of=date.fromordinal(self.asked.day),
            n=self.sample.n,
            mastered=self.sample.n + self._told(self.sample.already),
            already_competent=None if suppression.small(self.sample.already, self.house.least) else self.sample.already,
            events=events,
            censored=self.sample.n - events,
            horizon_days=self.asked.horizon,
            transfer=interval(within),
            median_days=interval(half),
            curve=points(curve, self.house.least),
            full_share=_full_share(tally),
            arms=self._arms(analysis) if analysis else [],
            comparison=_comparison(analysis) if analysis else None,
            descriptive=self._descriptive(uses),
            funnel=[] if narrowed else self._funnel(uses),
            sources=[] if narrowed else _sources(tally, self.house.least),
            caveats=said,
            suppressed=False,
        )

    def _told(self, count: int) -> int:
        return 0 if suppression.small(count, self.house.least) else count

    def divided(self, labels: Sequence[str], allowed: set[str]) -> list[ArmOut]:
        """The figures of each cell that may be shown, by name."""
        names = np.asarray(labels, dtype=object)
        return [self._arm(label, self.sample.part(names == label)) for label in sorted(allowed)]

    def _arm(self, name: str, part: Sample) -> ArmOut:
        if part.n < self.house.least:
            return ArmOut(name=name, n=None, events=None, transfer=NOTHING, median_days=NOTHING, curve=[])
        curve = curve_of(part)
        return ArmOut(
            name=name,
            n=part.n,
            events=int(part.events.sum()),
            transfer=interval(transfer(curve, self.asked.horizon)),
            median_days=interval(median(curve)),
            curve=points(curve, self.house.least),
        )

    def _arms(self, analysis: Analysis) -> list[ArmOut]:
        return [self._arm(arm.name, arm.sample) for arm in analysis.arms]

    def _analysis(self) -> Analysis | None:
        rollout = self._rollout()
        if rollout is None or rollout.id is None:
            return None
        units = queries.units(self.session, rollout.id)
        return analyse(self.sample, rollout, units, self.asked.horizon, self.house.least_events)

    def _rollout(self) -> Rollout | None:
        if self.asked.rollout == NONE:
            return None
        theirs = queries.rollouts_of(self.session, self.task)
        if not self.asked.rollout:
            return next((one for one in theirs if not any(other.supersedes == one.slug for other in theirs)), None)
        found = next((one for one in theirs if one.slug == self.asked.rollout), None)
        if found is None:
            raise NotFound(f"No roll-out of this task is called {self.asked.rollout!r}.")
        return found

    def _first_uses(self, aids: Sequence[str] | None) -> Days:
        """The day on which each person first opened one of the aids, `NEVER` where she did not: for counts only."""
        slugs = aids if aids is not None else queries.aids_of(self.session, self.task)
        rows = queries.first_use(self.session, slugs, sample.end_of(self.asked.day, self.house.zone))
        if not rows:
            return np.full(self.sample.n, NEVER, np.int64)
        first = {person: at.astimezone(self.house.zone).date().toordinal() for person, at in rows}
        of = self.house.pseudonym
        return np.fromiter((first.get(of(name), NEVER) for name in self.sample.names), np.int64, self.sample.n)

    def _crossovers(self, analysis: Analysis, uses: Days) -> tuple[int, int] | None:
        """How many of those who were not to have the aids used one, and how many they are; None where few."""
        begins = {name: arm.begins for arm in analysis.arms for name in arm.sample.names}
        day = self.sample.day
        starts = np.fromiter((begins.get(name, -1) for name in self.sample.names), np.int64, self.sample.n)
        waiting = starts > np.minimum(self.sample.end, day)
        crossed = int((waiting & (uses <= day)).sum())
        total = int(waiting.sum())
        if total < self.house.least or suppression.small(crossed, self.house.least):
            return None
        return (crossed, total) if crossed else None

    def _descriptive(self, uses: Days) -> dict[str, Any]:
        found = descriptive.describe(self.sample, uses, self.house.least)
        if found is None:
            return {"landmark": None, "time_dependent_hazard_ratio": None, "note": caveats.DESCRIPTIVE}
        halves = {
            name: {"n": half.n, "events": half.events, "median_days": interval(half.median_days).model_dump()}
            for name, half in (("used", found.used), ("not_used", found.not_used))
        }
        return {
            "landmark": {
                "day": descriptive.LANDMARK,
                **halves,
                "hazard_ratio": interval(found.landmark_ratio).model_dump(),
            },
            "time_dependent_hazard_ratio": interval(found.time_dependent).model_dump(),
            "note": caveats.DESCRIPTIVE,
        }

    def _funnel(self, uses: Days) -> list[dict[str, Any]]:
        day = self.sample.day
        invited = queries.count_attempted(self.session, self.task, day, self.known)
        seen = queries.seen_after_mastery(self.session, self.task, day, self.known)
        steps = (
            ("invited", invited),
            ("mastery", self.sample.n),
            ("first aid use", int((uses < NEVER).sum())),
            ("first evidence", seen),
            ("full competency", int(self.sample.events.sum())),
        )
        return [
            {"step": step, "n": None if suppression.small(count, self.house.least) else count} for step, count in steps
        ]


def curve_of(part: Sample) -> Curve:
    """The curve of some persons."""
    return kaplan_meier(Counts.of(part.days, part.events))


def interval(one: Estimate) -> Interval:
    """For going out."""
    return Interval(estimate=one.estimate, low=one.low, high=one.high)


def points(curve: Curve, least: int) -> list[Point]:
    """The days on which the curve steps, the first and the last one."""
    counts = curve.counts
    if not counts.n:
        return []
    days = sorted({0, counts.length - 1, *np.flatnonzero(counts.had).tolist()})
    risk = counts.at_risk
    return [
        Point(
            day=day,
            competent=float(1 - curve.surviving[day]),
            low=_number(1 - curve.high[day]),
            high=_number(1 - curve.low[day]),
            at_risk=int(risk[day]) if risk[day] >= least else None,
        )
        for day in days
    ]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _full_share(tally: Sequence[Any]) -> Interval:
    """Successes without help among all successes that count, with a Wilson interval."""
    counted = [row for row in tally if row[1] and row[2]]
    share = Share(sum(row[4] for row in counted if row[0] == "full"), sum(row[4] for row in counted))
    low, high = share.interval or (None, None)
    return Interval(estimate=share.value, low=low, high=high)


def _sources(tally: Sequence[Any], least: int) -> list[dict[str, Any]]:
    found: dict[str, int] = {}
    persons: dict[str, int] = {}
    for _level, _success, counts, source, records, people in tally:
        if counts:
            found[source] = found.get(source, 0) + records
            persons[source] = persons.get(source, 0) + people
    return [
        {"source": source or "observer", "records": records if persons[source] >= least else None}
        for source, records in sorted(found.items())
    ]


def _comparison(analysis: Analysis) -> ComparisonOut:
    contrast, change = analysis.contrast, analysis.change
    p = contrast.p if contrast else change.p if change else None
    ratio = contrast.hazard_ratio if contrast else change.hazard_ratio if change else UNKNOWN
    return ComparisonOut(
        design=verdicts.design(analysis),
        verdict=verdicts.verdict(analysis),
        p_value=p,
        transfer_difference=interval(contrast.transfer_difference if contrast else UNKNOWN),
        restricted_mean_difference=interval(contrast.mean_difference if contrast else UNKNOWN),
        hazard_ratio=interval(ratio),
        within_days=contrast.within if contrast else None,
        before=interval(change.before) if change and change.before != UNKNOWN else None,
    )
