"""A library in a folder and on the server: the table of decisions/docs-as-code.md, row by row, and a git repository."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.aids import queries as aid_queries
from app.aids import service as aids
from app.aids import upkeep
from app.db import writing
from app.library.leaving import Exported, export
from app.library.service import Importer, Report, Side
from app.library.threeway import Outcome, decide
from app.viewer import SYSTEM
from tests.conftest import Ticking

PAGE = Path(__file__).parent.parent / "app/docs/decisions/docs-as-code.md"
OLD, THERE, HERE, SAME = "# Old\n", "# There\n", "# Here\n", "# Same\n"


@dataclass
class Sides:
    """One aid, `a.md`, in a folder and on the server."""

    engine: Engine
    ticking: Ticking
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "a.md"

    def bring_in(self, take: Side | None = None, retire: bool = False) -> Report:
        return Importer(self.engine, self.ticking, SYSTEM, publish=True, take=take, retire=retire).run([self.folder])

    def export(self) -> Exported:
        return export(self.engine, self.folder)

    def write_here(self, text: str) -> None:
        """As somebody does in the studio."""
        with writing(self.engine) as session:
            compiled = aids.compile_text(text, "a.md")
            if aid_queries.by_slug(session, "a") is None:
                revision = aids.create(session, self.ticking(), SYSTEM, "a", compiled)
            else:
                revision = aids.change(session, self.ticking(), SYSTEM, "a", compiled, "", None)
            session.flush()
            aid, _ = aids.find(session, SYSTEM, "a")
            aids.publish(session, self.ticking(), SYSTEM, aid, revision)

    def retire_here(self) -> None:
        with writing(self.engine) as session:
            aids.retire(session, self.ticking(), SYSTEM, "a")

    @property
    def live(self) -> str | None:
        with Session(self.engine) as session:
            rows = aid_queries.live_with_tasks(session, "a")
            return rows[0][1].markdown if rows else None

    @property
    def there(self) -> str | None:
        return self.file.read_text() if self.file.exists() else None

    def arrange(self, base: str | None, theirs: str | None, ours: str | None) -> None:
        if base is not None:
            self.file.write_text(base)
            assert not self.bring_in().failed
        if ours is None and base is not None:
            self.retire_here()
        elif ours is not None and ours != base:
            self.write_here(ours)
        if theirs is not None:
            self.file.write_text(theirs)
        else:
            self.file.unlink(missing_ok=True)


@pytest.fixture
def sides(engine: Engine, ticking: Ticking, folder: Path) -> Sides:
    (folder / "other.md").write_text("# Other\n")
    return Sides(engine, ticking, folder)


@dataclass(frozen=True)
class Row:
    """A row of the table: the three texts, then after an import live, file and failed, and the same after an export."""

    outcome: Outcome
    base: str | None
    theirs: str | None
    ours: str | None
    imported: tuple[str | None, str | None, bool]
    exported: tuple[str | None, str | None, bool]


TABLE = {
    "1": Row(Outcome.THEIRS, None, THERE, None, (THERE, THERE, False), (None, THERE, False)),
    "2": Row(Outcome.OURS, None, None, HERE, (HERE, None, False), (HERE, HERE, False)),
    "3": Row(Outcome.SAME, None, SAME, SAME, (SAME, SAME, False), (SAME, SAME, False)),
    "4": Row(Outcome.BOTH, None, THERE, HERE, (HERE, THERE, True), (HERE, THERE, True)),
    "5": Row(Outcome.SAME, OLD, OLD, OLD, (OLD, OLD, False), (OLD, OLD, False)),
    "6": Row(Outcome.THEIRS, OLD, THERE, OLD, (THERE, THERE, False), (OLD, THERE, False)),
    "7": Row(Outcome.OURS, OLD, OLD, HERE, (HERE, OLD, False), (HERE, HERE, False)),
    "8": Row(Outcome.SAME, OLD, SAME, SAME, (SAME, SAME, False), (SAME, SAME, False)),
    "9": Row(Outcome.BOTH, OLD, THERE, HERE, (HERE, THERE, True), (HERE, THERE, True)),
    "10": Row(Outcome.GONE_THERE, OLD, None, OLD, (OLD, None, False), (OLD, None, False)),
    "11": Row(Outcome.BOTH, OLD, None, HERE, (HERE, None, True), (HERE, HERE, False)),
    "12": Row(Outcome.GONE_HERE, OLD, OLD, None, (None, OLD, False), (None, OLD, False)),
    "13": Row(Outcome.BOTH, OLD, THERE, None, (None, THERE, True), (None, THERE, False)),
}


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_the_rule(row: Row) -> None:
    assert decide(row.base, row.theirs, row.ours) is row.outcome


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_an_import_does_what_the_table_says(sides: Sides, row: Row) -> None:
    sides.arrange(row.base, row.theirs, row.ours)
    report = sides.bring_in()
    assert (sides.live, sides.there, report.failed) == row.imported


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_an_export_does_what_the_table_says(sides: Sides, row: Row) -> None:
    sides.arrange(row.base, row.theirs, row.ours)
    report = sides.export()
    assert (sides.live, sides.there, bool(report.problems)) == row.exported


def test_the_decision_holds_the_same_table() -> None:
    numbers = re.findall(r"^\| (\d+) \|", PAGE.read_text(), re.MULTILINE)
    assert numbers == list(TABLE)


def test_doing_it_again_changes_nothing(sides: Sides) -> None:
    sides.arrange(OLD, THERE, HERE)
    assert sides.bring_in().problems == sides.bring_in().problems
    assert (sides.live, sides.there) == (HERE, THERE)


def test_a_conflict_is_listed_with_its_difference(sides: Sides) -> None:
    sides.arrange(OLD, THERE, HERE)
    report = sides.bring_in()
    assert "-# Here\n+# There" in report.conflicts[0]
    assert "a.md: changed here and in the file. Both are kept" in str(report.problems[0])


def test_a_merge_in_the_folder_ends_a_conflict(sides: Sides) -> None:
    sides.arrange(OLD, THERE, HERE)
    sides.export()
    other = sides.folder / "a.conflict.md"
    assert other.read_text() == HERE
    assert "delete a.conflict.md" in str(sides.bring_in().problems[0])
    other.unlink()
    sides.file.write_text("# Here and there\n")
    assert not sides.bring_in().failed
    assert sides.live == "# Here and there\n"


@pytest.mark.parametrize(("take", "live", "there"), [("file", THERE, THERE), ("server", HERE, HERE)])
def test_a_conflict_is_settled_for_one_side(sides: Sides, take: Side, live: str, there: str) -> None:
    sides.arrange(OLD, THERE, HERE)
    assert not sides.bring_in(take=take).failed
    sides.export()
    assert (sides.live, sides.there) == (live, there)


def test_an_aid_whose_file_is_gone_is_retired_only_when_asked(sides: Sides) -> None:
    sides.arrange(OLD, None, OLD)
    assert "its file is gone" in str(sides.bring_in().notes[0])
    assert sides.bring_in(retire=True).retired == ["a.md"]
    assert sides.live is None


def test_an_adopted_keyword_survives_the_import_of_an_unchanged_file(sides: Sides) -> None:
    sides.arrange(OLD, OLD, OLD)
    with writing(sides.engine) as session:
        aid, _ = aids.find(session, SYSTEM, "a")
        upkeep.add_keyword(session, sides.ticking(), SYSTEM, aid, "ancient")
    assert sides.bring_in().newer == ["a.md"]
    assert sides.live is not None
    assert "keywords: [ancient]" in sides.live


def test_another_folder_that_lags_behind_takes_nothing_back(sides: Sides, tmp_path: Path) -> None:
    sides.arrange(OLD, OLD, HERE)
    (tmp_path / "clone").mkdir()
    (tmp_path / "clone/a.md").write_text(OLD)
    export(sides.engine, tmp_path / "backup")
    report = Importer(sides.engine, sides.ticking, SYSTEM, publish=True).run([tmp_path / "clone"])
    assert (report.newer, sides.live) == (["a.md"], HERE)


def test_a_file_that_was_moved_keeps_what_was_written_here(sides: Sides) -> None:
    sides.arrange(OLD, OLD, HERE)
    sides.file.rename(sides.folder / "b.md")
    report = sides.bring_in()
    assert (report.renamed, report.newer) == (["a.md → b.md"], ["b.md"])
    with Session(sides.engine) as session:
        assert aid_queries.live_with_tasks(session, "b")[0][1].markdown == HERE


def test_a_draft_that_waits_is_not_covered_by_an_export(sides: Sides) -> None:
    sides.arrange(OLD, THERE, OLD)
    Importer(sides.engine, sides.ticking, SYSTEM).run([sides.folder])
    assert not sides.export().problems
    assert (sides.live, sides.there) == (OLD, THERE)


def test_a_dry_run_agrees_on_nothing(sides: Sides) -> None:
    sides.arrange(OLD, THERE, OLD)
    Importer(sides.engine, sides.ticking, SYSTEM, dry_run=True).run([sides.folder])
    assert sides.bring_in().changed == ["a.md"]


Git = Callable[..., str]


@pytest.fixture
def git(folder: Path) -> Git:
    def run(*words: str) -> str:
        command = ["git", "-c", "user.name=Ana", "-c", "user.email=ana@example.org", *words]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout

    run("init", "-q", "-b", "main")
    return run


def test_a_git_repository_and_the_studio_live_together(sides: Sides, git: Git) -> None:
    sides.file.write_text(OLD)
    git("add", ".")
    git("commit", "-qm", "First")
    sides.bring_in()
    sides.write_here("# Old\n\nWritten here.\n")
    sides.export()
    assert "+Written here." in git("diff")
    git("commit", "-qam", "From the studio")
    sides.write_here("# Old\n\nWritten here, better.\n")
    sides.file.write_text("# Old\n\nWritten here.\n\nAnd there.\n")
    git("commit", "-qam", "In the repository")
    assert sides.bring_in().failed
    sides.export()
    assert git("status", "--short") == "?? a.conflict.md\n"
    sides.file.write_text("# Old\n\nWritten here, better.\n\nAnd there.\n")
    (sides.folder / "a.conflict.md").unlink()
    git("commit", "-qam", "Merged")
    assert sides.bring_in().changed == ["a.md"]
    assert (sides.live, git("status", "--short")) == (sides.there, "")
