"""Tables of review and of what readers suggest."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from app.db import UTCDateTime


class Step(SQLModel, table=True):
    """Something that happened to a revision on its way; only ever added to."""

    __tablename__ = "review_step"

    id: int | None = Field(default=None, primary_key=True)
    revision_id: int = Field(foreign_key="revision.id", index=True)
    at: datetime = Field(sa_type=UTCDateTime)
    actor: str = Field(max_length=200)
    action: str = Field(max_length=20)
    words: str = Field(default="", max_length=2000)


class Comment(SQLModel, table=True):
    """A remark about a line of a draft, or the reply to one; `quote` finds the line again in a later text."""

    __tablename__ = "review_comment"

    id: int | None = Field(default=None, primary_key=True)
    aid_id: int = Field(foreign_key="aid.id", index=True)
    number: int
    line: int
    quote: str = Field(max_length=300)
    text: str = Field(max_length=2000)
    actor: str = Field(max_length=200)
    at: datetime = Field(sa_type=UTCDateTime)
    parent_id: int | None = Field(default=None, foreign_key="review_comment.id")
    resolved_by: str | None = Field(default=None, max_length=200)


class Schedule(SQLModel, table=True):
    """What is to happen to an aid at the beginning of a day: `publish` revision `number`, or `retire` it."""

    aid_id: int = Field(foreign_key="aid.id", primary_key=True)
    action: str = Field(primary_key=True, max_length=10)
    on_day: date = Field(index=True)
    number: int | None = Field(default=None)
    actor: str = Field(max_length=200)


class Suggestion(SQLModel, table=True):
    """What a reader wants changed, flags as outdated, or offers; `base` is the revision that she read."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=10)
    aid_id: int | None = Field(default=None, foreign_key="aid.id", index=True)
    base: int | None = Field(default=None)
    title: str = Field(default="", max_length=300)
    task: str = Field(default="", max_length=200)
    text: str | None = Field(default=None)
    words: str = Field(default="", max_length=4000)
    actor: str = Field(max_length=200, index=True)
    name_me: bool = Field(default=False)
    created_at: datetime = Field(sa_type=UTCDateTime)
    state: str = Field(max_length=10, index=True)
    answer: str = Field(default="", max_length=2000)
    answered_by: str | None = Field(default=None, max_length=200)
    answered_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    adopted_as: int | None = Field(default=None)
    seen_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
