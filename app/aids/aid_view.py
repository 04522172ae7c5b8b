"""What the page of an aid shows: its parts as they were rendered, what is known about it, the scripts it needs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import Request
from markupsafe import Markup

from app.aids import card, guide, service
from app.aids.catalogue import Neighbour
from app.aids.document import Kind
from app.aids.guide import Guide
from app.aids.sections import Place
from app.deps import base_url
from app.facts import Opened
from app.web.words import _
from app.work.models import Task

PARAGRAPH = re.compile(r"\s*<p>(.*?)</p>\s*", re.DOTALL)
MANY_PLACES = 4  # headings from which on a list of them helps
FILTERED = {Kind.DECISION, Kind.TROUBLESHOOTING}  # kinds whose tables can be filtered
FEWEST_ROWS = 6  # of a table that is worth a filter, as in find.js
NEWS_LASTS = timedelta(days=30)  # for readers without script; others see it when they used an earlier text
LABELS = {
    Kind.PROCEDURE: _("Procedure"),
    Kind.CHECKLIST: _("Checklist"),
    Kind.DECISION: _("Decision"),
    Kind.REFERENCE: _("Reference"),
    Kind.TROUBLESHOOTING: _("Troubleshooting"),
}
WORDS = guide.Words(go_on=_("Go on"), no=_("No"), other=_("Something else"))


@dataclass(frozen=True)
class CauseView:
    """A cause of a symptom with its remedy."""

    id: str
    title: str
    html: Markup


@dataclass(frozen=True)
class SectionView:
    """A part of the aid."""

    id: str
    title: str
    role: str
    html: Markup
    open: bool
    headings: list[Place] = field(default_factory=list)
    causes: list[CauseView] = field(default_factory=list)


@dataclass(frozen=True)
class Back:
    """Where the reader came from, and what she asked there."""

    url: str
    label: str
    asked: str = ""


@dataclass(frozen=True)
class AidView:
    """All that the page of an aid shows."""

    slug: str
    title: str
    summary: str
    kind: str
    kind_label: str
    intro: Markup
    sections: list[SectionView]
    steps: int
    tasks: list[Task]
    owner: str | None
    published: date | None
    checker: str | None
    review_due: date | None
    overdue: bool
    revision: int
    open_id: str
    search_id: str | None
    source: str
    back: Back
    address: str
    card_url: str | None
    markdown_url: str
    thanks: str | None
    audience: str
    lang: str | None
    contributor: str | None
    news: str
    news_revision: int | None
    news_on: date | None
    news_is_fresh: bool
    places: list[Place] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    guide: Guide | None = None
    neighbours: list[Neighbour] = field(default_factory=list)


def view(request: Request, shown: service.Shown, opened: Opened, now: datetime, thanks: str | None) -> AidView:
    """What the page shows of this aid, opened so; `thanks` is what was said of it just now."""
    aid, revision = shown.aid, shown.revision
    path = f"/aids/{quote(aid.slug)}"
    summary, intro, sections = parts(revision.summary, revision.sections)
    found = (guide.read(section.html, WORDS) for section in sections)
    asked = next((one for one in found if one), None)
    return AidView(
        slug=aid.slug,
        title=revision.title,
        summary=summary,
        kind=revision.kind,
        kind_label=LABELS[Kind(revision.kind)],
        intro=intro,
        sections=sections,
        steps=len(revision.steps),
        tasks=shown.tasks,
        owner=revision.owner,
        published=aid.checked_on,
        checker=shown.checker,
        review_due=aid.review_due,
        overdue=bool(aid.review_due and aid.review_due < now.date()),
        revision=revision.number,
        open_id=str(opened.id) if not thanks else "",
        search_id=str(opened.search_id) if opened.search_id else None,
        source=opened.source,
        back=came_from(request, shown.tasks),
        address=base_url(request) + path,
        card_url=f"{path}/card" if card.offered(revision) else None,
        markdown_url=f"{path}.md",
        thanks=thanks,
        audience=revision.audience,
        lang=revision.lang,
        places=_places(sections) if revision.kind == Kind.REFERENCE else [],
        scripts=_scripts(revision.kind, sections, asked),
        guide=asked,
        contributor=revision.contributor,
        news=aid.news,
        news_revision=aid.news_revision,
        news_on=aid.news_on,
        news_is_fresh=bool(aid.news_on and now.date() - aid.news_on <= NEWS_LASTS),
    )


def parts(summary: str, stored: Sequence[dict[str, Any]]) -> tuple[str, Markup, list[SectionView]]:
    """What the page of an aid shows of its text: the summary, the introduction, and the sections with a title."""
    sections = [_section(section) for section in stored]
    intro = Markup("").join(section.html for section in sections if not section.title)
    return *_once(summary, intro), [section for section in sections if section.title]


def _section(stored: dict[str, Any]) -> SectionView:
    causes = [CauseView(one["id"], one["title"], _safe(one["html"])) for one in stored.get("causes", ())]
    headings = [Place(one["id"], one["title"]) for one in stored.get("headings", ())]
    names = ("id", "title", "role", "open")
    return SectionView(
        **{name: stored[name] for name in names}, html=_safe(stored["html"]), headings=headings, causes=causes
    )


def _safe(html: str) -> Markup:
    return Markup(html)  # noqa: S704 - rendered and sanitised when it was saved


def _places(sections: Sequence[SectionView]) -> list[Place]:
    """The headings of the aid, when there are enough to choose from."""
    found = [place for part in sections if part.title for place in (Place(part.id, part.title), *part.headings)]
    return found if len(found) >= MANY_PLACES else []


def _scripts(kind: str, sections: Sequence[SectionView], asked: Guide | None) -> list[str]:
    """What this aid needs beyond the script of every aid."""
    html = "".join(section.html for section in sections)
    long = any(table.count("<tr") > FEWEST_ROWS for table in html.split("<table")[1:])
    found = {
        "checklist.js": kind == Kind.CHECKLIST,
        "guide.js": asked is not None,
        "find.js": kind == Kind.REFERENCE or (kind in FILTERED and long),
        "anchors.js": kind == Kind.REFERENCE,
    }
    return [name for name, needed in found.items() if needed]


def _once(summary: str, intro: Markup) -> tuple[str, Markup]:
    """The summary and the introduction, when one repeats the other: links stay, and what was cut off."""
    first = PARAGRAPH.match(intro)
    words = Markup(first[1]).striptags() if first else ""  # noqa: S704 - a piece of what was sanitised
    cut = summary.endswith("…") and words.startswith(summary[:-1])
    if first is None or not (cut or words == summary):
        return summary, intro
    return ("", intro) if cut or "<a " in first[1] else (summary, intro[first.end() :])


def came_from(request: Request, tasks: Sequence[Task]) -> Back:
    """The results or the task from which the reader came, or else the search."""
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc == request.headers.get("host"):
        if came.path == "/" and came.query.startswith("q="):
            return Back(f"/?{came.query}", _("Results"), parse_qs(came.query).get("q", [""])[0])
        for task in tasks:
            if came.path == f"/tasks/{task.slug}":
                return Back(came.path, task.title)
    return Back("/", _("Search"))
