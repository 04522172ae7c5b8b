"""Tables of the applications that show help."""

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime


class Application(SQLModel, table=True):
    """A business application that may show the widget.

    `origins` are exact (scheme, host, port); with `subdomains` their sub-domains count too. Where it is `open`, readers
    without a token see the aids for everyone.
    """

    key: str = Field(primary_key=True, max_length=60)
    title: str = Field(max_length=200)
    origins: list[str] = Field(sa_type=JSON)
    subdomains: bool = Field(default=False)
    open: bool = Field(default=True)
    accent: str | None = Field(default=None, max_length=7)
    task: str | None = Field(default=None, max_length=200)
    created_at: datetime = Field(sa_type=UTCDateTime)


class ApplicationKey(SQLModel, table=True):
    """What an application signs its tokens with: a shared secret (HS256), or the public half of a pair (EdDSA).

    A secret is sealed (`app.widget.safe`); of a revoked key nothing is left.
    """

    __tablename__ = "application_key"

    kid: str = Field(primary_key=True, max_length=60)
    app: str = Field(foreign_key="application.key", index=True, max_length=60)
    algorithm: str = Field(max_length=10)
    material: str = Field(max_length=2000)
    created_at: datetime = Field(sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Release(SQLModel, table=True):
    """A version of the script that was served once: its bytes for ever."""

    __tablename__ = "widget_release"

    version: str = Field(primary_key=True, max_length=20)
    content: bytes
    changes: str = Field(max_length=200)
    at: datetime = Field(sa_type=UTCDateTime)


class SpentBatch(SQLModel, table=True):
    """A batch key that was used; it is not taken again."""

    __tablename__ = "spent_batch"

    id: str = Field(primary_key=True, max_length=32)
    at: datetime = Field(sa_type=UTCDateTime, index=True)
