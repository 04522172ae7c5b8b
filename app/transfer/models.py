"""Tables of evidence and of roll-outs.

Evidence is only ever added to: a withdrawn or corrected row stays, with who withdrew it and when. `day` is the calendar
day of `at` in the organisation's time zone, as a number, because every duration is counted in days.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Float, Index
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime


class MasteryRecord(SQLModel, table=True):
    """An assessment of a person's knowledge of a task; `digest` is of what was sent, to tell repeats from changes."""

    __tablename__ = "mastery_record"
    # It covers what a report asks for, so that 100,000 persons are read without a look at the rows.
    __table_args__ = (
        Index(
            "ix_mastery_record_task",
            *("task_id", "mastered", "low_trust", "person", "day", "recorded_at", "withdrawn_at", "source"),
        ),
        Index("ix_mastery_record_came", "task_id", "recorded_at"),
    )

    id: str = Field(primary_key=True, max_length=100)
    task_id: int = Field(primary_key=True, foreign_key="task.id")
    person: str = Field(max_length=200, index=True)
    source: str = Field(max_length=200)
    score: float | None = Field(default=None, sa_type=Float)
    threshold: float | None = Field(default=None, sa_type=Float)
    mastered: bool
    low_trust: bool = False
    at: datetime = Field(sa_type=UTCDateTime)
    day: int
    digest: str = Field(max_length=64)
    recorded_at: datetime = Field(sa_type=UTCDateTime)
    recorded_by: str = Field(max_length=200)
    corrects: str | None = Field(default=None, max_length=100)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    withdrawn_by: str | None = Field(default=None, max_length=200)
    reason: str | None = Field(default=None, max_length=500)


class CompetencyEvidence(SQLModel, table=True):
    """Somebody or something saw a person perform a task; `counts` is false for a person's own word."""

    __tablename__ = "competency_evidence"
    __table_args__ = (
        Index(
            "ix_competency_evidence_task",
            *("task_id", "counts", "success", "level", "person", "day", "recorded_at", "withdrawn_at", "source"),
        ),
        Index("ix_competency_evidence_came", "task_id", "recorded_at"),
    )

    id: str = Field(primary_key=True, max_length=100)
    task_id: int = Field(primary_key=True, foreign_key="task.id")
    person: str = Field(max_length=200, index=True)
    level: str = Field(max_length=10)
    success: bool
    adapted: bool
    observer: str | None = Field(default=None, max_length=200, index=True)
    source: str = Field(max_length=200)
    checklist: list[str] = Field(default=[], sa_type=JSON)
    counts: bool
    at: datetime = Field(sa_type=UTCDateTime)
    day: int
    digest: str = Field(max_length=64)
    recorded_at: datetime = Field(sa_type=UTCDateTime)
    recorded_by: str = Field(max_length=200, index=True)
    corrects: str | None = Field(default=None, max_length=100)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    withdrawn_by: str | None = Field(default=None, max_length=200)
    reason: str | None = Field(default=None, max_length=500)


class MeasurePoint(SQLModel, table=True):
    """How often something came about in so many cases of a task, in one group and period: what its business counts."""

    __tablename__ = "measure_point"
    __table_args__ = (Index("ix_measure_point_task", "task_id", "measure"),)

    id: str = Field(primary_key=True, max_length=100)
    task_id: int = Field(foreign_key="task.id")
    measure: str = Field(max_length=200)
    group: str = Field(max_length=200)
    day: int
    count: float = Field(sa_type=Float)
    of: float = Field(sa_type=Float)
    recorded_at: datetime = Field(sa_type=UTCDateTime)
    recorded_by: str = Field(max_length=200)


class ActivityMapping(SQLModel, table=True):
    """A course or activity, as its system names it, assesses a task; from `threshold` on it is mastered."""

    __tablename__ = "activity_mapping"

    activity: str = Field(primary_key=True, max_length=200)
    task_id: int = Field(primary_key=True, foreign_key="task.id")
    threshold: float | None = Field(default=None, sa_type=Float)
    changed_at: datetime = Field(sa_type=UTCDateTime)


class Rollout(SQLModel, table=True):
    """A plan that gives aids to groups or persons in an order; what was drawn is drawn again from `seed`."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=200)
    task_id: int = Field(foreign_key="task.id", index=True)
    aids: list[str] = Field(sa_type=JSON)
    mechanism: str = Field(max_length=30)
    seed: int | None = None
    begins_on: date | None = None
    recorded_afterwards: bool
    created_at: datetime = Field(sa_type=UTCDateTime)
    created_by: str = Field(max_length=200)
    stopped_on: date | None = None
    stopped_because: str | None = Field(default=None, max_length=500)
    supersedes: str | None = Field(default=None, max_length=200)
    plan: dict[str, Any] = Field(default={}, sa_type=JSON)


class RolloutUnit(SQLModel, table=True):
    """A group or a person in an arm, which is given the aids from `begins_on` on, or never."""

    __tablename__ = "rollout_unit"
    __table_args__ = (Index("ix_rollout_unit_name", "kind", "name"),)

    rollout_id: int = Field(primary_key=True, foreign_key="rollout.id")
    kind: str = Field(primary_key=True, max_length=10)
    name: str = Field(primary_key=True, max_length=200)
    arm: str = Field(max_length=100)
    begins_on: date | None = None


class ShownReport(SQLModel, table=True):
    """How many persons a published report of a past day was about, and how many were competent by then.

    With it no later report gives a difference away.
    """

    __tablename__ = "shown_report"

    task_id: int = Field(primary_key=True, foreign_key="task.id")
    chosen: str = Field(primary_key=True, max_length=400)
    day: int = Field(primary_key=True)
    n: int
    events: int | None = None
