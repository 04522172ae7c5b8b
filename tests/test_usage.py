import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import structlog
from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import logs
from app.db import writing
from app.errors import Unavailable
from app.ids import uuid7
from app.usage import queries
from app.usage.models import UseEvent
from app.usage.writer import MOST_WAITING, Writer
from tests.conftest import NOW, Ticking

Headers = dict[str, str]


NEEDED: dict[str, dict[str, Any]] = {"search": {"query": "refund", "results": 1}, "open": {"slug": "it/vpn"}}


def made(kind: str = "open", seconds: float = 0, **fields: Any) -> dict[str, Any]:
    at = (NOW + timedelta(seconds=seconds)).isoformat()
    return {"id": str(uuid7()), "type": kind, "at": at, "tab": "tab-0001", **NEEDED.get(kind, {}), **fields}


@pytest.fixture
def send(library: TestClient) -> Callable[..., dict[str, Any]]:
    def post(*events: dict[str, Any], headers: Headers | None = None) -> dict[str, Any]:
        answer = library.post("/api/v1/events", json={"events": list(events)}, headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return post


def stored(app: FastAPI, *wanted: object) -> list[UseEvent]:
    with Session(app.state.engine) as session:
        return list(session.exec(select(UseEvent).order_by(col(UseEvent.at), col(UseEvent.id))))


Send = Callable[..., dict[str, Any]]


def test_an_answered_event_is_stored(send: Send, app: FastAPI) -> None:
    event = made(rank=2, ms=900, source="widget", app="crm", path="/orders/:id", task="issue-refund")
    assert send(event) == {"accepted": 1, "duplicates": 0, "rejected": []}
    row = stored(app)[0]
    assert (row.id, row.tab, row.rank, row.ms, row.at) == (UUID(event["id"]), "tab-0001", 2, 900, NOW)


def test_the_same_event_twice_is_a_duplicate(send: Send, app: FastAPI) -> None:
    event = made()
    send(event)
    assert send(event, event)["duplicates"] == 2
    assert len(stored(app)) == 1


def test_the_same_event_twice_in_one_call_is_one(send: Send) -> None:
    event = made()
    assert send(event, event) == {"accepted": 1, "duplicates": 1, "rejected": []}


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (made("dance"), "type"),
        (made(seconds=900), "future"),
        (made(seconds=-500 * 86_400), "400 days"),
        (made(person="ana@example.org"), "who it was comes from the credentials"),
        (made(at="2026-11-23T09:00:00"), "at"),
        (made(id="7"), "id"),
        (made(slug=""), "needs slug"),
        (made("step"), "needs slug"),
        (made("outcome", slug="a", outcome="perhaps"), "outcome"),
        (made(rank=0), "rank"),
        (made(tab="a b"), "tab"),
        (made(slug="a\0"), "slug"),
        (made("question", text="x" * 2_001), "text"),
        ({}, "id"),
    ],
)
def test_a_bad_event_is_named_and_the_good_ones_go_in(
    send: Send, app: FastAPI, event: dict[str, Any], said: str
) -> None:
    receipt = send(made(), event, made())
    assert receipt["accepted"] == 2
    assert receipt["rejected"][0]["index"] == 1
    assert said in receipt["rejected"][0]["detail"]
    assert len(stored(app)) == 2


def test_over_500_events_are_refused_whole(library: TestClient, app: FastAPI) -> None:
    answer = library.post("/api/v1/events", json={"events": [made()] * 501})
    assert answer.status_code == 422
    assert "500" in answer.text
    assert stored(app) == []


def test_a_closed_house_takes_no_events_from_strangers(library: TestClient, app: FastAPI) -> None:
    app.state.credentials.open_house = False
    assert library.post("/api/v1/events", json={"events": [made()]}).status_code == 401


def test_typing_settles_into_one_search(send: Send, app: FastAPI) -> None:
    send(made("search", 0, query="ref"), made("search", 2, query="Refund"), made("search", 9, query="refund card"))
    assert [row.query for row in stored(app) if row.settled_by is None] == ["refund card"]


def test_typing_settles_across_calls_and_when_it_gets_shorter(send: Send, app: FastAPI) -> None:
    send(made("search", 0, query="refund card"))
    send(made("search", 5, query="refund"))
    assert [row.query for row in stored(app) if row.settled_by is None] == ["refund"]


@pytest.mark.parametrize(
    ("after", "fields"),
    [(31, {"query": "refund card"}), (5, {"query": "printer"}), (5, {"query": "refund card", "tab": "another-tab"})],
)
def test_other_words_later_words_and_other_readers_are_searches_of_their_own(
    send: Send, app: FastAPI, after: float, fields: dict[str, Any]
) -> None:
    send(made("search", 0, query="refund"), made("search", after, **fields))
    assert all(row.settled_by is None for row in stored(app))


def test_a_search_that_was_opened_from_stays_its_own(send: Send, app: FastAPI) -> None:
    search = made("search", 0, query="refund")
    send(search, made("open", 3, search_id=search["id"]))
    send(made("search", 9, query="refund card"))
    assert [row.settled_by for row in stored(app)] == [None, None, None]


def test_a_program_without_a_person_is_told_apart_by_its_tab(send: Send, app: FastAPI, employee: Headers) -> None:
    send(made(), headers=employee)
    assert [(row.person, row.tab) for row in stored(app)] == [(None, "tab-0001")]


def test_the_page_completes_the_record_of_the_server(library: TestClient, send: Send, app: FastAPI) -> None:
    library.get("/aids/it/vpn")
    app.state.usage.writer.submit([]).result(5)
    [row] = stored(app)
    assert send(made("open", id=str(row.id), ms=1_200))["duplicates"] == 1
    assert [(row.tab, row.ms) for row in stored(app)] == [("tab-0001", 1_200)]


def test_what_a_reader_recorded_nobody_else_changes(send: Send, app: FastAPI) -> None:
    event = made(ms=5)
    send(event)
    send(event | {"tab": "somebody-else", "ms": 7})
    assert [(row.tab, row.ms) for row in stored(app)] == [("tab-0001", 5)]


def test_many_callers_share_commits_and_each_is_answered(send: Send, app: FastAPI) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda n: send(made(tab=f"tab-{n:05}")), range(60)))
    assert sum(receipt["accepted"] for receipt in receipts) == len(stored(app)) == 60


def test_a_writer_that_cannot_even_log_goes_on(
    library: TestClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = io.StringIO()
    monkeypatch.setattr("sys.stderr", gone)
    logs.configure("warning")
    gone.close()
    with app.state.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE use_event")
    for _ in range(2):
        assert library.post("/questions", data={"text": "How?"}).status_code == 503
    structlog.reset_defaults()


def test_a_question_that_cannot_be_kept_is_not_thanked_for(library: TestClient, app: FastAPI) -> None:
    with app.state.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE use_event")
    assert library.post("/questions", data={"text": "How?"}).status_code == 503


def test_a_full_queue_says_so() -> None:
    writer = Writer(None)  # type: ignore[arg-type]
    for _ in range(MOST_WAITING):
        writer.submit([])
    with pytest.raises(Unavailable, match="Send these again"):
        writer.submit([])
    writer.note({})
    assert writer.dropped == 1


def test_a_caller_that_goes_away_does_not_stop_the_writer(app: FastAPI) -> None:
    writer = Writer(app.state.engine)
    row = {"type": "open", "slug": "it/vpn", "at": NOW, "tab": "tab-0001", "person": None, "ms": None}
    writer.submit([row | {"id": uuid7()}]).cancel()
    writer.start()
    second = uuid7()
    assert writer.submit([row | {"id": second}]).result(timeout=10) == {second}
    writer.stop()


def test_a_writer_that_cannot_write_says_so(library: TestClient, app: FastAPI) -> None:
    with app.state.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE use_event")
    answer = library.post("/api/v1/events", json={"events": [made()]})
    assert answer.status_code == 503
    assert "Send them again" in answer.json()["detail"]


def test_events_are_counted_per_address(library: TestClient, ticking: Ticking) -> None:
    statuses = {library.post("/api/v1/events", json={"events": []}).status_code for _ in range(601)}
    assert statuses == {200, 429}


def test_the_record_of_the_server_is_completed_in_the_same_commit(app: FastAPI) -> None:
    number = uuid7()
    server = {"id": number, "type": "open", "slug": "it/vpn", "at": NOW, "tab": None, "person": None, "ms": None}
    with writing(app.state.engine) as session:
        queries.store(session, [server, server | {"tab": "tab-0001", "ms": 900}])
    assert [(row.tab, row.ms) for row in stored(app)] == [("tab-0001", 900)]


def test_nobody_completes_the_record_of_somebody_else(app: FastAPI) -> None:
    number = uuid7()
    hers = {"id": number, "type": "open", "slug": "it/vpn", "at": NOW, "tab": None, "person": "ana", "ms": None}
    with writing(app.state.engine) as session:
        queries.store(session, [hers, hers | {"person": None, "tab": "tab-0001", "ms": 900}])
    assert [(row.person, row.tab, row.ms) for row in stored(app)] == [("ana", None, None)]
