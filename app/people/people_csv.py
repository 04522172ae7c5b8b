"""People as the cells of a form or of a CSV file: what the words mean, and what is wrong by field or line."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import ValidationError
from sqlmodel import Session

from app.errors import Fault, Invalid
from app.people import directory
from app.people.schemas import PersonIn
from app.viewer import Role, Viewer

COLUMNS = ("id", "name", "email", "role", "groups", "manager", "tenure_from", "left_on", "disabled")
STAYS_WHEN_EMPTY = {"name", "role", "disabled"}
YES, NO = {"yes", "true", "1", "x"}, {"no", "false", "0"}
MOST_LINES = 20_000
A_DAY = "write the day as 2026-11-23"
HINTS = {
    "id": "an id has no spaces and none of / \\ ? # %, and does not begin with token:",
    "name": "a name has 1 to 200 characters in one line",
    "email": "this is not an e-mail address",
    "role": f"choose one of {', '.join(Role)}",
    "groups": "the name of a group has at most 100 characters; put | between two",
    "manager": "give the id of the line manager",
    "tenure_from": A_DAY,
    "left_on": A_DAY,
    "disabled": "write yes or no",
}


@dataclass
class Brought:
    """What came of a file."""

    report: directory.Report = field(default_factory=directory.Report)
    faults: list[Fault] = field(default_factory=list)


def person(cells: Mapping[str, str]) -> PersonIn:
    """The person whom these cells describe; an empty cell empties what may be empty.

    Raises:
        Invalid: a cell cannot be read; one fault per cell, its pointer the column.
    """
    values: dict[str, object] = {}
    for name, cell in cells.items():
        text = cell.strip()
        if name == "groups":
            values[name] = [group.strip() for group in re.split(r"[|;]", text) if group.strip()]
        elif text or name not in STAYS_WHEN_EMPTY:
            values[name] = text or None
        if name == "disabled" and text:
            values[name] = True if text.lower() in YES else False if text.lower() in NO else text
    try:
        return PersonIn.model_validate(values)
    except ValidationError as error:
        wrong = dict.fromkeys(str(one["loc"][0]) for one in error.errors())
        raise Invalid("Some of it cannot be read.", [Fault(name, f"{HINTS[name]}.") for name in wrong]) from None


def bring_in(session: Session, at: datetime, today: date, viewer: Viewer, raw: bytes) -> Brought:
    """Take in the good lines of a CSV file and name the others.

    Raises:
        Invalid: it is not such a file.
    """
    brought = Brought()
    lines: list[tuple[int, PersonIn]] = []
    for number, cells in _rows(raw):
        try:
            lines.append((number, person(cells)))
        except Invalid as error:
            brought.faults += [Fault(f"line {number}, {fault.pointer}", fault.detail) for fault in error.faults]
    try:
        brought.report = directory.upsert(session, at, today, viewer, [one for _, one in lines])
    except Invalid as error:
        wrong = {int(fault.pointer.split("/")[1]): fault for fault in error.faults}
        for index, fault in wrong.items():
            column = fault.pointer.split("/")[2]
            brought.faults.append(Fault(f"line {lines[index][0]}, {column}", fault.detail))
        good = [one for index, (_, one) in enumerate(lines) if index not in wrong]
        brought.report = directory.upsert(session, at, today, viewer, good)
    return brought


def _rows(raw: bytes) -> list[tuple[int, dict[str, str]]]:
    """Each line with its number, as cells by column."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("This file is not UTF-8. Save it again as “CSV UTF-8”; nothing was changed.") from None
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        _check_columns(reader.fieldnames or [])
        rows = [(reader.line_num, {key: value or "" for key, value in row.items() if key}) for row in reader]
    except csv.Error as error:
        raise Invalid(f"This is not a CSV file: {error}. Nothing was changed.") from None
    if len(rows) > MOST_LINES:
        raise Invalid(f"A file has at most {MOST_LINES:,} lines. Send it in parts; nothing was changed.")
    return [(number, row) for number, row in rows if any(cell.strip() for cell in row.values())]


def _check_columns(columns: object) -> None:
    names = list(columns) if isinstance(columns, list | tuple) else []
    if "id" not in names:
        raise Invalid(f"The first line must name the columns, id among them. There may be: {', '.join(COLUMNS)}.")
    if unknown := [name for name in names if name not in COLUMNS]:
        raise Invalid(f"There is no column {unknown[0]!r}. There may be: {', '.join(COLUMNS)}. Nothing was changed.")
