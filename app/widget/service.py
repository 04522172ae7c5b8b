"""The rules of what the panel shows: suggestions for a screen, an aid whole, and use recorded as the widget's."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Engine
from sqlmodel import Session

from app.aids import document
from app.aids import queries as aid_queries
from app.aids import service as aids
from app.aids.models import Aid, Revision
from app.clock import Clock
from app.db import reading, writing
from app.errors import Used
from app.usage import queries as usage_queries
from app.usage.schemas import Receipt, Rejected, Source
from app.usage.service import Usage
from app.viewer import Viewer
from app.widget import batches, queries
from app.widget.registry import Known
from app.widget.schemas import Context, Kind, WidgetEvent
from app.work import context, rules
from app.work.context import masked
from app.work.models import ContextRule

MOST_PINNED = 5
MOST_SUGGESTED = 6
POPULAR_SINCE = timedelta(days=90)
POPULAR_SECONDS = 300.0
Revised = tuple[Aid, Revision]
TYPES = {Kind.VIEW: "open", Kind.FEEDBACK: "outcome"}


def task_of(session: Session, known: Known, where: Context) -> str | None:
    """The task at hand: as the application says, or by its rules, or its usual one."""
    by_rule = None if where.task else rules.task_for(session, known.key, where.path, where.screen)
    return where.task or by_rule or known.task


def lifted(session: Session, known: Known, where: Context) -> list[str]:
    """The tasks whose aids a search lifts: the one at hand, else those that the application's rules are about."""
    return rules.lifted(session, where.task, known.key, where.path, where.screen, known.task)


def suggestions(
    session: Session, viewer: Viewer, task: str | None, pinned: Sequence[str], popular: Sequence[str]
) -> list[Revised]:
    """Aids for a screen: those that the application pins, then those of the task, then what is popular there."""
    viewer.require_reading()
    rows = [
        *live(session, viewer, pinned[:MOST_PINNED]),
        *(aid_queries.of_task_slug(session, task) if task else []),
        *live(session, viewer, popular),
    ]
    shown = {aid.slug: (aid, revision) for aid, revision in rows if _may_see(viewer, aid, revision)}
    return list(shown.values())[:MOST_SUGGESTED]


def live(session: Session, viewer: Viewer, slugs: Sequence[str]) -> list[Revised]:
    """The aids at these addresses that this reader may see, in this order."""
    found = {aid.slug: (aid, revision) for aid, revision in aid_queries.live_at(session, slugs)} if slugs else {}
    return [found[slug] for slug in dict.fromkeys(slugs) if slug in found and _may_see(viewer, *found[slug])]


def _may_see(viewer: Viewer, aid: Aid, revision: Revision) -> bool:
    if aid.id in viewer.withheld:
        return False
    return viewer.member or revision.audience == document.Audience.EVERYONE


def show(session: Session, viewer: Viewer, slug: str) -> aids.Shown:
    """The live revision at this address, or where it moved.

    Raises:
        NotFound: nothing is live there for this reader.
    """
    return aids.show(session, viewer, aids.moved(session, slug) or slug)


@dataclass
class Popular:
    """What most readers of an application open, looked up every few minutes."""

    engine: Engine
    clock: Clock
    least: int
    _remembered: dict[str, tuple[float, list[str]]] = field(default_factory=dict)

    def of(self, app: str) -> list[str]:
        """The slugs, the most popular first."""
        until, found = self._remembered.get(app, (0.0, []))
        if until <= time.monotonic():
            with reading(self.engine) as session:
                since = self.clock() - POPULAR_SINCE
                found = usage_queries.popular(session, app, since, self.least, MOST_SUGGESTED)
            self._remembered[app] = (time.monotonic() + POPULAR_SECONDS, found)
        return found


@dataclass(frozen=True)
class Intake:
    """Events of the widget on their way into the common intake."""

    usage: Usage
    known: Known
    rules: Sequence[ContextRule]

    async def take_in(self, events: Sequence[dict[str, Any]], viewer: Viewer) -> Receipt:
        """Store a batch as use in the widget; whoever may show the widget may send, so no one needs to sign in."""
        good: list[tuple[int, dict[str, Any]]] = []
        rejected: list[Rejected] = []
        for index, event in enumerate(events):
            try:
                good.append((index, self._translated(WidgetEvent.model_validate(event))))
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                where = ".".join(str(part) for part in first["loc"])
                rejected.append(Rejected(index=index, detail=f"{where}: {first['msg']}."))
        receipt = await self.usage.take_in([event for _, event in good], replace(viewer, open_house=True))
        rejected += [Rejected(index=good[one.index][0], detail=one.detail) for one in receipt.rejected]
        return Receipt(accepted=receipt.accepted, duplicates=receipt.duplicates, rejected=rejected)

    def _translated(self, event: WidgetEvent) -> dict[str, Any]:
        path = masked(event.route) if event.route else None
        rule = None if event.task else context.best(self.rules, path or "", event.screen or "")
        helpful = None if event.helpful is None else "worked" if event.helpful else "stuck"
        return {
            "id": event.eid,
            "at": event.t,
            "type": TYPES.get(event.type, str(event.type)),
            "tab": event.tab,
            "app": self.known.key,
            "path": path,
            "task": event.task or (rule.task if rule else self.known.task),
            "slug": event.slug,
            "revision": event.version,
            "search_id": event.search,
            "rank": event.rank,
            "step": event.step,
            "query": event.query,
            "results": event.results,
            "ms": event.ms,
            "outcome": helpful,
            "source": Source.WIDGET,
        }


def spend(session: Session, key: bytes, known: Known, batch: str, at: datetime) -> str | None:
    """Use a batch key; returns the pseudonym of the reader whose it is.

    Raises:
        SignInNeeded: the key is not valid.
        Used: it was used before; each event counts once anyway.
    """
    number, who = batches.read(key, known.key, batch, at)
    if not queries.spend(session, number, at):
        raise Used("This batch key was used before. Send the events with a token.")
    return who


def forget_spent(engine: Engine, at: datetime) -> None:
    """Remove used keys that nobody could use again anyway."""
    with writing(engine) as session:
        queries.forget_spent(session, at - 2 * batches.LASTS)
