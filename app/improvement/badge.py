"""How many aids are past their review date, as the studio's navigation says; asked at most every ten seconds."""

import time
from dataclasses import dataclass, field

from sqlalchemy import Engine

from app.clock import Clock
from app.db import reading
from app.improvement import queries
from app.settings import Settings
from app.viewer import Right, Viewer
from app.web.render import number
from app.web.words import _

SECONDS = 10.0


@dataclass
class Badge:
    """The count of one process; another one's change is seen after ten seconds."""

    engine: Engine
    clock: Clock
    settings: Settings
    _known: tuple[float, int] = field(default=(0.0, 0))

    def __call__(self, viewer: Viewer) -> dict[str, str]:
        """What stands beside the names of the studio's rooms, for those who can do something about it."""
        if not viewer.may(Right.WRITE):
            return {}
        if self._known[0] <= time.monotonic():
            today = self.clock().astimezone(self.settings.zone).date()
            with reading(self.engine) as session:
                self._known = time.monotonic() + SECONDS, queries.overdue(session, today)
        count = self._known[1]
        return {"reviews": _("{n} overdue").format(n=number(count))} if count else {}

    def forget(self) -> None:
        """Count again: something was checked just now."""
        self._known = (0.0, 0)
