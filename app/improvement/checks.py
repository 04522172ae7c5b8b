"""Checks that run by themselves: what changed, soon; the whole library, once a day; other servers, if switched on."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine, delete
from sqlmodel import Session, col

from app.aids import queries as aids
from app.db import reading, writing
from app.improvement import check_queries, links
from app.improvement.fetch import Fetcher
from app.improvement.links import Found, Library
from app.improvement.models import CheckState, ExternalLink, Finding

log = structlog.get_logger(__name__)
FEW = 50  # changed aids; after more of them the whole library is checked
ASKED_AT_ONCE = 30
ASKED_AGAIN = timedelta(days=7)


@dataclass
class Checks:
    """The checks of one process; `external` asks other servers, None leaves them alone."""

    engine: Engine
    external: Fetcher | None = field(default=None)

    def changed(self, _now: datetime) -> None:
        """Check what was published, renamed or retired since the last time, and what leads there."""
        with reading(self.engine) as session:
            state = session.get(CheckState, 1)
            newest, changed = aids.changed_after(session, state.change if state else 0)
            if state is not None and not changed:
                return
            small = state is not None and len(changed) <= FEW
            texts = check_queries.texts_about(session, changed) if small else []
            library = _library(session) if small else None
            found = [(text.aid_id, links.check(text, library)) for text in texts] if library else []
        if not small:
            self.everything(_now)
            return
        with writing(self.engine) as session:
            _keep(session, [*changed, *(text.aid_id for text in texts)], found)
            session.merge(CheckState(change=newest))

    def everything(self, _now: datetime) -> None:
        """Check every live aid."""
        with reading(self.engine) as session:
            newest = aids.last_change(session)
            known, elsewhere = _everywhere(session)
            library = _library(session, known)
            found = [
                (text.aid_id, wrong)
                for portion in check_queries.texts(session)
                for text in portion
                if (wrong := links.check(text, library))
            ]
        with writing(self.engine) as session:
            _keep(session, None, found)
            session.merge(CheckState(change=newest))
            if self.external:
                _follow(session, elsewhere)

    def elsewhere(self, now: datetime) -> None:
        """Ask some other servers whether the pages that aids lead to are there."""
        if self.external is None:
            return
        with reading(self.engine) as session:
            due = [
                (one.digest, one.url) for one in check_queries.external_due(session, now - ASKED_AGAIN, ASKED_AT_ONCE)
            ]
        faults = {digest: self.external.fault(url) for digest, url in due}
        with writing(self.engine) as session:
            before = [session.get(ExternalLink, digest) for digest in faults]
            news = [one for one in before if one is not None and one.fault != faults[one.digest]]
            for one in before:
                if one is not None:
                    one.checked_at, one.fault = now, faults[one.digest]
        if news:
            self.everything(now)


def _everywhere(session: Session) -> tuple[dict[str, set[str]], set[str]]:
    """The places on every page, and every address elsewhere, in one pass."""
    known: dict[str, set[str]] = {}
    elsewhere: set[str] = set()
    for portion in check_queries.texts(session):
        for text in portion:
            known[text.slug] = links.anchors(text.sections)
            elsewhere |= links.external(text.sections)
    return known, elsewhere


def _library(session: Session, known: dict[str, set[str]] | None = None) -> Library:
    """What there is to link to; the places on a page are read where they are not `known`."""
    places: dict[str, set[str]] = known if known is not None else {}

    def anchors(slug: str) -> set[str]:
        if slug not in places:
            places[slug] = links.anchors(check_queries.sections_of(session, slug))
        return places[slug]

    tasks = check_queries.task_slugs(session)
    defined = {slug for slug, confirmed in tasks.items() if confirmed}
    live, moved = check_queries.live_slugs(session), aids.moves(session)
    return Library(live, moved, tasks, defined, anchors, check_queries.dead_links(session))


def _keep(session: Session, of: Iterable[int] | None, found: Sequence[tuple[int, Sequence[Found]]]) -> None:
    """Store what was found, instead of what was known of these aids, or of all."""
    stale = delete(Finding)
    session.execute(stale if of is None else stale.where(col(Finding.aid_id).in_(set(of))))
    for aid_id, wrong in found:
        for one in wrong:
            session.add(Finding(aid_id=aid_id, kind=one.fault, target=one.target[:1000], line=one.line))


def _follow(session: Session, urls: Iterable[str]) -> None:
    """Have these addresses asked, and forget all others."""
    wanted = {hashlib.sha256(url.encode()).hexdigest(): url for url in urls if len(url) <= 2000}
    known = set(check_queries.external_known(session))
    for digest in known - set(wanted):
        session.execute(delete(ExternalLink).where(col(ExternalLink.digest) == digest))
    for digest in set(wanted) - known:
        session.add(ExternalLink(digest=digest, url=wanted[digest]))
