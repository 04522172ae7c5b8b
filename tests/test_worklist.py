"""One ranked list: people affected × criticality, small groups told apart nowhere."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.improvement.gaps import Gap, gaps
from app.improvement.use import Failed
from app.improvement.worklist import Action, Item, rank
from app.people.models import AuditEntry
from app.viewer import Role
from tests.conftest import NOW, Ticking
from tests.support.events import happen

HTML = {"Accept": "text/html"}
SLUG = "billing/refund-card"
Headers = dict[str, str]


@pytest.fixture
def items(library: TestClient, trainer: Headers) -> Callable[[], list[dict[str, Any]]]:
    """The worklist as JSON."""

    def read() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = library.get("/api/v1/worklist", headers=trainer).json()["items"]
        return found

    return read


Items = Callable[[], list[dict[str, Any]]]


def define(client: TestClient, headers: Headers, slug: str, criticality: int | None, owner: str = "") -> None:
    body = {"title": slug.replace("-", " ").capitalize(), "criticality": criticality, "owner": owner or None}
    assert client.put(f"/api/v1/tasks/{slug}", json={"slug": slug, **body}, headers=headers).status_code == 200


def texts(found: list[dict[str, Any]]) -> list[str]:
    return [one["text"] for one in found]


# Who


def test_the_list_is_for_those_who_write(library: TestClient, bearer: Callable[[Role], Headers]) -> None:
    assert library.get("/studio").status_code == 401
    assert library.get("/studio", headers=bearer(Role.EMPLOYEE)).status_code == 403
    assert library.get("/api/v1/worklist", headers=bearer(Role.MANAGER)).status_code == 403
    shown = library.get("/studio", headers=bearer(Role.MANAGER) | HTML, follow_redirects=False)
    assert shown.headers["location"] == "/studio/delivery"


def test_an_empty_list_says_what_that_means(library: TestClient, trainer: Headers) -> None:
    page = library.get("/studio", headers=trainer | HTML).text
    assert "Nothing waits." in page
    assert "people affected × how critical" in page


# What


def test_a_critical_task_without_an_aid(library: TestClient, trainer: Headers, items: Items) -> None:
    define(library, trainer, "recall-batch", 6)
    define(library, trainer, "water-plants", 2)
    (one,) = items()
    assert one["text"] == "“Recall batch” has no aid"
    assert one["action"]["url"] == "/studio/aids/new?title=Recall+batch&tasks=recall-batch"


def test_a_critical_task_whose_aids_are_all_overdue(
    library: TestClient, trainer: Headers, items: Items, ticking: Ticking
) -> None:
    define(library, trainer, "issue-refund", 6)
    assert items() == []
    ticking.go_on(days=200)
    assert "“Issue refund” has only aids past their review date" in texts(items())


def test_a_search_of_enough_people_that_found_nothing(engine: Engine, items: Items) -> None:
    happen(engine, "search", 12, query="zebra crossing", results=0)
    (one,) = items()
    assert one["text"] == "searched “zebra crossing” and found nothing"
    assert (one["people"], one["criticality"], one["score"]) == (12, 3, 36)


def test_a_search_of_few_people_is_not_shown(engine: Engine, items: Items) -> None:
    happen(engine, "search", 9, query="zebra crossing", results=0)
    happen(engine, "search", 12, query="zebra crossing", results=0, at=NOW - timedelta(days=91))
    assert items() == []


def test_a_search_that_finds_something_by_now_is_done(engine: Engine, items: Items) -> None:
    happen(engine, "search", 12, query="printer", results=0)
    assert items() == []


def test_typing_that_became_another_search_does_not_count(engine: Engine, items: Items) -> None:
    from uuid import uuid4

    happen(engine, "search", 12, query="zebr", results=0, settled_by=uuid4())
    assert items() == []


def test_an_aid_that_leaves_people_stuck_and_at_which_step(engine: Engine, items: Items) -> None:
    happen(engine, "step", 8, slug=SLUG, step=2)
    happen(engine, "step", 8, slug=SLUG, step=1)
    happen(engine, "outcome", 8, slug=SLUG, outcome="stuck", revision=1)
    (one,) = items()
    assert one["text"] == "at step 3 of “Refund an order paid by card”"
    assert one["people"] == 8
    assert one["detail"] == "of 8 who answered; at least 67 %"


def test_few_who_are_stuck_among_many_are_no_item(engine: Engine, items: Items) -> None:
    happen(engine, "outcome", 100, slug=SLUG, outcome="worked", revision=1)
    happen(engine, "outcome", 8, slug=SLUG, outcome="stuck", revision=1)
    assert items() == []


def test_what_was_said_of_an_earlier_text_is_forgotten_but_not_for_a_keyword(
    library: TestClient, trainer: Headers, engine: Engine, items: Items
) -> None:
    happen(engine, "outcome", 8, slug=SLUG, outcome="stuck", revision=1)
    assert library.post(
        "/studio/reviews/owners", data={"slugs": SLUG, "owner": "ben@example.org"}, headers=trainer
    ).is_success
    assert len(items()) == 1
    text = library.get(f"/aids/{SLUG}.md", headers=trainer).text.replace("Choose", "Press")
    library.put(f"/api/v1/aids/{SLUG}?publish=true", json={"markdown": text}, headers=trainer)
    assert items() == []


def test_an_overdue_aid_by_how_many_read_it(engine: Engine, items: Items, ticking: Ticking) -> None:
    happen(engine, "open", 38, at=NOW + timedelta(days=199), slug=SLUG)
    ticking.go_on(days=200)
    (one,) = items()
    assert (one["people"], one["score"]) == (38, 114)
    assert one["action"] == {"label": "Still right", "url": f"/studio/reviews/{SLUG}/still-right", "post": True}


def test_readers_of_an_earlier_address_count_for_the_present_one(
    library: TestClient, trainer: Headers, engine: Engine, items: Items, ticking: Ticking
) -> None:
    text = library.get(f"/aids/{SLUG}.md", headers=trainer).text
    library.put(f"/api/v1/aids/{SLUG}?publish=true", json={"slug": "billing/new", "markdown": text}, headers=trainer)
    ticking.go_on(days=200)
    happen(engine, "open", 7, at=ticking(), slug=SLUG)
    assert [one["people"] for one in items() if one["key"] == "review:billing/new"] == [7]


def test_a_question_that_waits(library: TestClient, engine: Engine, items: Items) -> None:
    happen(engine, "question", 1, text="Where is the key?", slug=SLUG)
    (one,) = items()
    assert one["text"] == "“Where is the key?”"
    assert one["people"] is None


def test_a_broken_link(app: FastAPI, library: TestClient, trainer: Headers, items: Items, ticking: Ticking) -> None:
    text = "# Broken\n\n[x](nowhere.md)\n"
    library.post("/api/v1/aids?publish=true", json={"slug": "broken", "markdown": text}, headers=trainer)
    ticking.go_on(minutes=2)
    app.state.chores.turn()
    assert "1 thing in “Broken” leads nowhere" in texts(items())


def test_other_rooms_put_items_on_the_list(app: FastAPI, items: Items) -> None:
    theirs = Item("draft:x", "draft", "A draft waits", Action("Review", "/studio/aids/x/review"), 20, 7)
    app.state.worklist.append(lambda session, now: [theirs])
    (one,) = items()
    assert (one["text"], one["score"]) == ("A draft waits", 140)


# In which order


def test_people_times_criticality() -> None:
    act = Action("Do", "/")
    found = [Item("a", "x", "", act, 10, 3), Item("b", "x", "", act, 6, 7), Item("c", "x", "", act, 4, 7)]
    assert [(one.item.key, one.people, one.score) for one in rank(found, 5)] == [
        ("b", 6, 42), ("a", 10, 30), ("c", None, 28),
    ]  # fmt: skip


def test_one_person_weighs_as_much_as_four(engine: Engine) -> None:
    act = Action("Do", "/")
    ranked = rank([Item("a", "x", "", act, 1, 5), Item("b", "x", "", act, 4, 5), Item("c", "x", "", act, 0, 5)], 5)
    assert {(one.people, one.score) for one in ranked} == {(None, 20)}


# Gaps


def rows(**texts: int) -> list[Failed]:
    return [Failed(text.replace("_", " "), f"{text}-{n}", None) for text, count in texts.items() for n in range(count)]


def test_endings_and_order_make_no_difference() -> None:
    (gap,) = gaps(rows(vat_invoice=6, invoices_VAT=5), 10, "en")
    assert gap == Gap("search:invoic vat", "vat invoice", 11, None)


def test_what_means_the_same_is_one_gap() -> None:
    (gap,) = gaps(rows(refund_card=10, money_back_on_card=4), 10, "en")
    assert (gap.text, gap.people) == ("refund card", 14)


def test_a_text_of_few_never_comes_out_not_even_in_company() -> None:
    found = gaps(rows(vat_invoice=6, invoice_with_vat_number=3, vat_invoice_for_jane_smith=3), 10, "en")
    assert [(gap.text, gap.people) for gap in found] == [("invoic vat", 12)]


def test_one_reader_who_types_much_is_one_reader() -> None:
    again = [Failed(f"zebra {word}", "reader-1", None) for word in ("crossing", "crossings", "crossing the")]
    assert gaps(again * 9, 3, "en") == []


# Later


def test_an_item_is_put_off_for_30_days_and_put_back(
    library: TestClient, trainer: Headers, engine: Engine, items: Items, ticking: Ticking
) -> None:
    define(library, trainer, "recall-batch", 6)
    later = {"key": "task:recall-batch", "text": "“Recall batch” has no aid"}
    page = library.post("/studio/worklist/later", data=later, headers=trainer | HTML).text
    assert "1 put off" in page
    assert items() == []
    library.post("/studio/worklist/back", data={"key": "task:recall-batch"}, headers=trainer)
    assert len(items()) == 1
    library.post("/studio/worklist/later", data=later, headers=trainer)
    ticking.go_on(days=31)
    assert "“Recall batch” has no aid" in texts(items())


def test_putting_off_is_on_record(library: TestClient, trainer: Headers, engine: Engine) -> None:
    library.post("/studio/worklist/later", data={"key": "task:x", "text": "X"}, headers=trainer)
    with Session(engine) as session:
        last = session.exec(select(AuditEntry).order_by(AuditEntry.id.desc())).first()  # type: ignore[union-attr]
    assert last is not None
    assert (last.action, last.subject) == ("put off", "task:x")


def test_an_employee_puts_nothing_off(library: TestClient, employee: Headers) -> None:
    assert library.post("/studio/worklist/later", data={"key": "task:x"}, headers=employee).status_code == 403


# What it costs


def test_the_list_takes_a_fixed_number_of_statements(
    library: TestClient,
    trainer: Headers,
    engine: Engine,
    folder: Path,
    write: Any,
    bring_in: Any,
    statements: Any,
) -> None:
    def ask() -> int:
        with statements() as seen:
            assert library.get("/studio", headers=trainer | HTML).status_code == 200
        return len(seen)

    ask()
    few = ask()
    for n in range(30):
        write(f"more/aid-{n}.md", f"---\ntitle: Aid {n}\nreview_every: 1d\ntasks: [task-{n}]\n---\n1. Do {n}.\n")
        define(library, trainer, f"other-{n}", 7)
        happen(engine, "question", 1, text=f"How {n}?", slug=f"more/aid-{n}")
        happen(engine, "outcome", 6, slug=f"more/aid-{n}", outcome="stuck", revision=1)
        happen(engine, "search", 11, query=f"zebra{n} stripe{n}", results=0)
    bring_in()
    assert few <= ask() <= 22  # 20 of the list, one for the token, one for the badge


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_the_use_events_are_found_by_their_index(engine: Engine) -> None:
    from sqlalchemy import event

    from app.improvement import use

    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cur, sql, given, *_: asked.append((sql, given)))
    with Session(engine) as session:
        since = NOW - timedelta(days=90)
        for read in (use.openers, use.failed, use.said):
            read(session, since)
        use.questions(session, since, None, 10)
        use.last_steps(session, ["a"], since)
        seen = list(asked)
        plans = [
            row[3]
            for sql, given in seen
            for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all()
            if "use_event" in row[3]
        ]
    assert plans
    assert all("USING INDEX ix_use_event" in plan and "at>?" in plan for plan in plans), plans
