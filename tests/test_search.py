import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.aids import service as aids
from app.aids.models import Aid
from app.clock import now
from app.db import writing
from app.errors import Invalid, SignInNeeded
from app.library.service import Report
from app.search import learning
from app.search.excerpt import Marker
from app.search.learning import Lesson
from app.search.service import Question, Search
from app.viewer import SYSTEM, Viewer
from tests.conftest import REFUND

READER = Viewer(open_house=True)


@dataclass
class Shelf:
    """A search with a library folder behind it."""

    search: Search
    write: Callable[[str, str], Path]
    bring_in: Callable[..., Report]

    def publish(self, **files: str) -> None:
        for name, content in files.items():
            self.write(f"{name.replace('_', '-')}.md", content)
        self.bring_in()
        self.search.catch_up()

    def aids(self, *slugs: str) -> Sequence[Aid]:
        with Session(self.search.engine) as session:
            return session.exec(select(Aid).where(col(Aid.slug).in_(slugs))).all()

    def slugs(self, text: str, viewer: Viewer = READER, **narrowed: str) -> list[str]:
        return [hit.slug for hit in self.search.find(Question(text, **narrowed), viewer).hits]  # type: ignore[arg-type]


@pytest.fixture
def shelf(
    engine: Engine, tmp_path: Path, write: Callable[[str, str], Path], bring_in: Callable[..., Report]
) -> Iterator[Shelf]:
    search = Search(tmp_path / "index", engine)
    made = Shelf(search, write, bring_in)
    made.publish(
        refund=REFUND,
        printer="---\nkind: troubleshooting\n---\n# Printer is offline\n\nSwitch the printer off and on.\n",
        limits="---\naudience: members\n---\n# Refund limits\n\nUp to 500.\n",
    )
    yield made
    search.stop()


def test_a_question_in_plain_words_finds_the_aid(shelf: Shelf) -> None:
    assert shelf.slugs("how do I give a customer his money back?")[0] == "refund"


def test_any_word_and_any_form_of_it_finds(shelf: Shelf) -> None:
    assert shelf.slugs("refunding unicorns") == ["refund"]


def test_a_keyword_finds(shelf: Shelf) -> None:
    assert shelf.slugs("chargebacks") == ["refund"]


def test_a_half_typed_word_finds(shelf: Shelf) -> None:
    assert shelf.slugs("print offl") == ["printer"]


def test_an_aid_is_found_by_the_new_title_of_its_task(shelf: Shelf) -> None:
    shelf.publish()
    shelf.write("tasks.yaml", "tasks:\n  - {slug: issue-refund, title: Reimburse a purchaser}\n")
    shelf.publish()
    assert shelf.slugs("reimburse") == ["refund"]


def test_tasks_that_stay_as_they_are_change_no_aid(shelf: Shelf) -> None:
    shelf.write("tasks.yaml", "tasks:\n  - {slug: issue-refund, title: Reimburse a purchaser}\n")
    shelf.publish()
    before = shelf.search.state
    shelf.publish()
    assert before is not None
    assert shelf.search.state is before


# Characters: as a Mac or a PDF file writes them, with a soft hyphen, with a space of no width, in full width
WRITTEN = ["Schlu\u0308ssel", "Schlüs\u00adsel", "Schlüs\u200bsel", "Ｓｃｈｌüｓｓｅｌ"]


@pytest.mark.parametrize("typed", WRITTEN)
def test_a_question_may_be_written_in_other_characters(shelf: Shelf, typed: str) -> None:
    shelf.publish(key="---\nlang: de\n---\n# Schlüssel ausgeben\n\nAn die Filiale.\n")
    answers = [shelf.search.find(Question(text), READER) for text in (f"{typed} ausgeben", "Schlüssel ausgeben")]
    assert answers[0].query == f"{typed} ausgeben"
    assert answers[0].hits == answers[1].hits
    assert [hit.slug for hit in answers[0].hits] == ["key"]


@pytest.mark.parametrize("written", WRITTEN)
def test_an_aid_may_be_written_in_other_characters(shelf: Shelf, written: str) -> None:
    shelf.publish(key=f"---\nlang: de\nkeywords: [{written}dienst]\n---\n# Ausgabe\n\n1. Den {written} abgeben.\n")
    assert shelf.slugs("Schlüsseldienst ") == ["key"]
    found = shelf.search.find(Question("Schlüssel abgeben"), READER).hits[0].highlight
    assert len(found.split("<mark>")) == 3


def test_letters_in_full_width_mean_what_the_usual_ones_mean(shelf: Shelf) -> None:
    wide, usual = (
        shelf.search.find(Question(text), SYSTEM).hits for text in ("ｒｅｆｕｎｄ Ｅ－４０１２", "refund E-4012")
    )
    assert len(usual) == 2
    assert wide == usual


@pytest.mark.parametrize(("written", "typed"), [("プリンタ", "ﾌﾟﾘﾝﾀ"), ("ﾌﾟﾘﾝﾀ", "プリンタ")])
def test_katakana_in_half_width_find_and_are_found(shelf: Shelf, written: str, typed: str) -> None:
    shelf.publish(kana=f"---\nlang: ja\n---\n# {written}の設定\n")
    assert shelf.slugs(typed) == ["kana"]


def test_a_sign_at_a_word_is_no_part_of_it(shelf: Shelf) -> None:
    shelf.publish(sheet="# Fill in the Excel™ sheet\n")
    assert shelf.slugs("excel") == ["sheet"]


def test_a_result_shows_what_the_author_wrote(shelf: Shelf) -> None:
    shelf.publish(area="# Rent 10³ m² at ½ price 👩\u200d🔧\n\nAsk for 10³ m².\n")
    hit = shelf.search.find(Question("rent price"), READER).hits[0]
    assert (hit.title, hit.summary) == ("Rent 10³ m² at ½ price 👩\u200d🔧", "Ask for 10³ m².")


@pytest.mark.parametrize("written", WRITTEN)
def test_a_synonym_may_be_written_in_other_characters(shelf: Shelf, written: str) -> None:
    shelf.write("synonyms.yaml", f"synonyms:\n  - {{word: {written}, means: [refund]}}\n")
    shelf.publish()
    shelf.search.refresh()
    assert shelf.slugs("Schlüssel ") == ["refund"]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_word_is_learned_from_all_who_wrote_it(shelf: Shelf, written: str) -> None:
    lessons = [Lesson("refund", "ana", 1.0, "Schlüssel"), Lesson("refund", "bo", 1.0, written)]
    learning.learn(shelf.search.engine, ["refund"], lessons, 2, "en")
    shelf.search.refresh()
    assert shelf.slugs("Schlüssel ") == ["refund"]


def test_the_words_of_the_task_find(shelf: Shelf) -> None:
    assert shelf.slugs("issue") == ["refund"]


def test_aids_for_members_are_not_found_by_others(shelf: Shelf) -> None:
    assert shelf.slugs("refund limits") == ["refund"]
    assert shelf.slugs("refund limits", SYSTEM) == ["limits", "refund"]


def test_words_of_aids_for_members_are_not_given_away(shelf: Shelf) -> None:
    shelf.publish(layoffs="---\naudience: members\n---\n# Layoffs in spring\n")
    lessons = [Lesson("layoffs", reader, 1.0, "layoffs") for reader in "abc"]
    learning.learn(shelf.search.engine, ["layoffs"], lessons, 3, "en")
    shelf.search.refresh()
    for typed in ("layofs", "layo"):
        stranger = shelf.search.find(Question(typed), READER)
        assert (stranger.total, stranger.corrected) == (0, None)
        assert shelf.slugs(typed, SYSTEM) == ["layoffs"]


def test_a_closed_house_does_not_answer_strangers(shelf: Shelf) -> None:
    with pytest.raises(SignInNeeded):
        shelf.search.find(Question("refund"), Viewer())


def test_filters_narrow(shelf: Shelf) -> None:
    assert shelf.slugs("refund printer", kind="troubleshooting") == ["printer"]
    assert shelf.slugs("refund printer", task="issue-refund") == ["refund"]
    assert shelf.slugs("refund printer", moment="solve") == []


def test_the_answer_links_to_the_best_step_and_marks_the_words(shelf: Shelf) -> None:
    hit = shelf.search.find(Question("enter the amount"), READER).hits[0]
    assert hit.step == 3
    assert hit.highlight == "<mark>Enter</mark> the <mark>amount</mark> and confirm."


@pytest.mark.parametrize(
    ("text", "typed", "marked"),
    [
        ("お客様から返品された商品の手続き", "返品", "お客様から<mark>返品</mark>された商品の手続き"),
        (
            "お客様から返品された商品の手続き",
            "返品された 手続き",
            "お客様から<mark>返品された</mark>商品の<mark>手続き</mark>",
        ),
        ("高温でプリンタが止まる", "プリンタ", "高温で<mark>プリンタ</mark>が止まる"),
        ("办理客户退货手续", "退货", "办理客户<mark>退货</mark>手续"),
        ("고객이 반품한 상품", "반품", "고객이 <mark>반품</mark>한 상품"),
    ],
)
def test_where_there_are_no_spaces_only_what_was_found_is_marked(
    shelf: Shelf, text: str, typed: str, marked: str
) -> None:
    shelf.publish(back=f"---\nlang: ja\n---\n# Goods\n\n{text}\n")
    assert shelf.search.find(Question(typed), READER).hits[0].highlight == marked


def test_what_is_found_late_in_a_text_without_spaces_is_in_the_excerpt(shelf: Shelf) -> None:
    shelf.publish(back=f"---\nlang: ja\n---\n# Goods\n\nSee below.\n\n{'商品の手続きを行う' * 40}返品{'する' * 90}\n")
    excerpt = shelf.search.find(Question("返品"), READER).hits[0].highlight
    assert "<mark>返品</mark>" in excerpt
    assert len(excerpt) < 210


def test_a_question_that_the_title_answers_opens_the_aid_at_its_beginning(shelf: Shelf) -> None:
    assert shelf.search.find(Question("refund an order"), READER).hits[0].step is None


def test_what_is_highlighted_is_escaped(shelf: Shelf) -> None:
    shelf.publish(html="# Tags\n\nType `<b>bold</b>` here.")
    assert "&lt;b&gt;<mark>bold</mark>&lt;/b&gt;" in shelf.search.find(Question("bold"), READER).hits[0].highlight


def test_a_wrong_word_gets_a_correction(shelf: Shelf) -> None:
    answer = shelf.search.find(Question("prinzer"), READER)
    assert ([hit.slug for hit in answer.hits], answer.corrected) == (["printer"], "printer")


@pytest.mark.parametrize("text", ["how do I", "???", "🙂", '"', "*"])
def test_a_question_without_a_word_to_search_says_so(shelf: Shelf, text: str) -> None:
    answer = shelf.search.find(Question(text), READER)
    assert answer.hits == []
    assert answer.message


@pytest.mark.parametrize(
    "text", ["title:refund", '"refund card"', "refund*", "refund AND NOT card", "رد refund 🙂", "a" * 900]
)
def test_nothing_in_a_question_is_syntax(shelf: Shelf, text: str) -> None:
    assert shelf.search.find(Question(text), READER).hits or text == "a" * 900


def test_a_very_long_question_is_refused_with_the_limit(shelf: Shelf) -> None:
    with pytest.raises(Invalid, match="1,000"):
        shelf.search.find(Question("refund " * 2_000), READER)


def test_a_published_change_is_found(shelf: Shelf) -> None:
    shelf.publish(printer="# Printer is offline\n\nLook for the gremlin.\n")
    assert shelf.slugs("gremlin") == ["printer"]
    assert shelf.slugs("switch") == []


def test_the_index_catches_up_with_another_process(shelf: Shelf, engine: Engine, tmp_path: Path) -> None:
    other = Search(tmp_path / "elsewhere", engine)
    other.catch_up()
    shelf.publish(new="# Gremlins\n")
    other.catch_up()
    assert [hit.slug for hit in other.find(Question("gremlins"), READER).hits] == ["new"]


def test_two_searches_on_one_index_see_the_same(shelf: Shelf, engine: Engine, tmp_path: Path) -> None:
    other = Search(tmp_path / "index", engine)
    shelf.publish(new="# Gremlins\n")
    other.refresh()
    assert other.find(Question("gremlins"), READER).total == 1


def test_without_an_index_the_database_answers(shelf: Shelf) -> None:
    shelf.search.state = None
    answer = shelf.search.find(Question("refund money"), READER)
    assert answer.degraded
    assert [hit.slug for hit in answer.hits] == ["refund"]


def test_without_an_index_filters_narrow(shelf: Shelf) -> None:
    shelf.publish(moments="---\nmoments: [solve]\n---\n# Solve the printer\n")
    shelf.search.state = None
    assert shelf.slugs("refund printer", kind="troubleshooting") == ["printer"]
    assert shelf.slugs("refund printer", task="issue-refund") == ["refund"]
    assert shelf.slugs("refund printer", moment="solve") == ["moments"]


def test_without_an_index_all_that_fits_is_counted_and_paged(shelf: Shelf) -> None:
    shelf.publish(**{f"gremlin{number}": f"# Gremlin {number}\n" for number in range(7)})
    withheld = frozenset(aid.id or 0 for aid in shelf.aids("gremlin0", "gremlin3"))
    shelf.search.state = None
    viewer = replace(READER, withheld=withheld)
    pages = [shelf.search.find(Question("gremlin", limit=2, offset=offset), viewer) for offset in (0, 2, 4, 6)]
    assert [page.total for page in pages] == [5, 5, 5, 5]
    assert [hit.slug[-1] for page in pages for hit in page.hits] == ["1", "2", "4", "5", "6"]


def test_without_an_index_a_single_letter_finds_only_where_there_is_no_other_word(shelf: Shelf) -> None:
    shelf.publish(code="# Vitamin E\n")
    shelf.search.state = None
    assert shelf.slugs("E-4012") == ["refund"]
    assert "code" in shelf.slugs("E")


def test_without_an_index_an_equal_title_is_first_then_the_most_words(shelf: Shelf) -> None:
    shelf.publish(
        all="# A gremlin bites the company goblin\n\nAbout the übergabe.\n",
        some="# Gremlin and goblin\n",
        text="# Others\n\nA gremlin, a goblin and a company.\n",
        equal="# Übergabe of a gremlin\n",
    )
    shelf.search.state = None
    assert shelf.slugs("gremlin goblin company") == ["all", "text", "some", "equal"]
    assert shelf.slugs("  Übergabe of a GREMLIN")[0] == "equal"
    assert shelf.slugs("GREMLIN and goblin")[0] == "some"


def test_a_damaged_index_is_noticed_and_made_anew(shelf: Shelf, tmp_path: Path) -> None:
    for segment in (tmp_path / "index").rglob("*.seg"):
        segment.write_bytes(b"rubbish" * 50)
    fresh = Search(tmp_path / "index", shelf.search.engine)
    fresh.refresh()
    assert fresh.find(Question("refund"), READER).degraded
    fresh.catch_up()
    assert not fresh.find(Question("refund"), READER).degraded


def test_damage_while_searching_degrades_and_heals(shelf: Shelf) -> None:
    state = shelf.search.state
    assert state is not None
    for segment in state.snapshot.segments:
        segment.leaf.close()
    assert shelf.search.find(Question("refund"), READER).degraded
    shelf.search.catch_up()
    assert not shelf.search.find(Question("refund"), READER).degraded


def test_an_index_of_another_database_is_made_anew(shelf: Shelf, tmp_path: Path) -> None:
    state = next((tmp_path / "index").rglob("state.json"))
    state.write_text(json.dumps(json.loads(state.read_text()) | {"instance": "another"}))
    before = state.parent
    shelf.search.catch_up()
    assert not before.exists()
    assert shelf.slugs("refund") == ["refund"]


def test_aids_that_name_no_language_are_in_that_of_the_setting(shelf: Shelf, tmp_path: Path) -> None:
    shelf.publish(henkin="# 注文の返金を行う\n")
    other = Search(tmp_path / "elsewhere", shelf.search.engine, "ja")
    other.catch_up()
    assert [hit.slug for hit in other.find(Question("返金"), READER).hits] == ["henkin"]
    assert other.state is not None
    assert other.state.snapshot.languages == ("ja",)


def test_an_empty_library_has_an_index_that_can_be_used(engine: Engine, tmp_path: Path) -> None:
    search = Search(tmp_path / "index", engine)
    search.catch_up()
    assert not search.find(Question("refund"), READER).degraded


def test_a_deleted_index_is_made_anew(shelf: Shelf, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "index")
    shelf.search.catch_up()
    assert shelf.slugs("refund") == ["refund"]


def test_a_retired_aid_is_not_found(shelf: Shelf, engine: Engine) -> None:
    with writing(engine) as session:
        aids.retire(session, now(), SYSTEM, "refund")
    shelf.search.catch_up()
    assert shelf.slugs("refund") == []


def test_a_snapshot_is_of_one_state(shelf: Shelf) -> None:
    before = shelf.search.state
    shelf.publish(new="# Gremlins\n")
    assert before is not None
    assert shelf.search.state is not None
    assert before.snapshot.count < shelf.search.state.snapshot.count


def test_slugs_of_the_database_and_the_index_are_the_same(shelf: Shelf, engine: Engine) -> None:
    with Session(engine) as session:
        live = set(session.exec(select(Aid.slug).where(col(Aid.live).is_not(None))))
    assert shelf.search.state is not None
    snapshot = shelf.search.state.snapshot
    assert {snapshot.shown(n)["slug"] for n in range(snapshot.count) if snapshot.alive[n]} == live


@given(st.text(alphabet="refund card <&>\n", max_size=600))
@settings(max_examples=80, deadline=None)
def test_an_excerpt_is_the_text_escaped_and_cut_between_words(text: str) -> None:
    made = Marker(["refund", "card"], ["en"]).mark(text)
    plain = made.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in plain
    assert Markup(plain).unescape().strip("… ") in text
