"""Tables of the work catalogue."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.db import UTCDateTime


class Workflow(SQLModel, table=True):
    """A row of tasks that belong together."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=200)
    title: str = Field(max_length=200)


class JobRole(SQLModel, table=True):
    """A kind of employee."""

    __tablename__ = "job_role"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=200)
    title: str = Field(max_length=200)


class Task(SQLModel, table=True):
    """A piece of work that can be done well or badly."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=200)
    title: str = Field(max_length=200)
    workflow_id: int | None = Field(default=None, foreign_key="workflow.id", index=True)
    criticality: int | None = Field(default=None)
    owner: str | None = Field(default=None, max_length=200)
    confirmed: bool = Field(default=True)
    created_at: datetime = Field(sa_type=UTCDateTime)


class TaskRole(SQLModel, table=True):
    """A job role that does a task."""

    __tablename__ = "task_role"

    task_id: int = Field(foreign_key="task.id", primary_key=True)
    role_id: int = Field(foreign_key="job_role.id", primary_key=True)


class ContextRule(SQLModel, table=True):
    """What somebody does on a screen: of this application, by the pattern of its path, its name, or both."""

    __tablename__ = "context_rule"

    id: int | None = Field(default=None, primary_key=True)
    app: str = Field(max_length=60, index=True)
    pattern: str | None = Field(default=None, max_length=500)
    screen: str | None = Field(default=None, max_length=120)
    task: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=UTCDateTime)
