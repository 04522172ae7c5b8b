"""The card to print: what of an aid is needed at the workplace, on one A5 sheet, with a QR code to the live text."""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

import segno
from fastapi import Request
from markupsafe import Markup
from sqlmodel import Session
from starlette.responses import HTMLResponse

from app.aids import service
from app.aids.document import Kind
from app.aids.models import Revision
from app.deps import base_url
from app.viewer import Viewer
from app.web import render

TICK = re.compile(r'<input[^>]*class="tick"[^>]*>')
NAME = re.compile(r' id="[^"]*"')
SIZES = ((12, "crowded"), (8, "many"))  # so many items and rows need smaller type to stay on one card


@dataclass(frozen=True)
class Trouble:
    """A symptom with its causes and remedies."""

    title: str
    about: Markup
    causes: list[tuple[str, Markup]]


@dataclass(frozen=True)
class CardView:
    """All that the printed card shows."""

    slug: str
    title: str
    summary: str
    kind: str
    body: Markup
    troubles: list[Trouble]
    size: str
    qr: Markup
    address: str
    owner: str | None
    published: date | None
    checker: str | None
    revision: int
    aid_url: str


def page(request: Request, session: Session, viewer: Viewer, slug: str) -> HTMLResponse:
    """The card of the aid at this address."""
    shown = service.show(session, viewer, slug)
    revision = shown.revision
    body = _body(revision)
    path = f"/aids/{quote(shown.aid.slug)}"
    address = base_url(request) + path
    view = CardView(
        slug=shown.aid.slug,
        title=revision.title,
        summary=revision.summary,
        kind=revision.kind,
        body=body,
        troubles=[] if body else _troubles(revision),
        size=next((name for least, name in SIZES if body.count("<li") + body.count("<tr") >= least), ""),
        qr=qr(f"{address}?from=qr"),
        address=address,
        owner=revision.owner,
        published=shown.aid.checked_on,
        checker=shown.checker,
        revision=revision.number,
        aid_url=path,
    )
    return render.page(request, "card.html", revision.title, view)


def offered(revision: Revision) -> bool:
    """Whether there is anything to put on a card."""
    return bool(_body(revision) or _troubles(revision))


def _body(revision: Revision) -> Markup:
    """The steps with boxes to draw a tick into, or the tree of questions; of a table to look up, the table."""
    parts = [section["html"] for section in revision.sections if section["role"] == "steps"]
    if not parts and revision.kind in {Kind.DECISION, Kind.REFERENCE}:
        parts = [section["html"] for section in revision.sections if "<table" in section["html"]][:1]
    return _plain("".join(parts))


def _plain(html: str) -> Markup:
    """The same without addresses, which a page may have once only."""
    return Markup(NAME.sub("", TICK.sub('<span class="card-box"></span>', html)))  # noqa: S704 - sanitised when saved


def _troubles(revision: Revision) -> list[Trouble]:
    return [
        Trouble(
            section["title"],
            _plain(section["html"]),
            [(cause["title"], _plain(cause["html"])) for cause in section["causes"]],
        )
        for section in revision.sections
        if section.get("causes")
    ]


def qr(address: str) -> Markup:
    """A QR code (ISO/IEC 18004) of an address as SVG that needs no style."""
    drawn = segno.make(address, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=2)
    return Markup(drawn)  # noqa: S704 - made of numbers only
