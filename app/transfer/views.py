"""What the pages of this room show, made from the same objects that go out as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from app.transfer.schemas import ArmOut, Interval, Point, TransferOut
from app.web.charts import Tone
from app.web.curves import Curve, Step, step_chart, ticks
from app.web.render import number, percent
from app.web.words import _

TONES: tuple[Tone, ...] = ("accent", "warn", "good", "bad")
MOST_CURVES = 3
MOST_STEPS = 60


@dataclass(frozen=True)
class Figure:
    """One number with what it rests on and how it was computed."""

    name: str
    value: str
    basis: str
    how: str


@dataclass(frozen=True)
class Cell:
    """A step of the funnel; `width` of the widest in per cent, None where it is too small to be told."""

    label: str
    value: str
    width: float | None


@dataclass(frozen=True)
class Table:
    """A division of the persons, with a link to each part's own report."""

    title: str
    columns: list[str]
    rows: list[list[tuple[str, str | None]]]


@dataclass(frozen=True)
class ReportView:
    """The page of a report."""

    slug: str
    title: str
    report: TransferOut
    figures: list[Figure]
    chart: Markup | None
    numbers: list[list[str]]
    estimates: list[list[str]]
    funnel: list[Cell]
    divisions: list[Table]
    use: list[list[tuple[str, str | None]]]
    use_rate: str
    rollouts: Sequence[str]
    chosen: str
    query: str
    back: str = "/studio/transfer"
    sources: Sequence[str] = field(default_factory=list)


STEPS = {
    "invited": _("Assessed at least once"),
    "mastery": _("Mastery"),
    "first aid use": _("Opened an aid"),
    "first evidence": _("Seen at work"),
    "full competency": _("Competent without help"),
}
HOW = {
    "n": _("People with a first mastery of the task, without those who were competent before it."),
    "median": _(
        "The first day on which half have become competent (Kaplan–Meier); the interval is the band read across."
    ),
    "within": _(
        "One minus the Kaplan–Meier estimate at that day. Whoever left, or was not followed so long, counts until then."
    ),
    "full": _("Successes without help ÷ all successes that somebody else saw, with a 95 % Wilson interval."),
}


def figures(report: TransferOut) -> list[Figure]:
    """The four numbers on top."""
    people = _("{events} of {n} competent so far").format(events=_count(report.events), n=_count(report.n))
    return [
        Figure(_("People at mastery"), _count(report.n), people, HOW["n"]),
        Figure(_("Median time to competency"), days(report.median_days), _range(report.median_days, ""), HOW["median"]),
        Figure(
            _("Competent within {n} days").format(n=report.horizon_days),
            share(report.transfer.estimate),
            _range(report.transfer, "%"),
            HOW["within"],
        ),
        Figure(_("Without help"), share(report.full_share.estimate), _range(report.full_share, "%"), HOW["full"]),
    ]


def days(one: Interval) -> str:
    """24 days; a dash where it cannot be had."""
    return "–" if one.estimate is None else _("{n} days").format(n=_plain(one.estimate))


def share(value: float | None) -> str:
    """61 %; a dash where it cannot be had."""
    return "–" if value is None else percent(value)


def between(one: Interval, unit: str = "") -> str:
    """21 to 29, open where an end cannot be had."""
    if one.estimate is None or (one.low is None and one.high is None):
        return "–"
    low, high = (_("open") if end is None else _cut(end, unit) for end in (one.low, one.high))
    return _("{low} to {high}").format(low=low, high=high)


def _range(one: Interval, unit: str) -> str:
    if one.estimate is None:
        return _("cannot be had yet")
    return _("rounded") if one.low is None and one.high is None else _("95 %: {range}").format(range=between(one, unit))


def _cut(value: float, unit: str) -> str:
    return percent(value) if unit == "%" else _plain(value)


def _plain(value: float) -> str:
    return f"{value:.0f}" if abs(value - round(value)) < 0.05 else f"{value:.1f}"


def _count(value: int | None) -> str:
    return "–" if value is None else number(value)


def chart(report: TransferOut) -> tuple[Markup | None, list[list[str]]]:
    """The curves of the arms, or of all, and the numbers beneath."""
    shown = [(arm.name, arm.curve) for arm in report.arms if arm.curve]
    if len(shown) > MOST_CURVES:  # of many steps, those that were given the aids first and last
        shown = [shown[0], shown[-1]]
    lines = shown or ([(_("All"), report.curve)] if report.curve else [])
    if not lines:
        return None, []
    last = _last(report, [curve for _name, curve in lines])
    lines = [(name, _until(curve, last)) for name, curve in lines]
    marks = ticks(last)
    curves = [
        Curve(name, [_step(point) for point in curve], [_risk(curve, day) for day in marks], TONES[place])
        for place, (name, curve) in enumerate(lines)
    ]
    title = _("Share of people who have become competent, by days since mastery")
    rows = [
        [
            name,
            str(point.day),
            percent(point.competent),
            _band(point),
            "–" if point.at_risk is None else str(point.at_risk),
        ]
        for name, curve in lines
        for point in _thinned(curve)
    ]
    return step_chart(title, curves, last, _("still followed")), rows


def _last(report: TransferOut, curves: Sequence[Sequence[Point]]) -> int:
    """The last day drawn: while enough people are followed, and at least up to the horizon."""
    enough = [point.day for curve in curves for point in curve if point.at_risk is not None]
    return min(max(curve[-1].day for curve in curves), max(report.horizon_days, *enough, 1))


def _until(curve: Sequence[Point], last: int) -> list[Point]:
    """The steps up to a day, the last one drawn on to it where anybody was followed so long."""
    kept = [point for point in curve if point.day <= last]
    if curve[-1].day > last and kept[-1].day < last:
        kept.append(kept[-1].model_copy(update={"day": last, "at_risk": None}))
    return kept


def _step(point: Point) -> Step:
    return Step(point.day, point.competent, point.low, point.high)


def _risk(curve: Sequence[Point], day: int) -> str:
    """How many are followed on a day: what the next step says, or the last one where it is past."""
    following = next((point for point in curve if point.day >= day), None)
    if following is None or following.at_risk is None:
        return "–"
    return str(following.at_risk)


def _band(point: Point) -> str:
    return "–" if point.low is None or point.high is None else f"{percent(point.low)} – {percent(point.high)}"


def _thinned(curve: Sequence[Point]) -> Sequence[Point]:
    step = max(1, -(-len(curve) // MOST_STEPS))
    return [*curve[::step], *([curve[-1]] if (len(curve) - 1) % step else [])]


def funnel(report: TransferOut) -> list[Cell]:
    """The way from the assessment to competency."""
    most = max((step["n"] or 0 for step in report.funnel), default=0) or 1
    return [
        Cell(STEPS[step["step"]], _count(step["n"]), None if step["n"] is None else round(100 * step["n"] / most, 1))
        for step in report.funnel
    ]


def divisions(report: TransferOut, base: str) -> list[Table]:
    """Groups, months and tenures, each with a link to its own report."""
    parts: list[tuple[str, str, list[ArmOut]]] = [
        (_("By group"), "group", report.groups),
        (_("By month of mastery"), "cohort", report.cohorts),
        (_("By time in the organisation"), "tenure", report.tenure),
    ]
    within = _("Within {n} days").format(n=report.horizon_days)
    columns = [_("Part"), _("People"), _("Competent"), _("Median"), within, _("95 %")]
    return [
        Table(title, columns, [_row(one, f"{base}&by={by}&cell=") for one in cells])
        for title, by, cells in parts
        if cells
    ]


def _row(one: ArmOut, url: str) -> list[tuple[str, str | None]]:
    from urllib.parse import quote

    values = (_count(one.n), _count(one.events), days(one.median_days), share(one.transfer.estimate))
    return [(one.name, url + quote(one.name)), *((value, None) for value in values), (between(one.transfer, "%"), None)]


def estimates(report: TransferOut) -> list[list[str]]:
    """How sure we are: every estimate of the comparison with its interval."""
    found = report.comparison
    if found is None:
        return []
    p = "–" if found.p_value is None else "< 0.001" if found.p_value < 0.001 else f"{found.p_value:.3f}"
    mean, by = found.restricted_mean_difference, found.within_days or report.horizon_days
    rows = [
        (_("Days sooner (−) or later, up to day {n}").format(n=by), mean.estimate, between(mean)),
        (_("Ratio of hazards"), found.hazard_ratio.estimate, _fine(found.hazard_ratio)),
    ]
    difference = found.transfer_difference
    shares = (
        _("More (or fewer) competent within {n} days").format(n=report.horizon_days),
        f"{100 * (difference.estimate or 0):+.0f} %",
        between(difference, "%"),
    )
    lines = [(name, f"{value:.2f}", range_) for name, value, range_ in rows if value is not None]
    lines += [shares] if difference.estimate is not None else []
    return [list(line) for line in [*lines, (_("p"), p, "")]]


def _fine(one: Interval) -> str:
    if one.estimate is None or one.low is None or one.high is None:
        return "–"
    return _("{low} to {high}").format(low=f"{one.low:.2f}", high=f"{one.high:.2f}")


def use(report: TransferOut) -> list[list[tuple[str, str | None]]]:
    """Use against outcome, where it can be told."""
    found = report.descriptive.get("landmark")
    if not found:
        return []
    rows = []
    for name, label in (("used", _("Opened an aid by day 7")), ("not_used", _("Did not"))):
        half = found[name]
        median = half["median_days"]["estimate"]
        rows.append([label, str(half["n"]), _count(half["events"]), "–" if median is None else f"{median:.0f}"])
    return [[(text, None) for text in row] for row in rows]


def use_rate(report: TransferOut) -> str:
    """The hazard ratio of having opened an aid, in words; empty where it cannot be told."""
    found = report.descriptive.get("time_dependent_hazard_ratio")
    if not found or None in found.values():
        return ""
    return _(
        "With use counted from its day on, people who had opened an aid became competent {n} times as fast as"
        " people who had not yet (95 %: {low} to {high})."
    ).format(n=f"{found['estimate']:.2f}", low=f"{found['low']:.2f}", high=f"{found['high']:.2f}")
