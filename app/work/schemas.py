"""What comes in and goes out about tasks."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.db import NO_NUL
from app.work.context import MOST_PATH, PATTERN


def _pattern(text: str) -> str:
    if not PATTERN.fullmatch(text):
        raise ValueError("write a path such as /orders/:id/refund, or /orders/* for all below it")
    return text


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=200)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_NUL)]
AppKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Pattern = Annotated[str, StringConstraints(max_length=MOST_PATH), AfterValidator(_pattern)]
Screen = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=NO_NUL)]


class TaskIn(BaseModel):
    """A task as somebody defines it."""

    model_config = ConfigDict(extra="forbid")

    slug: Slug = Field(description="Small letters, digits and dashes, such as `issue-refund`; it cannot change.")
    title: Line = Field(description="The work, as somebody would ask for it.")
    workflow: Slug | None = Field(None, description="The slug of the workflow that it is part of.")
    roles: list[Slug] = Field(default=[], max_length=50, description="The slugs of the job roles that do it.")
    criticality: int | None = Field(None, ge=1, le=7, description="Impact of failure, 1 (low) to 7.")
    owner: Line | None = Field(None, description="Who coaches it.")


class TaskOut(TaskIn):
    """A task as it stands; unconfirmed means that an aid named it and nobody defined it."""

    confirmed: bool


class Named(BaseModel):
    """A workflow or a job role in `tasks.yaml`."""

    model_config = ConfigDict(extra="forbid")

    slug: Slug
    title: Line


class RuleIn(BaseModel):
    """A context rule: on this screen of an application somebody does this task."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    app: AppKey = Field(description="The key of the application, such as `crm`.")
    pattern: Pattern | None = Field(None, description="A path such as `/orders/:id/refund`, `/orders/*` or `*`.")
    screen: Screen | None = Field(None, description="The name that the application gives the screen.")
    task: Slug

    @model_validator(mode="after")
    def _says_where(self) -> "RuleIn":
        if not (self.pattern or self.screen):
            raise ValueError("give the pattern of a path, the name of a screen, or both")
        return self


class Catalogue(BaseModel):
    """The content of a `tasks.yaml`."""

    model_config = ConfigDict(extra="forbid")

    workflows: list[Named] = []
    roles: list[Named] = []
    tasks: list[TaskIn] = []
    rules: list[RuleIn] = []


class TaskPage(BaseModel):
    """One page of a list; `cursor` asks for the next."""

    items: list[TaskOut]
    cursor: str | None = None
