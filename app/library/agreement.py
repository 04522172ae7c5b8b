"""What a folder and the server agreed on last: with it the next import or export can tell who changed a text."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session

from app.library import queries
from app.library.models import LibraryText
from app.library.queries import Known
from app.library.threeway import folder_key


@dataclass
class Agreement:
    """With one folder: by path what was agreed, and what is agreed anew in this run."""

    folder: str
    last: dict[str, LibraryText]
    anew: list[LibraryText] = field(default_factory=list)

    def base(self, path: str, known: Known, theirs: str | None) -> str | None:
        """What both agreed on; where this folder is new here, a text that the server had once is one of its own."""
        if path in self.last:
            return self.last[path].mark
        return theirs if any(one.mark == theirs for one in known.told) else None

    def settle(self, path: str, mark: str, live: bool) -> None:
        """Remember what both agree on now."""
        before = self.last.get(path)
        if before is None or (before.mark, before.live) != (mark, live):
            self.anew.append(LibraryText(folder=self.folder, path=path, mark=mark, live=live))

    def keep(self, session: Session) -> None:
        """Store what was agreed anew."""
        for one in self.anew:
            session.merge(one)
        self.anew.clear()


def with_folder(session: Session, root: Path) -> Agreement:
    """What was agreed with this folder; nothing where it is new."""
    key = folder_key(root)
    return Agreement(key, queries.agreed(session, key))
