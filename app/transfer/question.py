"""What a report is asked, and what has to be known of the house to answer it."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.transfer.schemas import By


@dataclass(frozen=True)
class Question:
    """What is asked: at most one of `by` (with its label `cell`) and `source` narrows the persons.

    `rollout` is a slug, empty for the newest one of the task, `none` for none.
    """

    task: str
    day: int
    horizon: int
    rollout: str = ""
    by: By | None = None
    cell: str = ""
    source: str = ""

    @property
    def chosen(self) -> str:
        """The choice of persons, as a key."""
        return f"{self.by}={self.cell}" if self.by else f"source={self.source}" if self.source else ""


@dataclass(frozen=True)
class House:
    """What the report needs to know of this house."""

    zone: ZoneInfo
    least: int
    least_events: int
    today: int
    pseudonym: Callable[[str], str]
    horizon: int = 90
    uses_since: int = 0
