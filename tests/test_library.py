from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.aids import queries
from app.aids import service as aids
from app.aids.models import Aid, Attachment, Redirect, Revision
from app.clock import now
from app.db import writing
from app.library.leaving import export
from app.library.service import Report
from app.search.models import Synonym
from app.viewer import SYSTEM
from app.work.models import Task

Write = Callable[[str, str | bytes], Path]
BringIn = Callable[..., Report]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def problems(report: Report) -> str:
    return "\n".join(str(problem) for problem in report.problems)


def test_any_folder_of_markdown_comes_in(write: Write, bring_in: BringIn, engine: Engine) -> None:
    write("deep/er/still/a.md", "# A\n\ntext")
    write("b.md", "no heading")
    report = bring_in()
    assert (report.created, report.published) == (["b.md", "deep/er/still/a.md"], ["b.md", "deep/er/still/a.md"])
    with Session(engine) as session:
        assert queries.live_with_tasks(session, "deep/er/still/a")[0][1].title == "A"


def test_without_publish_what_comes_in_is_a_draft(write: Write, bring_in: BringIn, engine: Engine) -> None:
    write("a.md", "# A")
    bring_in(publish=False)
    with Session(engine) as session:
        assert session.exec(select(Aid.live)).one() is None


def test_publishing_later_makes_the_drafts_live(write: Write, bring_in: BringIn) -> None:
    write("a.md", "# A")
    bring_in(publish=False)
    report = bring_in()
    assert (report.created, report.changed, report.published) == ([], [], ["a.md"])


def test_a_retired_aid_stays_retired(write: Write, bring_in: BringIn, engine: Engine) -> None:
    write("a.md", "# A")
    bring_in()
    with writing(engine) as session:
        aids.retire(session, now(), SYSTEM, "a")
    assert (bring_in().unchanged, bring_in().published) == (1, [])


def test_unchanged_files_do_nothing(write: Write, bring_in: BringIn, engine: Engine) -> None:
    write("a.md", "# A")
    bring_in()
    report = bring_in()
    assert (report.unchanged, report.published) == (1, [])
    with Session(engine) as session:
        assert len(session.exec(select(Revision)).all()) == 1


def test_a_changed_file_makes_a_revision_and_the_old_one_stays(write: Write, bring_in: BringIn, engine: Engine) -> None:
    write("a.md", "# A")
    bring_in()
    write("a.md", "# B")
    assert bring_in().changed == ["a.md"]
    with Session(engine) as session:
        rows = session.exec(select(Revision.markdown, Revision.state).order_by(col(Revision.number))).all()
    assert rows == [("# A", "past"), ("# B", "live")]


def test_a_bad_file_is_named_and_the_rest_go_in(write: Write, bring_in: BringIn) -> None:
    write("good.md", "# Good")
    write("bad.md", "---\ntitle: A\nkind: poem\n---\n")
    report = bring_in()
    assert report.created == ["good.md"]
    assert "bad.md: line 3: kind" in problems(report)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# A\n".encode("utf-16"), "line 1: the file is UTF-16"),
        (b"# A\n\ncaf\xe9\n", "line 3: byte 0xE9 is not UTF-8"),
        (b"# A\n\0", "Line 2 holds a NUL"),
        (b"x" * 300_000, "300,000 bytes"),
        (b"", "line 1: nothing is written here"),
        (b" \n\n", "line 1: nothing is written here"),
        (b"---\nkind: checklist\n---\n", "line 1: nothing is written here"),
        (b"---\ntitle: A\nsummary: B\n", "line 1: the front matter is never closed"),
    ],
)
def test_what_is_no_text_is_named_with_a_remedy(write: Write, bring_in: BringIn, content: bytes, said: str) -> None:
    write("a.md", content)
    report = bring_in()
    assert said in problems(report)
    assert report.created == []


def test_a_path_that_is_not_there_is_named(bring_in: BringIn, folder: Path) -> None:
    assert "there is no such file" in problems(bring_in(paths=[folder / "nothing"]))


def test_a_loop_of_links_is_not_followed(write: Write, bring_in: BringIn, folder: Path) -> None:
    write("a.md", "# A")
    (folder / "loop").symlink_to(folder)
    report = bring_in()
    assert report.created == ["a.md"]
    assert "not followed" in problems(report)


def test_a_link_out_of_the_folder_is_refused(bring_in: BringIn, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text("# Outside")
    (folder / "in.md").symlink_to(tmp_path / "outside.md")
    assert "leads out of the library folder" in problems(bring_in())


def test_two_files_with_one_address_are_named(write: Write, bring_in: BringIn) -> None:
    write("a b.md", "# A")
    write("a-b.md", "# B")
    assert "belongs to a b.md already" in problems(bring_in())


def test_a_moved_file_keeps_its_old_address(write: Write, bring_in: BringIn, folder: Path, engine: Engine) -> None:
    write("keep.md", "# Keep")
    write("keep-too.md", "# Keep too")
    write("old.md", "# Moved")
    bring_in()
    (folder / "old.md").unlink()
    write("new/place.md", "# Moved")
    assert bring_in().renamed == ["old.md → new/place.md"]
    with Session(engine) as session:
        assert queries.redirected(session, "old") == "new/place"
        assert session.exec(select(Redirect.slug)).all() == ["old"]


def test_a_dry_run_says_what_would_happen_and_does_nothing(write: Write, bring_in: BringIn, engine: Engine) -> None:
    write("a.md", "# A")
    assert bring_in(dry_run=True).created == ["a.md"]
    with Session(engine) as session:
        assert session.exec(select(Aid)).all() == []


def test_tasks_are_defined_by_a_file(write: Write, bring_in: BringIn, engine: Engine) -> None:
    write("tasks.yaml", "tasks:\n- {slug: pay, title: Pay a bill, criticality: 6, workflow: money, roles: [clerk]}\n")
    bring_in()
    with Session(engine) as session:
        task = session.exec(select(Task)).one()
    assert (task.title, task.criticality, task.confirmed) == ("Pay a bill", 6, True)


def test_a_task_that_nobody_defined_is_unconfirmed(write: Write, bring_in: BringIn, engine: Engine) -> None:
    write("a.md", "---\ntasks: [issue-refund]\n---\n# A")
    bring_in()
    with Session(engine) as session:
        task = session.exec(select(Task)).one()
    assert (task.title, task.confirmed) == ("Issue refund", False)


def test_a_task_that_nobody_defined_is_told_and_is_no_failure(write: Write, bring_in: BringIn) -> None:
    write("a.md", "---\ntasks: [do-ghost]\n---\n# A")
    report = bring_in()
    assert "a.md: line 2: task do-ghost is not defined in any tasks.yaml" in str(report.notes[0])
    assert not report.failed


def test_a_task_that_a_file_defines_is_not_told(write: Write, bring_in: BringIn) -> None:
    write("a.md", "---\ntasks: [pay]\n---\n# A")
    write("z/tasks.yaml", "tasks: [{slug: pay, title: Pay}]")
    assert bring_in(dry_run=True).notes == bring_in().notes == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("tasks:\n- [\n", "line 3: not YAML"),
        ("- a", "line 1: write `workflows:`, `roles:` and `tasks:`, each with a list"),
        ("tasks:\n- slug: a\n  title: A\n  criticality: 9", "line 4: criticality: write a whole number from 1 to 7."),
        ("tasks:\n- slug: a\n  titles: A", "line 3: titles: is not a key; did you mean title?"),
        ("tasks:\n- slug: a\n  colour: A\n  title: A", "line 3: colour: is not a key; the keys are slug, title"),
        ("tasks:\n- slug: a", "line 2: title: is missing."),
        ("x: 1", "line 1: x: is not a key; the keys are workflows, roles, tasks, rules."),
        ("1: x", "line 1: 1: is not a key"),
        ("task: []", "line 1: task: is not a key; did you mean tasks?"),
        ("roles:\n- clerk", "line 2: write an entry with slug and title."),
        ("roles:\n- {slug: A Clerk, title: A}", "line 2: slug: write small letters, digits and dashes"),
        ("tasks: all", "line 1: tasks: write a list"),
        ("tasks:\n- {slug: a, title: A,\n   roles: [a, B]}", "line 3: roles: write small letters"),
    ],
)
def test_a_bad_task_list_is_named_with_line_and_remedy(
    write: Write, bring_in: BringIn, content: str, said: str
) -> None:
    write("tasks.yaml", content)
    assert said in problems(bring_in())


def test_everything_wrong_in_a_task_list_is_named(write: Write, bring_in: BringIn) -> None:
    write("tasks.yaml", "tasks:\n- slug: a\n- title: A")
    assert "line 2: title: is missing. line 3: slug: is missing." in problems(bring_in())


def test_images_come_in_with_their_aid(write: Write, bring_in: BringIn, engine: Engine) -> None:
    write("a/a.md", "# A\n\n![Screen](../img/s.png)")
    write("img/s.png", PNG)
    bring_in()
    with Session(engine) as session:
        digest = session.exec(select(Attachment.digest)).one()
        assert f"/files/{digest}" in queries.live_with_tasks(session, "a/a")[0][1].sections[0]["html"]


def test_a_changed_image_makes_a_revision(write: Write, bring_in: BringIn) -> None:
    write("a.md", "![Screen](s.png)")
    write("s.png", PNG)
    bring_in()
    write("s.png", PNG + b"1")
    assert bring_in().changed == ["a.md"]


@pytest.mark.parametrize(
    ("image", "said"), [("../../x.png", "leads out"), ("no.png", "No such file"), ("a.md", "is not a PNG")]
)
def test_an_image_that_cannot_be_had_is_named_and_the_aid_goes_in(
    write: Write, bring_in: BringIn, image: str, said: str
) -> None:
    write("a.md", f"# A\n\n![Screen]({image})")
    report = bring_in()
    assert report.created == ["a.md"]
    assert "line 3" in problems(report)
    assert said in problems(report)


def test_an_export_gives_the_same_bytes(
    write: Write, bring_in: BringIn, engine: Engine, folder: Path, tmp_path: Path
) -> None:
    write("a b/c.md", "\ufeff---\r\ntitle: Ü\r\nlayout: post\r\n---\r\n![x](../i.png)\r\n")
    write("mac.md", "# Schlu\u0308ssel\n\nSchlüs\u00adsel, Ｅ－４０１２, ﾌﾟﾘﾝﾀ.\n")
    write("i.png", PNG)
    write("deep/tasks.yaml", "# a comment\ntasks: []\n")
    assert not bring_in().failed
    out = tmp_path / "out"
    export(engine, out)
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert before == {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_many_files_are_read_on_every_core(write: Write, bring_in: BringIn) -> None:
    for number in range(250):
        write(f"{number}.md", f"# Aid {number}\n\n1. Do it.\n")
    assert len(bring_in().published) == 250


SYNONYMS = "synonyms:\n  - same: [lorry, truck, van]\n  - word: reimburse\n    means: [refund, money back]\n"


def test_synonyms_of_a_library_are_taken_in_and_given_back(
    engine: Engine, write: Write, bring_in: BringIn, tmp_path: Path
) -> None:
    write("care/synonyms.yaml", SYNONYMS)
    assert not bring_in().failed
    with Session(engine) as session:
        rows = session.exec(select(Synonym)).all()
    assert {(row.phrase, row.means, row.both_ways) for row in rows} == {
        ("lorry", "truck", True),
        ("lorry", "van", True),
        ("truck", "van", True),
        ("reimburse", "refund", False),
        ("reimburse", "money back", False),
    }
    assert {row.origin for row in rows} == {"…/library/care/synonyms.yaml"}
    export(engine, tmp_path / "out")
    assert (tmp_path / "out/care/synonyms.yaml").read_text() == SYNONYMS


def phrases(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return sorted(session.exec(select(Synonym.phrase)))


def synonyms_in(folder: Path, *same: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    pairs = [f"  - same: [{phrase}, thing]\n" for phrase in same]
    (folder / "synonyms.yaml").write_text("synonyms:\n" + "".join(pairs) if pairs else "synonyms: []\n")
    return folder


def test_the_synonyms_of_two_libraries_leave_each_other_alone(
    engine: Engine, bring_in: BringIn, tmp_path: Path
) -> None:
    shipped, own = synonyms_in(tmp_path / "jobaids", "lorry"), synonyms_in(tmp_path / "lib", "till", "bill")
    for folder in (shipped, own, shipped):
        bring_in(paths=[folder])
    assert phrases(engine) == ["bill", "lorry", "till"]
    bring_in(paths=[synonyms_in(own, "till")])
    assert phrases(engine) == ["lorry", "till"]


def test_a_library_that_moved_or_is_checked_out_twice_has_its_synonyms_once(
    engine: Engine, bring_in: BringIn, tmp_path: Path
) -> None:
    bring_in(paths=[synonyms_in(tmp_path / "here/lib", "lorry", "till")])
    bring_in(paths=[synonyms_in(tmp_path / "there/lib", "lorry")])
    assert phrases(engine) == ["lorry"]


def test_two_libraries_that_began_with_the_same_text_leave_each_other_alone(
    engine: Engine, bring_in: BringIn, tmp_path: Path
) -> None:
    one, other = (synonyms_in(tmp_path / name, "lorry") for name in ("care", "stores"))
    bring_in(paths=[one])
    bring_in(paths=[other])
    bring_in(paths=[synonyms_in(other, "till")])
    assert phrases(engine) == ["lorry", "till"]


def test_a_file_further_down_in_the_same_library_is_another_one(
    engine: Engine, bring_in: BringIn, tmp_path: Path
) -> None:
    folder = tmp_path / "lib"
    synonyms_in(folder / "care", "lorry")
    bring_in(paths=[folder])
    bring_in(paths=[synonyms_in(folder, "lorry")])
    assert phrases(engine) == ["lorry", "lorry"]


def test_what_stays_of_a_renamed_library_is_named_at_its_first_import(bring_in: BringIn, tmp_path: Path) -> None:
    bring_in(paths=[synonyms_in(tmp_path / "before", "lorry")])
    folder = synonyms_in(tmp_path / "after", "till")
    synonyms_in(folder / "care", "till")
    [note] = bring_in(paths=[folder]).notes
    assert (note.file, "…/before/synonyms.yaml" in note.detail) == (str(folder / "synonyms.yaml"), True)
    assert bring_in(paths=[folder]).notes == []


@pytest.mark.parametrize("way", ["..", ".", "../../lib", "../../link"])
def test_a_library_is_called_by_the_real_name_of_its_folder(
    engine: Engine, bring_in: BringIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    folder = synonyms_in(tmp_path / "lib", "lorry")
    (folder / "care").mkdir()
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(folder if way == "." else folder / "care")
    bring_in(paths=[Path(way)])
    with Session(engine) as session:
        assert session.exec(select(Synonym.origin)).all() == ["…/lib/synonyms.yaml"]
    (folder / "synonyms.yaml").unlink()
    assert [note.file for note in bring_in(paths=[Path(way)]).notes] == [str(Path(way) / "synonyms.yaml")]


def test_synonyms_from_before_libraries_had_names_are_replaced(
    engine: Engine, bring_in: BringIn, tmp_path: Path
) -> None:
    with writing(engine) as session:
        session.add(Synonym(phrase="old", means="thing", both_ways=True, origin="synonyms.yaml"))
        session.add(Synonym(phrase="mine", means="thing", both_ways=True, origin="studio"))
    assert bring_in(paths=[synonyms_in(tmp_path / "lib", "lorry")]).notes == []
    assert phrases(engine) == ["lorry", "mine"]


def test_a_synonyms_file_that_is_gone_is_named_and_its_synonyms_stay(
    engine: Engine, bring_in: BringIn, tmp_path: Path
) -> None:
    folder = synonyms_in(tmp_path / "lib", "lorry")
    bring_in(paths=[folder])
    (folder / "synonyms.yaml").unlink()
    report = bring_in(paths=[folder])
    assert [note.file for note in report.notes] == [str(folder / "synonyms.yaml")]
    assert (phrases(engine), report.failed) == (["lorry"], False)
    bring_in(paths=[synonyms_in(folder)])
    (folder / "synonyms.yaml").unlink()
    assert (phrases(engine), bring_in(paths=[folder]).notes) == ([], [])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("synonyms:\n  - same: [lorry]\n", 2),
        ("synonyms:\n  - same: [a, b]\n  - word: lorry\n", 3),
        ("synonyms: lorry\n", 1),
        ("words:\n  - same: [a, b]\n", 1),
        ("synonyms:\n  - same: [a, '?']\n", 2),
        ("synonyms: [\n", 2),
        ("synonyms:\n  - same: [lorry, Lorry]\n", 2),
    ],
)
def test_bad_synonyms_are_named_with_line_and_remedy(write: Write, bring_in: BringIn, text: str, line: int) -> None:
    file = write("synonyms.yaml", text)
    problem = str(bring_in().problems[0])
    assert problem.startswith(f"{file}: line {line}: ")
    assert "write `" in problem or "not YAML" in problem
