"""What comes in and goes out about people."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.viewer import Role

RESERVED = ("token:", "anonymous")


def _own(value: str) -> str:
    if value.lower().startswith(RESERVED):
        raise ValueError("is a name that the audit uses for others; choose another id")
    return value


PersonId = Annotated[
    str, StringConstraints(pattern=r"^[^\s/\\?#%\x00-\x1f\x7f]+$", max_length=200), AfterValidator(_own)
]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")
]
Group = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f|;]*$")
]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=320, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")
]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]


class PersonIn(BaseModel):
    """Somebody as the personnel system knows her; what is not sent stays as it is, `null` empties it."""

    model_config = ConfigDict(extra="forbid")

    id: PersonId = Field(description="Her key in the sender's system; it cannot change.")
    name: Line | None = Field(None, description="Her name; needed where she is new.")
    email: Email | None = Field(None, description="Where mail reaches her; she may sign in with it.")
    groups: list[Group] | None = Field(None, max_length=100, description="All groups that she is in from today on.")
    manager: PersonId | None = Field(None, description="The id of her line manager.")
    tenure_from: Day | None = Field(None, description="Her first day.")
    left_on: Day | None = Field(None, description="The first day on which she is not here any more.")
    role: Role | None = Field(None, description="What she may do; an employee where nothing else is said.")
    disabled: bool | None = Field(None, description="Whether she is kept out.")


class PeopleOut(BaseModel):
    """What an upsert did; `erased` were left out because they had themselves erased."""

    created: int
    changed: int
    unchanged: int
    erased: list[str]


class AuditLine(BaseModel):
    """Who did what to which thing."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str


class AuditPage(BaseModel):
    """One page of the audit; `cursor` asks for the next."""

    items: list[AuditLine]
    cursor: str | None = None
