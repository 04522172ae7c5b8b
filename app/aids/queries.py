"""Every SELECT about aids."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, or_
from sqlmodel import Session, col, select

from app.aids.models import Aid, AidTask, Attachment, Change, LibraryFile, Redirect, ReviewDefault, Revision
from app.work.models import Task, Workflow

SLUGS_A_STATEMENT = 1_000
LIVE = and_(col(Revision.aid_id) == col(Aid.id), col(Revision.number) == col(Aid.live))


def live_with_tasks(session: Session, slug: str) -> list[tuple[Aid, Revision, Task | None]]:
    """The live revision at this address, a row per task, in one statement."""
    statement = (
        select(Aid, Revision, Task)
        .join(Revision, LIVE)
        .join(AidTask, col(AidTask.aid_id) == col(Aid.id), isouter=True)
        .join(Task, col(Task.id) == AidTask.task_id, isouter=True)
        .where(Aid.slug == slug)
        .order_by(Task.title)
    )
    return [(aid, revision, task) for aid, revision, task in session.exec(statement)]


def redirected(session: Session, slug: str) -> str | None:
    """Where an earlier address leads now."""
    return session.exec(select(Aid.slug).join(Redirect).where(Redirect.slug == slug)).first()


def by_slug(session: Session, slug: str) -> Aid | None:
    """The aid at this address, live or not."""
    return session.exec(select(Aid).where(Aid.slug == slug)).first()


def by_path(session: Session, path: str) -> Aid | None:
    """The aid whose file lies at this path of the library."""
    return session.exec(select(Aid).where(Aid.path == path)).first()


def revision(session: Session, aid_id: int, number: int) -> Revision | None:
    """One revision of an aid."""
    return session.exec(select(Revision).where(Revision.aid_id == aid_id, Revision.number == number)).first()


def newest(session: Session, aid_id: int) -> Revision | None:
    """The revision that was made last."""
    statement = select(Revision).where(Revision.aid_id == aid_id).order_by(col(Revision.number).desc())
    return session.exec(statement).first()


def revisions(session: Session, aid_id: int) -> Sequence[Revision]:
    """All revisions of an aid, newest first."""
    statement = select(Revision).where(Revision.aid_id == aid_id).order_by(col(Revision.number).desc())
    return session.exec(statement).all()


def page(session: Session, after: str, limit: int, members: bool, drafts: bool) -> Sequence[tuple[Aid, Revision]]:
    """Aids by slug from behind `after`, with the live revision (or the newest, where drafts may be seen)."""
    newest_number = select(func.max(Revision.number)).where(Revision.aid_id == Aid.id).correlate(Aid).scalar_subquery()
    number = func.coalesce(col(Aid.live), newest_number) if drafts else col(Aid.live)
    statement = (
        select(Aid, Revision)
        .join(Revision, and_(col(Revision.aid_id) == col(Aid.id), col(Revision.number) == number))
        .where(Aid.slug > after)
        .order_by(Aid.slug)
        .limit(limit)
    )
    if not members:
        statement = statement.where(Revision.audience == "everyone")
    return [(aid, found) for aid, found in session.exec(statement)]


def of_task(session: Session, task_id: int) -> Sequence[tuple[Aid, Revision]]:
    """The live aids of a task by title, those for members too."""
    statement = (
        select(Aid, Revision)
        .join(Revision, LIVE)
        .join(AidTask, col(AidTask.aid_id) == col(Aid.id))
        .where(AidTask.task_id == task_id)
        .order_by(Revision.title)
    )
    return [(aid, found) for aid, found in session.exec(statement)]


def live_of_tasks(session: Session, slugs: Sequence[str]) -> Sequence[Aid]:
    """The live aids of these tasks."""
    theirs = select(AidTask.aid_id).join(Task).where(col(Task.slug).in_(slugs))
    return session.exec(select(Aid).where(col(Aid.live).is_not(None), col(Aid.id).in_(theirs))).all()


def of_task_slug(session: Session, slug: str) -> Sequence[tuple[Aid, Revision]]:
    """The live aids of the task with this slug by title, those for members too."""
    task = session.exec(select(Task.id).where(Task.slug == slug)).first()
    return of_task(session, task) if task else []


def live_at(session: Session, slugs: Collection[str]) -> list[tuple[Aid, Revision]]:
    """The live revisions at these addresses, those for members too."""
    statement = select(Aid, Revision).join(Revision, LIVE).where(col(Aid.slug).in_(list(slugs)))
    return [(aid, found) for aid, found in session.exec(statement)]


def catalogue(session: Session) -> list[tuple[Task, Workflow | None, int, int]]:
    """Every task with its workflow, the number of its live aids for everyone, and of those for members."""
    number = func.count(col(Revision.id))
    open_to_all = col(Revision.audience) == "everyone"
    statement = (
        select(Task, Workflow, number.filter(open_to_all), number.filter(~open_to_all))
        .join(Workflow, col(Workflow.id) == Task.workflow_id, isouter=True)
        .join(AidTask, col(AidTask.task_id) == Task.id, isouter=True)
        .join(Aid, col(Aid.id) == AidTask.aid_id, isouter=True)
        .join(Revision, LIVE, isouter=True)
        .group_by(col(Task.id), col(Workflow.id))
        .order_by(col(Workflow.id).is_(None), Workflow.title, Task.title)
    )
    return [(task, workflow, public, members) for task, workflow, public, members in session.exec(statement)]


def last_change(session: Session) -> int:
    """The number of the newest change, 0 where there is none."""
    return session.exec(select(func.max(Change.id))).one() or 0


def changed_after(session: Session, number: int) -> tuple[int, list[int]]:
    """The newest change and the aids that changed since this one."""
    rows = session.exec(select(Change.id, Change.aid_id).where(col(Change.id) > number)).all()
    return max((row[0] or 0 for row in rows), default=number), sorted({row[1] for row in rows})


def live_many(session: Session, aid_ids: Sequence[int]) -> list[tuple[Aid, Revision]]:
    """The live revisions of these aids; those without one are left out."""
    statement = select(Aid, Revision).join(Revision, LIVE).where(col(Aid.id).in_(aid_ids))
    return [(aid, found) for aid, found in session.exec(statement)]


def live_after(session: Session, after: int, limit: int) -> list[tuple[Aid, Revision]]:
    """Live revisions by the aid's number, from behind `after`: for reading them all in portions."""
    statement = select(Aid, Revision).join(Revision, LIVE).where(col(Aid.id) > after).order_by(col(Aid.id)).limit(limit)
    return [(aid, found) for aid, found in session.exec(statement)]


@dataclass(frozen=True)
class Sought:
    """What is looked for without an index: each of the `words` in its forms, and `title`, all that was typed."""

    title: str
    words: Sequence[Collection[str]]
    members: bool
    withheld: Collection[int]
    kind: str | None
    task: str | None
    moment: str | None


def matching(session: Session, sought: Sought, limit: int, offset: int) -> tuple[int, list[tuple[Aid, Revision]]]:
    """How many live aids hold any of these words, and some of them: an equal title first, then the most words."""
    titles = [_holds(Revision.title, forms) for forms in sought.words]
    either = [or_(title, _holds(Revision.text, forms)) for title, forms in zip(titles, sought.words, strict=True)]
    chosen = [or_(*either), *_narrowed(sought)]
    total = session.exec(select(func.count()).select_from(Aid).join(Revision, LIVE).where(*chosen)).one()
    equal = func.lower(Revision.title) == func.lower(sought.title)
    order = (equal.desc(), _number(either).desc(), _number(titles).desc(), col(Revision.title), col(Aid.id))
    found = select(Aid, Revision).join(Revision, LIVE).where(*chosen).order_by(*order).limit(limit).offset(offset)
    return total, [(aid, revision) for aid, revision in session.exec(found)]


def _holds(text: str, forms: Collection[str]) -> ColumnElement[bool]:
    return or_(*(col(text).icontains(form, autoescape=True) for form in forms))


def _number(true: Sequence[ColumnElement[bool]]) -> ColumnElement[int]:
    """How many of them are true."""
    return reduce(add, (case((one, 1), else_=0) for one in true))


def _narrowed(sought: Sought) -> Iterator[ColumnElement[bool]]:
    yield col(Aid.id).not_in(sought.withheld)
    if not sought.members:
        yield col(Revision.audience) == "everyone"
    if sought.kind:
        yield col(Revision.kind) == sought.kind
    if sought.task:
        yield col(Aid.id).in_(select(AidTask.aid_id).join(Task).where(Task.slug == sought.task))
    if sought.moment:
        yield cast(col(Revision.moments), Text).contains(f'"{sought.moment}"', autoescape=True)


def moves(session: Session) -> dict[str, str]:
    """Every earlier address with the present one."""
    return dict(session.exec(select(Redirect.slug, Aid.slug).join(Aid, col(Aid.id) == Redirect.aid_id)).all())


def with_languages(session: Session, slugs: Collection[str]) -> dict[str, tuple[int, str | None]]:
    """The number and the language of the live aids at these addresses."""
    ordered = sorted(slugs)
    found: dict[str, tuple[int, str | None]] = {}
    for start in range(0, len(ordered), SLUGS_A_STATEMENT):
        wanted = col(Aid.slug).in_(ordered[start : start + SLUGS_A_STATEMENT])
        statement = select(Aid.slug, Aid.id, Revision.lang).join(Revision, LIVE).where(wanted)
        found |= {slug: (number or 0, lang) for slug, number, lang in session.exec(statement)}
    return found


def attachment(session: Session, digest: str) -> Attachment | None:
    """The image with this digest."""
    return session.get(Attachment, digest)


def library_digests(session: Session, paths: Sequence[str]) -> dict[str, str]:
    """The digests of the images at these paths of the library; images only."""
    statement = (
        select(LibraryFile.path, LibraryFile.digest)
        .join(Attachment, col(Attachment.digest) == col(LibraryFile.digest))
        .where(col(LibraryFile.path).in_(paths), col(Attachment.media_type).startswith("image/"))
    )
    return dict(session.exec(statement).all())


def stale(session: Session, today: date) -> tuple[int, int]:
    """How many live aids are past their review date, and how many are live."""
    live = session.exec(select(func.count()).where(col(Aid.live).is_not(None))).one()
    past = select(func.count()).where(col(Aid.live).is_not(None), col(Aid.review_due) < today)
    return session.exec(past).one(), live


def critical_covered(session: Session, least: int, today: date) -> int:
    """How many tasks of at least this criticality have a live aid that is not past its review date."""
    current = or_(col(Aid.review_due).is_(None), col(Aid.review_due) >= today)
    statement = (
        select(func.count(func.distinct(AidTask.task_id)))
        .join(Task, col(Task.id) == AidTask.task_id)
        .join(Aid, col(Aid.id) == AidTask.aid_id)
        .where(col(Task.criticality) >= least, col(Aid.live).is_not(None), current)
    )
    return session.exec(statement).one()


def titles(session: Session, slugs: Sequence[str]) -> dict[str, str]:
    """The live titles at these addresses."""
    statement = select(Aid.slug, Revision.title).join(Revision, LIVE).where(col(Aid.slug).in_(slugs))
    return dict(session.exec(statement).all())


def same_title(session: Session, title: str, slug: str) -> str | None:
    """Another live aid with this title."""
    statement = select(Aid.slug).join(Revision, LIVE).where(Revision.title == title, Aid.slug != slug)
    return session.exec(statement).first()


def review_default(session: Session, kind: str) -> int | None:
    """Days until the next check of an aid of this kind."""
    return session.exec(select(ReviewDefault.days).where(ReviewDefault.kind == kind)).first()


def review_defaults(session: Session) -> dict[str, int]:
    """The same for every kind that has them."""
    return dict(session.exec(select(ReviewDefault.kind, ReviewDefault.days)).all())


def without_own_review(session: Session, kind: str) -> Sequence[Aid]:
    """The live aids of this kind that do not say when they are to be checked."""
    own = select(Aid).join(Revision, LIVE).where(Revision.kind == kind, col(Revision.review_days).is_(None))
    return session.exec(own).all()
