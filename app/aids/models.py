"""Tables of aids. A revision is never changed once it is there; only its `state` moves on."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime


class Aid(SQLModel, table=True):
    """A job aid: an address, and which of its revisions is live."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=400)
    path: str = Field(unique=True, max_length=400)
    live: int | None = Field(default=None)
    checked_on: date | None = Field(default=None)
    checked_by: str | None = Field(default=None, max_length=200)
    review_due: date | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_type=UTCDateTime)
    # What changed last, in the reader's words: with which revision and when.
    news: str = Field(default="", max_length=500, sa_column_kwargs={"server_default": ""})
    news_revision: int | None = Field(default=None)
    news_on: date | None = Field(default=None)


class Revision(SQLModel, table=True):
    """The text of an aid at one time, with its rendering."""

    __table_args__ = (UniqueConstraint("aid_id", "number"), Index("ix_revision_states", "aid_id", "number", "state"))

    id: int | None = Field(default=None, primary_key=True)
    aid_id: int = Field(foreign_key="aid.id", index=True)
    number: int
    state: str = Field(max_length=20)
    origin: str = Field(max_length=20)
    author: str = Field(max_length=200)
    note: str = Field(default="", max_length=500)
    created_at: datetime = Field(sa_type=UTCDateTime)
    markdown: str
    digest: str = Field(max_length=64)
    title: str = Field(max_length=300)
    summary: str = Field(max_length=500)
    kind: str = Field(max_length=20)
    moments: list[str] = Field(sa_type=JSON)
    tasks: list[str] = Field(sa_type=JSON)
    keywords: list[str] = Field(sa_type=JSON)
    owner: str | None = Field(default=None, max_length=200)
    community: str | None = Field(default=None, max_length=200)
    audience: str = Field(max_length=20)
    lang: str | None = Field(default=None, max_length=10)
    review_days: int | None = Field(default=None)
    sections: list[dict[str, Any]] = Field(sa_type=JSON)
    steps: list[str] = Field(sa_type=JSON)
    text: str
    images: dict[str, str] = Field(sa_type=JSON)
    submitted_by: str | None = Field(default=None, max_length=200)
    contributor: str | None = Field(default=None, max_length=200)
    news: str = Field(default="", max_length=500, sa_column_kwargs={"server_default": ""})


class AidTask(SQLModel, table=True):
    """A task that the live revision of an aid supports."""

    __tablename__ = "aid_task"

    aid_id: int = Field(foreign_key="aid.id", primary_key=True)
    task_id: int = Field(foreign_key="task.id", primary_key=True, index=True)


class ReviewDefault(SQLModel, table=True):
    """Days until the next check of an aid of this kind that does not say so itself."""

    __tablename__ = "review_default"

    kind: str = Field(primary_key=True, max_length=20)
    days: int


class Redirect(SQLModel, table=True):
    """An address that an aid had before."""

    slug: str = Field(primary_key=True, max_length=400)
    aid_id: int = Field(foreign_key="aid.id", index=True)


class Attachment(SQLModel, table=True):
    """A file of the library by the SHA-256 of its bytes; kept in the database so that every machine has it."""

    digest: str = Field(primary_key=True, max_length=64)
    media_type: str = Field(max_length=50)
    content: bytes = Field(sa_type=LargeBinary)


class LibraryFile(SQLModel, table=True):
    """Where in the library folder an image or a `tasks.yaml` lies, so that an export gives it back."""

    __tablename__ = "library_file"

    path: str = Field(primary_key=True, max_length=400)
    digest: str = Field(foreign_key="attachment.digest", max_length=64)


class Change(SQLModel, table=True):
    """The feed: an aid's live text changed. Readers of the feed remember the last number they took in."""

    id: int | None = Field(default=None, primary_key=True)
    aid_id: int = Field(foreign_key="aid.id")


class Instance(SQLModel, table=True):
    """One row that names this database, so that an index made from another one is recognised."""

    id: str = Field(primary_key=True, max_length=32)
