"""Evidence from a CSV file, line by line, so that its size does not matter.

The columns are those of the API, or foreign ones with a mapping. Whatever is wrong is named by its line; the other
lines go in. A line without an id gets one from its content, so that the same file again changes nothing.
"""

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlmodel import Session

from app.errors import Fault, Invalid
from app.transfer import intake
from app.transfer.intake import Desk, Kind, Record
from app.transfer.schemas import CompetencyIn, MasteryIn

PORTION = 1_000
MOST_LINE = 100_000
DELIMITERS = ",;\t|"
TRUE, FALSE = (
    {"true", "yes", "y", "1", "passed", "pass", "ja", "x"},
    {"false", "no", "n", "0", "failed", "fail", "nein"},
)
SCHEMAS: dict[Kind, type[Record]] = {"mastery": MasteryIn, "competency": CompetencyIn}
COLUMNS: dict[Kind, tuple[str, ...]] = {
    "mastery": ("id", "person", "task", "source", "score", "threshold", "mastered", "at"),
    "competency": ("id", "person", "task", "level", "success", "adapted", "observer", "source", "at"),
}
NEEDED: dict[Kind, tuple[str, ...]] = {"mastery": ("person", "at"), "competency": ("person", "task", "level", "at")}
FLAGS = {"mastered", "success", "adapted"}
NUMBERS = {"score", "threshold", "min", "max"}
DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d")


@dataclass
class Came:
    """What became of a file."""

    accepted: int = 0
    duplicates: int = 0
    lines: int = 0
    faults: list[Fault] = field(default_factory=list)


Open = Callable[[], AbstractContextManager[Session]]
MakeDesk = Callable[[Session], Desk]


@dataclass(frozen=True)
class Reading:
    """How to read a file: what it is of, which of its columns is what, and the zone of times that name none."""

    kind: Kind
    columns: Mapping[str, str]
    zone: ZoneInfo


def header(text: TextIO) -> tuple[list[str], Any]:
    """The names of the columns, and a reader of the lines behind them.

    Raises:
        Invalid: there is no first line.
    """
    first = text.readline(MOST_LINE).lstrip("\ufeff")
    if not first.strip():
        raise Invalid("The file is empty. Its first line names the columns.")
    delimiter = max(DELIMITERS, key=first.count)
    names = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
    return names, csv.reader(_bounded(text), delimiter=delimiter)


def _bounded(text: TextIO) -> Iterator[str]:
    while line := text.readline(MOST_LINE):
        yield line.replace("\0", "")


def guessed(kind: Kind, names: Iterable[str]) -> dict[str, str]:
    """For each of our columns the foreign one that seems to be meant."""
    there = {"".join(name.lower().split()).replace("_", "").replace("-", ""): name for name in names}
    found = {}
    for column in COLUMNS[kind]:
        match = next((there[word] for word in (column, *ALSO.get(column, ())) if word in there), None)
        if match is None and column == "at":
            match = next((name for word, name in there.items() if "date" in word), None)
        if match is not None:
            found[column] = match
    return found


ALSO = {
    "id": ("recordid", "key"),
    "person": ("personid", "employee", "employeeid", "user", "userid", "username", "email", "learner"),
    "task": ("taskslug", "job"),
    "source": ("course", "courseid", "activity", "system"),
    "score": ("result", "points", "grade"),
    "threshold": ("passmark", "masteryscore"),
    "mastered": ("passed", "status"),
    "at": ("date", "time", "completed", "completedon", "completedat", "timestamp", "when", "day"),
    "level": ("help", "kind"),
    "success": ("done", "ok", "succeeded"),
    "observer": ("manager", "observedby", "seenby"),
}


def take_in(opened: Open, make: MakeDesk, text: TextIO, reading: Reading, progress: Callable[[int], None]) -> Came:
    """Store all lines that can be stored, a thousand in each transaction.

    Raises:
        Invalid: the columns that are needed are not there.
    """
    names, lines = header(text)
    places = _places(reading, names)
    came = Came()
    portion: list[tuple[int, Record]] = []
    for cells in lines:
        if not any(cells):
            continue
        came.lines += 1
        record = _read(reading, places, cells, lines.line_num + 1, came)
        if record is not None:
            portion.append((lines.line_num + 1, record))
        if len(portion) >= PORTION:
            _store(opened, make, reading.kind, portion, came)
            portion = []
            progress(came.lines)
    if portion:
        _store(opened, make, reading.kind, portion, came)
    progress(came.lines)
    return came


def _places(reading: Reading, names: list[str]) -> dict[str, int]:
    columns = {ours: theirs for ours, theirs in reading.columns.items() if theirs}
    columns = columns or guessed(reading.kind, names)
    missing = [column for column in NEEDED[reading.kind] if columns.get(column) not in names]
    if missing:
        raise Invalid(
            f"The file has no column for {' and '.join(missing)}. Its columns are {', '.join(names)};"
            " say which is which, such as --map person=Employee."
        )
    return {ours: names.index(theirs) for ours, theirs in columns.items() if theirs in names}


def _read(reading: Reading, places: Mapping[str, int], cells: list[str], line: int, came: Came) -> Record | None:
    values = {ours: cells[place].strip() for ours, place in places.items() if place < len(cells)}
    try:
        return record_of(reading, values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        came.faults.append(Fault(f"line {line}", f"{where}: {first['msg'].removeprefix('Value error, ')}".lstrip(": ")))
    except ValueError as error:
        came.faults.append(Fault(f"line {line}", str(error)))
    return None


def record_of(reading: Reading, values: Mapping[str, str]) -> Record:
    """One line as a record.

    Raises:
        ValueError: a cell cannot be read.
    """
    parts: dict[str, Any] = {name: _cell(name, value, reading.zone) for name, value in values.items() if value}
    if "at" not in parts:
        raise ValueError("at: write when it was, such as 2026-11-23 or 2026-11-23T10:00:00+01:00")
    if not parts.get("id"):
        content = "\x1f".join(f"{name}={value}" for name, value in sorted(values.items()) if value)
        parts["id"] = "csv-" + hashlib.sha256(content.encode()).hexdigest()[:32]
    if reading.kind == "competency" and "level" in parts:
        parts["level"] = str(parts["level"]).lower()
    return SCHEMAS[reading.kind].model_validate(parts)


def _cell(name: str, value: str, zone: ZoneInfo) -> Any:
    if name == "at":
        return _moment(value, zone)
    if name in FLAGS:
        if value.lower() not in TRUE | FALSE:
            raise ValueError(f"{name}: {value!r} is neither yes nor no")
        return value.lower() in TRUE
    if name in NUMBERS:
        return _decimal(name, value)
    return value


def _decimal(name: str, value: str) -> float:
    try:
        return float(value.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        raise ValueError(f"{name}: {value!r} is not a number") from None


def _moment(value: str, zone: ZoneInfo) -> datetime:
    """A time; without a zone it is the organisation's, and a mere day is its noon."""
    for shape in DAYS:
        try:
            return datetime.combine(datetime.strptime(value, shape).date(), time(12), zone)  # noqa: DTZ007 - a day has none
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"at: {value!r} is not a time; write 2026-11-23 or 2026-11-23T10:00:00+01:00") from None
    if len(value) <= 10:
        found = datetime.combine(found.date(), time(12))
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _store(opened: Open, make: MakeDesk, kind: Kind, portion: list[tuple[int, Record]], came: Came) -> None:
    with opened() as session:
        desk = make(session)
        sifted = intake.sift(desk, kind, [record for _line, record in portion])
        intake.store(desk, kind, sifted)
    came.accepted += len({row["id"] for row in sifted.rows})
    came.duplicates += sifted.duplicates
    came.faults += [Fault(f"line {portion[index][0]}", detail) for index, detail in sifted.faults]
