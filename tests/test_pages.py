from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.aids import service as aids
from app.aids.queries import by_slug
from app.db import writing
from app.usage.models import UseEvent
from app.viewer import SYSTEM, Role
from tests.conftest import NOW, Ticking

Headers = dict[str, str]


@contextmanager
def statements(app: FastAPI) -> Iterator[list[str]]:
    """The SQL statements that run meanwhile, those of the background left out."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if (
            statement.startswith(("SELECT", "INSERT", "UPDATE"))
            and "change" not in statement
            and "instance" not in statement
        ):
            seen.append(statement)

    event.listen(app.state.engine, "before_cursor_execute", note)
    yield seen
    event.remove(app.state.engine, "before_cursor_execute", note)


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


def test_the_home_page_takes_one_statement_and_a_search_none(library: TestClient, app: FastAPI) -> None:
    with statements(app) as home:
        library.get("/")
    with statements(app) as search:
        library.get("/", params={"q": "refund", "typing": "1"})
    assert (len(home), len(search)) == (1, 0)


def test_an_aid_page_takes_at_most_two_statements(library: TestClient, app: FastAPI) -> None:
    with statements(app) as seen:
        library.get("/aids/billing/refund-card", headers={"Sec-Purpose": "prefetch"})
    assert len(seen) == 1


def test_nothing_found_leads_to_tasks_and_a_person(library: TestClient) -> None:
    page = library.get("/", params={"q": "issu rfund unicorn xyzzy"}).text
    page = library.get("/", params={"q": "zzzz refnd"}).text
    assert 'action="/questions"' in page
    assert "Did you mean" in page


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


def test_an_unknown_aid_offers_the_nearest(library: TestClient) -> None:
    answer = library.get("/aids/billing/refund-order")
    assert answer.status_code == 404
    assert "/aids/billing/refund-card" in answer.text


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
