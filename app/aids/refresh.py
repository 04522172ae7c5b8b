"""After an upgrade: live revisions that were rendered in an older way are rendered again, their text untouched."""

from sqlalchemy import Engine, Text, cast, func
from sqlmodel import Session, col, select

from app.aids.models import Aid, Revision
from app.aids.sections import RENDERING
from app.aids.service import compile_text
from app.db import reading, writing
from app.errors import AppError

PORTION = 50
MADE_SO = f'%"rendering": {RENDERING}}}%'  # as `sections` is stored


def refresh(engine: Engine) -> int:
    """Render again what is not rendered as today; returns how many. In portions, so that others can write between."""
    done, last = 0, 0
    while ids := _stale(engine, last):
        with writing(engine) as session:
            done += sum(_again(session, revision) for revision in ids)
        last = ids[-1]
    return done


def _stale(engine: Engine, after: int) -> list[int]:
    stored = cast(Revision.sections, Text)
    statement = select(Revision.id).join(Aid, (col(Aid.id) == Revision.aid_id) & (col(Aid.live) == Revision.number))
    statement = statement.where(col(Revision.id) > after, stored.not_like(MADE_SO), func.length(stored) > len("[]"))
    with reading(engine) as session:
        return [found for found in session.exec(statement.order_by(col(Revision.id)).limit(PORTION)) if found]


def _again(session: Session, number: int) -> bool:
    revision = session.get_one(Revision, number)
    path = session.get_one(Aid, revision.aid_id).path
    try:
        rendered = compile_text(revision.markdown, path, revision.images).rendered
    except AppError:
        return False  # it keeps the sections it has
    revision.sections, revision.steps = rendered.stored_sections(), rendered.steps
    return True
