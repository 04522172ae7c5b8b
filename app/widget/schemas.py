"""What the widget sends and gets."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from app.db import NO_NUL
from app.usage.schemas import Line, Remark, Tab, Word

MOST_EVENTS = 20
Short = Annotated[str, StringConstraints(max_length=120, pattern=NO_NUL)]


class Kind(StrEnum):
    """What a reader did in the panel."""

    SEARCH = "search"
    VIEW = "view"
    STEP = "step"
    FEEDBACK = "feedback"
    PRINT = "print"


class WidgetEvent(BaseModel):
    """One event; the names are those of the widget's contract."""

    model_config = ConfigDict(extra="forbid")

    eid: UUID
    t: AwareDatetime
    type: Kind
    tab: Tab | None = None
    task: Word | None = None
    screen: Short | None = None
    route: Line | None = None
    slug: Line | None = None
    version: int | None = Field(None, ge=1, le=1_000_000)
    search: UUID | None = None
    rank: int | None = Field(None, ge=1, le=100_000)
    step: int | None = Field(None, ge=1, le=10_000)
    query: Line | None = None
    results: int | None = Field(None, ge=0, le=10_000_000)
    ms: int | None = Field(None, ge=0, le=86_400_000)
    helpful: bool | None = None


class WidgetBatch(BaseModel):
    """At most 20 events, each judged by itself. A beacon has no header, so it brings a `batch` key instead."""

    model_config = ConfigDict(extra="forbid")

    batch: str | None = Field(None, max_length=1_000, description="A one-use key of an earlier answer.")
    events: list[dict[str, object]] = Field(max_length=MOST_EVENTS)


class WidgetReceipt(BaseModel):
    """What became of the batch; `batch` is the key for a next beacon."""

    accepted: int
    duplicates: int
    rejected: list[dict[str, object]]
    batch: str


class Context(BaseModel):
    """Where the reader is: the path of the screen, its name, or the task itself; and the language of the panel."""

    path: Line = Field("", description="The path of the screen, ids put out, without query and fragment.")
    screen: Short = Field("", description="The name that the application gives the screen.")
    task: Word = Field("", description="The task, where the application knows it; otherwise the rules say it.")
    lang: Short = Field("", description="The language of the panel: en, de, fr or es.")
    pin: str = Field("", max_length=2_000, description="Up to five slugs to put first, with commas between.")
    recent: str = Field("", max_length=3_000, description="The slugs opened last, with commas between.")


class Listing(BaseModel):
    """Aids for the panel: `html` holds the options of its list, `note` what stands above it."""

    html: str
    note: str


class Suggestions(Listing):
    """The aids for a screen and the task that they are for."""

    task: str | None


class Boot(Suggestions):
    """What the panel needs for a screen; `batch` is a key for one beacon, `words` are those that the script lacks."""

    version: str
    words: dict[str, str] | None
    accent: str | None
    batch: str


class Found(Listing):
    """The answer to a search; `said` tells its size to those who listen."""

    search_id: str
    total: int
    said: str


class WidgetAid(BaseModel):
    """An aid as the panel shows it."""

    slug: str
    title: str
    version: int
    html: str


class WidgetQuestion(BaseModel):
    """A question to a person."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    eid: UUID
    text: Remark = Field(min_length=1)
    slug: Line | None = None
    query: Line | None = None
    search: UUID | None = None
    route: Line | None = None
    screen: Short | None = None
    task: Word | None = None
