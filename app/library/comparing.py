"""Which files of a folder are to come in: each is compared with what is stored, and `threeway` says who wins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine

from app.aids import service as aids
from app.db import reading
from app.errors import AppError
from app.library import queries
from app.library.agreement import Agreement
from app.library.files import Found, Problem, images_of, text_of
from app.library.queries import Known
from app.library.threeway import Outcome, beside, decide, difference, mark

Side = Literal["file", "server"]
BOTH = "changed here and in the file. Both are kept; nothing was overwritten. {hint}"
HINT = (
    "`jobaids export {root}` puts the server’s text beside it to merge; `--take file` or `--take server` chooses one."
)
RETIRED = "it was retired here, and its file changed since. It stays retired; `--take file` brings it back."
OPEN = "a conflict lies beside it. Put what you want of {name} into the file, delete {name}, and import again."


@dataclass
class Report:
    """What an import did, or with `dry_run` would do, by the paths of the files; notes are no failures.

    `newer` are aids whose text here is newer than the file, `conflicts` the differences of those that both changed.
    """

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether anything did not go in as it should."""
        return bool(self.problems)


@dataclass
class Comparison:
    """The files of one import beside what is stored; `take` decides conflicts for one side.

    What need not come in is counted or named in the report.
    """

    engine: Engine
    report: Report
    agreements: Mapping[Path, Agreement]
    known: Mapping[str, Known]
    publish: bool
    take: Side | None

    def without_conflicts(self, texts: Sequence[Found]) -> list[Found]:
        """Leave out the server's texts that an export put beside files, and the files that they wait for."""
        here = {(one.root, one.path) for one in texts}
        open_ones = {one for one in texts if (one.root, beside(one.path)) in here}
        for one in texts:
            if one in open_ones:
                detail = OPEN.format(name=Path(beside(one.path)).name)
                self.report.problems.append(Problem(str(one.file), detail))
        left_out = open_ones | {Found(one.root, beside(one.path)) for one in open_ones}
        return [one for one in texts if one not in left_out]

    def moved(self, texts: Sequence[Found]) -> dict[str, str]:
        """By digest, the stored path of files that are gone from a library that is otherwise known."""
        here = {one.path for one in texts}
        if len(here & self.known.keys()) * 2 < len(here):
            return {}
        gone = {path: known for path, known in self.known.items() if path not in here}
        return {told.digest: path for path, known in gone.items() for told in known.told if told.origin == "library"}

    def wanted(self, texts: Sequence[Found]) -> Iterator[tuple[Found, str] | Problem]:
        """The files that are to come in, with their texts."""
        for one in texts:
            try:
                text = text_of(one)
                if self._is_wanted(one, text):
                    yield one, text
            except AppError as error:
                yield Problem(str(one.file), error.detail)

    def _is_wanted(self, found: Found, text: str) -> bool:
        known, digest = self.known.get(found.path), aids.digest(text)
        if known is None:
            return True
        images, problems = images_of(found, text)
        theirs = mark(digest, (image.digest for image in images.values()))
        outcome = self._outcome(found, known, theirs)
        if outcome is Outcome.THEIRS or (outcome is Outcome.SAME and self._waits(known)):
            return True
        self.report.problems += problems
        if outcome is Outcome.BOTH:
            self._conflict(found, known, text, theirs)
        elif outcome is Outcome.OURS:
            self.report.newer.append(found.path)
        else:
            self.report.unchanged += 1
            if outcome is Outcome.SAME:
                self.agreements[found.root].settle(found.path, theirs, known.live is not None)
        return False

    def _waits(self, known: Known) -> bool:
        """Whether it came in as a draft before, and is to be published now; a retired one stays retired."""
        newest = known.newest
        return self.publish and newest.state == "draft" and newest.origin == "library" and newest.number != known.live

    def _outcome(self, found: Found, known: Known, theirs: str) -> Outcome:
        base = self.agreements[found.root].base(found.path, known, theirs)
        if known.is_retired:
            outcome = Outcome.SAME if theirs in {base, known.newest.mark} else Outcome.BOTH
        else:
            outcome = decide(base, theirs, known.newest.mark)
        return Outcome.THEIRS if outcome is Outcome.BOTH and self.take == "file" else outcome

    def _conflict(self, found: Found, known: Known, text: str, theirs: str) -> None:
        if self.take == "server":
            self.agreements[found.root].settle(found.path, theirs, known.live is not None)
            self.report.newer.append(found.path)
            return
        if known.is_retired:
            self.report.problems.append(Problem(str(found.file), RETIRED))
            return
        with reading(self.engine) as session:
            ours = queries.text(session, known.aid_id, known.newest.number)
        self.report.conflicts.append(difference(found.path, ours, text))
        self.report.problems.append(Problem(str(found.file), BOTH.format(hint=HINT.format(root=found.root))))
