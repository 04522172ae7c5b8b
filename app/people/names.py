"""What persons and programs are called where an id would say little."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from app.people.models import Person


def of(session: Session, actors: Collection[str | None]) -> dict[str, str]:
    """The names of these actors, as the audit knows them, in one statement; an actor without one keeps its id."""
    ids = {actor for actor in actors if actor}
    if not ids:
        return {}
    known = dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids))).all())
    return {actor: known.get(actor, actor.removeprefix("token:")) for actor in ids}
