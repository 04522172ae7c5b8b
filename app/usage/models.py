"""The table of use. Persons are pseudonyms here; the raw rows are never shown."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime


class UseEvent(SQLModel, table=True):
    """One event as the contract names its parts; `settled_by` is the later search that this typing became."""

    __tablename__ = "use_event"
    __table_args__ = (
        Index("ix_use_event_type_at", "type", "at"),
        Index("ix_use_event_tab_at", "tab", "at"),
        Index("ix_use_event_person_at", "person", "at"),
        Index("ix_use_event_slug_at", "slug", "at", "type", "person"),
    )

    id: UUID = Field(primary_key=True)
    type: str = Field(max_length=20)
    at: datetime = Field(sa_type=UTCDateTime)
    person: str | None = Field(default=None, max_length=32)
    tab: str | None = Field(default=None, max_length=64)
    search_id: UUID | None = Field(default=None, index=True)
    slug: str | None = Field(default=None, max_length=500)
    revision: int | None = None
    task: str | None = Field(default=None, max_length=200)
    step: int | None = None
    section: str | None = Field(default=None, max_length=100)
    outcome: str | None = Field(default=None, max_length=10)
    query: str | None = Field(default=None, max_length=500)
    results: int | None = None
    rank: int | None = None
    source: str | None = Field(default=None, max_length=10)
    app: str | None = Field(default=None, max_length=100)
    path: str | None = Field(default=None, max_length=500)
    ms: int | None = None
    text: str | None = Field(default=None, max_length=2000)
    settled_by: UUID | None = None


class UseTotal(SQLModel, table=True):
    """How often something happened on a day whose events are gone, without anybody or anything it was about.

    `what` is a type of event, or `empty` for searches that found nothing; typing counts as one search.
    """

    __tablename__ = "use_total"

    day: date = Field(primary_key=True)
    what: str = Field(primary_key=True, max_length=20)
    count: int
