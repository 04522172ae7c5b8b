"""Tables of upkeep. A question itself is a use event; here stands what became of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.db import UTCDateTime


class State(StrEnum):
    """What became of a question."""

    OPEN = "open"
    ANSWERED = "answered"
    AID = "aid"
    CLOSED = "closed"


class Question(SQLModel, table=True):
    """What became of a reader's question; `id` is its use event. Who asked stands there alone, as a pseudonym."""

    id: UUID = Field(primary_key=True)
    state: str = Field(default=State.OPEN, max_length=10)
    assigned_to: str | None = Field(default=None, max_length=200)
    answer: str | None = Field(default=None, max_length=4000)
    slug: str | None = Field(default=None, max_length=400)
    by: str | None = Field(default=None, max_length=200)
    at: datetime = Field(sa_type=UTCDateTime)


class PutOff(SQLModel, table=True):
    """An item of the worklist that somebody wants to see later."""

    __tablename__ = "put_off"

    key: str = Field(primary_key=True, max_length=500)
    text: str = Field(max_length=500)
    until: datetime = Field(sa_type=UTCDateTime)
    by: str | None = Field(default=None, max_length=200)


class Finding(SQLModel, table=True):
    """Something in a live aid that leads nowhere: what it says there, and the line of its file."""

    id: int | None = Field(default=None, primary_key=True)
    aid_id: int = Field(foreign_key="aid.id", index=True)
    kind: str = Field(max_length=10)
    target: str = Field(max_length=1000)
    line: int


class CheckState(SQLModel, table=True):
    """One row: the last change that was checked."""

    __tablename__ = "check_state"

    id: int = Field(default=1, primary_key=True)
    change: int


class ExternalLink(SQLModel, table=True):
    """An address outside this server that live aids lead to, and what came of asking for it."""

    __tablename__ = "external_link"

    digest: str = Field(primary_key=True, max_length=64)
    url: str = Field(max_length=2000)
    checked_at: datetime | None = Field(default=None, sa_type=UTCDateTime, index=True)
    fault: str | None = Field(default=None, max_length=200)


class MailStop(SQLModel, table=True):
    """An address that gets no weekly mail."""

    __tablename__ = "mail_stop"

    address: str = Field(primary_key=True, max_length=200)
