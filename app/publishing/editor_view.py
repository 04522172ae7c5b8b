"""What the pages of the editor show."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlmodel import Session

from app.aids.aid_view import LABELS, SectionView, parts
from app.aids.document import Audience, Kind, Moment, read
from app.aids.models import Aid, Revision
from app.aids.service import Compiled
from app.aids.task_pages import MOMENTS
from app.errors import AppError, Fault
from app.publishing import coach, diff, drafts, drafts_queries
from app.publishing.coach import Advice
from app.publishing.drafts_models import WorkingCopy
from app.publishing.editor import EditorForm
from app.publishing.models import Suggestion
from app.viewer import Viewer
from app.web.render import day
from app.web.words import _
from app.work import queries as work_queries
from app.work.service import title_of

USES = {
    Kind.PROCEDURE: _("Actions in an order. It starts with numbered steps."),
    Kind.CHECKLIST: _("She knows how, and must not forget a point."),
    Kind.DECISION: _("She must choose between two or more ways."),
    Kind.REFERENCE: _("She looks up one value: a code, a limit, a size."),
    Kind.TROUBLESHOOTING: _("Something fails, and she sees a symptom first."),
}
AUDIENCES = {Audience.EVERYONE: _("Everyone who may open this server"), Audience.MEMBERS: _("Signed-in people only")}


FIELDS = {
    "title": _("Title"),
    "slug": _("Address"),
    "summary": _("Summary"),
    "kind": _("Kind"),
    "moments": _("When it helps"),
    "tasks": _("Tasks"),
    "keywords": _("Words that employees use"),
    "owner": _("Owner"),
    "review_every": _("Check it every … days"),
    "audience": _("Who may read it"),
    "lang": _("Language"),
}


@dataclass(frozen=True)
class PreviewView:
    """A text as readers will see it, with all parts open; it has no address, so nothing can be said about it."""

    title: str
    summary: str
    kind: str
    kind_label: str
    lang: str | None
    intro: Markup
    sections: list[SectionView]
    steps: int
    slug: str = ""


@dataclass(frozen=True)
class LookView:
    """The preview with the coach's advice; `problem` says why there is no preview."""

    preview: PreviewView | None = None
    advice: list[Advice] = field(default_factory=list)
    problem: str = ""
    line: int = 0


@dataclass(frozen=True)
class Theirs:
    """The text that somebody else saved in between, beside one's own."""

    who: str
    when: str
    number: int
    rows: list[diff.Row]


@dataclass(frozen=True)
class Option:
    """One of the things to choose from."""

    value: str
    label: str
    chosen: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Notes:
    """What has to be said above the form."""

    restored: str = ""
    saved: str = ""
    others: list[str] = field(default_factory=list)
    theirs: Theirs | None = None
    suggested: Suggestion | None = None
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class EditorView:
    """The editor; `slug` is empty for a new aid, `previewed` says that the preview was asked for."""

    form: EditorForm
    action: str
    slug: str
    title: str
    state: str
    kinds: list[Option]
    moments: list[Option]
    audiences: list[Option]
    tasks: list[Option]
    looks: LookView
    notes: Notes
    previewed: bool = False

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong with each field."""
        return {fault.pointer: fault.detail for fault in self.notes.faults}

    @property
    def names(self) -> dict[str, str]:
        """What each field is called."""
        return FIELDS


@dataclass(frozen=True)
class BegunView:
    """A new aid that was begun and never saved."""

    place: str
    title: str
    when: str


@dataclass(frozen=True)
class NewView:
    """The kinds to choose from, and what was begun before; `query` goes on to the editor."""

    kinds: list[Option]
    begun: list[BegunView]
    query: str


def preview_of(text: Compiled, titled: bool) -> PreviewView:
    """The text as readers will see it; a new one without a title says so instead of borrowing its first heading."""
    shown, front = text.rendered, text.front
    stored = [section | {"open": True} for section in shown.stored_sections()]
    summary, intro, sections = parts(shown.summary, stored)
    title, label = shown.title if titled else _("Without a title"), LABELS[front.kind]
    return PreviewView(title, summary, front.kind, label, front.lang, intro, sections, len(shown.steps))


def look(text: Compiled, language: str, titled: bool = True) -> LookView:
    """Preview and advice."""
    return LookView(preview_of(text, titled), coach.advise(read(text.markdown), text.rendered, language))


def looked(error: AppError) -> LookView:
    """Why there is no preview, and at which line."""
    said = [f"{FIELDS[fault.pointer]}: {fault.detail}" for fault in error.faults if fault.pointer in FIELDS]
    number = error.faults[0].pointer.removeprefix("line ") if error.faults else ""
    return LookView(problem="; ".join(said) or error.detail, line=int(number) if number.isdecimal() else 0)


def clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """14:02 today, 3 Nov 2026, 14:02 on another day."""
    here, today = at.astimezone(zone), now.astimezone(zone).date()
    time = f"{here:%H:%M}"
    return time if here.date() == today else f"{day(here)}, {time}"


def others(session: Session, now: datetime, zone: ZoneInfo, viewer: Viewer, aid: Aid) -> list[str]:
    """A sentence about everybody else who is editing this aid."""
    return [
        _("{name} has been editing this since {time}.").format(name=name, time=clock(began, now, zone))
        for name, began in drafts.others(session, now, viewer, aid.id or 0)
    ]


def theirs(session: Session, now: datetime, zone: ZoneInfo, newest: Revision, mine: str) -> Theirs:
    """The text saved last, beside one's own."""
    who = drafts_queries.author_name(session, newest.author)
    when = clock(newest.created_at, now, zone)
    return Theirs(who, when, newest.number, diff.lines(mine, newest.markdown))


def options(session: Session, form: EditorForm, names: Sequence[str]) -> dict[str, list[Option]]:
    """What there is to choose from in the form; `names` are the slugs of its tasks."""
    known = work_queries.known(session, names) if names else {}
    return {
        "kinds": [Option(kind, LABELS[kind], kind == form.kind) for kind in Kind],
        "moments": [Option(moment, MOMENTS[moment][0], moment in form.moments) for moment in Moment],
        "audiences": [Option(key, label, key == form.audience) for key, label in AUDIENCES.items()],
        "tasks": [Option(name, known[name].title if name in known else title_of(name), True) for name in names],
    }


def begun(copies: Sequence[WorkingCopy], now: datetime, zone: ZoneInfo) -> list[BegunView]:
    """The new aids that were begun, to go on with."""
    return [
        BegunView(copy.place, copy.fields.get("title") or _("Without a title"), clock(copy.updated_at, now, zone))
        for copy in copies
    ]
