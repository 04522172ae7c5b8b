"""Tables of persons and of what lets them in. Secrets are stored as SHA-256 only, passwords as Argon2."""

from datetime import date, datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime


class Person(SQLModel, table=True):
    """Somebody who works here; `gone_at` is set while she may not come in, because she left, is disabled or erased."""

    id: str = Field(primary_key=True, max_length=200)
    name: str = Field(max_length=200)
    role: str = Field(max_length=20)
    created_at: datetime = Field(sa_type=UTCDateTime)
    email: str | None = Field(default=None, max_length=320, index=True)
    manager: str | None = Field(default=None, max_length=200, index=True)
    tenure_from: date | None = None
    left_on: date | None = Field(default=None, index=True)
    disabled: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    erased_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    gone_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Membership(SQLModel, table=True):
    """Somebody belongs to a group from the first day on and until before the day it ends, or still."""

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=200)
    group: str = Field(primary_key=True, max_length=100, index=True)
    begins_on: date = Field(primary_key=True)
    ends_on: date | None = None


class Departure(SQLModel, table=True):
    """Somebody who has gone, until those who must know are told; the name goes with this row."""

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=200)
    reason: str = Field(max_length=10)
    name: str = Field(max_length=200)
    email: str | None = Field(default=None, max_length=320)
    at: datetime = Field(sa_type=UTCDateTime)


class Password(SQLModel, table=True):
    """The Argon2 hash of a local account's password."""

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=200)
    hash: str = Field(max_length=200)
    chosen_at: datetime = Field(sa_type=UTCDateTime)


class Identity(SQLModel, table=True):
    """Who somebody is at a single sign-on provider: its issuer and her subject there, never her e-mail."""

    issuer: str = Field(primary_key=True, max_length=300)
    subject: str = Field(primary_key=True, max_length=255)
    person_id: str = Field(foreign_key="person.id", max_length=200, index=True)
    created_at: datetime = Field(sa_type=UTCDateTime)


class SignInLink(SQLModel, table=True):
    """A link that works once: it signs in, or lets choose a password (`purpose`)."""

    __tablename__ = "sign_in_link"

    digest: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(foreign_key="person.id", max_length=200)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    purpose: str = Field(default="sign-in", max_length=10, sa_column_kwargs={"server_default": "sign-in"})


class SignIn(SQLModel, table=True):
    """A session of a signed-in person; `seen_at` is right to some minutes."""

    __tablename__ = "sign_in"

    digest: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(foreign_key="person.id", max_length=200, index=True)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    began_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    device: str = Field(default="", max_length=60, sa_column_kwargs={"server_default": ""})


class ApiToken(SQLModel, table=True):
    """A program that may call the API with a role."""

    __tablename__ = "api_token"

    digest: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=200)
    role: str = Field(max_length=20)
    created_at: datetime = Field(sa_type=UTCDateTime)


class AuditEntry(SQLModel, table=True):
    """Who did what to which thing; triggers of the database refuse to change or delete it."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
    actor: str = Field(max_length=200, index=True)
    action: str = Field(max_length=50)
    subject: str = Field(max_length=400, index=True)
    detail: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
