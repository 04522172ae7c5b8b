"""The trainers' pages about search."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from markupsafe import Markup
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import db
from app.aids.document import read
from app.aids.front import with_keyword
from app.aids.models import Aid, Revision
from app.people.models import AuditEntry
from app.search import learning, why
from app.search.explain import Part
from app.search.learning import Lesson
from app.search.models import Synonym
from app.search.service import Hit
from app.search.synonyms import SynonymsFile, load
from app.viewer import Role
from app.work import rules
from app.work import service as work
from app.work.schemas import RuleIn, TaskIn
from tests.conftest import NOW

HTML = {"Accept": "text/html"}
SLUG = "billing/refund-card"


@pytest.fixture
def studio(library: TestClient, trainer: dict[str, str]) -> TestClient:
    library.headers.update(trainer | HTML)
    return library


@pytest.fixture
def taught(app: FastAPI, studio: TestClient) -> TestClient:
    """The refund aid has learned a word from four readers."""
    lessons = [Lesson(SLUG, reader, 1.0, "zaster") for reader in "abcd"]
    learning.learn(app.state.engine, [SLUG], lessons, 3, "en")
    app.state.search.refresh()
    return studio


def slugs(client: TestClient, words: str) -> list[str]:
    return [hit["slug"] for hit in client.get("/api/v1/search", params={"q": words}).json()["results"]]


@pytest.mark.parametrize("path", ["/studio/search", f"/studio/words/{SLUG}", "/studio/synonyms"])
def test_the_pages_are_for_trainers(library: TestClient, bearer: Callable[[Role], dict[str, str]], path: str) -> None:
    assert library.get(path, headers=bearer(Role.EMPLOYEE)).status_code == 403
    assert library.get(path, headers=bearer(Role.ANALYST)).status_code == 403
    assert library.get(path, headers=bearer(Role.TRAINER)).status_code == 200


# Why it is found


def test_a_search_is_explained(studio: TestClient) -> None:
    page = studio.get("/studio/search", params={"q": "refnd card "}).text
    assert "corrected word <b>refund</b> in title" in page
    assert "Read as “refund card" in page


def test_an_explanation_names_the_form_of_a_word(studio: TestClient) -> None:
    assert "word <b>refunding</b> as “refund” in title" in studio.get("/studio/search", params={"q": "refunding "}).text


@pytest.mark.parametrize(
    ("situation", "part"),
    [
        ({"for_task": "issue-refund"}, "task at hand <b>Issue a refund</b>"),
        ({"for_role": "clerk"}, "job role <b>Clerk</b>"),
        ({"app": "crm", "path": "/orders/7/refund"}, "task at hand <b>Issue a refund</b>"),
        ({"app": "crm"}, "task at hand <b>Issue a refund</b>"),
    ],
)
def test_a_situation_is_explained(app: FastAPI, studio: TestClient, situation: dict[str, str], part: str) -> None:
    with db.writing(app.state.engine) as session:
        work.create(session, NOW, TaskIn(slug="issue-refund", title="Issue a refund", roles=["clerk"]))
        rules.keep(session, NOW, RuleIn(app="crm", pattern="/orders/:id/refund", task="issue-refund"))
    app.state.search.store.rebuild()
    app.state.search.refresh()
    assert part not in studio.get("/studio/search", params={"q": "refund"}).text
    page = studio.get("/studio/search", params={"q": "refund", **situation}).text
    assert part in page
    assert f'value="{next(iter(situation.values()))}" selected' in page


def test_the_page_says_what_would_raise_an_aid(studio: TestClient) -> None:
    page = studio.get("/studio/search", params={"q": "bank offline card "}).text
    first, second = page.split("<h2>")[1:]
    assert "would raise" not in first
    assert "would raise" in second


def test_a_word_deep_in_the_text_belongs_into_the_keywords() -> None:
    def hit(slug: str, *parts: tuple[str, str]) -> Any:
        made = [Part("joined" if where == "joined" else "word", word, where, 0.2, word) for word, where in parts]
        return Hit(slug, slug, "", "", [], [], Markup(""), 0.5, None, made)

    first = hit("first", ("card", "title"), ("bank", "title"), ("bankcard", "joined"))
    [_, second, third] = why.shown([first, hit("second", ("card", "body")), hit("third")], {})
    assert second.advice.startswith("Only further down: “card”. Missing: “bank”. In the title or the keywords")
    assert third.advice.startswith("It has none of the words.")


def test_an_explanation_is_not_counted(app: FastAPI, studio: TestClient) -> None:
    studio.get("/studio/search", params={"q": "refund"})
    assert app.state.usage.writer.calls.empty()


def test_the_api_explains_to_trainers(studio: TestClient) -> None:
    hit = studio.get("/api/v1/search", params={"q": "refund", "explain": True}).json()["results"][0]
    assert {"what": "word", "word": "refund", "where": "title"}.items() <= max(
        hit["parts"], key=lambda p: p["where"] == "title"
    ).items()
    assert sum(part["score"] for part in hit["parts"]) == pytest.approx(hit["score"], abs=0.001)


def test_the_api_explains_to_nobody_else(library: TestClient, employee: dict[str, str]) -> None:
    assert library.get("/api/v1/search", params={"q": "refund", "explain": True}, headers=employee).status_code == 403


def test_nothing_found_says_what_to_do(studio: TestClient) -> None:
    assert "add a synonym" in studio.get("/studio/search", params={"q": "zzqx"}).text


# Learned words


def test_learned_words_are_shown_with_the_number_of_readers(taught: TestClient) -> None:
    page = taught.get(f"/studio/words/{SLUG}").text
    assert '<th scope="row">zaster</th>' in page
    assert '<td class="number">4</td>' in page


def test_without_learned_words_the_page_says_how_they_come(studio: TestClient) -> None:
    assert "3 different readers" in studio.get(f"/studio/words/{SLUG}").text


def test_a_removed_word_leads_nowhere_until_it_is_restored(app: FastAPI, taught: TestClient) -> None:
    assert slugs(taught, "zaster") == [SLUG]
    for action, expected in (("remove", []), ("restore", [SLUG])):
        for _ in range(2):  # a form may be sent twice
            taught.post(f"/studio/words/{SLUG}", data={"word": "zaster", "action": action})
            app.state.search.refresh()
            assert slugs(taught, "zaster") == expected
    with Session(app.state.engine) as session:
        actions = session.exec(select(AuditEntry.action).where(col(AuditEntry.action).endswith("learned word"))).all()
    assert sorted(actions) == ["removed a learned word", "restored a learned word"]


def test_the_page_offers_to_restore_what_was_removed(taught: TestClient) -> None:
    def offered() -> list[str]:
        page = taught.get(f"/studio/words/{SLUG}").text
        return [action for action in ("remove", "restore", "adopt") if f'value="{action}"' in page]

    before = offered()
    taught.post(f"/studio/words/{SLUG}", data={"word": "zaster", "action": "remove"})
    assert (before, offered()) == (["remove", "adopt"], ["restore"])


def test_an_adopted_word_is_a_keyword_of_the_live_revision(app: FastAPI, taught: TestClient) -> None:
    taught.post(f"/studio/words/{SLUG}", data={"word": "zaster", "action": "adopt"})
    with Session(app.state.engine) as session:
        aid = session.exec(select(Aid).where(Aid.slug == SLUG)).one()
        live = session.exec(select(Revision).where(Revision.aid_id == aid.id, Revision.number == aid.live)).one()
    assert live.keywords == ["chargeback", "money back", "zaster"]
    assert "is a keyword" in taught.get(f"/studio/words/{SLUG}").text


def test_a_keyword_does_not_say_that_somebody_checked_the_aid(app: FastAPI, taught: TestClient, ticking: Any) -> None:
    def due() -> Any:
        with Session(app.state.engine) as session:
            return session.exec(select(Aid).where(Aid.slug == SLUG)).one().review_due

    before = due()
    ticking.go_on(days=30)
    taught.post(f"/studio/words/{SLUG}", data={"word": "zaster", "action": "adopt"})
    assert due() == before


def test_managers_are_shown_the_pages_that_they_may_open(
    library: TestClient, bearer: Callable[[Role], dict[str, str]]
) -> None:
    page = library.get("/studio/delivery", headers=bearer(Role.MANAGER)).text
    assert "/studio/delivery" in page
    assert "/studio/synonyms" not in page


def test_a_word_that_was_not_learned_cannot_be_adopted(studio: TestClient) -> None:
    answer = studio.post(f"/studio/words/{SLUG}", data={"word": "other", "action": "adopt"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "front",
    ["", "---\ntitle: A\n---\n", "---\nkeywords: [one]\ntitle: A\n---\n", "---\nkeywords: []\n---\n",
     "---\nkeywords:\n  - one\n  - two\ntitle: A\n---\n", "---\r\ntitle: A\r\n---\r\n"],
)  # fmt: skip
@pytest.mark.parametrize("word", ["zaster", "no", "e-4012", "a: b", "123"])
def test_a_keyword_is_put_into_any_front_matter(front: str, word: str) -> None:
    changed = with_keyword(f"{front}# A\n\nText.\n", word)
    assert word in read(changed).front.keywords
    assert changed.endswith("# A\n\nText.\n")
    assert set(read(front + "x").front.keywords) < set(read(changed).front.keywords)


def test_a_single_keyword_becomes_a_list() -> None:
    assert with_keyword("---\nkeywords: one\n---\nText.\n", "zaster") == "---\nkeywords: [one, zaster]\n---\nText.\n"


# Synonyms


def test_a_synonym_is_added_and_found_within_seconds(app: FastAPI, studio: TestClient) -> None:
    assert slugs(studio, "zaster") == []
    studio.post("/studio/synonyms", data={"phrase": "zaster", "means": "money back", "both_ways": "true"})
    app.state.search.refresh()
    assert slugs(studio, "zaster")[0] == SLUG
    assert "zaster" in studio.get("/studio/synonyms").text


def test_a_synonym_is_removed(app: FastAPI, studio: TestClient) -> None:
    studio.post("/studio/synonyms", data={"phrase": "zaster", "means": "money"})
    with Session(app.state.engine) as session:
        number = session.exec(select(Synonym.id)).one()
    studio.post(f"/studio/synonyms/{number}/remove")
    app.state.search.refresh()
    assert slugs(studio, "zaster") == []


@pytest.mark.parametrize(
    ("phrase", "means", "status"),
    [("a", "A", 422), ("?", "money", 422), ("x" * 101, "money", 422), ("cash", "money", 409), ("money", "cash", 409)],
)
def test_a_synonym_that_cannot_be_is_refused(studio: TestClient, phrase: str, means: str, status: int) -> None:
    studio.post("/studio/synonyms", data={"phrase": "cash", "means": "money", "both_ways": "true"})
    assert studio.post("/studio/synonyms", data={"phrase": phrase, "means": means}).status_code == status


def test_synonyms_of_a_file_are_replaced_by_its_next_import(app: FastAPI, studio: TestClient) -> None:
    for words in (["lorry", "truck", "van"], ["cash", "money"]):
        with db.writing(app.state.engine) as session:
            load(session, "synonyms.yaml", SynonymsFile.model_validate({"synonyms": [{"same": words}]}))
    with Session(app.state.engine) as session:
        assert [(row.phrase, row.means) for row in session.exec(select(Synonym))] == [("cash", "money")]


def test_a_synonym_of_a_file_is_changed_in_the_file(app: FastAPI, studio: TestClient) -> None:
    one_way: Any = {"synonyms": [{"word": "reimburse", "means": ["refund"]}]}
    with db.writing(app.state.engine) as session:
        load(session, "care/synonyms.yaml", SynonymsFile.model_validate(one_way))
    with Session(app.state.engine) as session:
        number = session.exec(select(Synonym.id)).one()
    answer = studio.post(f"/studio/synonyms/{number}/remove")
    assert (answer.status_code, "care/synonyms.yaml" in answer.text) == (422, True)


@pytest.fixture
def filed(app: FastAPI, studio: TestClient) -> str:
    """The origin of a file with two synonyms; one more was added by hand, and one is of another file."""
    for origin, words in (
        ("…/old/synonyms.yaml", ["lorry", "truck", "van"]),
        ("…/new/synonyms.yaml", ["cash", "coin"]),
    ):
        with db.writing(app.state.engine) as session:
            load(session, origin, SynonymsFile.model_validate({"synonyms": [{"same": words}]}))
    studio.post("/studio/synonyms", data={"phrase": "zaster", "means": "money"})
    return "…/old/synonyms.yaml"


def test_the_synonyms_of_a_file_are_removed_together_and_others_stay(
    app: FastAPI, studio: TestClient, filed: str
) -> None:
    assert f'value="{filed}"' in studio.get("/studio/synonyms").text
    studio.post("/studio/synonyms/remove", data={"origin": filed})
    with Session(app.state.engine) as session:
        assert sorted(session.exec(select(Synonym.phrase))) == ["cash", "zaster"]
    assert filed not in studio.get("/studio/synonyms").text


@pytest.mark.parametrize("origin", ["studio", "…/none/synonyms.yaml"])
def test_what_no_file_holds_is_not_removed_as_one(studio: TestClient, filed: str, origin: str) -> None:
    assert studio.post("/studio/synonyms/remove", data={"origin": origin}).status_code == 404
    assert "zaster" in studio.get("/studio/synonyms").text


def test_only_trainers_remove_the_synonyms_of_a_file(library: TestClient, employee: dict[str, str], filed: str) -> None:
    answer = library.post("/studio/synonyms/remove", headers=employee, data={"origin": filed})
    assert answer.status_code == 403
