"""What the reviewer's page and the history show, put together from tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from markupsafe import Markup
from sqlmodel import Session

from app.aids import queries as aid_queries
from app.aids.approval import is_own
from app.aids.models import Revision
from app.people import names
from app.publishing import comments, diff, queries, review
from app.publishing.comments import Thread
from app.publishing.models import Step
from app.viewer import Right, Viewer
from app.web.words import _

STATES = {
    "draft": _("Draft"),
    "review": _("In review"),
    "returned": _("Returned"),
    "approved": _("Waits for its date"),
    "live": _("Live"),
    "past": _("Earlier text"),
}
ACTIONS = {
    "submitted": _("sent for review"),
    "returned": _("returned"),
    "approved": _("approved"),
    "retired": _("retired"),
}


@dataclass(frozen=True)
class Happened:
    """Something that happened to a revision."""

    at: datetime
    who: str
    what: str
    words: str


@dataclass(frozen=True)
class Comparison:
    """Two texts side by side."""

    before: str
    after: str
    rows: list[diff.Row]

    @property
    def counts(self) -> dict[str, int]:
        """How many lines were changed, added and removed."""
        return dict(diff.counted(self.rows))


@dataclass(frozen=True)
class Part:
    """A part of the rendered text."""

    title: str
    html: Markup


@dataclass(frozen=True)
class Said:
    """What somebody tried to do and could not, so that nothing that was typed is lost."""

    error: str = ""
    words: str = ""
    done: str = ""


@dataclass(frozen=True)
class DeskView:
    """All that the reviewer's page shows."""

    slug: str
    revision: Revision
    state: str
    newest: Revision
    live: int | None
    author: str
    submitter: str
    own: bool
    own_approval: bool
    may_publish: bool
    changes: Comparison
    threads: list[Thread]
    names: dict[str, str]
    line: int
    parts: list[Part]
    happened: list[Happened]
    publish_on: date | None
    retire_on: date | None
    today: date
    said: Said = Said()
    since: Comparison | None = None

    @property
    def marked(self) -> set[int]:
        """The lines with open comments."""
        return {thread.line for thread in self.threads if thread.line and not thread.first.resolved_by}

    @property
    def unresolved(self) -> int:
        """How many comments are open."""
        return sum(not thread.first.resolved_by for thread in self.threads)


def number_of(revision: Revision) -> str:
    """Revision 3, and how it stands."""
    label = _("Revision {n}").format(n=revision.number)
    return f"{label} · {STATES.get(revision.state, revision.state)}"


def compare(before: Revision | None, after: Revision) -> Comparison:
    """Two revisions; without the first, everything is new."""
    left = number_of(before) if before else _("Nothing before")
    return Comparison(left, number_of(after), diff.lines(before.markdown if before else "", after.markdown))


def view(session: Session, viewer: Viewer, slug: str, today: date, line: int = 0) -> DeskView:
    """The reviewer's page of an aid."""
    found = review.desk(session, viewer, slug)
    revision, live = found.revision, found.live
    history = queries.steps(session, found.aid.id or 0)
    threads = comments.threads(session, found)
    called = names.of(session, _actors(revision, history, threads))
    plans = queries.schedules(session, found.aid.id or 0)
    return DeskView(
        slug=slug,
        revision=revision,
        state=STATES.get(revision.state, revision.state),
        newest=found.newest,
        live=found.aid.live,
        author=called[revision.author],
        submitter=called.get(revision.submitted_by or "", ""),
        own=is_own(viewer, revision),
        own_approval=viewer.own_approval,
        may_publish=viewer.may(Right.PUBLISH),
        changes=compare(live if live and live.number != revision.number else None, revision),
        threads=threads,
        names=called,
        line=line,
        parts=[Part(one["title"], Markup(one["html"])) for one in revision.sections],  # noqa: S704 - sanitised when saved
        happened=[told(step, called) for number, step in history if number == revision.number],
        publish_on=plans["publish"].on_day if "publish" in plans else None,
        retire_on=plans["retire"].on_day if "retire" in plans else None,
        today=today,
    )


def _actors(revision: Revision, history: Sequence[tuple[int, Step]], threads: Sequence[Thread]) -> set[str | None]:
    said = [one for thread in threads for one in (thread.first, *thread.replies)]
    resolved = {thread.first.resolved_by for thread in threads}
    return {revision.author, revision.submitted_by} | {s.actor for _, s in history} | {c.actor for c in said} | resolved


def told(step: Step, called: dict[str, str]) -> Happened:
    """A step as the history tells it."""
    return Happened(step.at, called.get(step.actor, step.actor), ACTIONS.get(step.action, step.action), step.words)


@dataclass(frozen=True)
class Entry:
    """A revision in the history."""

    revision: Revision
    state: str
    author: str
    happened: list[Happened] = field(default_factory=list)


@dataclass(frozen=True)
class HistoryView:
    """All revisions of an aid, newest first."""

    slug: str
    title: str
    live: int | None
    entries: list[Entry]
    before: int
    after: int


def history(session: Session, viewer: Viewer, slug: str) -> HistoryView:
    """The history of an aid; the two to compare are the live one and the newest, or the last two."""
    found = review.desk(session, viewer, slug)
    revisions = aid_queries.revisions(session, found.aid.id or 0)
    steps = review.history(session, found.aid)
    called = names.of(session, {one.author for one in revisions} | {step.actor for _, step in steps})
    entries = [
        Entry(
            one,
            STATES.get(one.state, one.state),
            called[one.author],
            [told(step, called) for number, step in steps if number == one.number],
        )
        for one in revisions
    ]
    newest = revisions[0].number
    before = found.aid.live if found.aid.live not in {None, newest} else max(newest - 1, 1)
    return HistoryView(slug, found.revision.title, found.aid.live, entries, before or 1, newest)
