from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from markupsafe import Markup
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.aids import service as aids
from app.aids.queries import by_slug
from app.db import writing
from app.library.service import Report
from app.usage.models import UseEvent
from app.viewer import SYSTEM, Role
from tests.conftest import NOW, Ticking

Headers = dict[str, str]
Write = Callable[[str, str], Path]
BringIn = Callable[..., Report]


def events(app: FastAPI) -> list[UseEvent]:
    app.state.usage.writer.submit([]).result(5)
    with Session(app.state.engine) as session:
        return list(session.exec(select(UseEvent).order_by(UseEvent.at, UseEvent.id)))  # type: ignore[arg-type]


def test_the_home_page_offers_the_field_and_the_tasks(library: TestClient) -> None:
    page = library.get("/").text
    assert 'name="q"' in page
    assert "/tasks/issue-refund" in page


def test_a_search_shows_results_with_marks_and_the_way_to_the_step(library: TestClient) -> None:
    page = library.get("/", params={"q": "enter the amount"}).text
    assert "<mark>amount</mark>" in page
    assert "#step-3" in page


def test_the_home_page_takes_one_statement_and_a_search_none(library: TestClient, statements: Any) -> None:
    with statements() as home:
        library.get("/")
    with statements() as search:
        library.get("/", params={"q": "refund", "typing": "1"})
    assert (len(home), len(search)) == (1, 0)


def test_an_aid_page_takes_at_most_two_statements(library: TestClient, statements: Any) -> None:
    with statements() as seen:
        library.get("/aids/billing/refund-card", headers={"Sec-Purpose": "prefetch"})
    assert len(seen) == 1


def test_nothing_found_leads_to_tasks_and_a_person(library: TestClient) -> None:
    page = library.get("/", params={"q": "issue zzqx"}).text
    assert "Nothing found" not in page
    page = library.get("/", params={"q": "issu vlorp", "kind": "decision"}).text
    assert "Nothing found" in page
    assert 'action="/questions"' in page


def test_a_corrected_question_says_what_it_was_read_as(library: TestClient) -> None:
    assert "Results for <b>refund zzzz</b>" in " ".join(library.get("/", params={"q": "refnd zzzz"}).text.split())


def test_a_long_query_is_answered_with_the_limit_and_kept(library: TestClient) -> None:
    answer = library.get("/", params={"q": "refund " * 1_500})
    assert answer.status_code == 422
    assert "1,000 characters" in answer.text
    assert "refund refund" in answer.text


@pytest.mark.parametrize("q", ["%00", "a%ff", "%F0%9F%99%82", "%22", "field:x", "*", "' OR 1=1 --", "%E2%80%AE"])
def test_no_query_breaks_the_page(library: TestClient, q: str) -> None:
    assert library.get(f"/?q={q}").status_code == 200


def test_an_aid_shows_its_steps_first(library: TestClient) -> None:
    page = library.get("/aids/billing/refund-card").text
    assert page.index('id="step-1"') < page.index("If it goes wrong")


def test_the_markdown_is_served_as_it_is(library: TestClient, folder: Path) -> None:
    answer = library.get("/aids/billing/refund-card.md")
    assert answer.content == (folder / "billing/refund-card.md").read_bytes()
    assert answer.headers["content-type"].startswith("text/markdown")


def test_the_card_has_a_code_for_the_live_address(library: TestClient) -> None:
    page = library.get("/aids/billing/refund-card/card").text
    assert "http://testserver/aids/billing/refund-card" in page
    assert "<svg" in page


def test_the_card_keeps_what_is_bold(library: TestClient) -> None:
    assert "<strong>Refund</strong>" in library.get("/aids/billing/refund-card/card").text


def test_an_aid_without_steps_offers_no_card(library: TestClient) -> None:
    assert "Card to print" in library.get("/aids/billing/refund-card").text
    assert "Card to print" not in library.get("/aids/it/printer").text


@pytest.mark.parametrize("path", ["/aids/billing/refund-card", "/aids/billing/refund-card/card"])
def test_nobody_is_said_to_have_checked_what_was_published(library: TestClient, path: str) -> None:
    page = library.get(path).text
    assert "Published 23 Nov 2026." in page
    assert "Owner: ana@example.org." in page
    assert "Checked" not in page


def test_an_aid_names_its_address_for_paper(library: TestClient) -> None:
    assert "http://testserver/aids/billing/refund-card<" in library.get("/aids/billing/refund-card").text


@pytest.mark.parametrize("body", ["Switch it off.", "Switch it\noff.", "Switch *it* off.", "Mind the [cat](x.md)."])
def test_a_first_paragraph_that_is_the_summary_is_shown_once(
    library: TestClient, write: Write, bring_in: BringIn, body: str
) -> None:
    write("a.md", f"# Scanner\n\n{body}\n\nMore.\n")
    bring_in()
    page = Markup(library.get("/aids/a").text).striptags()
    assert page.count("Switch it off.") + page.count("Mind the cat.") == 1


def test_an_unknown_aid_offers_the_nearest(library: TestClient) -> None:
    answer = library.get("/aids/billing/refund-order")
    assert answer.status_code == 404
    assert "/aids/billing/refund-card" in answer.text


def test_an_unknown_aid_promises_nothing_that_is_not_there(library: TestClient) -> None:
    assert "choose one of these" not in library.get("/aids/zzzz").text


def test_an_unknown_task_leads_to_the_list(library: TestClient) -> None:
    page = library.get("/tasks/nothing").text
    assert '<a href="/tasks">All tasks</a>' in page


@pytest.mark.parametrize("path", ["/nothing", "/aids/nothing", "/tasks/nothing"])
def test_what_is_not_found_has_one_heading(library: TestClient, path: str) -> None:
    assert "<h1>Not found</h1>" in library.get(path).text


@pytest.mark.parametrize("slug", ["..%2f..%2fetc%2fpasswd", "%00", "a//b", "%ff", "x" * 5_000, ".md", "/card"])
def test_no_address_breaks_the_server(library: TestClient, slug: str) -> None:
    assert library.get(f"/aids/{slug}").status_code == 404


def test_an_aid_for_members_is_hidden_from_others(library: TestClient, employee: Headers) -> None:
    assert library.get("/aids/billing/secret-limits").status_code == 404
    assert library.get("/aids/billing/secret-limits", headers=employee).status_code == 200


def test_a_renamed_aid_keeps_its_address(library: TestClient, app: FastAPI) -> None:
    with writing(app.state.engine) as session:
        aid = by_slug(session, "it/vpn")
        assert aid
        aids.rename(session, NOW, SYSTEM, aid, "it/from-home")
    answer = library.get("/aids/it/vpn", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, "/aids/it/from-home")


def test_an_overdue_aid_says_so(library: TestClient, ticking: Ticking) -> None:
    ticking.go_on(days=181)
    assert "review was due" in library.get("/aids/billing/refund-card").text


MEMBERS = "---\ntasks: [set-limits]\naudience: members\n---\n# Limits\n\nUp to 500 pounds.\n"


@pytest.mark.parametrize("path", ["/", "/tasks", "/tasks/set-limits"])
def test_an_aid_for_members_is_not_denied(
    library: TestClient, write: Write, bring_in: BringIn, path: str, employee: Headers
) -> None:
    write("billing/limits.md", MEMBERS)
    bring_in()
    page = library.get(path).text
    assert "For members: sign in" in page
    assert "aid for this task yet" not in page
    assert "For members: sign in" not in library.get(path, headers=employee).text


def test_a_task_says_that_members_see_more(library: TestClient, write: Write, bring_in: BringIn) -> None:
    write("billing/limits.md", MEMBERS.replace("set-limits", "issue-refund"))
    bring_in()
    page = library.get("/tasks/issue-refund").text
    assert "/aids/billing/refund-card" in page
    assert "For members: sign in" in page


def test_tasks_without_a_workflow_come_last(library: TestClient, trainer: Headers) -> None:
    library.post("/api/v1/tasks", json={"slug": "pay", "title": "Pay", "workflow": "zeal"}, headers=trainer)
    page = library.get("/").text
    assert page.index("Zeal") < page.index("Other tasks")


def test_a_task_lists_an_aid_once(library: TestClient, write: Write, bring_in: BringIn) -> None:
    write("a.md", "---\ntasks: [pay]\nmoments: [solve, apply]\n---\n# Pay\n")
    bring_in()
    page = library.get("/tasks/pay").text
    assert page.count('href="/aids/a?') == 1
    assert "Also: When something goes wrong" in page


def test_an_aid_leads_back_to_the_task_it_was_opened_from(library: TestClient) -> None:
    came = {"Referer": "http://testserver/tasks/issue-refund"}
    page = library.get("/aids/billing/refund-card", headers=came).text
    assert '<a class="back" href="/tasks/issue-refund">Issue refund</a>' in page


def test_a_task_shows_its_aids_by_moment(library: TestClient) -> None:
    page = library.get("/tasks/issue-refund").text
    assert "/aids/billing/refund-card" in page
    assert "Doing it" in page


def test_an_unknown_task_is_not_found(library: TestClient) -> None:
    assert library.get("/tasks/nothing").status_code == 404


def test_a_search_and_an_open_are_recorded(library: TestClient, app: FastAPI) -> None:
    library.get("/", params={"q": "refund"})
    search = events(app)[0]
    library.get(f"/aids/billing/refund-card?from=search&search={search.id}&rank=1")
    opened = events(app)[-1]
    assert (search.type, search.query, search.results) == ("search", "refund", 1)
    assert (opened.type, opened.slug, opened.source, opened.rank, opened.search_id) == (
        "open", "billing/refund-card", "search", 1, search.id,
    )  # fmt: skip


def test_typing_and_further_pages_are_not_recorded(library: TestClient, app: FastAPI) -> None:
    library.get("/", params={"q": "refund", "typing": "1"})
    library.get("/", params={"q": "refund", "offset": "10"})
    assert events(app) == []


def test_an_outcome_without_script_is_recorded_and_thanked(library: TestClient, app: FastAPI) -> None:
    form = {"outcome": "worked", "revision": "1", "remark": "Step 2 moved"}
    answer = library.post("/aids/billing/refund-card/outcome", data=form)
    assert "Thank you" in answer.text
    assert [(one.type, one.outcome, one.text) for one in events(app)] == [("outcome", "worked", "Step 2 moved")]


def test_a_remark_of_one_who_is_stuck_is_acknowledged(library: TestClient) -> None:
    form = {"outcome": "stuck", "remark": "Step 2 moved"}
    page = library.post("/aids/billing/refund-card/outcome", data=form).text
    assert "Your remark is noted." in page
    assert 'action="/questions"' in page


@pytest.mark.parametrize("path", ["/?q=zzqx+vlorp", "/aids/billing/refund-card?thanks=stuck", "/tasks/empty"])
def test_who_reads_a_question_is_told_as_it_is(library: TestClient, trainer: Headers, path: str) -> None:
    library.post("/api/v1/tasks", json={"slug": "empty", "title": "Empty"}, headers=trainer)
    page = library.get(path).text
    assert "trainers’ list, without your name" in page
    assert "who coaches" not in page


def test_a_question_is_not_said_to_be_sent(library: TestClient) -> None:
    page = library.post("/questions", data={"text": "How?", "slug": "billing/refund-card"}).text
    assert "trainers’ list, without your name" in page
    assert "ana@example.org" not in page


def test_a_question_is_stored_with_the_failed_search(library: TestClient, app: FastAPI) -> None:
    answer = library.post("/questions", data={"text": "How?", "query": "vat invoice", "slug": "billing/refund-card"})
    assert answer.status_code == 200
    assert [(one.text, one.query, one.slug) for one in events(app)] == [("How?", "vat invoice", "billing/refund-card")]


@pytest.mark.parametrize(
    ("path", "form"),
    [("/questions", {"text": " "}), ("/aids/billing/refund-card/outcome", {"outcome": "perhaps"}), ("/questions", {})],
)
def test_a_form_that_says_nothing_is_answered_with_what_to_do(
    library: TestClient, path: str, form: dict[str, str]
) -> None:
    assert library.post(path, data=form).status_code == 422


def test_no_cookie_is_set_for_a_reader(library: TestClient) -> None:
    for path in ("/", "/?q=refund", "/aids/billing/refund-card"):
        assert "set-cookie" not in library.get(path).headers


def test_pages_have_no_inline_script_or_style(library: TestClient) -> None:
    for path in ("/", "/?q=refund", "/aids/billing/refund-card", "/aids/billing/refund-card/card", "/tasks", "/api"):
        page = library.get(path).text
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page


def test_the_delivery_page_is_for_those_who_measure(
    library: TestClient, bearer: Callable[[Role], Headers], employee: Headers
) -> None:
    assert library.get("/studio/delivery").status_code == 401
    assert library.get("/studio/delivery", headers=employee).status_code == 403
    assert library.get("/studio/delivery", headers=bearer(Role.ANALYST)).status_code == 200


@pytest.mark.parametrize(
    "period", ["start=x", "start=2026-11-02&end=2026-11-01", "start=2020-01-01&end=2026-01-01", "start=0001-01-01"]
)
def test_a_period_that_cannot_be_is_explained(library: TestClient, trainer: Headers, period: str) -> None:
    assert library.get(f"/studio/delivery?{period}", headers=trainer).status_code == 422


def test_static_files_are_kept_by_browsers(library: TestClient) -> None:
    page = library.get("/").text
    address = page.split('stylesheet" href="')[1].split('"')[0]
    assert "immutable" in library.get(address).headers["cache-control"]


def test_every_section_can_be_said_to_have_helped(library: TestClient) -> None:
    page = library.get("/aids/billing/refund-card").text
    for section in ("quick-steps", "details", "if-it-goes-wrong", ""):
        assert f'name="section" value="{section}"' in page
