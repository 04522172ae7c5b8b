"""Writing an aid, over HTTP: nothing that was typed is lost, and nothing that was not changed changes."""

import base64
import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import db
from app.aids.front import split
from app.aids.models import Aid, LibraryFile, Revision
from app.people import service as people
from app.people.entering import COOKIE
from app.people.models import Person, SignIn
from app.publishing import drafts, starters
from app.publishing.drafts_models import WorkingCopy
from app.publishing.editor import EditorForm, form_of, joined, listed
from app.viewer import Role
from tests.conftest import REFUND, Ticking

SLUG = "billing/refund-card"
EDIT = f"/studio/aids/{SLUG}/edit"
NEW = "/studio/aids/new"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
BODY = "## Quick steps\n1. Open the order.\n2. Press **Cancel**.\n"
As = Callable[[str], TestClient]


@pytest.fixture
def as_person(app: FastAPI, library: TestClient, ticking: Ticking) -> Iterator[As]:
    """A client of a trainer who is signed in, by her name."""
    library.headers.update(HTML)

    def sign_in(name: str) -> TestClient:
        with db.writing(app.state.engine) as session:
            if session.get(Person, name.lower()) is None:
                session.add(Person(id=name.lower(), name=name, role=Role.TRAINER, created_at=ticking()))
                session.flush()
                ends = ticking() + timedelta(days=1)
                session.add(SignIn(digest=people.digest(name), person_id=name.lower(), expires_at=ends))
        library.cookies.set(COOKIE, name)
        return library

    yield sign_in
    library.cookies.clear()


@pytest.fixture
def ana(as_person: As) -> TestClient:
    return as_person("Ana")


def newest(app: FastAPI, slug: str = SLUG) -> Revision:
    with Session(app.state.engine) as session:
        statement = select(Revision).join(Aid, col(Aid.id) == Revision.aid_id).where(Aid.slug == slug)
        return session.exec(statement.order_by(col(Revision.number).desc())).first()  # type: ignore[return-value]


def copies(app: FastAPI) -> list[WorkingCopy]:
    with Session(app.state.engine) as session:
        return list(session.exec(select(WorkingCopy)))


def sent(markdown: str = REFUND, digest: str = "", place: str = "aid-1", **changed: Any) -> dict[str, Any]:
    """The form as a browser sends it: every line end is CR LF."""
    fields = form_of(markdown, digest, place).model_dump() | changed
    return {name: _in_transit(value) if isinstance(value, str) else value for name, value in fields.items()}


def _in_transit(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def begun(app: FastAPI, **changed: Any) -> dict[str, Any]:
    """The form of the aid as it stands, with some fields changed."""
    revision = newest(app)
    return sent(revision.markdown, revision.digest, drafts.place_of(revision.aid_id), **changed)


def picture(size: tuple[int, int] = (30, 20), kind: str = "PNG") -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", size, "teal").save(raw, kind)
    return raw.getvalue()


# Who may


def test_the_editor_is_for_those_who_write(library: TestClient, employee: dict, trainer: dict) -> None:
    for path in (NEW, f"{NEW}?kind=checklist", EDIT, "/studio/pick/tasks"):
        statuses = [library.get(path, headers=who | HTML).status_code for who in ({}, employee, trainer)]
        assert (path, statuses) == (path, [401, 403, 200])


def test_an_employee_can_send_nothing(library: TestClient, employee: dict) -> None:
    for path in (NEW, EDIT, "/studio/preview", "/studio/drafts", "/studio/drafts/discard", "/studio/picture"):
        assert library.post(path, data=sent(), headers=employee | HTML).status_code == 403
    for path in ("/studio/paste", f"/studio/aids/{SLUG}/images"):
        assert library.post(path, content=b"<p>x</p>", headers=employee | HTML).status_code == 403


# The form


def test_a_saved_form_in_which_nothing_was_changed_makes_no_revision(app: FastAPI, ana: TestClient) -> None:
    answer = ana.post(EDIT, data=begun(app), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{EDIT}?saved=same")
    assert newest(app).number == 1


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_one_changed_field_changes_one_line(app: FastAPI, ana: TestClient, trainer: dict, ends: str) -> None:
    text = REFUND.replace("keywords: [chargeback, money back]", "keywords:  [chargeback, money back] # said").replace(
        "\n", ends
    )
    ana.put(f"/api/v1/aids/{SLUG}", json={"markdown": text}, headers=trainer)
    ana.post(EDIT, data=begun(app, title="Refund a card"))
    assert newest(app).markdown == text.replace("Refund an order paid by card", "Refund a card")


def test_a_text_that_is_written_on_keeps_its_line_ends(app: FastAPI, ana: TestClient, trainer: dict) -> None:
    text = REFUND.replace("\n", "\r\n")
    ana.put(f"/api/v1/aids/{SLUG}", json={"markdown": text}, headers=trainer)
    ana.post(EDIT, data=begun(app, body=split(text)[1] + "And on.\n"))
    assert newest(app).markdown == f"{text}And on.\r\n"


def test_line_ends_of_both_kinds_stay_where_nothing_was_written(app: FastAPI, ana: TestClient, trainer: dict) -> None:
    text = REFUND.replace("1. Open the order.\n", "1. Open the order.\r\n")
    ana.put(f"/api/v1/aids/{SLUG}", json={"markdown": text}, headers=trainer)
    ana.post(EDIT, data=begun(app, owner="ben"))
    assert newest(app).markdown == text.replace("ana@example.org", "ben")


def test_every_field_is_saved(app: FastAPI, ana: TestClient) -> None:
    ana.post(
        EDIT,
        data=begun(
            app, title="T: one", summary="S", kind="checklist", moments=["new", "solve"], tasks="issue-refund, Pay out",
            keywords='cash back, "yes, money"', owner="ben", audience="members", lang="de", review_every="90",
        ),
    )  # fmt: skip
    revision = newest(app)
    assert (revision.title, revision.summary, revision.kind, revision.owner) == ("T: one", "S", "checklist", "ben")
    assert (revision.moments, revision.tasks) == (["new", "solve"], ["issue-refund", "pay-out"])
    assert revision.keywords == ["cash back", "yes, money"]
    assert (revision.audience, revision.lang, revision.review_days) == ("members", "de", 90)
    assert (revision.origin, revision.author, revision.state) == ("studio", "ana", "draft")


def test_a_task_may_be_named_by_its_title(ana: TestClient, app: FastAPI, trainer: dict) -> None:
    ana.post("/api/v1/tasks", json={"slug": "give-back", "title": "Give money back"}, headers=trainer)
    ana.post(EDIT, data=begun(app, tasks="Give money back"))
    assert newest(app).tasks == ["give-back"]


def test_the_live_text_stays_until_the_next_is_approved(app: FastAPI, ana: TestClient) -> None:
    ana.post(EDIT, data=begun(app, title="Another title"))
    assert "Refund an order paid by card</h1>" in ana.get(f"/aids/{SLUG}").text
    assert "Another title</h1>" in ana.get(EDIT).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"review_every": "soon"}, "write a number of days"),
        ({"title": "x" * 201}, "at most 200"),
        ({"lang": "german please"}, "language code"),
        ({"body": "A\0B"}, "NUL"),
        ({"body": "| a |\n|---|\n" + "| b |\n" * 2001}, "over 2,000 rows"),
    ],
)
def test_what_cannot_be_saved_stays_in_the_form(app: FastAPI, ana: TestClient, changed: dict, said: str) -> None:
    answer = ana.post(EDIT, data=begun(app, summary="My own words", **changed))
    assert answer.status_code == 422
    assert said in answer.text
    assert "Not saved yet. Your text is here." in answer.text
    assert 'value="My own words"' in answer.text
    assert newest(app).number == 1


def test_a_fault_names_the_line_of_the_text_alone(app: FastAPI, ana: TestClient) -> None:
    answer = ana.post(EDIT, data=begun(app, body="one\n\n| a |\n|---|\n" + "| b |\n" * 2001))
    assert 'data-line="3"' in answer.text


def test_a_text_over_the_limit_is_refused_with_the_limit(app: FastAPI, ana: TestClient) -> None:
    answer = ana.post(EDIT, data=begun(app, body="x" * 200_001))
    assert (answer.status_code, "200,000" in answer.text) == (413, True)


def test_sending_for_review_goes_on_there_with_the_same_request(app: FastAPI, ana: TestClient) -> None:
    answer = ana.post(EDIT, data=begun(app, title="Another", action="send"), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, f"/studio/aids/{SLUG}/submit")
    assert newest(app).title == "Another"


@pytest.mark.parametrize("words", [["a", "b"], ["a, b", 'say "x"'], ["x"], []])
def test_a_list_in_a_line_is_read_as_it_was_written(words: list[str]) -> None:
    assert listed(joined(words)) == words


# A new aid


def test_each_kind_begins_with_its_shape_and_the_words_of_the_link(ana: TestClient) -> None:
    for kind, body in starters.STARTERS.items():
        page = ana.get(f"{NEW}?kind={kind}&title=Do%20it&keywords=cash").text
        assert body.splitlines()[1].replace("'", "&#39;") in page
        assert 'value="Do it"' in page
        assert 'value="cash"' in page


def test_the_address_is_made_from_the_title(app: FastAPI, ana: TestClient) -> None:
    ana.post(NEW, data=sent(BODY, title="Cancel an order: today!", place="new-1"))
    assert newest(app, "cancel-an-order-today").title == "Cancel an order: today!"


def test_without_a_title_nothing_is_saved_and_nothing_lost(ana: TestClient) -> None:
    answer = ana.post(NEW, data=sent(BODY, place="new-1"))
    assert (answer.status_code, "Press **Cancel**" in answer.text) == (422, True)
    assert "Give the aid a title" in answer.text


def test_an_address_that_is_taken_is_said_at_the_field(ana: TestClient) -> None:
    answer = ana.post(NEW, data=sent(BODY, title="Refund", slug=SLUG, place="new-1"))
    assert answer.status_code == 422
    assert f"An aid has the address {SLUG} already" in answer.text
    assert "Press **Cancel**" in answer.text


# Two editors


def test_two_who_save_at_once_lose_nothing(app: FastAPI, as_person: As) -> None:
    mine = begun(app, body="## Quick steps\n1. Ring the bank.\n")
    as_person("Ben").post(EDIT, data=begun(app, body="## Quick steps\n1. Write to the bank.\n"))
    answer = as_person("Ana").post(EDIT, data=mine)
    assert answer.status_code == 412
    assert "Ben saved another text at 09:00" in answer.text
    assert "1. Ring the bank.\r\n</textarea>" in answer.text
    assert "Write" in answer.text
    assert "Write to the bank" in newest(app).markdown


def test_whoever_saw_both_texts_saves_her_own(app: FastAPI, as_person: As) -> None:
    mine = begun(app, body="1. Ring the bank.\n")
    as_person("Ben").post(EDIT, data=begun(app, body="1. Write to the bank.\n"))
    as_person("Ana").post(EDIT, data=mine)
    answer = as_person("Ana").post(EDIT, data=mine | {"base": newest(app).digest}, follow_redirects=False)
    assert (answer.status_code, newest(app).number) == (303, 3)
    assert "Ring the bank" in newest(app).markdown


def test_the_other_is_named_while_she_edits_and_no_longer(app: FastAPI, as_person: As, ticking: Ticking) -> None:
    as_person("Ben").post("/studio/drafts", data=begun(app, title="B"))
    ticking.go_on(minutes=5)
    ana = as_person("Ana")
    assert "Ben has been editing this since 09:00" in ana.get(EDIT).text
    kept = ana.post("/studio/drafts", data=begun(app, title="A")).json()
    assert kept == {"kept": "09:05", "others": ["Ben has been editing this since 09:00."]}
    ticking.go_on(minutes=11)
    assert "Ben has been editing" not in as_person("Ana").get(EDIT).text


# Working copies


def test_what_was_typed_is_there_again_with_its_time(app: FastAPI, ana: TestClient, ticking: Ticking) -> None:
    ana.post("/studio/drafts", data=begun(app, title="Half a ti", review_every="so"))
    ticking.go_on(hours=3)
    page = ana.get(EDIT).text
    assert "Your unsaved text from 09:00 is here." in page
    assert 'value="Half a ti"' in page
    assert newest(app).number == 1


def test_a_copy_is_seen_by_nobody_else(app: FastAPI, as_person: As) -> None:
    as_person("Ben").post("/studio/drafts", data=begun(app, title="Secret thought"))
    assert "Secret thought" not in as_person("Ana").get(EDIT).text


def test_a_copy_is_gone_when_it_is_saved_or_discarded(app: FastAPI, ana: TestClient) -> None:
    for end in (EDIT, "/studio/drafts/discard"):
        ana.post("/studio/drafts", data=begun(app, title=f"T {end}"))
        assert len(copies(app)) == 1
        ana.post(end, data=begun(app, title=f"T {end}"))
        assert copies(app) == []


def test_a_copy_that_comes_late_does_not_bring_back_what_was_saved(app: FastAPI, ana: TestClient) -> None:
    late = begun(app, title="Saved already")
    ana.post(EDIT, data=late)
    ana.post("/studio/drafts", data=late)
    assert copies(app) == []


def test_a_new_aid_that_was_begun_can_be_gone_on_with(app: FastAPI, ana: TestClient) -> None:
    ana.post("/studio/drafts", data=sent(BODY, title="Cancel it", place="new-abc"))
    assert "Cancel it" in ana.get(NEW).text
    assert "Press **Cancel**" in ana.get(f"{NEW}?place=new-abc").text
    ana.post(NEW, data=sent(BODY, title="Cancel it", place="new-abc"))
    assert copies(app) == []


def test_without_script_a_preview_keeps_what_is_typed(app: FastAPI, ana: TestClient) -> None:
    page = ana.post(EDIT, data=begun(app, title="Looked at", action="preview")).text
    assert page.index("Looked at</p>") < page.index('<form class="editor"')
    assert [copy.fields["title"] for copy in copies(app)] == ["Looked at"]
    assert newest(app).number == 1


def test_without_script_an_image_goes_to_the_end_of_the_text(app: FastAPI, ana: TestClient) -> None:
    words = begun(app, body="1. Look.\n", title="Looked at") | {"shows": "The [red]  lamp"}
    page = ana.post("/studio/picture", data=words, files={"picture": ("lamp.png", picture())}).text
    [copy] = copies(app)
    assert re.fullmatch(r"1\. Look\.\n\n!\[The red lamp\]\(images/[0-9a-f]{12}\.png\)\n", copy.fields["body"])
    assert copy.fields["title"] == "Looked at"
    assert 'alt="The red lamp"' in page


@pytest.mark.parametrize("raw", [b"", b"<svg/>"])
def test_without_script_a_file_that_is_no_image_loses_nothing(app: FastAPI, ana: TestClient, raw: bytes) -> None:
    answer = ana.post("/studio/picture", data=begun(app, title="Mine"), files={"picture": ("x.png", raw)})
    assert (answer.status_code, 'value="Mine"' in answer.text) == (422, True)


def test_everything_that_is_kept_is_shown_to_the_person_and_erased(app: FastAPI, ana: TestClient) -> None:
    ana.post("/studio/drafts", data=begun(app, title="Mine"))
    with db.writing(app.state.engine) as session:
        [kept] = drafts.KEEPER.show(session, "ana", "")
        assert [row["title"] for row in kept.rows] == ["Mine"]
        drafts.KEEPER.erase(session, "ana", "")
    assert copies(app) == []


def test_a_program_has_no_copies(library: TestClient, trainer: dict, app: FastAPI) -> None:
    assert library.post("/studio/drafts", data=begun(app, title="x"), headers=trainer).status_code == 403


@pytest.mark.parametrize("place", ["", "aid-999", "aid-99999999999999999999", "../x", "aid-x"])
def test_a_place_that_is_none_keeps_nothing(app: FastAPI, ana: TestClient, place: str) -> None:
    for address in ("/studio/drafts", "/studio/drafts/discard"):
        assert ana.post(address, data=sent(BODY) | {"place": place}).status_code in {200, 422}
    assert copies(app) == []


# Preview


def test_the_preview_is_what_readers_get(app: FastAPI, ana: TestClient) -> None:
    page = ana.post("/studio/preview", data=begun(app, body=BODY)).text
    assert 'id="step-2"' in page
    assert "<strong>Cancel</strong>" in page
    assert "Did this help?" not in page


def test_the_preview_says_what_is_wrong(app: FastAPI, ana: TestClient) -> None:
    page = ana.post("/studio/preview", data=begun(app, review_every="soon")).text
    assert "write a number of days" in page


def test_the_coach_speaks_with_the_preview(app: FastAPI, ana: TestClient) -> None:
    page = ana.post("/studio/preview", data=begun(app, owner="")).text
    assert 'href="#f_owner"' in page


# Images and formatted text


def test_an_image_lies_beside_its_aid_and_is_shown(app: FastAPI, ana: TestClient) -> None:
    told = ana.post(f"/studio/aids/{SLUG}/images", content=picture()).json()
    assert ana.get(told["shown"]).headers["content-type"] == "image/png"
    ana.post(EDIT, data=begun(app, body=f"{BODY}\n![A till]({told['address']})\n"))
    revision = newest(app)
    assert revision.images == {told["address"]: told["shown"].removeprefix("/files/")}
    assert f'src="{told["shown"]}"' in "".join(section["html"] for section in revision.sections)
    with Session(app.state.engine) as session:
        assert session.get(LibraryFile, f"billing/{told['address']}") is not None


def test_an_image_moves_with_an_aid_that_gets_another_folder(app: FastAPI, ana: TestClient) -> None:
    told = ana.post("/studio/aids/cancel/images", content=picture()).json()
    body = f"{BODY}\n![A till]({told['address']})\n"
    ana.post(NEW, data=sent(body, title="Cancel", slug="care/cancel", place="new-1"))
    assert list(newest(app, "care/cancel").images) == [told["address"]]
    with Session(app.state.engine) as session:
        assert session.get(LibraryFile, f"care/{told['address']}") is not None


def test_the_api_keeps_images_that_a_text_names(app: FastAPI, ana: TestClient, trainer: dict) -> None:
    told = ana.post(f"/studio/aids/{SLUG}/images", content=picture()).json()
    ana.put(f"/api/v1/aids/{SLUG}", json={"markdown": f"{REFUND}\n![A till]({told['address']})\n"}, headers=trainer)
    assert list(newest(app).images) == [told["address"]]


@pytest.mark.parametrize(
    ("raw", "status", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", 422, "not a PNG, JPEG, GIF or WebP"),
        (b"<html><script>x()</script></html>", 422, "not a PNG"),
        (picture((8000, 7000), "GIF"), 413, "megapixels"),
    ],
)
def test_what_is_no_image_is_refused_in_plain_words(ana: TestClient, raw: bytes, status: int, said: str) -> None:
    answer = ana.post(f"/studio/aids/{SLUG}/images", content=raw, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert said in answer.json()["detail"]


def test_a_photograph_of_some_megabytes_comes_in(ana: TestClient) -> None:
    raw = io.BytesIO()
    Image.effect_noise((1800, 1200), 90).save(raw, "PNG")
    assert len(raw.getvalue()) > 1 << 20
    assert ana.post(f"/studio/aids/{SLUG}/images", content=raw.getvalue()).status_code == 200


def test_only_those_who_write_may_send_as_much(library: TestClient, employee: dict) -> None:
    answer = library.post(f"/studio/aids/{SLUG}/images", content=bytes(2 << 20), headers=employee)
    assert answer.status_code == 403


def test_formatted_text_becomes_markdown_and_says_what_was_lost(ana: TestClient) -> None:
    html = "<h2>Steps</h2><ol><li>Open <b>Till</b></li><li>Pay</li></ol><video src='x'></video>"
    told = ana.post("/studio/paste", content=html.encode()).json()
    assert told["markdown"].strip() == "## Steps\n\n1. Open **Till**\n2. Pay"
    assert "A video was left out" in told["lost"][0]


def test_images_in_pasted_text_are_stored(app: FastAPI, ana: TestClient) -> None:
    data = base64.b64encode(picture()).decode()
    html = f'<p>See</p><img alt="Till" src="data:image/png;base64,{data}"><img src="data:image/png;base64,AAAA">'
    told = ana.post("/studio/paste", params={"slug": SLUG}, content=html.encode()).json()
    ana.post(EDIT, data=begun(app, body=told["markdown"]))
    assert len(newest(app).images) == 1
    assert len(told["lost"]) == 1


def test_an_address_that_is_none_is_no_fault(ana: TestClient) -> None:
    assert ana.post(f"/studio/aids/{'x' * 900}/images", content=picture()).status_code == 200
    assert ana.post("/studio/paste", params={"slug": "a//" * 300}, content=b"<b>x</b>").status_code == 200


def test_half_words_and_nul_characters_are_no_fault(app: FastAPI, ana: TestClient) -> None:
    strange = dict.fromkeys(("title", "summary", "keywords", "tasks", "owner", "note", "words"), "a\x00b")
    assert ana.post(EDIT, data=begun(app, **strange)).status_code == 200
    assert newest(app).note == "ab"


# Tasks to choose from


def test_tasks_are_found_by_their_words(ana: TestClient, trainer: dict) -> None:
    for slug, title in (("take-payment", "Take a payment"), ("pay-invoice", "Pay an invoice")):
        ana.post("/api/v1/tasks", json={"slug": slug, "title": title, "workflow": "money"}, headers=trainer)
    found = ana.get("/studio/pick/tasks", params={"q": "pay take"}).json()
    assert found == [{"slug": "take-payment", "title": "Take a payment", "workflow": "Money"}]
    assert [task["slug"] for task in ana.get("/studio/pick/tasks?q=pay%25").json()] == []


def test_a_form_keeps_every_key_of_the_front_matter() -> None:
    named = set(EditorForm.model_fields)
    assert {
        "title",
        "summary",
        "kind",
        "moments",
        "tasks",
        "keywords",
        "owner",
        "audience",
        "lang",
        "review_every",
    } < named
