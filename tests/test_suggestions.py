"""What readers suggest, and what becomes of it."""

import html
import re
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.aids.document import read
from app.db import writing
from app.facts import Answered, Suggested
from app.publishing.keeper import KEEPER
from app.publishing.models import Suggestion
from app.publishing.suggestions import body_of
from app.viewer import Role
from tests.support import persons

Headers = dict[str, str]
SLUG = "billing/refund-card"
PAGE = f"/aids/{SLUG}"
STUDIO = "/studio/suggestions"


@pytest.fixture
def ana(library: TestClient, app: FastAPI) -> Headers:
    return persons.headers(app, "Ana", Role.TRAINER)


@pytest.fixture
def eve(library: TestClient, app: FastAPI) -> Headers:
    return persons.headers(app, "Eve", Role.EMPLOYEE)


def changed(client: TestClient) -> str:
    """The text as a browser would send it, one word changed."""
    body = body_of(client.get(f"{PAGE}.md").text)
    return body.replace("up to five days", "up to two days").replace("\n", "\r\n")


def suggest(client: TestClient, who: Headers, **data: Any) -> Any:
    return client.post(f"{PAGE}/suggest", data={"base": 1} | data, headers=who, follow_redirects=False)


def stored(app: FastAPI) -> list[Suggestion]:
    with Session(app.state.engine) as session:
        return list(session.exec(select(Suggestion)))


def adopt(client: TestClient, who: Headers, number: int = 1, **data: Any) -> Any:
    return client.post(f"{STUDIO}/{number}/adopt", data=data, headers=who, follow_redirects=False)


# Who may


def test_readers_do_not_see_what_others_suggest(library: TestClient, eve: Headers) -> None:
    suggest(library, eve, words="Five is wrong.")
    assert library.get(STUDIO, headers=eve).status_code == 403
    assert library.get(f"{STUDIO}/1", headers=eve).status_code == 403
    assert adopt(library, eve).status_code == 403


@pytest.mark.parametrize("path", [f"{PAGE}/suggest", f"{PAGE}/flag", "/offer"])
def test_strangers_keep_what_they_wrote_and_are_led_to_sign_in(library: TestClient, app: FastAPI, path: str) -> None:
    data = {"words": "My long thought", "title": "How to", "text": "My own text"}
    answer = library.post(path, data=data, headers={"Accept": "text/html"})
    assert answer.status_code == 401
    assert "My long thought" in answer.text
    assert 'href="/sign-in"' in answer.text
    assert stored(app) == []


def test_an_aid_that_may_not_be_read_may_not_be_changed(library: TestClient) -> None:
    assert library.get("/aids/billing/secret-limits/suggest").status_code == 404
    assert library.get("/changes/billing/secret-limits").status_code == 404


# A change


def test_words_alone_are_enough(library: TestClient, eve: Headers, app: FastAPI) -> None:
    body = body_of(library.get(f"{PAGE}.md").text)
    suggest(library, eve, words="Five is wrong.", text=body.replace("\n", "\r\n"))
    assert [(one.kind, one.words, one.text) for one in stored(app)] == [("change", "Five is wrong.", None)]


def test_nothing_at_all_is_refused_and_said(library: TestClient, eve: Headers) -> None:
    answer = suggest(library, eve, text=body_of(library.get(f"{PAGE}.md").text))
    assert (answer.status_code, "say in your words what is wrong" in answer.text) == (422, True)


def test_the_keys_on_top_stay_as_they_are(library: TestClient, eve: Headers, app: FastAPI) -> None:
    form = library.get(f"{PAGE}/suggest", headers=eve).text
    assert "keywords:" not in form
    suggest(library, eve, text=changed(library))
    text = stored(app)[0].text or ""
    assert text == library.get(f"{PAGE}.md").text.replace("up to five days", "up to two days")


def test_the_trainer_sees_the_change_word_by_word(library: TestClient, eve: Headers, ana: Headers) -> None:
    suggest(library, eve, text=changed(library), words="Five is wrong.")
    assert "Five is wrong." in library.get(STUDIO, headers=ana).text
    page = library.get(f"{STUDIO}/1", headers=ana).text
    assert '<del><span class="said">removed: </span>five</del>' in page
    assert '<ins><span class="said">added: </span>two</ins>' in page


@pytest.mark.parametrize(("named", "thanks"), [({"name_me": "true"}, True), ({}, False)])
def test_an_adopted_change_thanks_those_who_agreed(
    library: TestClient, eve: Headers, ana: Headers, app: FastAPI, named: Headers, thanks: bool
) -> None:
    suggest(library, eve, text=changed(library), **named)
    assert adopt(library, ana, answer="Thank you!").headers["location"] == f"/studio/aids/{SLUG}/review"
    ben = persons.headers(app, "Ben", Role.TRAINER)
    library.post(f"/studio/aids/{SLUG}/submit", data={"revision": 2}, headers=ana)
    library.post(f"/studio/aids/{SLUG}/approve", data={"revision": 2}, headers=ben)
    page = library.get(PAGE).text
    assert "up to two days" in page
    assert ("With thanks to Eve." in page) == thanks


def test_what_was_dealt_with_is_not_adopted_again(library: TestClient, eve: Headers, ana: Headers) -> None:
    suggest(library, eve, text=changed(library))
    adopt(library, ana)
    assert adopt(library, ana).status_code == 409


def test_an_editor_that_takes_a_suggestion_over_credits_it(
    library: TestClient, eve: Headers, ana: Headers, app: FastAPI
) -> None:
    suggest(library, eve, words="Two days", text=changed(library), name_me="true")
    page = library.get(f"/studio/aids/{SLUG}/edit?suggestion=1", headers=ana).text
    assert "up to two days" in page
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    body = html.unescape(re.search(r'<textarea[^>]*name="body"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)[1])  # type: ignore[index]
    front = html.unescape(re.search(r'<textarea[^>]*name="front"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)[1])  # type: ignore[index]
    form = fields | {"title": "Refund an order paid by card", "front": front, "body": f"{body}More.\n"}
    answer = library.post(f"/studio/aids/{SLUG}/edit", data=form, headers=ana, follow_redirects=False)
    assert answer.status_code == 303
    assert [(one.state, one.adopted_as) for one in stored(app)] == [("adopted", 2)]


def test_neither_change_is_lost_when_the_aid_has_moved_on(library: TestClient, eve: Headers, ana: Headers) -> None:
    suggest(library, eve, text=changed(library))
    text = library.get(f"{PAGE}.md").text.replace("Open the order", "Find the order")
    library.put(f"/api/v1/aids/{SLUG}", json={"markdown": text}, headers=ana)
    answer = adopt(library, ana, answer="My answer")
    assert (answer.status_code, "Adopt it with edits" in answer.text, "My answer" in answer.text) == (409, True, True)


# A flag and an offer


def test_one_click_flags_and_words_may_follow(library: TestClient, eve: Headers, app: FastAPI) -> None:
    first = library.post(f"{PAGE}/flag", headers=eve, follow_redirects=False)
    assert first.headers["location"] == f"{PAGE}/flag?noted=1"
    library.post(f"{PAGE}/flag", data={"words": "The button moved."}, headers=eve)
    assert [(one.kind, one.words) for one in stored(app)] == [("outdated", "The button moved.")]


def test_an_offer_in_plain_words_becomes_a_draft_with_steps(library: TestClient, eve: Headers, ana: Headers) -> None:
    words = "1. Press *both* buttons\n- Wait for <b>green</b>\n"
    library.post("/offer", data={"title": "Restart the scanner", "words": words, "task": "issue-refund"}, headers=eve)
    adopt(library, ana)
    made = library.get("/api/v1/aids/restart-the-scanner", headers=ana).json()
    assert made["steps"] == ["Press *both* buttons", "Wait for <b>green</b>"]
    assert (made["title"], made["tasks"], made["live"]) == ("Restart the scanner", ["issue-refund"], False)


def test_an_offer_takes_an_address_that_is_free(library: TestClient, eve: Headers, ana: Headers) -> None:
    library.post("/offer", data={"title": "it", "words": "One."}, headers=eve)
    library.post("/offer", data={"title": "It!", "words": "Two."}, headers=eve)
    adopt(library, ana, 1)
    assert adopt(library, ana, 2).headers["location"] == "/studio/aids/it-2/review"


@pytest.mark.parametrize("data", [{"title": "", "words": "x"}, {"title": "x", "words": " "}])
def test_an_offer_without_words_is_refused_and_kept(library: TestClient, eve: Headers, data: Headers) -> None:
    assert library.post("/offer", data=data, headers=eve).status_code == 422


# The answer


def test_an_answer_needs_words(library: TestClient, eve: Headers, ana: Headers) -> None:
    suggest(library, eve, words="Five is wrong.")
    assert library.post(f"{STUDIO}/1/answer", data={"answer": ""}, headers=ana).status_code == 422


def test_the_reader_is_told_quietly_until_she_has_seen_it(
    library: TestClient, eve: Headers, ana: Headers, app: FastAPI
) -> None:
    suggest(library, eve, words="Five is wrong.")
    assert "1 answer" not in library.get("/", headers=eve).text
    library.post(f"{STUDIO}/1/answer", data={"answer": "It is five."}, headers=ana)
    app.state.credentials.forget(persons.sign_in(app, "Eve", Role.EMPLOYEE))
    assert "1 answer" in library.get("/", headers=eve).text
    assert "It is five." in library.get("/me/suggestions", headers=eve).text
    assert "1 answer" not in library.get("/", headers=eve).text


def test_the_facts_are_told(library: TestClient, eve: Headers, ana: Headers, app: FastAPI) -> None:
    heard: list[Any] = []
    app.state.facts.listen(Suggested, heard.append)
    app.state.facts.listen(Answered, heard.append)
    suggest(library, eve, text=changed(library))
    adopt(library, ana)
    assert [(type(one), one.person) for one in heard] == [(Suggested, "eve"), (Answered, "eve")]
    assert heard[1].adopted


def test_what_is_stored_about_a_person_is_shown_and_erased(
    library: TestClient, eve: Headers, ana: Headers, app: FastAPI
) -> None:
    suggest(library, eve, text=changed(library), name_me="true")
    adopt(library, ana)
    suggest(library, eve, words="And more.")
    with writing(app.state.engine) as session:
        assert [row["words"] for row in KEEPER.show(session, "eve", "")[0].rows] == ["And more.", ""]
        KEEPER.erase(session, "eve", "")
    with writing(app.state.engine) as session:
        assert KEEPER.show(session, "eve", "")[0].rows == []
    assert [one.actor for one in stored(app)] == ["erased"]
    assert "thanks to Eve" not in library.get(f"/studio/aids/{SLUG}/review", headers=ana).text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a\0b", "---\nkind: poem\n---\n", "x" * 250_000])
def test_hostile_texts_do_no_harm(library: TestClient, eve: Headers, ana: Headers, text: str) -> None:
    answer = suggest(library, eve, text=text, words=text[:4000])
    assert answer.status_code in {303, 413, 422}
    if answer.status_code == 303:
        assert "<script>alert" not in library.get(f"{STUDIO}/1", headers=ana).text
        assert adopt(library, ana).status_code in {303, 422}


def test_the_text_of_an_aid_is_split_from_its_keys() -> None:
    text = "---\ntitle: A\n---\nBody.\n"
    assert (body_of(text), read(text).body) == ("Body.\n", "Body.\n")
