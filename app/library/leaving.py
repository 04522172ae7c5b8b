"""Export of the library to a folder, byte for byte, and never over what somebody changed there."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from app.db import reading, writing
from app.library import queries
from app.library.agreement import Agreement, with_folder
from app.library.files import Found, Problem, images_of
from app.library.queries import Known, Told
from app.library.threeway import Outcome, beside, decide, difference, mark

NEWER = "the file is newer than the text here. It was left; import it."
DELETED = "its file was deleted there. It was not written again; retire the aid, or put the file back."
RETIRED = "it is retired here. Its file was left; delete it if it is to go."
BOTH = "changed here and there. The file was left, and the text here lies beside it as {name}: merge them."
GONE_CHANGED = "its file was deleted there, and the text here changed since. It was written again."


@dataclass
class Exported:
    """What an export wrote and what it left; notes are no failures."""

    written: int = 0
    unchanged: int = 0
    conflicts: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many files of the library are in the folder as they are here."""
        return self.written + self.unchanged


@dataclass
class Exporter:
    """One run of an export to one folder."""

    engine: Engine
    folder: Path
    report: Exported = field(default_factory=Exported)
    agreement: Agreement = field(init=False)

    def run(self, progress: Callable[[int, int], None] = lambda done, total: None) -> Exported:
        """Write every aid, image and list that is not newer in the folder."""
        with reading(self.engine) as session:
            known, files = queries.known(session), queries.files(session)
            self.agreement = with_folder(session, self.folder)
            total = len(known) + len(files)
            for done, (path, digest) in enumerate(files, 1):
                self._file(session, path, digest)
                progress(done, total)
            for done, (path, one) in enumerate(sorted(known.items()), len(files) + 1):
                self._aid(session, path, one)
                progress(done, total)
        with writing(self.engine) as session:
            self.agreement.keep(session)
        return self.report

    def _file(self, session: Session, path: str, digest: str) -> None:
        """Images and lists: what another hand changed in the folder is left."""
        target = self.folder / path
        agreed = self.agreement.last.get(path)
        here = hashlib.sha256(target.read_bytes()).hexdigest() if target.is_file() else None
        if here not in {None, digest} and (agreed is None or agreed.mark != here):
            self.report.notes.append(Problem(str(target), NEWER))
            return
        self._put(target, queries.content(session, digest) if here != digest else None)
        self.agreement.settle(path, digest, live=True)

    def _aid(self, session: Session, path: str, known: Known) -> None:
        target = self.folder / path
        text = _text(target)
        theirs = _mark(self.folder, path, text) if text is not None else None
        wanted = known.shown
        if any(one.mark == theirs for one in known.told if one.number >= wanted.number):
            wanted = next(one for one in known.told if one.mark == theirs)  # live here, or waiting to be
        base = self.agreement.base(path, known, theirs)
        self._done(session, path, known, wanted, decide(base, theirs, wanted.mark))

    def _done(self, session: Session, path: str, known: Known, wanted: Told, outcome: Outcome) -> None:
        target = self.folder / path
        text = queries.text(session, known.aid_id, wanted.number)
        if outcome is Outcome.THEIRS:
            self.report.notes.append(Problem(str(target), NEWER))
            return
        if outcome is Outcome.GONE_THERE:
            self.report.notes.append(Problem(str(target), DELETED))
            return
        if outcome is Outcome.BOTH and target.is_file():
            self._conflict(target, path, text)
        else:
            if outcome is Outcome.BOTH:
                self.report.notes.append(Problem(str(target), GONE_CHANGED))
            self._put(target, text.encode() if outcome is not Outcome.SAME else None)
            if known.is_retired and path in self.agreement.last:
                self.report.notes.append(Problem(str(target), RETIRED))
        self.agreement.settle(path, wanted.mark, known.live is not None)

    def _conflict(self, target: Path, path: str, text: str) -> None:
        other = self.folder / beside(path)
        other.write_bytes(text.encode())
        self.report.conflicts.append(difference(path, text, _text(target) or ""))
        self.report.problems.append(Problem(str(target), BOTH.format(name=other.name)))

    def _put(self, target: Path, raw: bytes | None) -> None:
        if raw is None:
            self.report.unchanged += 1
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)
        self.report.written += 1


def _text(target: Path) -> str | None:
    try:
        return target.read_bytes().decode("utf-8", "surrogateescape") if target.is_file() else None
    except OSError:
        return None


def _mark(folder: Path, path: str, text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    try:
        images, _ = images_of(Found(folder, path), text)
    except Exception:  # noqa: BLE001 - a file that no import would take is somebody's change, whatever it is
        images = {}
    return mark(digest, (image.digest for image in images.values()))


def export(engine: Engine, folder: Path, progress: Callable[[int, int], None] = lambda done, total: None) -> Exported:
    """Write the library to a folder."""
    return Exporter(engine, folder).run(progress)
