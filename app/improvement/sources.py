"""What this room puts on the worklist: gaps, questions, aids that leave people stuck, late reviews, broken links."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from urllib.parse import quote, urlencode

from sqlmodel import Session

from app.aids import queries as aids
from app.improvement import check_queries, gaps, owners, queries, questions, stuck, use
from app.improvement.check_queries import Broken
from app.improvement.models import State
from app.improvement.queries import About, Review
from app.improvement.stuck import Stuck
from app.improvement.worklist import CRITICAL, Action, Item
from app.settings import Settings
from app.web.render import day
from app.web.words import _, ngettext
from app.work.models import Task

WINDOW = timedelta(days=90)
MOST = 200  # of each kind
EVERYTHING = 20_000
MOST_GAPS = 30
MOST_TEXT = 160
UPKEEP = "/studio/reviews"
OfAid = TypeVar("OfAid", Review, Broken)


@dataclass
class Known:
    """What several items need, read once: where aids moved to, who opened what, what aids are about."""

    session: Session
    since: datetime
    moved: Mapping[str, str]
    readers: Mapping[str, int]
    about: dict[str, About] = field(default_factory=dict)

    def look_up(self, slugs: Collection[str]) -> None:
        """Read what these aids are about."""
        self.about |= queries.about(self.session, set(slugs) - set(self.about))

    def most_read(self, items: Sequence[OfAid]) -> list[OfAid]:
        """Of many aids those that most readers opened."""
        return sorted(items, key=lambda one: -self.readers.get(one.slug, 0))[:MOST]

    def criticality(self, slug: str) -> int | None:
        """That of the aid's most critical task."""
        found = self.about.get(slug)
        return found.criticality if found else None


@dataclass(frozen=True)
class Sources:
    """The items of this room; `finds` says whether a search finds something by now."""

    settings: Settings
    finds: Callable[[str], bool]

    def __call__(self, session: Session, now: datetime) -> list[Item]:
        """All items, in a fixed number of statements."""
        today, known = now.astimezone(self.settings.zone).date(), self._known(session, now)
        left = self._stuck(known)
        broken = known.most_read(check_queries.broken_aids(session))
        late = known.most_read(queries.reviews(session, today, EVERYTHING))
        known.look_up({*left, *(one.slug for one in broken), *(one.slug for one in late)})
        return [
            *self._uncovered(known, today),
            *self._gaps(known),
            *self._questions(known),
            *self._stuck_items(known, left).values(),
            *(overdue(known, one) for one in late),
            *(leading_nowhere(known, one) for one in broken),
            *without_owner(known, today),
        ]

    def stuck_by_owner(self, session: Session, now: datetime) -> list[tuple[Item, str | None]]:
        """The aids that leave people stuck, each with its owner."""
        known = self._known(session, now)
        found = self._stuck(known)
        known.look_up(found)
        return [(item, known.about[slug].owner) for slug, item in self._stuck_items(known, found).items()]

    def _known(self, session: Session, now: datetime) -> Known:
        since, moved = now - WINDOW, aids.moves(session)
        readers: Counter[str] = Counter()
        for slug, count in use.openers(session, since).items():
            readers[moved.get(slug, slug)] += count
        return Known(session, since, moved, readers)

    def _uncovered(self, known: Known, today: date) -> list[Item]:
        found = queries.uncovered(known.session, CRITICAL, today)
        busy = use.busy(known.session, [task.slug for task, _stale in found], known.since)
        return [uncovered(task, stale, busy.get(task.slug, 0)) for task, stale in found[:MOST]]

    def _gaps(self, known: Known) -> list[Item]:
        fewest, language = self.settings.min_query_group, self.settings.language
        found = gaps.gaps(use.failed(known.session, known.since), fewest, language)
        still = [gap for gap in found[:MOST_GAPS] if not self.finds(gap.text)]
        tasks = queries.tasks(known.session, {gap.task for gap in still if gap.task})
        return [_gap(gap, tasks.get(gap.task or "")) for gap in still]

    def _questions(self, known: Known) -> list[Item]:
        asked = use.questions(known.session, known.since, State.OPEN, MOST)
        return [_question(one) for one in questions.put_together(known.session, asked)]

    def _stuck(self, known: Known) -> dict[str, Stuck]:
        """Who is stuck with the text as it is now; what was said of an earlier one is forgotten."""
        rows, least = use.said(known.session, known.since), self.settings.min_group
        begun = queries.begun(known.session, stuck.stuck(rows, known.moved, least))
        texts = [(row, begun.get(known.moved.get(row.slug, row.slug))) for row in rows]
        now = [row for row, first in texts if first and (row.revision is None or row.revision >= first)]
        return stuck.stuck(now, known.moved, least)

    def _stuck_items(self, known: Known, found: Mapping[str, Stuck]) -> dict[str, Item]:
        ticked, least = use.last_steps(known.session, found, known.since), self.settings.min_group
        return {
            slug: _left_stuck(known.about[slug], one, ticked, least)
            for slug, one in found.items()
            if slug in known.about
        }


def uncovered(task: Task, stale: int, people: int) -> Item:
    """A critical task without an aid that can be relied on."""
    said = _("“{task}” has only aids past their review date") if stale else _("“{task}” has no aid")
    action = Action(_("Review them"), UPKEEP) if stale else Action(_("Write an aid"), new_aid(task.title, task.slug))
    text, url = said.format(task=task.title), f"/tasks/{task.slug}"
    return Item(f"task:{task.slug}", "critical", text, action, people, task.criticality, _("Critical"), url)


def _gap(gap: gaps.Gap, task: Task | None) -> Item:
    text = _("searched “{words}” and found nothing").format(words=gap.text)
    action = Action(_("Write an aid"), new_aid(gap.text, task.slug if task else None))
    criticality, url = task.criticality if task else None, f"/studio/search?{urlencode({'q': gap.text})}"
    return Item(gap.key, "nothing found", text, action, gap.people, criticality, url=url)


def _question(one: questions.Waiting) -> Item:
    words = " ".join(one.text.split())
    text = words if len(words) <= MOST_TEXT else f"{words[:MOST_TEXT].rsplit(' ', 1)[0]} …"
    where = one.about.title if one.about else one.task.title if one.task else None
    detail = _("asked {date}").format(date=day(one.at)) + (f", “{where}”" if where else "")
    url = f"/studio/questions#q-{one.id}"
    action = Action(_("Answer"), url)
    return Item(f"question:{one.id}", "question", f"“{text}”", action, 1, one.criticality, _("Question"), url, detail)


def _left_stuck(aid: About, one: Stuck, ticked: Mapping[tuple[str, str], int], least: int) -> Item:
    """An aid that leaves people stuck, and where, if enough of them stop at one place."""
    step = stuck.stop(one, ticked, aid.steps, least)
    place = (
        _("at step {n} of “{aid}”").format(n=step, aid=aid.title) if step else _("with “{aid}”").format(aid=aid.title)
    )
    detail = _("of {n} who answered; at least {low} %").format(n=one.said, low=int(one.low * 100))
    url = f"/aids/{quote(aid.slug)}" + (f"#step-{step}" if step else "")
    action = Action(_("Change it"), f"/studio/aids/{quote(aid.slug)}/edit")
    lead = _("{n} stuck").format(n=len(one.stuck)) if len(one.stuck) >= least else _("Stuck")
    key = f"stuck:{aid.slug}"
    return Item(key, "stuck", place, action, len(one.stuck), aid.criticality, lead, url, detail)


def overdue(known: Known, one: Review) -> Item:
    """An aid past its review date."""
    text = _("“{aid}” was to be checked by {date}").format(aid=one.title, date=day(one.review_due or date.min))
    action = Action(_("Still right"), f"{UPKEEP}/{quote(one.slug)}/still-right", post=True)
    detail = _("owner {owner}").format(owner=one.owner) if one.owner else _("nobody owns it")
    people, criticality = known.readers.get(one.slug, 0), known.criticality(one.slug)
    url = f"/aids/{quote(one.slug)}"
    return Item(f"review:{one.slug}", "overdue", text, action, people, criticality, _("Overdue"), url, detail)


def leading_nowhere(known: Known, one: Broken) -> Item:
    """An aid with links or images that lead nowhere."""
    text = ngettext("{n} thing in “{aid}” leads nowhere", "{n} things in “{aid}” lead nowhere", one.count)
    url = f"/studio/checks#{quote(one.slug)}"
    action = Action(_("See where"), url)
    people, criticality = known.readers.get(one.slug, 0), known.criticality(one.slug)
    said = text.format(n=one.count, aid=one.title)
    return Item(f"check:{one.slug}", "broken", said, action, people, criticality, _("Broken"), url)


def without_owner(known: Known, today: date) -> list[Item]:
    """The aids of people who have left, one item for each of these."""
    persons = owners.directory(known.session, today)
    gone = [name for name in queries.owners(known.session) if name and persons.find(name).left]
    orphans = queries.slugs_of(known.session, gone)
    return [_orphans(known, name, persons.find(name).name, orphans[name]) for name in gone if orphans.get(name)]


def _orphans(known: Known, owner: str, name: str, slugs: Sequence[str]) -> Item:
    text = ngettext(
        "{n} aid of {name}, who has left, needs an owner", "{n} aids of {name}, who has left, need an owner", len(slugs)
    )
    url = f"{UPKEEP}/owners?{urlencode({'owner': owner})}"
    people = max(known.readers.get(slug, 0) for slug in slugs)
    said = text.format(n=len(slugs), name=name)
    return Item(f"owner:{owner}", "owner", said, Action(_("Hand over"), url), people, None, _("No owner"), url)


def new_aid(title: str, task: str | None = None) -> str:
    """Where an aid with this title is begun."""
    return "/studio/aids/new?" + urlencode({"title": title[:200]} | ({"tasks": task} if task else {}))
