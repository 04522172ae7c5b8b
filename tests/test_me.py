"""/me: everything that is stored about a person, and its end."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session, SQLModel, select
from starlette.testclient import TestClient

from app import db
from app.ids import uuid7
from app.main import create_app
from app.people import service as people
from app.people.models import AuditEntry, Person, SignIn
from app.settings import Settings
from app.usage.models import UseEvent
from app.viewer import SYSTEM
from tests.conftest import NOW, Ticking
from tests.support.accounts import HERE, PASSWORD, enter, invite

PRIVATE = ("Ana Ruiz", "ana@example.org")


@pytest.fixture
def app(settings: Settings, ticking: Ticking) -> FastAPI:
    """All come from one address."""
    return create_app(settings.model_copy(update={"rate_sign_in": "1000/minute"}), ticking)


@pytest.fixture
def ana(app: FastAPI, client: TestClient) -> TestClient:
    """Her browser, after she searched once."""
    browser = enter(app, name="Ana Ruiz", email="ana@example.org", groups=["care"], role="trainer")
    use(browser)
    return browser


def use(browser: TestClient, query: str = "overtime pay") -> None:
    event = {"id": str(uuid7()), "type": "search", "at": NOW.isoformat(), "query": query, "results": 0}
    assert browser.post("/api/v1/events", json={"events": [event]}).json()["accepted"] == 1


def everything(app: FastAPI) -> str:
    """All rows of all tables, as one text."""
    with app.state.engine.connect() as connection:
        rows = [connection.execute(table.select()).all() for table in SQLModel.metadata.sorted_tables]
    return str(rows)


def test_a_stranger_is_asked_in(client: TestClient) -> None:
    assert client.get("/me").status_code == 401
    assert client.get("/me/data.json").status_code == 401


def test_a_token_is_no_person(client: TestClient, trainer: dict[str, str]) -> None:
    assert client.get("/me", headers=trainer).status_code == 403


def test_it_shows_what_is_stored(ana: TestClient) -> None:
    page = ana.get("/me").text
    for part in ("Ana Ruiz", "ana@example.org", "care", "overtime pay", "password chosen", "write aids", "this one"):
        assert part in page


def test_nobody_else_sees_it(ana: TestClient, app: FastAPI) -> None:
    assert "overtime pay" not in enter(app, "bob", role="admin").get("/me").text


def test_the_file_holds_everything(ana: TestClient) -> None:
    answer = ana.get("/me/data.json")
    content = answer.json()
    assert "attachment" in answer.headers["content-disposition"]
    assert content["account"]["rows"][0]["email"] == "ana@example.org"
    assert content["groups"]["rows"] == [{"group": "care", "from": "2026-11-23", "until": None}]
    assert content["use"]["rows"][0]["query"] == "overtime pay"
    assert "signed in" in [row["what"] for row in content["audit"]["rows"]]


def test_the_file_has_all_rows_and_the_page_the_newest(ana: TestClient) -> None:
    for n in range(30):
        use(ana, f"word{n} other")
    assert len(ana.get("/me/data.json").json()["use"]["rows"]) == 31
    assert "The newest 20" in ana.get("/me").text


def test_sessions_are_ended_one_by_one(ana: TestClient, app: FastAPI) -> None:
    other = TestClient(app, headers=HERE | {"user-agent": "Mozilla/5.0 (iPhone) Safari/604.1"})
    other.post("/sign-in", data={"who": "ana", "password": PASSWORD})
    page = ana.get("/me").text
    assert "Safari on iPhone" in page
    name = page.split('aria-label="End the session on Safari on iPhone"')[0].rsplit('value="', 1)[1].split('"')[0]
    ana.post("/me/sessions/end", data={"name": name})
    assert "Ana Ruiz: your account" not in other.get("/").text
    assert "Ana Ruiz: your account" in ana.get("/").text


def test_all_others_are_ended_at_once(ana: TestClient, app: FastAPI) -> None:
    others = [TestClient(app, headers=HERE) for _ in range(2)]
    for one in others:
        one.post("/sign-in", data={"who": "ana", "password": PASSWORD})
    ana.post("/me/sessions/end", data={"name": "others"})
    assert ["Ana Ruiz: your account" in one.get("/").text for one in [ana, *others]] == [True, False, False]


def test_nobody_ends_the_session_of_another(ana: TestClient, app: FastAPI) -> None:
    bob = enter(app, "bob")
    with Session(app.state.engine) as session:
        hers = session.exec(select(SignIn.digest).where(SignIn.person_id == "ana")).one()
    assert bob.post("/me/sessions/end", data={"name": hers[:16]}).status_code == 404
    assert "Ana Ruiz: your account" in ana.get("/").text


def test_the_last_use_of_a_session_is_noted(ana: TestClient, app: FastAPI, ticking: Ticking) -> None:
    ticking.go_on(hours=3)
    app.state.credentials.forget_all()
    ana.get("/")
    assert "last used 23 Nov 2026, 12:00" in ana.get("/me").text


def test_a_password_is_changed_by_who_knows_it(ana: TestClient, app: FastAPI) -> None:
    other = TestClient(app, headers=HERE)
    other.post("/sign-in", data={"who": "ana", "password": PASSWORD})
    form = {"before": "wrong", "after": "quite another sentence"}
    assert ana.post("/me/password", data=form).status_code == 422
    assert "Ana Ruiz: your account" in ana.post("/me/password", data=form | {"before": PASSWORD}).text
    assert "Ana Ruiz: your account" not in other.get("/").text


def test_erasing_asks_whether_she_is_sure(ana: TestClient) -> None:
    assert "cannot be undone" in ana.get("/me/erase").text
    assert ana.post("/me/erase").status_code == 422


def test_what_is_erased_is_nowhere(ana: TestClient, app: FastAPI, ticking: Ticking) -> None:
    mine = app.state.credentials.pseudonym("ana")
    assert "It is erased" in ana.post("/me/erase", data={"sure": "true"}).text
    ticking.go_on(minutes=2)
    app.state.chores.turn()
    left = everything(app)
    assert [part in left for part in (*PRIVATE, mine, "care")] == [False] * 4


def test_what_was_used_stays_counted_and_belongs_to_nobody(ana: TestClient, app: FastAPI) -> None:
    ana.post("/me/erase", data={"sure": "true"})
    with Session(app.state.engine) as session:
        assert [(one.query, one.person, one.tab) for one in session.exec(select(UseEvent))] == [
            ("overtime pay", None, None)
        ]


def test_an_event_that_was_on_its_way_is_taken_too(ana: TestClient, app: FastAPI, ticking: Ticking) -> None:
    mine = app.state.credentials.pseudonym("ana")
    ana.post("/me/erase", data={"sure": "true"})
    late = {"id": uuid7(), "type": "search", "at": NOW, "query": "late one", "person": mine}
    app.state.usage.writer.submit([late]).result(5)
    ticking.go_on(minutes=2)
    app.state.chores.turn()
    assert mine not in everything(app)


def test_an_erased_account_is_closed_for_good(ana: TestClient, app: FastAPI, bearer: Any) -> None:
    with db.writing(app.state.engine) as session:
        link = f"/invitation/{people.invite(session, app.state.clock(), SYSTEM, 'ana')}"
    ana.post("/me/erase", data={"sure": "true"})
    assert "your account" not in ana.get("/").text
    assert ana.get(link).status_code == 404
    form = {"who": "ana", "password": PASSWORD}
    assert ana.post("/sign-in", data=form).status_code == 401
    again = [{"id": "ana", "name": "Ana Ruiz", "email": "ana@example.org"}]
    assert ana.post("/api/v1/people", json=again, headers=bearer("admin")).json()["erased"] == ["ana"]
    with Session(app.state.engine) as session:
        assert session.get_one(Person, "ana").name == "Erased"


def test_the_audit_keeps_the_fact(ana: TestClient, app: FastAPI) -> None:
    ana.post("/me/erase", data={"sure": "true"})
    with Session(app.state.engine) as session:
        lines = session.exec(select(AuditEntry.actor, AuditEntry.action, AuditEntry.subject)).all()
    assert ("ana", "person erased", "ana") in lines


def test_an_administrator_erases_by_page(ana: TestClient, app: FastAPI) -> None:
    root = enter(app, "root", role="admin")
    assert root.post("/studio/people/ana/erase").status_code == 422
    assert root.post("/studio/people/ana/erase", data={"sure": "true"}, follow_redirects=False).status_code == 303
    assert root.get("/studio/people/ana").status_code == 404


def test_the_account_of_the_server_stays_open(app: FastAPI, client: TestClient) -> None:
    with db.writing(app.state.engine) as session:
        link = people.admin_link(session, app.state.clock(), SYSTEM)
    client.post(f"/sign-in/{link}", headers=HERE)
    client.post("/me/erase", data={"sure": "true"}, headers=HERE)
    with db.writing(app.state.engine) as session:
        link = people.admin_link(session, app.state.clock(), SYSTEM)
    assert client.post(f"/sign-in/{link}", headers=HERE, follow_redirects=False).status_code == 303
    assert invite(app, "administrator")
