"""What every command of `jobaids` begins with."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from app import db, logs
from app.settings import Settings


@contextmanager
def opened(settings: Settings, head: bool = True) -> Iterator[Engine]:
    """The database for one command; with `head`, only one whose tables are up to date."""
    logs.configure("warning")
    engine = db.open_engine(settings.sqlalchemy_url)
    try:
        if head:
            db.require_head(engine)
        yield engine
    finally:
        engine.dispose()
