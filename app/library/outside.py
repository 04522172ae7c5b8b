"""Documents from the disk of the server: what the studio does with uploads, for `jobaids import`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from app.aids import queries as aid_queries
from app.aids import service as aids
from app.aids.models import Aid
from app.clock import Clock
from app.db import writing
from app.errors import AppError
from app.library import documents, incoming, queries
from app.library.files import Problem
from app.library.models import ImportBatch, ImportDocument
from app.library.worker import Worker
from app.viewer import Viewer

IN_FOLDERS = (".docx", ".html", ".htm", ".pdf")
NAMED = (*IN_FOLDERS, ".csv", ".zip")
PORTION = 50


@dataclass
class Brought:
    """What became of the documents; notes say what could not be kept."""

    found: int = 0
    known: int = 0
    drafts: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


@dataclass
class Documents:
    """One run; `publish` makes what came in live."""

    engine: Engine
    clock: Clock
    viewer: Viewer
    publish: bool = False
    dry_run: bool = False
    report: Brought = field(default_factory=Brought)

    def run(self, paths: Sequence[Path], progress: Callable[[int, int], None] = lambda done, total: None) -> Brought:
        """Bring in the documents at and below these paths."""
        found = list(dict.fromkeys(_found(paths)))
        self.report.found = len(found)
        if self.dry_run or not found:
            return self.report
        batch = self._take(found)
        worker = Worker(self.engine, self.clock, batch=batch, done=progress)
        worker.run()
        progress(1, 1)
        with writing(self.engine) as session:
            for one in queries.documents(session, batch):
                self._tell(session, one)
        return self.report

    def _take(self, found: Sequence[tuple[Path, str]]) -> int:
        with writing(self.engine) as session:
            number = incoming.begin(session, self.clock(), self.viewer).id or 0
        for start in range(0, len(found), PORTION):
            with writing(self.engine) as session:
                batch = session.get_one(ImportBatch, number)
                for file, name in found[start : start + PORTION]:
                    try:
                        incoming.take(session, batch, name, "", file.read_bytes())
                    except OSError as error:
                        self.report.problems.append(Problem(str(file), f"cannot be read ({error.strerror})."))
        return number

    def _tell(self, session: Session, one: ImportDocument) -> None:
        if one.state == "failed":
            self.report.problems.append(Problem(one.name, one.problem))
        elif one.state == "known":
            self.report.known += 1
        elif one.state == "done":
            self.report.drafts.append(one.name)
            self.report.notes += [Problem(one.name, sentence, warning=True) for sentence in one.lost]
            if self.publish:
                self._publish(session, one)

    def _publish(self, session: Session, one: ImportDocument) -> None:
        try:
            aid = session.get_one(Aid, one.aid_id)
            revision = aid_queries.revision(session, aid.id or 0, one.revision or 0)
            if revision is not None and aid.live != revision.number:
                aids.publish(session, self.clock(), self.viewer, aid, revision)
                self.report.published.append(one.name)
        except AppError as error:
            self.report.problems.append(Problem(one.name, error.detail))


def is_document(path: Path) -> bool:
    """Whether this path is a document by itself, and not markdown or a folder."""
    return path.is_file() and documents.suffix(path.name) in NAMED


def _found(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Documents with their names, below a folder with the path; tables and zip files only where they are named."""
    for path in paths:
        if is_document(path):
            yield path, path.name
        elif path.is_dir():
            for file in sorted(path.rglob("*")):
                hidden = any(part.startswith(".") or part == "node_modules" for part in file.relative_to(path).parts)
                if not hidden and file.is_file() and file.suffix.lower() in IN_FOLDERS:
                    yield file, file.relative_to(path).as_posix()
