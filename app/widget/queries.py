"""Every SELECT about applications."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.widget.models import Application, ApplicationKey, Release, SpentBatch


def application(session: Session, key: str) -> Application | None:
    """The application with this key."""
    return session.get(Application, key)


def applications(session: Session) -> Sequence[Application]:
    """All applications by title."""
    return session.exec(select(Application).order_by(Application.title)).all()


def keys(session: Session, app: str) -> Sequence[ApplicationKey]:
    """The signing keys of an application, the newest first, revoked ones too."""
    statement = select(ApplicationKey).where(ApplicationKey.app == app).order_by(col(ApplicationKey.created_at).desc())
    return session.exec(statement).all()


def keys_of_kind(session: Session, algorithm: str) -> Sequence[ApplicationKey]:
    """The keys that sign so, of all applications."""
    return session.exec(select(ApplicationKey).where(ApplicationKey.algorithm == algorithm)).all()


def release(session: Session, version: str) -> Release | None:
    """The script of this version, if it was ever served here."""
    return session.get(Release, version)


def releases(session: Session) -> Sequence[Release]:
    """Every script that was served here."""
    return session.exec(select(Release)).all()


def keep_release(session: Session, made: Release) -> None:
    """Keep a script, unless its version is there already."""
    session.execute(_insert(session)(Release).values(**made.model_dump()).on_conflict_do_nothing())


def _insert(session: Session) -> Any:
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert


def spend(session: Session, batch: str, at: datetime) -> bool:
    """Note that a batch key was used; False where it was used before."""
    statement = _insert(session)(SpentBatch).values(id=batch, at=at).on_conflict_do_nothing()
    return bool(session.execute(statement.returning(SpentBatch.id)).scalar())


def forget_spent(session: Session, before: datetime) -> None:
    """Remove the batch keys that are too old to be used anyway."""
    session.execute(delete(SpentBatch).where(col(SpentBatch.at) < before))
