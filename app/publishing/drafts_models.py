"""The table of texts that somebody is writing and has not saved yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime


class WorkingCopy(SQLModel, table=True):
    """What stands in the editor of one person and is not saved: so that it survives her browser.

    `place` is `aid-` and the number of the aid, or `new-` and a name that the editor made up; `fields` are those of the
    form as they were typed, so that nothing is too wrong to be kept.
    """

    __tablename__ = "working_copy"

    person: str = Field(primary_key=True, max_length=200)
    place: str = Field(primary_key=True, max_length=60)
    aid_id: int | None = Field(default=None, foreign_key="aid.id", index=True)
    fields: dict[str, Any] = Field(sa_type=JSON)
    began_at: datetime = Field(sa_type=UTCDateTime)
    updated_at: datetime = Field(sa_type=UTCDateTime, index=True)
