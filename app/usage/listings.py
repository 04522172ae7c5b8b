"""The lists of the delivery dashboard: rows about enough readers, how many were left out, and what readers wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.aids import queries as aid_queries
from app.settings import Settings
from app.usage import channels, queries
from app.usage.metrics import Delivery, Row
from app.usage.models import UseEvent
from app.web.render import number
from app.web.words import _
from app.work import queries as work_queries

MOST_ROWS = 10
MOST_WORDS = 50


@dataclass(frozen=True)
class Listing:
    """A table of the largest rows, and what was left out."""

    title: str
    hint: str
    columns: list[str]
    rows: list[list[tuple[str, str | None]]]
    empty: str
    hidden: str | None = None


@dataclass(frozen=True)
class Question:
    """A question that a reader put, without who it was."""

    text: str
    query: str | None
    asked: datetime
    aid_title: str | None
    aid_url: str | None


def lists(session: Session, found: Delivery, settings: Settings) -> list[Listing]:
    few, fewer = settings.min_group, settings.min_query_group
    titles = aid_queries.titles(session, [*found.opened, *found.stuck])
    stuck = {slug: row for slug, row in found.stuck.items() if len(found.outcomes[slug].readers) >= few}
    return [
        _queries(_("Top searches"), found.queries, fewer, _("What people look for most.")),
        _queries(
            _("Searches that found nothing"), found.empty_queries, fewer, _("Each is an aid, or a keyword, to write.")
        ),
        _aids(_("Aids most opened"), found.opened, few, titles, _("Where people get their help."), _("Opened")),
        _aids(
            _("Aids that leave people stuck"),
            stuck,
            few,
            titles,
            _("Read their steps with someone who does the work."),
            _("Stuck"),
        ),
    ]


def ways(session: Session, settings: Settings, first: datetime, last: datetime) -> Listing:
    found = channels.count(event for event in queries.between(session, first, last) if event.type == "open")
    titles = {slug: task.title for slug, task in work_queries.known(session, channels.tasks(found)).items()}
    rows, hidden = channels.rows(found, titles, settings.min_group)
    hint = _("Which way people come to an aid, and for which task where the screen or the aid says it.")
    columns = [_("From"), _("Task"), _("Opened")]
    empty = _("None in this period.")
    return Listing(_("Where aids are opened from"), hint, columns, rows, empty, _hidden(hidden, settings.min_group))


def _queries(title: str, rows: Mapping[str, Row], least: int, hint: str) -> Listing:
    top, hidden = _largest(rows, least)
    cells: list[list[tuple[str, str | None]]] = [[(text, None), (number(row.count), None)] for text, row in top]
    return Listing(title, hint, [_("Search"), _("Times")], cells, _("None in this period."), _hidden(hidden, least))


def _aids(
    title: str, rows: Mapping[str, Row], least: int, titles: Mapping[str, str], hint: str, counted: str
) -> Listing:
    top, hidden = _largest(rows, least)
    cells: list[list[tuple[str, str | None]]] = [
        [(titles.get(slug, slug), f"/aids/{slug}"), (number(row.count), None)] for slug, row in top
    ]
    return Listing(title, hint, [_("Aid"), counted], cells, _("None in this period."), _hidden(hidden, least))


def _largest(rows: Mapping[str, Row], least: int) -> tuple[Sequence[tuple[str, Row]], int]:
    shown = [(name, row) for name, row in rows.items() if len(row.readers) >= least]
    shown.sort(key=lambda item: (-item[1].count, item[0]))
    return shown[:MOST_ROWS], len(rows) - len(shown)


def _hidden(count: int, least: int) -> str | None:
    return _("{n} more, each by fewer than {least} people.").format(n=number(count), least=least) if count else None


def questions(session: Session, first: datetime, last: datetime) -> list[Question]:
    asked = queries.written(session, "question", first, last, MOST_WORDS)
    titles = aid_queries.titles(session, [event.slug for event in asked if event.slug])
    return [_question(event, titles) for event in asked]


def remarks(session: Session, first: datetime, last: datetime) -> Listing:
    said = queries.written(session, "outcome", first, last, MOST_WORDS)
    titles = aid_queries.titles(session, [event.slug for event in said if event.slug])
    rows: list[list[tuple[str, str | None]]] = [
        [(titles.get(event.slug or "", event.slug or ""), f"/aids/{event.slug}"), (event.text or "", None)]
        for event in said
    ]
    hint = _("What readers added when they said whether an aid worked, newest first.")
    return Listing(_("Remarks"), hint, [_("Aid"), _("Remark")], rows, _("None in this period."))


def _question(event: UseEvent, titles: Mapping[str, str]) -> Question:
    slug = event.slug if event.slug in titles else None
    return Question(
        event.text or "", event.query, event.at, titles.get(slug or ""), f"/aids/{slug}" if slug is not None else None
    )
