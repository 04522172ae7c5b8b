"""The weekly mail to owners: on Monday morning, one for each address, and none where there is nothing to say."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy import Engine
from sqlmodel import Session

from app import outbox
from app.db import writing
from app.improvement import owners, queries, questions, use
from app.improvement.models import State
from app.improvement.queries import Review
from app.improvement.sources import WINDOW, Sources
from app.settings import Settings
from app.web.render import day
from app.web.words import _, ngettext

MONDAY = 0
MORNING = 7  # o'clock, where the organisation is
SOON = timedelta(days=14)
MOST = 20  # lines of one kind in a mail
EVERYTHING = 5_000
LOCAL = "http://127.0.0.1:8000"


@dataclass
class Digest:
    """What one address is told."""

    overdue: list[str] = field(default_factory=list)
    soon: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    @property
    def parts(self) -> list[tuple[str, list[str]]]:
        """The headings with their lines, without the empty ones."""
        all_parts = [
            (_("Past their review date"), self.overdue),
            (_("To be checked within two weeks"), self.soon),
            (_("Questions that wait for an answer"), self.questions),
            (_("Aids that leave people stuck"), self.stuck),
        ]
        return [(title, lines) for title, lines in all_parts if lines]


@dataclass(frozen=True)
class Weekly:
    """Writes the mails of a week into the outbox. Done twice, it writes none twice."""

    engine: Engine
    settings: Settings
    sources: Sources

    def send(self, now: datetime) -> int:
        """The mails of this week, if it is Monday and morning; returns how many are new."""
        here = now.astimezone(self.settings.zone)
        ready = self.settings.base_url or not self.settings.smtp_url  # a mail without links helps nobody
        if here.weekday() != MONDAY or here.hour < MORNING or not ready:
            return 0
        year, week, _weekday = here.isocalendar()
        with writing(self.engine) as session:
            mails = self.collect(session, now)
            posted = [
                outbox.post(session, now, to, _subject(one), self.body(one), f"digest {year}-W{week:02} {to}")
                for to, one in sorted(mails.items())
            ]
        return sum(message is not None for message in posted)

    def collect(self, session: Session, now: datetime) -> dict[str, Digest]:
        """What there is to say, by address; nobody is told who asked or who looked."""
        today = now.astimezone(self.settings.zone).date()
        persons, stopped = owners.directory(session, today), queries.mail_stops(session)
        found: dict[str, Digest] = defaultdict(Digest)
        for one in queries.reviews(session, today + SOON, EVERYTHING):
            late = one.review_due is not None and one.review_due < today
            digest = found[one.owner or ""]
            (digest.overdue if late else digest.soon).append(self._review(one))
        for asked in questions.put_together(session, use.questions(session, now - WINDOW, State.OPEN, EVERYTHING)):
            found[asked.assigned_to or ""].questions.append(self._question(asked))
        for item, owner in self.sources.stuck_by_owner(session, now):
            found[owner or ""].stuck.append(f"{item.lead} {item.text} ({item.detail})\n  {self._link(item.url or '/')}")
        return _by_address(found.items(), persons.find, stopped)

    def body(self, one: Digest) -> str:
        """The whole text of a mail."""
        parts = [f"{title}\n\n{_lines(lines)}" for title, lines in one.parts]
        end = _(
            "Open an aid to change it, or to say with one click that it is still right.\n"
            "You get this mail because these aids and tasks name you as their owner. Somebody else should have it? "
            "Hand the aids over, or stop the mail, at {url}, or ask the administrator of your job aids."
        )
        return "\n\n".join([*parts, end.format(url=self._link("/studio/reviews/owners"))]) + "\n"

    def _review(self, one: Review) -> str:
        due = day(one.review_due) if one.review_due else ""
        return f"{one.title} ({due})\n  {self._link(f'/aids/{quote(one.slug)}')}"

    def _question(self, one: questions.Waiting) -> str:
        return f"“{' '.join(one.text.split())[:200]}”\n  {self._link(f'/studio/questions#q-{one.id}')}"

    def _link(self, path: str) -> str:
        return (self.settings.base_url or LOCAL).rstrip("/") + path


def _by_address(
    found: Iterable[tuple[str, Digest]], find: Callable[[str], owners.Owner], stopped: set[str]
) -> dict[str, Digest]:
    """One digest for each address: an owner may be written as an address here and by name there."""
    mails: dict[str, Digest] = defaultdict(Digest)
    for name, one in found:
        owner = find(name)
        if owner.address and not owner.left and owner.address.casefold() not in stopped:
            mine = mails[owner.address.casefold()]
            for kind in ("overdue", "soon", "questions", "stuck"):
                getattr(mine, kind).extend(getattr(one, kind))
    return mails


def _lines(lines: list[str]) -> str:
    shown = [f"- {line}" for line in lines[:MOST]]
    more = len(lines) - MOST
    return "\n".join([*shown, *([_("- and {n} more").format(n=more)] if more > 0 else [])])


def _subject(digest: Digest) -> str:
    count = sum(len(lines) for _title, lines in digest.parts)
    words = ngettext("Your job aids: {n} thing to look at", "Your job aids: {n} things to look at", count)
    return words.format(n=count)
