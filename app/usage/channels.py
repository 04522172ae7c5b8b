"""Where aids are opened from: the search, the widget in an application, a link, a printed code; and for which task."""

from collections.abc import Iterable, Mapping, Sequence

from app.usage.metrics import Row, reader_of
from app.usage.models import UseEvent
from app.web.render import number
from app.web.words import _

Channel = tuple[str, str, str]  # source, application, task
SOURCES = {
    "search": _("Search"),
    "widget": _("Widget"),
    "link": _("Link"),
    "qr": _("QR code"),
    "browse": _("Task or list"),
    "assistant": _("Assistant"),
}
MADE_UP = "demo"  # the application to try the widget in: nobody works there, so nobody is to be hidden
MOST_ROWS = 10


def count(opens: Iterable[UseEvent]) -> dict[Channel, Row]:
    """How often aids were opened by each way, and by how many readers."""
    found: dict[Channel, Row] = {}
    for event in opens:
        channel = (event.source or "", event.app or "", event.task or "")
        found.setdefault(channel, Row()).add(reader_of(event))
    return found


def rows(
    found: Mapping[Channel, Row], titles: Mapping[str, str], least: int
) -> tuple[list[list[tuple[str, str | None]]], int]:
    """The most used ways as cells of a table, and how many are left out because too few readers went them."""
    shown = [(way, row) for way, row in found.items() if len(row.readers) >= least or way[1] == MADE_UP]
    shown.sort(key=lambda item: (-item[1].count, item[0]))
    cells = [_cells(way, row, titles) for way, row in shown[:MOST_ROWS]]
    return cells, len(found) - len(shown)


def _cells(way: Channel, row: Row, titles: Mapping[str, str]) -> list[tuple[str, str | None]]:
    source, app, task = way
    name = SOURCES.get(source, _("Not said")) + (f" · {app}" if app else "")
    about = (titles.get(task, task), f"/tasks/{task}") if task else (_("No task"), None)
    return [(name, None), about, (number(row.count), None)]


def tasks(found: Mapping[Channel, Row]) -> Sequence[str]:
    """The tasks whose titles are needed."""
    return sorted({task for _source, _app, task in found if task})
