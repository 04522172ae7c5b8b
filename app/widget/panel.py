"""What the panel shows, as HTML in the reader's language. Text is escaped here; what trainers wrote was sanitised."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from app.aids import guide
from app.aids.models import Aid, Revision
from app.aids.service import Shown
from app.search.service import Answer
from app.web import render
from app.widget.abroad import Abroad
from app.widget.words import Say

TICK = 'class="tick"'


@dataclass(frozen=True)
class OptionView:
    """An aid to choose; `words` are its summary, or where the search hit it."""

    slug: str
    title: str
    words: str | Markup
    step: int | None = None


@dataclass(frozen=True)
class Group:
    """Aids under a label; `ranked` where their order is that of a search."""

    label: str
    aids: list[OptionView]
    ranked: bool = False


@dataclass(frozen=True)
class ListView:
    """The list of the panel."""

    groups: list[Group]


@dataclass(frozen=True)
class AidView:
    """An aid in the panel."""

    title: str
    summary: str
    sections: list[dict[str, Any]]
    steps: int
    checked: str
    owner: str | None
    address: str


@dataclass(frozen=True)
class Listing:
    """Options for the list box, and what stands above it."""

    html: str
    note: str = field(default="")


def suggested(
    say: Say, task: str | None, aids: Sequence[tuple[Aid, Revision]], recent: Sequence[tuple[Aid, Revision]]
) -> Listing:
    """The aids for a screen, and those opened before."""
    label = say("task", task=task) if task else say("suggested")
    groups = [Group(label, _options(aids)), Group(say("recent"), _options(recent))]
    note = "" if aids or recent else Markup("<p>{}</p>").format(say("nothing"))
    return Listing(_made("widget_list.html", ListView(groups), say), note)


def _options(aids: Sequence[tuple[Aid, Revision]]) -> list[OptionView]:
    return [OptionView(aid.slug, revision.title, revision.summary) for aid, revision in aids]


def found(say: Say, answer: Answer) -> Listing:
    """The aids that a search found, or the way to a person."""
    options = [OptionView(hit.slug, hit.title, hit.highlight, hit.step) for hit in answer.hits]
    html = _made("widget_list.html", ListView([Group(say("results"), options, ranked=True)]), say)
    if not options:
        words = Markup("<p>{}</p>").format(answer.message or said(say, answer))
        return Listing(html, words + _made("widget_ask.html", None, say))
    note = Markup("<p>{}</p>").format(say("corrected", words=answer.corrected)) if answer.corrected else ""
    return Listing(html, note)


def said(say: Say, answer: Answer) -> str:
    """How much was found, for those who listen."""
    if not answer.total:
        return say("none", query=answer.query)
    return say("one") if answer.total == 1 else say("many", n=answer.total)


def aid(say: Say, shown: Shown, abroad: Abroad, *, guided: bool = True) -> str:
    """An aid with its feedback and its ways out; a decision one question at a time, where the script can do that."""
    revision = shown.revision
    address = f"{abroad.base}/aids/{quote(shown.aid.slug)}"
    view = AidView(
        title=revision.title,
        summary=revision.summary,
        sections=[_section(say, section, abroad, guided) for section in revision.sections],
        steps=len(revision.steps),
        checked=_day(say, shown.aid.checked_on),
        owner=revision.owner,
        address=address,
    )
    html = _made("widget_aid.html", view, say)
    return Markup('<div lang="{}">{}</div>').format(revision.lang, html) if revision.lang else html


def _section(say: Say, section: dict[str, Any], abroad: Callable[[str], str], guided: bool) -> dict[str, Any]:
    html = _safe(abroad(section["html"]))
    no = Say("en")("no")  # beside an English "Yes", whatever the panel speaks
    read = guide.read(html, guide.Words(say("go"), no, say("other"))) if guided else None
    return {**section, "html": html, "ticks": TICK in html, "guide": read}


def _safe(html: str) -> Markup:
    return Markup(html)  # noqa: S704 - rendered and sanitised when it was saved


def _day(say: Say, day: date | None) -> str:
    return say.day(day) if day else ""


def _made(name: str, view: object, say: Say) -> Markup:
    html = render.environment().get_template(name).render({"view": view, "say": say, "hidden": False})
    return Markup(html.strip())  # noqa: S704 - escaped by the template
