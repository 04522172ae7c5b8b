"""What readers' use teaches the search, and what nobody alone can teach it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.aids import service as aids
from app.aids.models import Aid
from app.db import reading, writing
from app.ids import uuid7
from app.library.service import Report
from app.search import learning as words
from app.search import service as search
from app.search.learning import Lesson
from app.search.models import LearnedUse, LearnedWord, UsedTogether
from app.search.service import Question, Search
from app.settings import Settings
from app.usage import learning, queries
from app.viewer import SYSTEM
from tests.conftest import NOW, REFUND


@dataclass
class School:
    """Readers who search, open and say what came of it."""

    engine: Engine
    settings: Settings
    search: Search
    rows: list[dict[str, Any]] = field(default_factory=list)

    def reader(
        self,
        name: str,
        words: str,
        slug: str = "refund",
        outcome: str = "worked",
        at: datetime = NOW - timedelta(hours=2),
    ) -> None:
        found = uuid7()
        common = {"tab": name, "person": None, "at": at}
        self.rows.append(common | {"id": found, "type": "search", "query": words})
        opened = common | {
            "id": uuid7(),
            "type": "open",
            "slug": slug,
            "search_id": found,
            "at": at + timedelta(seconds=5),
        }
        self.rows.append(opened)
        if outcome:
            said = {"id": uuid7(), "type": "outcome", "slug": slug, "outcome": outcome, "at": at + timedelta(minutes=2)}
            self.rows.append(common | said)

    def keep(self) -> None:
        with writing(self.engine) as session:
            queries.store(session, self.rows)
        self.rows = []

    def learn(self, now: datetime = NOW) -> None:
        self.keep()
        learning.learn(self.engine, self.settings, now)
        self.search.refresh()

    def words(self, slug: str = "refund") -> dict[str, LearnedWord]:
        with reading(self.engine) as session:
            aid = session.exec(select(Aid.id).where(Aid.slug == slug)).one()
            rows = session.exec(select(LearnedWord).where(LearnedWord.aid_id == aid, LearnedWord.weight > 0)).all()
        return {row.word: row for row in rows}

    def found(self, words: str) -> list[str]:
        return [hit.slug for hit in self.search.find(Question(words), SYSTEM).hits]


@pytest.fixture
def school(
    engine: Engine, settings: Settings, tmp_path: Path, write: Callable[..., Path], bring_in: Callable[..., Report]
) -> School:
    write("refund.md", REFUND)
    write("printer.md", "# Printer is offline\n\nSwitch it off and on.\n")
    write("vpn.md", "# Connect from home\n\nStart the client.\n")
    bring_in()
    made = School(engine, settings, Search(tmp_path / "index", engine))
    made.search.catch_up()
    return made


def test_words_that_helped_three_readers_find_the_aid(school: School) -> None:
    assert school.found("zaster") == []
    for name in ("a", "b", "c"):
        school.reader(name, "zaster back")
    school.learn()
    assert school.found("zaster")[0] == "refund"


def test_words_of_two_readers_are_not_kept(school: School) -> None:
    for name in ("a", "b"):
        school.reader(name, "zaster")
    school.learn()
    assert school.words() == {}


def test_one_reader_counts_once_however_often_she_comes(school: School) -> None:
    for _ in range(10):
        school.reader("a", "zaster")
    school.reader("b", "zaster")
    school.learn()
    assert school.words() == {}


def test_only_the_words_that_readers_have_in_common_are_kept(school: School) -> None:
    for name, secret in (("a", "meier"), ("b", "schulz"), ("c", "weber")):
        school.reader(name, f"zaster {secret}")
    school.learn()
    assert list(school.words()) == ["zaster"]


def test_readers_who_were_stuck_count_against(school: School) -> None:
    for name in ("a", "b", "c"):
        school.reader(name, "zaster")
    for name in ("d", "e", "f", "g"):
        school.reader(name, "zaster", outcome="stuck")
    school.learn()
    assert school.words() == {}


def test_to_open_and_stay_counts_half(school: School) -> None:
    for name in ("a", "b", "c"):
        school.reader(name, "zaster", outcome="")
    school.learn()
    assert school.words()["zaster"].weight == pytest.approx(1.5, abs=0.01)


def test_to_come_back_at_once_counts_against(school: School) -> None:
    at = NOW - timedelta(hours=2)
    for name in ("a", "b", "c"):
        school.reader(name, "zaster", outcome="", at=at)
        school.reader(name, "something else", "printer", at=at + timedelta(seconds=20))
    school.learn()
    assert school.words() == {}


def test_what_is_half_a_year_ago_counts_half(school: School) -> None:
    for name in ("a", "b", "c"):
        school.reader(name, "zaster", at=NOW - timedelta(days=182.5))
    school.learn()
    assert school.words()["zaster"].weight == pytest.approx(1.5, abs=0.01)


def test_what_is_over_a_year_ago_is_forgotten(school: School) -> None:
    for name in ("a", "b", "c"):
        school.reader(name, "zaster")
    school.learn()
    school.learn(NOW + timedelta(days=400))
    assert school.words() == {}


def test_a_reader_teaches_about_twenty_aids_a_day(school: School) -> None:
    at = NOW - timedelta(hours=20)
    for name in ("a", "b", "c"):
        for number in range(learning.MOST_A_DAY):
            school.reader(name, "paper", "printer", at=at + timedelta(minutes=number))
        school.reader(name, "zaster", at=at + timedelta(hours=3))
    school.learn()
    assert school.words() == {}
    assert "paper" in school.words("printer")


def test_common_words_are_not_learned(school: School) -> None:
    for name in ("a", "b", "c"):
        school.reader(name, "how do I the zaster")
    school.learn()
    assert list(school.words()) == ["zaster"]


def test_forms_of_a_word_are_one(school: School) -> None:
    for name, word in (("a", "invoice"), ("b", "invoices"), ("c", "invoicing")):
        school.reader(name, word)
    school.learn()
    assert list(school.words()) == ["invoic"]


def test_words_of_another_readers_search_teach_nothing(school: School) -> None:
    for name in ("a", "b", "c"):
        school.reader(name, "zaster")
    for row in school.rows:
        if row["type"] == "open":
            row["tab"] += " who was given the link"
    school.learn()
    assert school.words() == {}


def test_a_removed_word_stays_removed(school: School) -> None:
    for name in ("a", "b", "c"):
        school.reader(name, "zaster")
    school.learn()
    with writing(school.engine) as session:
        search.remove_word(session, NOW, SYSTEM, "refund", "zaster")
    school.reader("d", "zaster")
    school.learn()
    assert school.words()["zaster"].removed
    assert school.found("zaster") == []


def test_a_renamed_aid_keeps_its_words(school: School) -> None:
    for name in ("a", "b", "c"):
        school.reader(name, "zaster")
    school.learn()
    with writing(school.engine) as session:
        aid = session.exec(select(Aid).where(Aid.slug == "refund")).one()
        aids.rename(session, NOW, SYSTEM, aid, "money/refund")
    school.learn()
    assert school.words("money/refund")["zaster"].persons == 3


def test_the_spelling_of_one_reader_is_not_shown(school: School) -> None:
    for name, word in (("a", "invoicing"), ("b", "invoice"), ("c", "invoices")):
        school.reader(name, word)
    for _ in range(5):
        school.reader("a", "invoicing")
    school.learn()
    assert list(school.words()) == ["invoic"]


@pytest.mark.parametrize(("least", "shown"), [(3, "invoices"), (4, "invoic")])
def test_a_spelling_is_shown_from_as_many_readers_on_as_a_word(school: School, least: int, shown: str) -> None:
    school.settings = school.settings.model_copy(update={"min_learned": least})
    for name, word in (("a", "invoices"), ("b", "invoices"), ("c", "invoices"), ("d", "invoice"), ("e", "invoicing")):
        school.reader(name, word)
    school.learn()
    assert list(school.words()) == [shown]


def test_how_many_readers_an_aid_helped_is_known_from_three_on(school: School) -> None:
    for name in ("a", "b", "c"):
        school.reader(name, "refund")
    school.reader("a", "printer", "printer")
    school.learn()
    with Session(school.engine) as session:
        assert [row.persons for row in session.exec(select(LearnedUse))] == [3]


def test_aids_used_within_the_hour_belong_together(school: School) -> None:
    for name in ("a", "b", "c"):
        school.reader(name, "refund")
        school.reader(name, "printer", "printer", at=NOW - timedelta(hours=1, minutes=30))
    school.reader("a", "vpn", "vpn")
    school.learn()
    with Session(school.engine) as session:
        assert [row.persons for row in session.exec(select(UsedTogether))] == [3, 3]


def test_nothing_that_is_learned_says_who(school: School) -> None:
    for name in ("reader-a", "reader-b", "reader-c"):
        school.reader(name, "zaster")
    school.learn()
    with Session(school.engine) as session:
        kept = [
            row.model_dump() for table in (LearnedWord, LearnedUse, UsedTogether) for row in session.exec(select(table))
        ]
    assert kept
    assert "reader-" not in str(kept)


def test_learning_comes_soon_after_use(school: School, app: Any, ticking: Any) -> None:
    state = app.state
    for name in ("a", "b", "c"):
        school.reader(name, "zaster")
    state.learner.turn()
    state.usage.writer.start()
    state.usage.writer.submit(school.rows).result()
    state.learner.turn()
    state.usage.writer.stop()
    assert "zaster" in school.words()


def test_everything_is_learned_anew_once_a_day(school: School, app: Any, ticking: Any) -> None:
    for name in ("a", "b", "c"):
        school.reader(name, "zaster")
    school.learn()
    app.state.learner.turn()
    before = school.words()["zaster"].weight
    ticking.go_on(days=30)
    app.state.learner.turn()
    assert school.words()["zaster"].weight < before * 0.95


def test_others_write_while_lessons_are_counted(school: School) -> None:
    def lessons() -> Iterator[Lesson]:
        for name in ("a", "b", "c"):
            school.reader(name, "refund")
            school.keep()
            yield Lesson("refund", name, 1.0, "zaster")

    words.learn(school.engine, ["refund"], lessons(), 3, "en")
    assert list(school.words()) == ["zaster"]


def test_about_many_aids_all_readers_are_asked(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "FEW", 1)
    for name in ("a", "b", "c"):
        school.reader(name, "zaster")
        school.reader(name, "toner", "printer")
        school.reader(name, "tunnel", "vpn")
    school.keep()
    learning.learn(school.engine, school.settings, NOW, {"refund", "printer"})
    assert (list(school.words()), list(school.words("printer")), school.words("vpn")) == (["zaster"], ["toner"], {})


def test_a_search_before_signing_in_is_hers(school: School) -> None:
    for name in ("a", "b", "c"):
        school.reader(name, "zaster")
    for row in school.rows:
        if row["type"] != "search":
            row["person"] = "pseudonym of " + row["tab"]
    school.learn()
    assert school.words()["zaster"].persons == 3
