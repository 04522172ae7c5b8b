"""Every SELECT about texts that are being written."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app.aids.models import LibraryFile, Revision
from app.people.models import Person
from app.publishing.drafts_models import WorkingCopy


def copy(session: Session, person: str, place: str) -> WorkingCopy | None:
    """What this person is writing there."""
    return session.get(WorkingCopy, (person, place))


def new_ones(session: Session, person: str) -> Sequence[WorkingCopy]:
    """The aids that this person has begun and never saved, the latest first."""
    mine = (WorkingCopy.person == person, col(WorkingCopy.aid_id).is_(None))
    return session.exec(select(WorkingCopy).where(*mine).order_by(col(WorkingCopy.updated_at).desc())).all()


def of_person(session: Session, person: str) -> Sequence[WorkingCopy]:
    """All that this person is writing."""
    statement = select(WorkingCopy).where(WorkingCopy.person == person).order_by(WorkingCopy.place)
    return session.exec(statement).all()


def others(session: Session, person: str, aid_id: int, since: datetime) -> list[tuple[str, datetime]]:
    """Who else is writing at this aid, by name, and since when."""
    statement = (
        select(Person.name, WorkingCopy.began_at)
        .join(Person, col(Person.id) == WorkingCopy.person)
        .where(WorkingCopy.aid_id == aid_id, WorkingCopy.person != person, WorkingCopy.updated_at > since)
        .order_by(col(WorkingCopy.began_at))
    )
    return [(name, began) for name, began in session.exec(statement)]


def author_name(session: Session, actor: str) -> str:
    """How a page calls whoever saved a revision."""
    person = session.get(Person, actor)
    return person.name if person else actor.removeprefix("token:")


def newest_text(session: Session, aid_id: int) -> str | None:
    """The text that was saved last."""
    statement = select(Revision.markdown).where(Revision.aid_id == aid_id).order_by(col(Revision.number).desc())
    return session.exec(statement.limit(1)).first()


def images_named(session: Session, names: Sequence[str]) -> list[tuple[str, str]]:
    """Name and digest of images of the library that are called by the digits of their digest, wherever they lie."""
    starts = [col(LibraryFile.digest).startswith(name.partition(".")[0], autoescape=True) for name in names]
    rows = session.exec(select(LibraryFile.path, LibraryFile.digest).where(or_(*starts))).all()
    return [(path.rpartition("/")[2], digest) for path, digest in rows]
