"""The rules of recording use: what is taken in, and as whom."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from app.clock import Clock
from app.facts import Asked, Finished, Opened, Searched
from app.usage.schemas import EventIn, Receipt, Rejected
from app.usage.writer import Row, Writer
from app.viewer import Viewer

FUTURE_ALLOWED = timedelta(minutes=5)
KEPT = timedelta(days=400)
TYPES = {Searched: "search", Opened: "open", Asked: "question", Finished: "outcome"}


@dataclass
class Usage:
    """The recording of one process."""

    writer: Writer
    clock: Clock
    kept: timedelta = KEPT

    async def take_in(self, events: Sequence[dict[str, Any]], viewer: Viewer) -> Receipt:
        """Store a batch; the good events go in, the others are named. Returns once what went in is durable."""
        viewer.require_reading()
        rows: list[Row] = []
        rejected: list[Rejected] = []
        for index, event in enumerate(events):
            try:
                rows.append(self._row(EventIn.model_validate(event), viewer))
            except ValidationError as error:
                rejected.append(Rejected(index=index, detail=_reason(error)))
            except ValueError as error:
                rejected.append(Rejected(index=index, detail=str(error)))
        new = await asyncio.wrap_future(self.writer.submit(rows)) if rows else set()
        return Receipt(accepted=len(new), duplicates=len(rows) - len(new), rejected=rejected)

    def _row(self, event: EventIn, viewer: Viewer) -> Row:
        now = self.clock()
        if event.at > now + FUTURE_ALLOWED:
            raise ValueError("at: lies in the future; set the sender's clock right and send it again.")
        if event.at < now - self.kept:
            raise ValueError(f"at: lies more than {self.kept.days} days back, and events are not kept that long.")
        row = event.model_dump()
        row["person"] = viewer.pseudonym
        row["tab"] = None if viewer.pseudonym else event.tab
        return row

    def hear(self, fact: Searched | Opened | Asked | Finished) -> None:
        """Record a fact that another room stated.

        What a person said is durable when this returns; that she searched or opened is recorded in passing.

        Raises:
            Unavailable: what she said could not be stored.
        """
        row = {"tab": None, "ms": None} | vars(fact) | {"type": TYPES[type(fact)]}
        row["query"] = row["query"][:500] if row.get("query") else None
        if isinstance(fact, Asked | Finished):
            self.writer.submit([row]).result()
        else:
            self.writer.note(row)


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        who = "; who it was comes from the credentials" if where in {"person", "user", "actor", "pseudonym"} else ""
        return f"{where}: is not part of an event{who}. Leave it out."
    message = first["msg"].removeprefix("Value error, ")
    return f"{where}: {message}." if where else f"{message}."
