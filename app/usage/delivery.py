"""The delivery dashboard: metrics into figures and lists, with small groups left out.

Totals count events and are always shown. A figure, a row or a query needs a least number of different readers
(settings); what is left out is counted, and never told apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from markupsafe import Markup
from sqlmodel import Session

from app.aids import queries as aid_queries
from app.settings import Settings
from app.usage import listings, metrics, queries, totals
from app.usage.listings import Listing, Question
from app.usage.metrics import Delivery, Share
from app.usage.models import UseTotal
from app.web.charts import Series, Tone, line_chart
from app.web.render import number, percent
from app.web.words import _
from app.work import queries as work_queries

CRITICAL = 5


@dataclass(frozen=True)
class Figure:
    """One metric as the page shows it."""

    key: str
    name: str
    value: str | None
    basis: str
    note: str
    interval: str | None = None
    suppressed: str | None = None


@dataclass(frozen=True)
class Total:
    """How many events there were."""

    label: str
    value: str


@dataclass(frozen=True)
class Chart:
    """A drawing and the numbers beneath it."""

    title: str
    svg: Markup
    columns: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Preset:
    """A period to choose."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class DeliveryView:
    """All that the page shows."""

    start: str
    end: str
    presets: list[Preset]
    totals: list[Total]
    figures: list[Figure]
    charts: list[Chart] = field(default_factory=list)
    lists: list[Listing] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    kept: date | None = None


def build(session: Session, settings: Settings, start: date, end: date, now: datetime) -> DeliveryView:
    """The dashboard for the days from `start` to `end`, both counted, in the organisation's time zone."""
    today = now.astimezone(settings.zone).date()
    first = datetime.combine(start, time.min, settings.zone).astimezone(UTC)
    last = datetime.combine(end + timedelta(days=1), time.min, settings.zone).astimezone(UTC)
    found = metrics.measure(queries.between(session, first, last), settings.zone)
    kept = totals.first_kept(now, settings)
    if start < kept:
        _add(found, totals.between(session, start, end))
    return DeliveryView(
        start=start.isoformat(),
        end=end.isoformat(),
        presets=_presets(start, end, today),
        totals=_totals(found),
        figures=[*_figures(found, settings.min_group), *_upkeep(session, today)],
        charts=_charts(found, start, end),
        lists=[
            *listings.lists(session, found, settings),
            listings.ways(session, settings, first, last),
            listings.remarks(session, first, last),
        ],
        questions=listings.questions(session, first, last),
        kept=kept if start < kept else None,
    )


def _add(found: Delivery, days: Iterable[UseTotal]) -> None:
    """Add the days of which only totals are left to those that were measured; no event is in both."""
    by_day = {"search": found.searches_by_day, totals.EMPTY: found.empty_by_day, "open": found.opens_by_day}
    for one in days:
        if one.what != totals.EMPTY:
            found.totals[one.what] = found.totals.get(one.what, 0) + one.count
        if one.what in by_day:
            by_day[one.what][one.day] = by_day[one.what].get(one.day, 0) + one.count


def _presets(start: date, end: date, today: date) -> list[Preset]:
    presets = []
    for days, label in ((1, _("Today")), (7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("A year"))):
        first = today - timedelta(days=days - 1)
        url = f"/studio/delivery?start={first}&end={today}"
        presets.append(Preset(label, url, (start, end) == (first, today)))
    return presets


def _totals(found: Delivery) -> list[Total]:
    names = {
        "search": _("Searches"),
        "open": _("Aids opened"),
        "step": _("Steps ticked"),
        "outcome": _("Answers given"),
        "question": _("Questions asked"),
        "print": _("Prints"),
    }
    return [Total(label, number(found.totals.get(kind, 0))) for kind, label in names.items()]


def _figures(found: Delivery, least: int) -> list[Figure]:
    few = _("Fewer than {n} people in this period, so this is not shown.").format(n=least)
    suppressed = few if found.readers < least else None
    seconds = None if found.time_to_aid_ms is None else f"{number(found.time_to_aid_ms / 1000)} s"
    quick = _("{share} within 10 s and 2 clicks").format(share=percent(found.quick.value or 0)) if seconds else None
    rank = None if found.click_rank is None else f"{found.click_rank:.2f}"
    answered = _("{share} of uses were answered").format(share=percent(found.response.value or 0))
    shown = [
        _share("success", _("Search success"), found.success, NOTES["success"]),
        _share("no-result", _("Searches that found nothing"), found.no_result, NOTES["no-result"]),
        _share("no-click", _("Searches that led to no click"), found.no_click, NOTES["no-click"]),
        Figure("time", _("Time to the aid, median"), seconds, _n(found.timed), NOTES["time"], quick),
        Figure("rank", _("First-click score (1 is best)"), rank, _n(found.with_results), NOTES["rank"]),
        _share("helpful", _("Helpfulness"), found.helpful, NOTES["helpful"], answered),
    ]
    return shown if suppressed is None else [_suppress(figure, suppressed) for figure in shown]


def _suppress(figure: Figure, reason: str) -> Figure:
    return Figure(figure.key, figure.name, None, "", figure.note, suppressed=reason)


NOTES = {
    "success": _(
        "Settled searches that opened an aid within 120 seconds and were not followed by other words from the same"
        " reader in that time, divided by all settled searches. Typing counts as one search."
    ),
    "no-result": _("Settled searches without any result, divided by all settled searches."),
    "no-click": _(
        "Settled searches with results from which nothing was opened, divided by settled searches with results."
    ),
    "time": _(
        "Median time from the first keystroke of a search to the steps on the screen, where the browser told it."
    ),
    "rank": _("Mean of 1 / rank of the first result that was opened, 0 where none was, over searches with results."),
    "helpful": _(
        "“This worked” divided by all answers, with a 95 % Wilson interval."
        " Those who answer are not all who use an aid."
    ),
    "stale": _("Live aids past their review date, divided by all live aids, today."),
    "coverage": _(
        "Tasks of criticality 5 and up with a live aid within its review date, divided by all such tasks, today."
    ),
}


def _share(key: str, name: str, share: Share, note: str, more: str = "") -> Figure:
    value = None if share.value is None else percent(share.value)
    basis = f"{_n(share.n)} · {more}" if more else _n(share.n)
    return Figure(key, name, value, basis, note, _interval(share))


def _interval(share: Share) -> str | None:
    if share.interval is None:
        return None
    low, high = share.interval
    return f"{percent(low)} – {percent(high)}"


def _n(count: int) -> str:
    return f"n = {number(count)}"


def _upkeep(session: Session, today: date) -> list[Figure]:
    stale, live = aid_queries.stale(session, today)
    covered = aid_queries.critical_covered(session, CRITICAL, today)
    critical = work_queries.critical_count(session, CRITICAL)
    return [
        _count("stale", _("Stale aids"), Share(stale, live), NOTES["stale"]),
        _count("coverage", _("Critical tasks covered"), Share(covered, critical), NOTES["coverage"]),
    ]


def _count(key: str, name: str, share: Share, note: str) -> Figure:
    value = None if share.value is None else percent(share.value)
    basis = _("{part} of {n}").format(part=number(share.part), n=number(share.n))
    return Figure(key, name, value, basis, note)


def _charts(found: Delivery, start: date, end: date) -> list[Chart]:
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    names = (_("Searches"), _("Found nothing"), _("Aids opened"))
    columns = (found.searches_by_day, found.empty_by_day, found.opens_by_day)
    values = [[float(counts.get(day, 0)) for day in days] for counts in columns]
    tones: tuple[Tone, ...] = ("accent", "bad", "good")
    series = [Series(name, line, tone) for name, line, tone in zip(names, values, tones, strict=True)]
    rows = [[str(day), *(number(int(line[n])) for line in values)] for n, day in enumerate(days)]
    title = _("Searches and opened aids a day")
    return [Chart(title, line_chart(title, days, series), [_("Day"), *names], rows)]
