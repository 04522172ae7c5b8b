"""Evidence is kept as long as the house says, then it goes; and a change of the thresholds is put on record."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete
from sqlmodel import col

from app.db import writing
from app.people import service as people
from app.settings import Settings
from app.transfer import queries
from app.transfer.models import CompetencyEvidence, MasteryRecord
from app.viewer import SYSTEM

SET = "thresholds set"


@dataclass(frozen=True)
class Retention:
    """The chore; with no number of days set nothing goes."""

    engine: Engine
    settings: Settings

    def __call__(self, now: datetime) -> None:
        """Delete what is older than the setting says, and put down how much it was."""
        self._note_thresholds(now)
        days = self.settings.evidence_days
        if not days:
            return
        before = now - timedelta(days=days)
        with writing(self.engine) as session:
            gone = sum(
                session.execute(delete(table).where(col(table.at) < before)).rowcount  # type: ignore[attr-defined]
                for table in (MasteryRecord, CompetencyEvidence)
            )
            if gone:
                people.record(session, now, SYSTEM, "evidence deleted by age", f"{gone} records")

    def _note_thresholds(self, now: datetime) -> None:
        """Put down how few people figures may be about, when it is not what it was last."""
        names = ("min_group", "min_query_group", "min_events_per_arm")
        words = ", ".join(f"{name}={getattr(self.settings, name)}" for name in names)
        with writing(self.engine) as session:
            if queries.last_thresholds(session, SET) != words:
                people.record(session, now, SYSTEM, SET, "settings", words)
