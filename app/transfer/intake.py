"""Evidence in: whatever the door (API, form, file), each record is judged here, and stored once.

The same id with the same content is a repeat; with other content it clashes, and both are shown. A correction is a new
record that names the one it takes the place of; the original stays, withdrawn.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import Session

from app.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from app.people import service as people
from app.settings import Settings
from app.transfer import queries
from app.transfer.models import CompetencyEvidence, MasteryRecord
from app.transfer.schemas import CompetencyIn, MasteryIn, Receipt
from app.viewer import Right, Scope, Viewer
from app.work import queries as work_queries
from app.work import service as work

FUTURE_ALLOWED = timedelta(minutes=5)
Kind = Literal["mastery", "competency"]
TABLES: dict[Kind, queries.Evidence] = {"mastery": MasteryRecord, "competency": CompetencyEvidence}
Record = MasteryIn | CompetencyIn
Row = dict[str, Any]


@dataclass
class Sifted:
    """What becomes of some records: rows to store, how many are here already, and what is wrong with the others."""

    rows: list[Row] = field(default_factory=list)
    duplicates: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    clash: bool = False
    corrected: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """Where evidence is taken in: who brings it, when, and how this house is set up."""

    session: Session
    at: datetime
    viewer: Viewer
    settings: Settings

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return self.settings.zone


def take(desk: Desk, kind: Kind, records: Sequence[Record]) -> Receipt:
    """Store all of these, or none.

    Raises:
        Conflict: an id is here already with other content.
        Invalid: a record cannot be taken; the faults say which.
    """
    desk.viewer.require(Right.RECORD)
    sifted = sift(desk, kind, records)
    if sifted.faults:
        faults = [Fault(f"/{index}", detail) for index, detail in sifted.faults]
        raise (Conflict if sifted.clash else Invalid)(f"Nothing was stored. {faults[0].detail}", faults)
    store(desk, kind, sifted)
    return Receipt(accepted=len({row["id"] for row in sifted.rows}), duplicates=sifted.duplicates)


def store(desk: Desk, kind: Kind, sifted: Sifted) -> None:
    """Add the rows, and withdraw what they correct."""
    if sifted.rows:
        desk.session.execute(insert(TABLES[kind]), sifted.rows)
    for old, new in sifted.corrected:
        _withdraw(desk, kind, old, f"corrected by {new}")


def sift(desk: Desk, kind: Kind, records: Sequence[Record]) -> Sifted:
    """Judge each record by itself; nothing is stored."""
    sifted = Sifted()
    known = queries.by_id(desk.session, TABLES[kind], {one.id for one in records})
    known_digests = {record_id: rows[0].digest for record_id, rows in known.items()}
    judge = _Judge(desk, kind, records)
    for index, record in enumerate(records):
        digest = _digest(record)
        before = known_digests.get(record.id)
        if before == digest:
            sifted.duplicates += 1
        elif before is not None:
            sifted.clash = True
            sifted.faults.append((index, _clash(record, known.get(record.id))))
        else:
            _judged(sifted, judge, index, record, digest)
            known_digests[record.id] = digest
    return sifted


def _judged(sifted: Sifted, judge: "_Judge", index: int, record: Record, digest: str) -> None:
    try:
        rows = judge.rows(record)
    except ValueError as reason:
        sifted.faults.append((index, str(reason)))
        return
    sifted.rows += [row | {"digest": digest} for row in rows]
    if record.corrects:
        sifted.corrected.append((record.corrects, record.id))


def _digest(record: Record) -> str:
    sent = record.model_dump(mode="json") | {"at": record.at.timestamp()}
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()


def _clash(record: Record, stored: Sequence[Any] | None) -> str:
    sent = record.model_dump_json(exclude_defaults=True)
    if not stored:
        return f"The id {record.id!r} stands twice in this call, with different content: {sent}."
    kept = {name: _plain(getattr(stored[0], name)) for name in type(record).model_fields if hasattr(stored[0], name)}
    words = json.dumps({name: value for name, value in kept.items() if value not in (None, "", [])})
    return (
        f"The id {record.id!r} is here with other content. Stored: {words}. Sent: {sent}."
        " To correct it, send a new id with `corrects`."
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


class _Judge:
    """What holds for all records of one call, looked up once."""

    def __init__(self, desk: Desk, kind: Kind, records: Sequence[Record]) -> None:
        self.desk = desk
        self.mapped: dict[str, dict[str, float | None]] = {}
        if kind == "mastery":
            for mapping, task in queries.mappings(desk.session):
                self.mapped.setdefault(mapping.activity, {})[task.slug] = mapping.threshold
        named = {one.task for one in records if one.task} | {slug for tasks in self.mapped.values() for slug in tasks}
        self.tasks = work_queries.known(desk.session, named) if named else {}
        self.strict = desk.settings.unknown_evidence == "refuse"
        self.persons = queries.known_persons(desk.session, {one.person for one in records}) if self.strict else set()
        self.team = people.covered(desk.session, desk.viewer, Right.RECORD)
        corrected = {one.corrects for one in records if one.corrects}
        self.corrected = queries.by_id(desk.session, TABLES[kind], corrected) if corrected else {}

    def rows(self, record: Record) -> list[Row]:
        """The rows to store, one for each task that it is of.

        Raises:
            ValueError: it cannot be taken, and what to do.
        """
        if record.at > self.desk.at + FUTURE_ALLOWED:
            raise ValueError(f"{record.id}: `at` lies in the future. Send evidence once it is there.")
        if record.corrects and record.corrects not in self.corrected:
            raise ValueError(f"{record.id}: `corrects` names {record.corrects!r}, which is not here.")
        if self.team is not None and record.person not in self.team:
            raise ValueError(f"{record.id}: {record.person} is not in your team. Record those whom you lead.")
        if self.strict and record.person not in self.persons:
            raise ValueError(f"{record.id}: nobody here is called {record.person!r}. Add the person first.")
        common = {
            "id": record.id,
            "person": record.person,
            "at": record.at,
            "day": record.at.astimezone(self.desk.zone).toordinal(),
            "recorded_at": self.desk.at,
            "recorded_by": self.desk.viewer.actor,
            "corrects": record.corrects,
        }
        if isinstance(record, CompetencyIn):
            return [common | self._competency(record)]
        return [common | self._mastery(record, slug) for slug in self._slugs(record)]

    def _slugs(self, record: MasteryIn) -> list[str]:
        found = [record.task] if record.task else sorted(self.mapped.get(record.source, {}))
        if not found:
            raise ValueError(f"{record.id}: say which `task`, or map the source {record.source!r} to its tasks.")
        return found

    def _mastery(self, record: MasteryIn, slug: str) -> Row:
        threshold = self.mapped.get(record.source, {}).get(slug)
        threshold = record.threshold if threshold is None else threshold
        mastered, low_trust = decide(record, threshold)
        return {
            "task_id": self._task(record.id, slug),
            "source": record.source,
            "score": record.score,
            "threshold": threshold,
            "mastered": mastered,
            "low_trust": low_trust,
        }

    def _competency(self, record: CompetencyIn) -> Row:
        own_word = record.person in {record.observer, self.desk.viewer.person}
        return {
            "task_id": self._task(record.id, record.task),
            "level": record.level,
            "success": record.success,
            "adapted": record.adapted,
            "observer": record.observer,
            "source": record.source or ("" if record.observer else self.desk.viewer.actor),
            "checklist": record.checklist,
            "counts": not own_word,
        }

    def _task(self, record_id: str, slug: str) -> int:
        task = self.tasks.get(slug)
        if task is None or not task.confirmed:
            if self.strict:
                raise ValueError(f"{record_id}: no task is called {slug!r}. Define it first.")
            if task is None:
                self.tasks |= work.note(self.desk.session, self.desk.at, [slug])
        return self.tasks[slug].id or 0


def decide(record: MasteryIn, threshold: float | None) -> tuple[bool, bool]:
    """Whether an assessment says mastered, and whether only on a word of low trust; the first that can say it does.

    A score against its threshold, then passed or failed, then a mere flag. Completion is never mastery.
    """
    if record.score is not None and threshold is not None:
        return _scaled(record) >= threshold, False
    if record.mastered is not None:
        return record.mastered, False
    return bool(record.success), bool(record.success)


def _scaled(record: MasteryIn) -> float:
    score = record.score or 0.0
    low = record.min or 0.0
    return score if record.max is None else (score - low) / (record.max - low)


def withdraw(desk: Desk, kind: Kind, record_id: str, reason: str) -> None:
    """Have a record count no longer, from now on; reports of days before still count it.

    Raises:
        NotFound: no such record.
        Forbidden: a manager did not record it herself.
    """
    desk.viewer.require(Right.RECORD)
    _withdraw(desk, kind, record_id, reason)


def require_hers(viewer: Viewer, record: Any) -> None:
    """Raise `Forbidden` unless she recorded this herself, or may change what anybody did."""
    if viewer.scope(Right.RECORD) != Scope.ALL and record.recorded_by != viewer.actor:
        raise Forbidden("You may change what you recorded yourself. Ask whoever recorded it.")


def _withdraw(desk: Desk, kind: Kind, record_id: str, reason: str) -> None:
    rows = list(queries.withdrawable(desk.session, TABLES[kind], record_id))
    if not rows:
        raise NotFound(f"There is no {kind} record with the id {record_id!r}.")
    require_hers(desk.viewer, rows[0])
    for row in rows:
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by, row.reason = desk.at, desk.viewer.actor, reason
            desk.session.add(row)
    people.record(desk.session, desk.at, desk.viewer, f"{kind} record withdrawn", record_id)
