"""The rules of aids: revisions are only ever added, one is live, an address once given keeps leading somewhere."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import delete, text
from sqlmodel import Session, col

from app.aids import document, queries, render, slugs
from app.aids.models import Aid, AidTask, Change, Instance, Redirect, Revision
from app.errors import Conflict, Invalid, LostUpdate, NotFound
from app.people import names
from app.people.service import record
from app.viewer import Right, Viewer
from app.work import service as work
from app.work.models import Task


@dataclass(frozen=True)
class Compiled:
    """A text, read and rendered, ready to become a revision."""

    markdown: str
    front: document.FrontMatter
    rendered: render.Rendered
    images: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return digest(self.markdown)


@dataclass(frozen=True)
class Shown:
    """The live revision of an aid with its tasks, as a reader gets it; `checker` is who last said that it is right."""

    aid: Aid
    revision: Revision
    tasks: list[Task]
    checker: str | None = None


def digest(markdown: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(markdown.encode()).hexdigest()


def compile_text(markdown: str, path: str, images: Mapping[str, str] | None = None) -> Compiled:
    """Read and render a text; `images` maps addresses as written to digests of stored images.

    Raises:
        Invalid, TooLarge: the text cannot become an aid; the faults name lines.
    """
    stored = dict(images or {})
    read = document.read(markdown)
    if not (read.body.strip() or read.front.title or read.front.summary):
        raise Invalid("line 1: nothing is written here; write a title and steps, or delete the file.")
    rendered = render.render(read, path, {source: f"/files/{name}" for source, name in stored.items()})
    return Compiled(markdown, read.front, rendered, stored)


def show(session: Session, viewer: Viewer, slug: str) -> Shown:
    """The live revision at this address, in one statement.

    Raises:
        NotFound: nothing is live there for this reader.
    """
    viewer.require_reading()
    rows = queries.live_with_tasks(session, slug)
    if not rows or (rows[0][1].audience != document.Audience.EVERYONE and not viewer.member):
        raise NotFound("No job aid has this address. Search for it by what it is about.", slug)
    aid, revision, _ = rows[0]
    checker = names.of(session, [aid.checked_by]).get(aid.checked_by or "")
    return Shown(aid, revision, [task for _, _, task in rows if task is not None], checker)


def shown_or_none(session: Session, viewer: Viewer, slug: str) -> Shown | None:
    """The live revision at this address, if there is one for this reader."""
    try:
        return show(session, viewer, slug) if slug else None
    except NotFound:
        return None


def moved(session: Session, slug: str) -> str | None:
    """The present address of an aid that was renamed."""
    return queries.redirected(session, slug)


def find(session: Session, viewer: Viewer, slug: str) -> tuple[Aid, Revision]:
    """The aid at this address with its live revision; those who write see one without a live revision too."""
    viewer.require_reading()
    aid = queries.by_slug(session, slug)
    revision = None
    if aid is not None and aid.id is not None:
        live = queries.revision(session, aid.id, aid.live) if aid.live else None
        revision = live or (queries.newest(session, aid.id) if viewer.may(Right.WRITE) else None)
    if aid is None or revision is None or (revision.audience != document.Audience.EVERYONE and not viewer.member):
        raise NotFound(f"No job aid has the address {slug!r}. `GET /api/v1/search?q=` finds aids.", slug)
    return aid, revision


def create(
    session: Session,
    at: datetime,
    viewer: Viewer,
    slug: str,
    compiled: Compiled,
    note: str = "",
    origin: str = "api",
) -> Revision:
    """A new aid with its first revision, a draft.

    Raises:
        Conflict: the address is taken.
    """
    viewer.require(Right.WRITE)
    slugs.check(slug)
    if queries.by_slug(session, slug) is not None:
        raise Conflict(f"An aid already has the address {slug!r}. Change it with PUT, or choose another address.")
    aid = new_aid(session, at, slug, f"{slug}.md")
    return add_revision(session, at, viewer, aid, compiled, note, origin)


def change(
    session: Session, at: datetime, viewer: Viewer, slug: str, compiled: Compiled, note: str, expected: str | None
) -> Revision:
    """A new draft of an aid that exists; `expected` is the digest of the text that the author began with.

    Raises:
        LostUpdate: somebody saved another text in between.
    """
    viewer.require(Right.WRITE)
    aid, _ = find(session, viewer, slug)
    begun_from(session, aid, expected)
    return add_revision(session, at, viewer, aid, compiled, note, "api")


def begun_from(session: Session, aid: Aid, expected: str | None) -> Revision | None:
    """The newest revision, nobody else saving until this transaction ends.

    Raises:
        LostUpdate: it is not the text with the digest `expected`, from which the author began.
    """
    session.refresh(aid, with_for_update=True)
    latest = queries.newest(session, _id(aid))
    if latest is not None and expected is not None and expected != latest.digest:
        raise LostUpdate("Somebody saved another text since you read this one. Get it again and put your change in.")
    return latest


def new_aid(session: Session, at: datetime, slug: str, path: str) -> Aid:
    """An aid without any revision; the address stops being a redirect to another."""
    session.execute(delete(Redirect).where(col(Redirect.slug) == slug))
    aid = Aid(slug=slug, path=path, created_at=at)
    session.add(aid)
    session.flush()
    return aid


def add_revision(
    session: Session, at: datetime, viewer: Viewer, aid: Aid, compiled: Compiled, note: str, origin: str
) -> Revision:
    """The next revision of the aid, a draft. Tasks that it names and nobody defined become unconfirmed tasks."""
    latest = queries.newest(session, _id(aid))
    front, shown = compiled.front, compiled.rendered
    work.note(session, at, front.tasks)
    revision = Revision(
        aid_id=_id(aid),
        number=latest.number + 1 if latest else 1,
        state="draft",
        origin=origin,
        author=viewer.actor,
        note=note[:500],
        created_at=at,
        markdown=compiled.markdown,
        digest=compiled.digest,
        title=shown.title,
        summary=shown.summary,
        kind=front.kind,
        moments=list(dict.fromkeys(front.moments)),
        tasks=list(dict.fromkeys(front.tasks)),
        keywords=list(dict.fromkeys(front.keywords)),
        owner=front.owner,
        community=front.community,
        audience=front.audience,
        lang=front.lang,
        review_days=front.review_every,
        sections=shown.stored_sections(),
        steps=shown.steps,
        text=shown.text,
        images=compiled.images,
    )
    session.add(revision)
    return revision


def next_review(session: Session, at: datetime, revision: Revision) -> date | None:
    """When a text that is right today is to be looked at again."""
    days = revision.review_days or queries.review_default(session, revision.kind)
    return at.date() + timedelta(days=days) if days else None


def publish(session: Session, at: datetime, viewer: Viewer, aid: Aid, revision: Revision) -> None:
    """Make this revision the live one."""
    viewer.require(Right.PUBLISH)
    if aid.live and aid.live != revision.number:
        before = queries.revision(session, _id(aid), aid.live)
        if before is not None:
            before.state = "past"
    if revision.news and aid.live:
        aid.news, aid.news_revision, aid.news_on = revision.news, revision.number, at.date()
    revision.state, aid.live, aid.checked_on, aid.checked_by = "live", revision.number, at.date(), None
    aid.review_due = next_review(session, at, revision)
    session.execute(delete(AidTask).where(col(AidTask.aid_id) == _id(aid)))
    for task in work.note(session, at, revision.tasks).values():
        session.add(AidTask(aid_id=_id(aid), task_id=task.id or 0))
    announce(session, aid)
    record(session, at, viewer, "published", f"{aid.slug} revision {revision.number}")


def retire(session: Session, at: datetime, viewer: Viewer, slug: str) -> None:
    """Take an aid away from readers; its revisions stay."""
    viewer.require(Right.PUBLISH)
    aid, revision = find(session, viewer, slug)
    if aid.live is None:
        raise Conflict("This aid is not live, so there is nothing to retire.")
    revision.state, aid.live = "past", None
    session.execute(delete(AidTask).where(col(AidTask.aid_id) == _id(aid)))
    announce(session, aid)
    record(session, at, viewer, "retired", slug)


def withdraw(session: Session, at: datetime, viewer: Viewer, aid: Aid, number: int) -> None:
    """Take away a draft that nobody has worked on or read; an aid without any other revision goes with it.

    Raises:
        Conflict: it is no draft any more, or not the newest.
    """
    viewer.require(Right.WRITE)
    newest = queries.newest(session, _id(aid))
    if newest is None or newest.number != number or newest.state != "draft":
        raise Conflict("This draft was changed, sent to review or published since. Retire the aid instead.")
    session.delete(newest)
    session.flush()
    record(session, at, viewer, "draft discarded", f"{aid.slug} revision {number}")
    if queries.newest(session, _id(aid)) is None:
        session.delete(aid)
        session.flush()


def rename(session: Session, at: datetime, viewer: Viewer, aid: Aid, slug: str) -> None:
    """Move an aid to another address; the old one leads there.

    Raises:
        Conflict: the new address is taken.
    """
    viewer.require(Right.WRITE)
    if slugs.check(slug) == aid.slug:
        return
    if queries.by_slug(session, slug) is not None:
        raise Conflict(f"An aid already has the address {slug!r}. Choose another.")
    session.execute(delete(Redirect).where(col(Redirect.slug) == slug))
    session.merge(Redirect(slug=aid.slug, aid_id=_id(aid)))
    record(session, at, viewer, "renamed", f"{aid.slug} to {slug}")
    aid.slug, aid.path = slug, f"{slug}.md"
    announce(session, aid)


def announce(session: Session, aid: Aid) -> None:
    """Add the aid to the feed of changes.

    On PostgreSQL numbers are handed out before their transactions end; a lock until the end keeps them in order, so
    that a reader who has seen number 8 never misses a 7 that comes later.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(7061696473)"))
    session.add(Change(aid_id=_id(aid)))


def announce_of_tasks(session: Session, slugs: Sequence[str]) -> None:
    """Add the live aids of these tasks to the feed: a reader finds them by what the tasks are called."""
    for aid in queries.live_of_tasks(session, slugs):
        announce(session, aid)


def instance(session: Session) -> str:
    """The name of this database."""
    found = session.connection().execute(text("SELECT id FROM instance")).scalar()
    if found is None:
        raise Invalid("The database has no name; run `jobaids migrate`.")
    return str(found)


def new_instance() -> Instance:
    """A name for a new database."""
    return Instance(id=uuid.uuid4().hex)


def _id(aid: Aid) -> int:
    if aid.id is None:
        raise LookupError("the aid was not flushed")
    return aid.id
