"""Templates into answers: one environment over the template folders of all rooms, and addresses of static files."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.viewer import Right
from app.web.words import _, ngettext

APP = Path(__file__).parent.parent
STATIC = Path(__file__).parent / "static"
CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Page:
    """What the layout of every page shows."""

    title: str
    person: str | None
    may_measure: bool
    may_write: bool
    reading: str
    section: str = ""
    language: str = "en"
    may_people: bool = False
    may_audit: bool = False
    answers: int = 0
    badges: Mapping[str, str] = field(default_factory=dict)
    simulated: bool = False


@cache
def environment() -> Environment:
    """The templates of all rooms."""
    folders = sorted(APP.glob("*/templates"))
    made = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals |= {"_": _, "ngettext": ngettext, "asset": asset}
    made.filters |= {"coded": coded, "date": day, "moment": moment, "number": number, "percent": percent}
    return made


def page(request: Request, name: str, title: str, view: object, section: str = "", status: int = 200) -> HTMLResponse:
    """The answer with this template; who is signed in comes from the request."""
    viewer = request.state.viewer
    shown = Page(
        title=title,
        person=viewer.name if viewer.person else None,
        may_measure=viewer.may(Right.MEASURE),
        may_write=viewer.may(Right.WRITE),
        reading=request.app.state.settings.reading,
        section=section,
        may_people=viewer.may(Right.PEOPLE),
        may_audit=viewer.may(Right.AUDIT),
        answers=viewer.answers,
        badges=request.app.state.badges(viewer) if section == "studio" else {},
        simulated=request.app.state.simulated,
    )
    html = environment().get_template(name).render({"page": shown, "view": view})
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})


@cache
def versions() -> Mapping[str, str]:
    """The first digits of the SHA-256 of every static file, so that browsers may keep it for ever."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in STATIC.iterdir()}


def asset(name: str) -> str:
    """The address of a static file, with its version."""
    return f"/static/{name}?v={versions()[name]}"


def coded(text: str) -> Markup:
    """What stands between backticks as code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped here


def day(value: date | datetime) -> str:
    """3 Nov 2026."""
    return f"{value.day} {value:%b %Y}"


def moment(value: datetime) -> str:
    """3 Nov 2026, 14:05."""
    return f"{day(value)}, {value:%H:%M}"


def number(value: float) -> str:
    """1,234.5; whole numbers without a point."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def percent(value: float) -> str:
    """42 %."""
    return f"{value * 100:.0f} %"
