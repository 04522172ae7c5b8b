"""Tables of persons and of what lets them in. Secrets are stored as SHA-256 only."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.db import UTCDateTime


class Person(SQLModel, table=True):
    """Somebody who can sign in."""

    id: str = Field(primary_key=True, max_length=200)
    name: str = Field(max_length=200)
    role: str = Field(max_length=20)
    created_at: datetime = Field(sa_type=UTCDateTime)


class SignInLink(SQLModel, table=True):
    """A link that signs one person in, once."""

    __tablename__ = "sign_in_link"

    digest: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(foreign_key="person.id", max_length=200)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class SignIn(SQLModel, table=True):
    """A session of a signed-in person."""

    __tablename__ = "sign_in"

    digest: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(foreign_key="person.id", max_length=200, index=True)
    expires_at: datetime = Field(sa_type=UTCDateTime)


class ApiToken(SQLModel, table=True):
    """A program that may call the API with a role."""

    __tablename__ = "api_token"

    digest: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=200)
    role: str = Field(max_length=20)
    created_at: datetime = Field(sa_type=UTCDateTime)


class AuditEntry(SQLModel, table=True):
    """Who did what to which thing; only ever added to."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
    actor: str = Field(max_length=200)
    action: str = Field(max_length=50)
    subject: str = Field(max_length=400)
