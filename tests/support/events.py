"""Use events straight into the database, as many as a test needs."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine

from app.db import writing
from app.usage.models import UseEvent
from tests.conftest import NOW


def happen(engine: Engine, kind: str, readers: int | str, at: datetime = NOW, **what: Any) -> None:
    """The same event of so many readers, or of the one with this pseudonym, an hour ago."""
    who = [readers] if isinstance(readers, str) else [f"reader-{n}" for n in range(readers)]
    with writing(engine) as session:
        for one in who:
            session.add(UseEvent(id=uuid4(), type=kind, at=at - timedelta(hours=1), person=one, **what))
