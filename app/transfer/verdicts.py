"""What an analysis says in words, never without its design, its numbers and its interval."""

from app.transfer import power
from app.transfer.analysis import Analysis
from app.transfer.schemas import Mechanism
from app.transfer.suppression import small
from app.transfer.survival import Estimate
from app.web.words import _, ngettext

RATIO = 2.0  # what the events needed are told for

DESIGNS = {
    (Mechanism.RANDOMISED, True): _("randomised by group"),
    (Mechanism.RANDOMISED, False): _("randomised by person"),
    (Mechanism.STAGGERED, True): _("stepped wedge: groups in random order"),
    (Mechanism.STAGGERED, False): _("stepped wedge: persons in random order"),
    (Mechanism.CHOSEN, True): _("quasi-experimental: groups in a chosen order"),
    (Mechanism.CHOSEN, False): _("quasi-experimental: persons in a chosen order"),
}


def design(analysis: Analysis) -> str:
    """The design in words."""
    return DESIGNS[Mechanism(analysis.rollout.mechanism), analysis.by_group]


def verdict(analysis: Analysis, least: int) -> str:
    """One or two sentences for a manager; counts of events under `least` are only said to be so."""
    basis = _("{design}, {people}, {events}.").format(
        design=_capital(design(analysis)),
        people=_people(analysis, least),
        events=_events(analysis.events_with + analysis.events_without, least),
    )
    return f"{_finding(analysis, least)} {basis}"


def _people(analysis: Analysis, least: int) -> str:
    """How many; where a few more are in no arm, only about how many, so that it does not tell of them."""
    if small(analysis.outside, least):
        return _("about {n} people").format(n=round(analysis.n / (2 * least)) * 2 * least)
    return ngettext("{n} person", "{n} people", analysis.n).format(n=analysis.n)


def _finding(analysis: Analysis, least: int) -> str:
    if analysis.contrast is None and analysis.change is None:
        return _too_little(analysis, least)
    if analysis.contrast is not None:
        mean, p = analysis.contrast.mean_difference, analysis.contrast.p
        if mean.estimate is None or mean.low is None or mean.high is None:
            return _by_ratio(analysis.contrast.hazard_ratio, p)
        return _by_days(mean, p)
    change = analysis.change
    return _by_ratio(change.hazard_ratio, change.p) if change else ""


def _too_little(analysis: Analysis, least: int) -> str:
    return _("Too little to say: {events}, about {needed} needed.").format(
        events=_events(analysis.events_with + analysis.events_without, least), needed=needed(analysis)
    )


def needed(analysis: Analysis) -> int:
    """Events for a hazard ratio of 2, more where groups were drawn."""
    size = analysis.n / analysis.units if analysis.by_group and analysis.units else 1
    return power.events_needed(RATIO, inflation=power.inflation(size, power.DEFAULT_ICC))


def _by_days(mean: Estimate, p: float | None) -> str:
    days, low, high = -(mean.estimate or 0), -(mean.high or 0), -(mean.low or 0)
    interval = _("95 %: {low} to {high}").format(low=_days(low), high=_days(high))
    if low > 0 and _clear(p):
        return _("Faster: people given the aid reached competency {n} sooner ({interval}).").format(
            n=_span(days), interval=interval
        )
    if high < 0 and _clear(p):
        interval = _("95 %: {low} to {high}").format(low=_days(-high), high=_days(-low))
        return _("Slower: people given the aid reached competency {n} later ({interval}).").format(
            n=_span(-days), interval=interval
        )
    return _("No clear difference: on average {middle}; it may be anything from {low} to {high} (95 %).").format(
        middle=_sooner(days), low=_sooner(high), high=_sooner(low)
    )


def _sooner(days: float) -> str:
    if _days(abs(days)) == "0":
        return _("no day sooner or later")
    text = _("{span} sooner") if days > 0 else _("{span} later")
    return text.format(span=_span(abs(days)))


def _by_ratio(ratio: Estimate, p: float | None) -> str:
    if ratio.estimate is None or ratio.low is None or ratio.high is None:
        return _("Too little to say: the data do not allow an estimate.")
    words = {"n": f"{ratio.estimate:.2f}", "low": f"{ratio.low:.2f}", "high": f"{ratio.high:.2f}"}
    if ratio.low > 1 and _clear(p):
        text = _("Faster: with the aid people became competent at {n} times the rate (95 %: {low} to {high}).")
    elif ratio.high < 1 and _clear(p):
        text = _("Slower: with the aid people became competent at {n} times the rate (95 %: {low} to {high}).")
    else:
        text = _(
            "No clear difference: with the aid people became competent at {n} times the rate (95 %: {low} to {high})."
        )
    return text.format(**words)


def _clear(p: float | None) -> bool:
    return p is not None and p < 0.05


def _events(count: int, least: int) -> str:
    if small(count, least):
        return _("fewer than {n} events").format(n=least)
    return ngettext("{n} event", "{n} events", count).format(n=count)


def _span(days: float) -> str:
    return ngettext("{n} day", "{n} days", 1 if abs(days - 1) < 0.05 else 2).format(n=_days(days))


def _days(days: float) -> str:
    return f"{days:.0f}" if abs(days) >= 10 or abs(days - round(days)) < 0.05 else f"{days:.1f}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
