import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import db
from app.ids import uuid7
from app.usage.metrics import Delivery, Share, measure
from app.usage.models import UseEvent
from app.usage.totals import Forgetting
from tests.conftest import NOW, Ticking

ZONE = ZoneInfo("Europe/Berlin")


def event(kind: str, tab: str, seconds: float = 0, **fields: Any) -> UseEvent:
    return UseEvent(id=uuid7(), type=kind, at=NOW + timedelta(seconds=seconds), tab=tab, **fields)


def search(tab: str, seconds: float = 0, query: str = "refund", results: int = 3) -> UseEvent:
    return event("search", tab, seconds, query=query, results=results)


def opened(of: UseEvent, after: float, **fields: Any) -> UseEvent:
    at = (of.at - NOW).total_seconds() + after
    return event("open", of.tab or "", at, **{"slug": "a", "search_id": of.id, "rank": 1} | fields)


def measured(*events: UseEvent) -> Delivery:
    return measure(sorted(events, key=lambda one: one.at), ZONE)


def test_figures_have_names_and_no_numbers(library: TestClient, trainer: dict[str, str]) -> None:
    page = library.get("/studio/delivery", headers=trainer).text
    headings = re.findall(r"<h3>(.*?)</h3>", page.split('class="figures"')[1])
    assert headings[:2] == ["Search success", "Searches that found nothing"]
    assert "First-click score (1 is best)" in headings


def test_a_search_that_opens_an_aid_succeeds() -> None:
    one = search("t1")
    assert measured(one, opened(one, 5)).success == Share(1, 1)


def test_an_aid_opened_after_two_minutes_does_not_count() -> None:
    one = search("t1")
    assert measured(one, opened(one, 121)).success == Share(0, 1)


def test_other_words_within_two_minutes_mean_that_it_did_not_succeed() -> None:
    one = search("t1")
    assert measured(one, opened(one, 5), search("t1", 60, "money")).success == Share(0, 2)


def test_other_words_of_someone_else_do_not_matter() -> None:
    one = search("t1")
    assert measured(one, opened(one, 5), search("t2", 60, "money")).success == Share(1, 2)


def test_nothing_found_and_nothing_clicked_are_told_apart() -> None:
    found = measured(search("t1", results=0), search("t2"), search("t3"))
    assert (found.no_result, found.no_click) == (Share(1, 3), Share(2, 2))


def test_time_to_aid_is_a_median_of_what_is_known() -> None:
    one, two, three = search("t1"), search("t2"), search("t3")
    found = measured(one, two, three, opened(one, 4, ms=4_000), opened(two, 20, ms=20_000), opened(three, 6))
    assert (found.time_to_aid_ms, found.quick) == (12_000, Share(1, 2))


def test_a_third_click_is_not_quick() -> None:
    one = search("t1")
    assert measured(one, *(opened(one, n, ms=n * 1000) for n in (1, 2, 3))).quick == Share(2, 3)


def test_click_rank_is_zero_where_nothing_was_opened() -> None:
    one, two = search("t1"), search("t2")
    assert measured(one, two, opened(one, 5, rank=2)).click_rank == 0.25


def test_helpfulness_and_its_response_rate() -> None:
    one, two = search("t1"), search("t2")
    said = event("outcome", "t1", 9, slug="a", outcome="worked")
    found = measured(one, two, opened(one, 5), opened(two, 5), said)
    assert (found.helpful, found.response) == (Share(1, 1), Share(1, 2))


def test_days_are_those_of_the_organisation() -> None:
    late = search("t1", seconds=14 * 3600)
    assert measured(late).searches_by_day == {date(2026, 11, 24): 1}


def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I: 81 of 263, method 3.
    interval = Share(81, 263).interval
    assert interval == pytest.approx((0.2553, 0.3662), abs=0.0001)


def test_of_nothing_there_is_no_figure() -> None:
    found = measured()
    assert (found.success.value, found.success.interval, found.time_to_aid_ms, found.click_rank) == (None,) * 4


Send = Callable[[int, str], None]


@pytest.fixture
def people_search(library: TestClient) -> Send:
    """So many different people search for this, open the aid and say that it worked."""

    def send(people: int, query: str) -> None:
        events: list[dict[str, Any]] = []
        for n in range(people):
            ids = [str(UUID(int=uuid7().int)) for _ in range(3)]
            common = {"at": NOW.isoformat(), "tab": f"{query[:4]}-tab-{n:04}", "slug": "billing/refund-card"}
            events += [
                {"id": ids[0], "type": "search", "query": query, "results": 1} | common,
                {"id": ids[1], "type": "open", "search_id": ids[0], "rank": 1, "ms": 3_000} | common,
                {"id": ids[2], "type": "outcome", "outcome": "stuck", "text": "Step 2 moved"} | common,
            ]
        assert library.post("/api/v1/events", json={"events": events}).json()["rejected"] == []

    return send


def test_totals_show_what_one_reader_did_and_figures_do_not(
    library: TestClient, people_search: Send, trainer: dict[str, str]
) -> None:
    people_search(1, "money back")
    page = library.get("/studio/delivery", headers=trainer).text
    assert "<dt>Aids opened</dt><dd>1</dd>" in page
    assert "Fewer than 5 people" in page
    assert "money back" not in page


def test_figures_show_from_five_readers_and_queries_from_ten(
    library: TestClient, people_search: Send, trainer: dict[str, str]
) -> None:
    people_search(9, "money back")
    page = library.get("/studio/delivery", headers=trainer).text
    assert "Fewer than 5 people in this period" not in page
    assert "money back" not in page
    assert "1 more, each by fewer than 10 people" in page
    people_search(10, "chargeback")
    assert "chargeback" in library.get("/studio/delivery", headers=trainer).text


def test_aids_that_leave_people_stuck_are_listed(
    library: TestClient, people_search: Send, trainer: dict[str, str]
) -> None:
    people_search(5, "money back")
    page = library.get("/studio/delivery", headers=trainer).text
    assert "/aids/billing/refund-card" in page.split("leave people stuck", 1)[1]


def test_remarks_are_read_by_those_who_measure(
    library: TestClient, people_search: Send, trainer: dict[str, str]
) -> None:
    people_search(1, "money back")
    assert "Step 2 moved" in library.get("/studio/delivery", headers=trainer).text


def test_upkeep_is_that_of_today(library: TestClient, trainer: dict[str, str]) -> None:
    body = {"slug": "issue-refund", "title": "Refund", "criticality": 6}
    library.post("/api/v1/tasks", json=body, headers=trainer)
    library.post("/api/v1/tasks", json=body | {"slug": "recall-batch"}, headers=trainer)
    page = library.get("/studio/delivery", headers=trainer).text
    assert "1 of 2" in page
    assert "0 of 4" in page


def test_other_periods_are_empty(library: TestClient, people_search: Send, trainer: dict[str, str]) -> None:
    people_search(12, "money back")
    page = library.get("/studio/delivery?start=2026-10-01&end=2026-10-31", headers=trainer).text
    assert "<dt>Aids opened</dt><dd>0</dd>" in page


def test_old_events_become_sums_and_are_counted_once(
    library: TestClient, app: FastAPI, trainer: dict[str, str], ticking: Ticking
) -> None:
    forget = Forgetting(app.state.engine, app.state.settings)
    typed = event("search", "t1", results=0, settled_by=uuid7())
    old = [
        typed,
        event("search", "t1", 5, results=0),
        event("open", "t1", 9, slug="a"),
        event("open", "t2", 10, slug="a"),
    ]
    with db.writing(app.state.engine) as session:
        session.add_all([*old, event("open", "t1", 86_400 * 30, slug="a")])

    def totals() -> list[str]:
        period = {"start": str(NOW.date()), "end": str(NOW.date() + timedelta(days=300))}
        return re.findall(r"<dd>(\d+)</dd>", library.get("/studio/delivery", headers=trainer, params=period).text)

    before = totals()
    ticking.go_on(days=401)
    assert (forget(ticking()), forget(ticking())) == (4, 0)
    assert before[:2] == ["1", "3"]
    assert totals() == before
    with db.writing(app.state.engine) as session:
        session.add(event("open", "t3", 11, slug="a"))
    assert forget(ticking()) == 1
    assert totals()[:2] == ["1", "4"]
