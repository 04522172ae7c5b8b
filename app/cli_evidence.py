"""The commands `jobaids evidence import` and `jobaids demo`."""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from sqlmodel import Session

from app import clock, db
from app.command import opened
from app.errors import Invalid
from app.settings import load
from app.transfer import evidence_csv, simulated
from app.transfer.evidence_csv import Reading
from app.transfer.intake import Desk
from app.viewer import SYSTEM, load_key, pseudonym

evidence = typer.Typer(no_args_is_help=True, help="Evidence of mastery and competency.")
DEMO_TASKS = ("issue-refund", "take-payment", "trace-parcel")
MOST_SAID = 1_000


class What(StrEnum):
    """What a file holds."""

    MASTERY = "mastery"
    COMPETENCY = "competency"


@contextmanager
def _bar(file: Path) -> Iterator[Callable[[int, int], None]]:
    if not sys.stderr.isatty():
        yield lambda lines, _at: print(f"Reading: {lines} lines", file=sys.stderr) if lines % 10_000 == 0 else None
        return
    with Progress(TextColumn("Reading"), BarColumn(), DownloadColumn(), transient=True) as progress:
        shown = progress.add_task("", total=file.stat().st_size)
        yield lambda _lines, at: progress.update(shown, completed=at)


@evidence.command("import")
def import_(
    what: Annotated[What, typer.Argument(help="What the file holds.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE.csv")],
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="OURS=THEIRS for a column; may be given again.")
    ] = None,
) -> None:
    """Take in a CSV file of mastery or competency. Lines that are here already do nothing."""
    settings = load()
    columns = dict(pair.split("=", 1) for pair in map_ or [] if "=" in pair)
    reading = Reading(what.value, columns, settings.zone)

    def desk(session: Session) -> Desk:
        return Desk(session, clock.now(), SYSTEM, settings)

    with opened(settings) as engine, file.open("rb") as raw, _bar(file) as progress:
        text = io.TextIOWrapper(raw, "utf-8-sig", errors="replace", newline="")
        came = evidence_csv.take_in(
            lambda: db.writing(engine), desk, text, reading, lambda lines: progress(lines, raw.tell())
        )
    print(f"Took in {came.accepted}, {came.duplicates} here already, {len(came.faults)} with problems.")
    for fault in came.faults[:MOST_SAID]:
        print(f"{file}, {fault.pointer}: {fault.detail}", file=sys.stderr)
    if came.faults:
        raise typer.Exit(1)


def demo() -> None:
    """Fill an empty data folder with a simulated year, and mark every page as SIMULATED."""
    settings = load()
    with opened(settings) as engine, db.writing(engine) as session:
        key = load_key(settings.data_dir)
        today: date = clock.now().astimezone(settings.zone).date()
        writer = simulated.Writer(session, clock.now(), today, lambda person: pseudonym(key, person))
        if settings.database_url:
            raise Invalid("The simulated year goes into a data folder of its own, not into a shared database.")
        simulated.fill(writer, DEMO_TASKS)
        settings.simulated_mark.write_text("The people and figures here are simulated.\n")
    print("A simulated year is in. Open Studio, Transfer.")
