"""Tables of what comes in: batches of documents on their way, and the texts on which folders and server agreed."""

from datetime import datetime

from sqlalchemy import JSON, LargeBinary
from sqlmodel import Field, SQLModel

from app.db import UTCDateTime


class ImportBatch(SQLModel, table=True):
    """What one person brought in at one time."""

    __tablename__ = "import_batch"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
    actor: str = Field(max_length=200)


class ImportDocument(SQLModel, table=True):
    """A document of a batch: `waiting`, `opened` (a zip file or a table), `done`, `known`, `failed` or `discarded`.

    `raw` holds the file until it is done; a part of a zip file is read from its container, and a row of a table has its
    own bytes. Whoever works on a document says so by `claimed_at` and `claimed_by`; after a while another may.
    """

    __tablename__ = "import_document"

    id: int | None = Field(default=None, primary_key=True)
    batch_id: int = Field(foreign_key="import_batch.id", index=True)
    container_id: int | None = Field(default=None, foreign_key="import_document.id", index=True)
    is_part: bool = Field(default=False)
    name: str = Field(max_length=400)
    path: str = Field(max_length=400)
    digest: str = Field(max_length=64, index=True)
    size: int
    state: str = Field(max_length=20, index=True)
    claimed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    claimed_by: str = Field(default="", max_length=200)
    raw: bytes | None = Field(default=None, sa_type=LargeBinary)
    original: str = Field(default="")
    lost: list[str] = Field(sa_type=JSON)
    problem: str = Field(default="", max_length=1000)
    aid_id: int | None = Field(default=None, foreign_key="aid.id", index=True)
    revision: int | None = Field(default=None)


class LibraryText(SQLModel, table=True):
    """The text and the images on which a folder and the server agreed last, by the file's path.

    `folder` names the folder by a digest of where it lies; `live` says whether readers had the aid then.
    """

    __tablename__ = "library_text"

    folder: str = Field(primary_key=True, max_length=64)
    path: str = Field(primary_key=True, max_length=400)
    mark: str = Field(max_length=64)
    live: bool
