"""The database: one engine per process, one transaction per request.

SQLite runs with WAL and `synchronous=FULL`, and a session that will write begins IMMEDIATE: a read that turns into a
write inside one transaction fails at once whatever the busy timeout.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, create_engine, event, inspect, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

from app.errors import StartError

MIGRATIONS = Path(__file__).parent.parent / "migrations"
NO_NUL = r"^[^\x00]*$"  # PostgreSQL stores no text with this character in it
CONNECTIONS = 48  # one for each worker thread of the server, and a few for its own threads


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python on both databases; SQLite itself forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone reached the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def open_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL, with the pragmas that keep what was acknowledged."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=CONNECTIONS, pool_pre_ping=True, hide_parameters=True)
    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    arguments = {"check_same_thread": False, "timeout": 30, "isolation_level": None}
    engine = create_engine(url, connect_args=arguments, pool_size=CONNECTIONS, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads."""
    with Session(engine) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session that is committed at the end, or rolled back whole."""
    with Session(engine.execution_options(writes=True)) as session, session.begin():
        yield session


def _alembic(url: str) -> tuple[Any, Any]:
    from alembic import command  # slow to import, and a server that runs needs nothing of it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return command, config


def migrate(url: str) -> None:
    """Bring the tables to the newest shape."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    command, config = _alembic(url)
    command.upgrade(config, "head")


def check_drift(url: str) -> None:
    """Raise where tables and models differ (`alembic check`)."""
    command, config = _alembic(url)
    command.check(config)


def at_head(engine: Engine) -> bool:
    """Whether every migration has been applied."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == newest())


@cache
def newest() -> str:
    """The newest migration, by the number that its file begins with."""
    return max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def require_head(engine: Engine) -> None:
    """Stop with a sentence where a migration is missing."""
    if not at_head(engine):
        raise StartError("The database is not up to date: run `jobaids migrate` first.")
