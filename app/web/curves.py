"""Step curves with their bands as inline SVG, and under them how many are still looked at.

Built as the other charts are: words keep their size, only what is drawn is stretched, colours come from the stylesheet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from app.web.charts import DASHES, PLOT, TOP, Series, Tone, _end_labels, _grid, _Scale

ROW = 18
BELOW = 26
_SHARE = _Scale(1.0, 0.25)
_FRAME = Markup(
    '<svg class="chart chart-lines chart-curves" role="img" overflow="visible" width="100%" height="{height}"'
    ' xmlns="http://www.w3.org/2000/svg"><title>{title}</title>'
    '<svg y="{y}" width="100%" height="{plot}" overflow="visible">{body}</svg>{under}</svg>'
)
_LINE = Markup(
    '<g class="tone-{tone}"><svg width="100%" height="{height}" viewBox="0 0 100 {height}" preserveAspectRatio="none"'
    ' overflow="visible"><path class="chart-band" d="{band}"/>'
    '<path class="chart-line" stroke-dasharray="{dash}" d="{path}"/></svg></g>'
)
_TICK = Markup('<text class="chart-tick" x="{x}%" y="{y}" text-anchor="{anchor}">{text}</text>')
_UNDER = Markup('<text class="chart-tick" x="{x}%" y="{y}" text-anchor="{anchor}">{text}</text>')
_HEAD = Markup('<text class="chart-risk" x="0" y="{y}">{text}</text>')
_ALONE = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" height="{height}"'
    ' font-family="sans-serif" font-size="13"><style>{style}</style><rect width="760" height="{height}" fill="#fff"/>'
    '<svg x="56" y="8" width="560" height="{inner}" overflow="visible">{chart}</svg></svg>'
)
STYLE = (
    ".chart-tick{fill:#555}.chart-value,.chart-risk{font-weight:600}.chart-grid{stroke:#ddd}.chart-base{stroke:#888}"
    ".chart-line{fill:none;stroke-width:2;vector-effect:non-scaling-stroke;stroke:var(--tone)}"
    ".chart-lead{stroke:var(--tone)}.chart-band{fill:var(--tone);opacity:.15}"
    ".tone-accent{--tone:#2a5db0}.tone-warn{--tone:#b0791a}.tone-good{--tone:#2e7d4f}.tone-bad{--tone:#b3372b}"
)


@dataclass(frozen=True)
class Step:
    """From `x` on the line is at `y`; the band where it has one."""

    x: int
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Curve:
    """A line of steps, and the numbers that stand under the ticks."""

    label: str
    steps: Sequence[Step]
    under: Sequence[str]
    tone: Tone = "accent"


def ticks(last: int) -> list[int]:
    """Four to seven round days from 0 up to the last one."""
    step = next((size for size in (1, 2, 5, 7, 14, 30, 60, 90, 180, 365) if last <= size * 6), max(last // 5, 1))
    return list(range(0, last + 1, step))


def step_chart(title: str, curves: Sequence[Curve], last: int, under: str) -> Markup:
    """Shares from 0 to 1 over days; `under` is the head of the numbers beneath the plot."""
    days, last = ticks(last), max(last, 1)
    body = [*(_grid(tick, _SHARE, "share") for tick in _SHARE.ticks())]
    body += [_line(curve, last, DASHES[index % len(DASHES)]) for index, curve in enumerate(curves)]
    ends = [Series(curve.label, [curve.steps[-1].y] if curve.steps else [], curve.tone) for curve in curves]
    body += [*_end_labels(ends, _SHARE, "share")]
    beneath = [*_beneath(curves, days, last, under)]
    return _FRAME.format(
        title=title,
        height=height(len(curves)),
        y=TOP,
        plot=PLOT,
        body=Markup("").join(body),
        under=Markup("").join(beneath),
    )


def height(count: int) -> int:
    """Of a chart of so many curves, in pixels."""
    return TOP + PLOT + BELOW + ROW + (2 * ROW) * max(count, 1)


def alone(chart: Markup, count: int) -> str:
    """The same chart as a file of its own."""
    return str(_ALONE.format(height=height(count) + 24, inner=height(count), style=Markup(STYLE), chart=chart))  # noqa: S704


def _line(curve: Curve, last: int, dash: str) -> Markup:
    points = [(round(100 * step.x / last, 2), _SHARE.y(step.y)) for step in curve.steps]
    path = "".join(
        f"{'M' if not place else f'H{x:g}V'}{f'{x:g} ' if not place else ''}{y:g}"
        for place, (x, y) in enumerate(points)
    )
    return _LINE.format(tone=curve.tone, height=PLOT, dash=dash, path=path, band="".join(_bands(curve.steps, last)))


def _bands(steps: Sequence[Step], last: int) -> Iterator[str]:
    """A rectangle from each step to the next."""
    for step, following in pairwise(steps):
        if step.low is not None and step.high is not None:
            left, right = (round(100 * one.x / last, 2) for one in (step, following))
            yield f"M{left:g} {_SHARE.y(step.high):g}H{right:g}V{_SHARE.y(step.low):g}H{left:g}Z"


def _beneath(curves: Sequence[Curve], days: Sequence[int], last: int, under: str) -> Iterator[Markup]:
    y = TOP + PLOT + 20
    for day in days:
        yield _TICK.format(x=round(100 * day / last, 2), y=y, anchor="middle", text=day)
    y += ROW + 8
    for curve in curves:
        yield _HEAD.format(y=y, text=f"{curve.label}: {under}" if len(curves) > 1 else under)
        y += ROW
        for day, number in zip(days, curve.under, strict=False):
            yield _UNDER.format(x=round(100 * day / last, 2), y=y, anchor="middle", text=number)
        y += ROW
