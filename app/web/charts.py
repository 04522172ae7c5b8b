"""Charts as inline SVG, without script and without style attributes.

Lengths across are percentages and only the drawn line is stretched, so words keep their size from a 360 px phone to
a wide page. Colour, and the padding in which the labels beside a plot stand, come from the stylesheet by class; heights
and offsets are pixels.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from textwrap import wrap
from typing import Literal

from markupsafe import Markup

Tone = Literal["accent", "warn", "good", "bad"]
Unit = Literal["count", "share"]

PLOT = 168
TOP = 14
BELOW = 28
LINE = 15
LABEL_WIDTH = 15
DASHES = ("none", "7 5", "2 4", "12 4 2 4")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_FRAME = Markup(
    '<svg class="{name}" role="img" overflow="visible" width="100%" height="{height}"'
    ' xmlns="http://www.w3.org/2000/svg"><title>{title}</title>{body}</svg>'
)
_PLOT = Markup('<svg y="{y}" width="100%" height="{height}" overflow="visible">{body}</svg>')
_GRID = Markup(
    '<line class="{name}" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
    '<text class="chart-tick" x="-8" y="{y}" dy="4" text-anchor="end">{text}</text>'
)
_DAY = Markup('<text class="chart-tick" x="{x}%" y="{y}" text-anchor="{anchor}">{text}</text>')
_SERIES = Markup(
    '<g class="tone-{tone}"><svg width="100%" height="{height}" viewBox="0 0 100 {height}" preserveAspectRatio="none"'
    ' overflow="visible"><path class="chart-line" stroke-dasharray="{dash}" d="{path}"/></svg>{dots}</g>'
)
_DOT = Markup('<circle class="chart-dot" cx="{x}%" cy="{y}" r="3.5"/>')
_LABEL = Markup(
    '<svg x="100%" width="1" height="1" overflow="visible"><g class="tone-{tone}">'
    '<path class="chart-lead" fill="none" d="M3 {end}L10 {middle}"/></g>'
    '<text class="chart-value" x="14" y="{first}">{value}</text>{words}</svg>'
)
_WORDS = Markup('<text x="14" y="{y}">{text}</text>')
_BAR = Markup(
    '<svg y="{y}" width="100%" height="{height}" overflow="visible">'
    '<text x="0" y="13">{label}</text><text class="chart-value" x="100%" y="13" text-anchor="end">{value}</text>'
    '<rect class="chart-track" x="0" y="21" width="100%" height="1"/>'
    '<g class="tone-accent"><rect class="chart-bar" x="0" y="18" width="{width}%" height="7"/></g>{note}</svg>'
)
_NOTE = Markup('<text class="chart-tick" x="0" y="40">{text}</text>')


@dataclass(frozen=True)
class Series:
    """One line: a value per day, `None` where there is none."""

    label: str
    values: Sequence[float | None]
    tone: Tone = "accent"


@dataclass(frozen=True)
class Bar:
    """One bar, with a few words beneath it when `note` has any."""

    label: str
    value: float
    note: str = ""


@dataclass(frozen=True)
class _Scale:
    top: float
    step: float

    def y(self, value: float) -> float:
        return round(PLOT * (1 - value / self.top), 1)

    def ticks(self) -> list[float]:
        return [index * self.step for index in range(round(self.top / self.step) + 1)]


@dataclass(frozen=True)
class _End:
    """Where a line ends and what stands there."""

    series: Series
    y: float
    value: float
    words: Sequence[str]

    @property
    def height(self) -> int:
        return LINE * (1 + len(self.words))


def line_chart(title: str, days: Sequence[date], series: Sequence[Series], unit: Unit = "count") -> Markup:
    """Lines over days, each labelled at its end, from zero up.

    `unit="share"` takes values from 0 to 1 and writes them as per cent. Values must not be negative.
    """
    scale = _scale([value for line in series for value in line.values if value is not None], unit)
    across = _across(days)
    parts = [
        *(_grid(tick, scale, unit) for tick in scale.ticks()),
        *_day_labels(days),
        *(_line(line, across, scale, DASHES[index % len(DASHES)]) for index, line in enumerate(series)),
        *_end_labels(series, scale, unit),
    ]
    plot = _PLOT.format(y=TOP, height=PLOT, body=Markup("").join(parts))
    return _FRAME.format(name="chart chart-lines", height=TOP + PLOT + BELOW, title=title, body=plot)


def bar_chart(title: str, bars: Sequence[Bar]) -> Markup:
    """Bars from zero, the longest across the whole width, label and value above each."""
    longest = max((bar.value for bar in bars), default=0) or 1
    row = 56 if any(bar.note for bar in bars) else 40
    drawn = [
        _BAR.format(
            y=index * row,
            height=row,
            label=_cut(bar.label, 36),
            value=_number(bar.value, "count"),
            width=round(100 * bar.value / longest, 2),
            note=_NOTE.format(text=_cut(bar.note, 46)) if bar.note else "",
        )
        for index, bar in enumerate(bars)
    ]
    return _FRAME.format(name="chart", height=max(row * len(bars), 1), title=title, body=Markup("").join(drawn))


def _scale(values: Sequence[float], unit: Unit) -> _Scale:
    """A round top with two to four equal steps: 1, 2 or 5 times a power of ten."""
    highest = max(values, default=0)
    if highest <= 0:
        return _Scale(1, 1)
    power = 10.0 ** math.floor(math.log10(highest / 4))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor * 4 >= highest * 0.999)
    if unit == "count" and step < 1 and all(float(value).is_integer() for value in values):
        step = 1
    return _Scale(step * math.ceil(round(highest / step, 6)), step)


def _grid(tick: float, scale: _Scale, unit: Unit) -> Markup:
    name = "chart-grid" if tick else "chart-base"
    return _GRID.format(name=name, y=scale.y(tick), text=_short(tick, unit))


def _across(days: Sequence[date]) -> list[float]:
    """The place of each day, in per cent; one day alone stands at the end, beside its label."""
    if len(days) < 2 or days[0] == days[-1]:
        return [100.0 for _ in days]
    length = (days[-1] - days[0]).days
    return [round(100 * (day - days[0]).days / length, 2) for day in days]


def _day_labels(days: Sequence[date]) -> Iterator[Markup]:
    if not days:
        return
    middle = days[0] + (days[-1] - days[0]) / 2
    many = (days[-1] - days[0]).days
    places = [(100.0, "end", days[-1])]
    if many:
        places.append((0.0, "start", days[0]))
    if 4 <= many <= 300:
        places.append((50.0, "middle", middle))
    for x, anchor, day in places:
        text = f"{MONTHS[day.month - 1]} {day.year}" if many > 300 else f"{day.day} {MONTHS[day.month - 1]}"
        yield _DAY.format(x=x, y=PLOT + 20, anchor=anchor, text=text)


def _line(line: Series, across: Sequence[float], scale: _Scale, dash: str) -> Markup:
    points = zip(across, line.values, strict=True)
    runs = [
        [(x, scale.y(value)) for x, value in run if value is not None]
        for known, run in groupby(points, key=lambda point: point[1] is not None)
        if known
    ]
    path = "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in run) for run in runs if len(run) > 1)
    alone = [run[0] for run in runs if len(run) == 1]
    dots = Markup("").join(_DOT.format(x=x, y=y) for x, y in alone)
    return _SERIES.format(tone=line.tone, height=PLOT, dash=dash, path=path, dots=dots)


def _end_labels(series: Sequence[Series], scale: _Scale, unit: Unit) -> Iterator[Markup]:
    ends = []
    for line in series:
        last = next((value for value in reversed(line.values) if value is not None), None)
        if last is not None:
            words = [_cut(part, LABEL_WIDTH) for part in wrap(line.label, LABEL_WIDTH)[:2]]
            ends.append(_End(line, scale.y(last), last, words))
    for end, top in _apart(sorted(ends, key=lambda end: end.y)):
        lines = (_WORDS.format(y=top + LINE * (index + 2) - 4, text=text) for index, text in enumerate(end.words))
        yield _LABEL.format(
            tone=end.series.tone,
            end=end.y,
            middle=top + LINE / 2,
            first=top + LINE - 4,
            value=_number(end.value, unit),
            words=Markup("").join(lines),
        )


def _apart(ends: Sequence[_End]) -> list[tuple[_End, float]]:
    """The upper edge of each label: level with its line where there is room, else as near as the others allow."""
    tops: list[float] = []
    free = -float(TOP)
    for end in ends:
        tops.append(max(free, end.y - LINE / 2))
        free = tops[-1] + end.height
    floor = float(PLOT + BELOW)
    for index in range(len(ends) - 1, -1, -1):
        tops[index] = round(min(tops[index], floor - ends[index].height), 1)
        floor = tops[index]
    return list(zip(ends, tops, strict=True))


def _number(value: float, unit: Unit) -> str:
    if unit == "share":
        return f"{100 * value:.0f} %"
    return f"{value:,.0f}" if float(value).is_integer() or value >= 100 else f"{value:,.1f}"


def _short(value: float, unit: Unit) -> str:
    """A number for the axis: 12 k, 1.5 M."""
    if unit == "share":
        return f"{100 * value:.4g} %"
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.4g} {letter}"
    return f"{value:.4g}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
