"""A figure with its target, and the one table of all of them."""

import json
import math
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """A measured value; `target` is the least or the most that it may be, None where it is only for comparison."""

    name: str
    measured: float
    unit: str
    target: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None:
            return None
        return self.measured >= self.target if self.at_least else self.measured <= self.target


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that this part of the values does not exceed (nearest rank)."""
    return sorted(values)[max(math.ceil(len(values) * part) - 1, 0)]


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {"cores": os.cpu_count() or 1, "cpu": _cpu(), "python": platform.python_version()}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def show(figures: Sequence[Figure]) -> None:
    """Print the machine and the table."""
    here = machine()
    print(f"{here['cores']} cores, {here['cpu']}, Python {here['python']}")
    table = Table()
    table.add_column("Figure")
    table.add_column("Measured", justify="right")
    table.add_column("Target", justify="right")
    table.add_column("Met")
    for figure in figures:
        table.add_row(figure.name, f"{_number(figure.measured)} {figure.unit}".rstrip(), _target(figure), _met(figure))
    Console(width=120).print(table)


def _number(value: float) -> str:
    """Three digits that matter, or the whole number where it is larger."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}"


def _target(figure: Figure) -> str:
    if figure.target is None:
        return "–"
    return f"{'≥' if figure.at_least else '≤'} {_number(figure.target)}"


def _met(figure: Figure) -> str:
    return {None: "–", True: "yes", False: "NO"}[figure.met]


def write(figures: Sequence[Figure], file: Path) -> None:
    """The same as JSON."""
    rows = [asdict(figure) | {"met": figure.met} for figure in figures]
    file.write_text(json.dumps({"machine": machine(), "figures": rows}, indent=2) + "\n", encoding="utf-8")
