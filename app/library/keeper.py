"""What is stored here about a person: when she brought documents in."""

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.keepers import Keeper, Kept
from app.library.models import ImportBatch
from app.web.words import _

ERASED = "erased"


def _show(session: Session, person: str, _pseudonym: str) -> list[Kept]:
    rows = session.exec(select(ImportBatch).where(ImportBatch.actor == person).order_by(col(ImportBatch.id))).all()
    if not rows:
        return []
    why = _("So that trainers know who brought a document in. It stays until you erase it.")
    found = [{"batch": row.id, "at": row.at.isoformat()} for row in rows]
    return [Kept("documents_brought_in", _("Documents that you brought in"), why, found)]


def _erase(session: Session, person: str, _pseudonym: str) -> None:
    session.execute(update(ImportBatch).where(col(ImportBatch.actor) == person).values(actor=ERASED))


KEEPER = Keeper(_show, _erase)
