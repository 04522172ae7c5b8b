"""What comes in and goes out about mastery, competency and roll-outs."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.db import NO_NUL
from app.work.schemas import Slug

MOST_RECORDS = 500
FIRST_DAY = datetime(1900, 1, 1, tzinfo=UTC)  # before it a clock was set wrong
By = Literal["group", "cohort", "tenure"]
Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=NO_NUL)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_NUL)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=NO_NUL)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Level(StrEnum):
    """How much help there was."""

    ASSISTED = "assisted"
    FULL = "full"


class Mechanism(StrEnum):
    """How it was decided who is given the aids when."""

    RANDOMISED = "randomised"
    STAGGERED = "staggered-randomised"
    CHOSEN = "chosen"


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Id = Field(description="The sender's own; sent again it changes nothing.")
    person: Name
    at: AwareDatetime = Field(ge=FIRST_DAY, description="When it was, with its time zone.")
    corrects: Id | None = Field(None, description="The record that this one takes the place of.")


class MasteryIn(_Record):
    """An assessment; without `task`, the mapping of `source` says which tasks it is of."""

    task: Slug | None = None
    source: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_NUL)] = ""
    score: Number | None = Field(None, description="In the unit of the threshold: 0 to 1, or 0 to 100.")
    threshold: Number | None = Field(None, description="The score that is enough; a mapping of the source goes first.")
    min: Number | None = Field(None, description="With `max`: `score` is raw, and counted from here.")
    max: Number | None = None
    mastered: bool | None = Field(None, description="What the assessment said: passed or failed.")
    success: bool | None = Field(None, description="A mere flag of success: kept as of low trust.")

    @model_validator(mode="after")
    def _sound(self) -> "MasteryIn":
        most = self.max if self.max is not None else 1.0 if (self.threshold or 2) <= 1 else 100.0
        if self.score is not None and self.score > most:
            raise ValueError(f"the score {self.score:g} is above the maximum of {most:g}")
        if self.max is not None and self.max <= (self.min or 0):
            raise ValueError("max must be more than min")
        return self


class CompetencyIn(_Record):
    """Somebody or something saw a task performed."""

    task: Slug
    level: Level
    success: bool = True
    adapted: bool = Field(False, description="Whether the person adapted what she does to the situation.")
    observer: Name | None = Field(None, description="The person who saw it.")
    source: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_NUL)] = Field(
        "", description="The business system or checklist that it comes from."
    )
    checklist: list[Words] = Field([], max_length=100, description="The steps that were seen done right.")


class MeasureIn(BaseModel):
    """How often something came about in one group and period, of how many cases: refunds that went wrong, of all."""

    model_config = ConfigDict(extra="forbid")

    id: Id = Field(description="The sender's own; sent again it changes nothing.")
    task: Slug
    measure: Name = Field(description="What is counted.")
    group: Name = Field(description="The group, as roll-outs name it.")
    on: date = Field(description="The first day of the period.")
    count: Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
    of: Annotated[
        float, Field(gt=0, le=1e12, allow_inf_nan=False, description="Cases, hours or people it is counted in.")
    ]


class Receipt(BaseModel):
    """What became of a call: new records, and those that were here already."""

    accepted: int
    duplicates: int


class Withdrawal(BaseModel):
    """Why a record no longer holds."""

    model_config = ConfigDict(extra="forbid")

    reason: Words = ""


class MappingIn(BaseModel):
    """A course or activity assesses a task."""

    model_config = ConfigDict(extra="forbid")

    activity: Name = Field(description="As the course system names it, in `source`.")
    task: Slug
    threshold: Number | None = Field(None, description="The score that is enough; goes before the record's own.")


class ArmIn(BaseModel):
    """Who is given the aids on the same day; `from` null means never, the holdout."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=NO_NUL)]
    groups: list[Name] = Field([], max_length=2_000)
    persons: list[Name] = Field([], max_length=20_000)
    begins_on: date | None = Field(None, alias="from")


class RolloutIn(BaseModel):
    """A roll-out as it is planned, or as it was."""

    model_config = ConfigDict(extra="forbid")

    slug: Slug
    task: Slug
    aids: list[Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=NO_NUL)]] = Field(
        min_length=1, max_length=50
    )
    mechanism: Mechanism
    seed: int | None = Field(None, ge=0, le=2**31 - 1, description="What the arms were drawn from.")
    arms: list[ArmIn] = Field(min_length=1, max_length=200)
    supersedes: Slug | None = None


class RolloutOut(RolloutIn):
    """A roll-out as it stands."""

    recorded_afterwards: bool
    stopped_on: date | None
    stopped_because: str | None


class RolloutPage(BaseModel):
    """All roll-outs, newest first; `cursor` asks for more."""

    items: list[RolloutOut]
    cursor: str | None = None


class Interval(BaseModel):
    """A figure with its 95 % interval; null where it cannot be had."""

    estimate: float | None = None
    low: float | None = None
    high: float | None = None


class Point(BaseModel):
    """One step of a curve: the share competent from this day on, its band, and how many are at risk."""

    day: int
    competent: float
    low: float | None
    high: float | None
    at_risk: int | None


class Stopped(BaseModel):
    """Why a roll-out ended early."""

    model_config = ConfigDict(extra="forbid")

    reason: Words


class ArmOut(BaseModel):
    """One arm of a roll-out, or one group, cohort or tenure; figures null where it is too small to be shown."""

    name: str
    n: int | None = None
    events: int | None = None
    transfer: Interval = Interval()
    median_days: Interval = Interval()
    curve: list[Point] = []


class ComparisonOut(BaseModel):
    """Whether the aids made a difference."""

    design: str
    verdict: str
    p_value: float | None
    transfer_difference: Interval
    restricted_mean_difference: Interval
    hazard_ratio: Interval
    within_days: int | None = Field(None, description="How far the restricted mean is counted.")
    before: Interval | None = Field(None, description="Chosen order only: the hazard ratio before the aids came.")


class MeasureOut(BaseModel):
    """A measure of the work before and after groups were given the aids in a chosen order."""

    measure: str
    design: str
    verdict: str
    difference: Interval = Field(Interval(), description="How much more the share changed where the aids were given.")
    ratio: Interval = Field(Interval(), description="The rate over what the trend led to expect; robust interval.")
    ratio_if_independent: Interval = Field(Interval(), description="The same if periods were independent.")
    before: Interval = Field(Interval(), description="The same difference within the time before: it should be none.")
    periods: int
    cases: int


class TransferQuery(BaseModel):
    """What a report is asked for."""

    model_config = ConfigDict(extra="forbid")

    as_of: date | None = Field(None, description="A past day; today if left out.")
    horizon: int | None = Field(None, ge=1, le=3650, description="Days within which to count.")
    rollout: str = Field(
        "", max_length=200, pattern=NO_NUL, description="A roll-out's slug; the newest if left out; or `none`."
    )
    by: By | None = Field(None, description="With `cell`: only those of a group, month or tenure.")
    cell: str = Field(
        "", max_length=200, pattern=NO_NUL, description="The group, month or tenure, as the report names it."
    )
    source: str = Field("", max_length=200, pattern=NO_NUL, description="Only those who mastered it in this course.")


class TransferOut(BaseModel):
    """The transfer report of a task."""

    task: str
    as_of: date
    n: int | None = Field(None, description="Persons whose clock ran: mastered, not competent before.")
    mastered: int | None = None
    already_competent: int | None = None
    events: int | None = None
    censored: int | None = Field(None, description="Persons who had not become competent when last seen.")
    horizon_days: int
    transfer: Interval = Interval()
    median_days: Interval = Interval()
    curve: list[Point] = []
    full_share: Interval = Interval()
    arms: list[ArmOut] = []
    groups: list[ArmOut] = []
    cohorts: list[ArmOut] = []
    tenure: list[ArmOut] = []
    comparison: ComparisonOut | None = None
    measures: list[MeasureOut] = []
    descriptive: dict[str, Any]
    funnel: list[dict[str, Any]] = []
    sources: list[dict[str, Any]] = []
    caveats: list[str]
    suppressed: bool
