"""What comes in about use. The names are those of the contract; `text` and `section` are additions to it."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.db import NO_NUL

MOST_EVENTS = 500
Tab = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


Word = Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)]
Line = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
Remark = Annotated[str, StringConstraints(max_length=2000, pattern=NO_NUL)]


class EventType(StrEnum):
    """What a reader did."""

    SEARCH = "search"
    OPEN = "open"
    STEP = "step"
    OUTCOME = "outcome"
    QUESTION = "question"
    PRINT = "print"


class Outcome(StrEnum):
    """What came of using an aid."""

    WORKED = "worked"
    STUCK = "stuck"


class Source(StrEnum):
    """Where an aid was opened from."""

    SEARCH = "search"
    WIDGET = "widget"
    LINK = "link"
    QR = "qr"
    BROWSE = "browse"
    ASSISTANT = "assistant"


NEEDED = {
    EventType.SEARCH: ("query",),
    EventType.OPEN: ("slug",),
    EventType.STEP: ("slug", "step"),
    EventType.OUTCOME: ("slug", "outcome"),
    EventType.QUESTION: ("text",),
    EventType.PRINT: ("slug",),
}


class EventIn(BaseModel):
    """One event. Who it was comes from the credentials, never from here."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    type: EventType
    at: AwareDatetime
    tab: Tab | None = None
    search_id: UUID | None = None
    slug: Line | None = None
    revision: int | None = Field(None, ge=1, le=1_000_000)
    task: Word | None = None
    step: int | None = Field(None, ge=1, le=10_000)
    section: Word | None = None
    outcome: Outcome | None = None
    query: Line | None = None
    results: int | None = Field(None, ge=0, le=10_000_000)
    rank: int | None = Field(None, ge=1, le=100_000)
    source: Source | None = None
    app: Word | None = None
    path: Line | None = None
    ms: int | None = Field(None, ge=0, le=86_400_000)
    text: Remark | None = None

    @model_validator(mode="after")
    def _complete(self) -> "EventIn":
        missing = [name for name in NEEDED[self.type] if getattr(self, name) in (None, "")]
        if missing:
            raise ValueError(f"an event of type {self.type} needs {' and '.join(missing)}")
        return self


class Batch(BaseModel):
    """At most 500 events; each is judged by itself."""

    model_config = ConfigDict(extra="forbid")

    events: list[dict[str, Any]] = Field(
        max_length=MOST_EVENTS,
        description="Each with `id`, `type`, `at` and what the type needs; the manual lists all.",
    )


class Rejected(BaseModel):
    """An event that did not go in: its place in the batch, and what to do."""

    index: int
    detail: str


class Receipt(BaseModel):
    """What became of a batch; given only once the accepted events are durable."""

    accepted: int
    duplicates: int
    rejected: list[Rejected]
