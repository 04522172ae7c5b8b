"""What becomes of a question, and who learns of it."""

from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.improvement.keeper import KEEPER
from app.people.models import AuditEntry
from app.usage.models import UseEvent
from tests.support.events import happen

HTML = {"Accept": "text/html"}
SLUG = "billing/refund-card"
Headers = dict[str, str]


@pytest.fixture
def number(library: TestClient, engine: Engine) -> UUID:
    """A question that a member put, with a search that failed."""
    happen(engine, "question", "pseudonym-1", text="Where is <b>the key</b>?", slug=SLUG, query="till key")
    with Session(engine) as session:
        return session.exec(select(UseEvent.id).where(UseEvent.type == "question")).one()


def act(client: TestClient, headers: Headers, number: UUID, action: str, text: str = "") -> str:
    answer = client.post(f"/studio/questions/{number}/{action}", data={"text": text}, headers=headers | HTML)
    return answer.text


def page(client: TestClient, headers: Headers, state: str = "open") -> str:
    return client.get(f"/studio/questions?state={state}", headers=headers | HTML).text


def test_a_question_waits_with_its_search_and_its_aid_and_no_name(
    library: TestClient, trainer: Headers, number: UUID
) -> None:
    shown = page(library, trainer)
    assert "Where is &lt;b&gt;the key&lt;/b&gt;?" in shown
    assert "“till key”" in shown
    assert "Refund an order paid by card" in shown
    assert "pseudonym" not in shown


def test_it_waits_with_the_coach_of_the_task_else_with_the_owner(
    library: TestClient, trainer: Headers, number: UUID
) -> None:
    assert "for ana@example.org" in page(library, trainer)
    body = {"slug": "issue-refund", "title": "Issue a refund", "owner": "coach@example.org"}
    library.put("/api/v1/tasks/issue-refund", json=body, headers=trainer)
    assert "for coach@example.org" in page(library, trainer)
    act(library, trainer, number, "assign", "ben@example.org")
    assert "for ben@example.org" in page(library, trainer)


def test_an_answer_is_seen_by_the_asker_alone(
    library: TestClient, trainer: Headers, engine: Engine, number: UUID
) -> None:
    assert "her own page" in act(library, trainer, number, "answer", "Under the till.")
    assert "the key" not in page(library, trainer)
    assert "Under the till." in page(library, trainer, "answered")
    with Session(engine) as session:
        mine = KEEPER.show(session, "ana", "pseudonym-1")[0].rows
        hers = KEEPER.show(session, "ben", "pseudonym-2")[0].rows
    assert [(row["question"], row["answer"]) for row in mine] == [("Where is <b>the key</b>?", "Under the till.")]
    assert hers == []


def test_an_aid_answers_it(library: TestClient, trainer: Headers, number: UUID) -> None:
    assert "the aid answers it" in act(library, trainer, number, "aid", f"/aids/{SLUG}")
    assert f'href="/aids/{SLUG}"' in page(library, trainer, "aid")


def test_an_aid_that_is_not_there_answers_nothing(library: TestClient, trainer: Headers, number: UUID) -> None:
    assert "the question waits" in act(library, trainer, number, "aid", "no/such")
    assert "the key" in page(library, trainer)


def test_an_empty_answer_is_none(library: TestClient, trainer: Headers, number: UUID) -> None:
    assert "still waits" in act(library, trainer, number, "answer", "  ")


def test_it_is_closed_and_waits_again(library: TestClient, trainer: Headers, number: UUID) -> None:
    act(library, trainer, number, "close")
    assert "Nobody waits" in page(library, trainer)
    act(library, trainer, number, "reopen")
    assert "the key" in page(library, trainer)


def test_the_audit_says_who_and_never_what(library: TestClient, trainer: Headers, engine: Engine, number: UUID) -> None:
    act(library, trainer, number, "answer", "Under the till.")
    with Session(engine) as session:
        last = session.exec(select(AuditEntry).order_by(AuditEntry.id.desc())).first()  # type: ignore[union-attr]
    assert last
    assert (last.actor, last.action, last.subject) == ("token:test trainer", "question answered", str(number))


def test_an_employee_sees_and_answers_none(library: TestClient, employee: Headers, number: UUID) -> None:
    assert library.get("/studio/questions", headers=employee).status_code == 403
    assert library.post(f"/studio/questions/{number}/close", headers=employee).status_code == 403
    assert library.post(f"/studio/questions/{number}/close").status_code == 401


def test_what_is_no_question_is_not_found(library: TestClient, trainer: Headers, engine: Engine) -> None:
    happen(engine, "open", 1, slug=SLUG)
    with Session(engine) as session:
        other = session.exec(select(UseEvent.id)).one()
    assert library.post(f"/studio/questions/{other}/close", headers=trainer).status_code == 404
    assert library.post("/studio/questions/not-a-number/close", headers=trainer).status_code == 422


def test_a_reader_asks_and_it_is_on_the_worklist(app: FastAPI, library: TestClient, trainer: Headers) -> None:
    library.post("/questions", data={"text": "How do I open the vault?"})
    (item,) = library.get("/api/v1/worklist", headers=trainer).json()["items"]
    assert item["text"] == "“How do I open the vault?”"
    assert "only the text can say how to reach" in page(library, trainer)
