"""People by API, CSV and page; groups by date; who has gone; the roles."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.facts import Disabled, Left
from app.people import directory, leaving
from app.people.models import Person
from app.viewer import MATRIX, RIGHTS, Right, Role, Scope, Viewer
from tests.conftest import Ticking
from tests.support.accounts import add, enter

Headers = dict[str, str]
ANA = {
    "id": "ana", "name": "Ana Ruiz", "email": "Ana@Example.org", "groups": ["care", "night"], "manager": "mia",
    "tenure_from": "2026-01-05", "left_on": None,
}  # fmt: skip


@pytest.fixture
def admin(bearer: Callable[[Role], Headers]) -> Headers:
    return bearer(Role.ADMIN)


@pytest.fixture
def send(client: TestClient, admin: Headers) -> Callable[..., Any]:
    return lambda *people: client.post("/api/v1/people", json=list(people), headers=admin).json()


def groups_on(app: FastAPI, day: date) -> dict[str, list[str]]:
    with Session(app.state.engine) as session:
        return directory.groups_on(session, day)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_who_may_not_keep_people_cannot(client: TestClient, bearer: Callable[[Role], Headers], role: Role) -> None:
    assert client.post("/api/v1/people", json=[ANA], headers=bearer(role)).status_code == 403


def test_the_same_twice_changes_nothing(send: Callable[..., Any]) -> None:
    assert send(ANA) == {"created": 1, "changed": 0, "unchanged": 0, "erased": []}
    assert send(ANA) == {"created": 0, "changed": 0, "unchanged": 1, "erased": []}


def test_what_is_not_sent_stays_and_null_empties(send: Callable[..., Any], app: FastAPI) -> None:
    send(ANA)
    send({"id": "ana", "email": None})
    with Session(app.state.engine) as session:
        ana = session.get_one(Person, "ana")
    assert (ana.name, ana.email, ana.manager) == ("Ana Ruiz", None, "mia")


def test_groups_open_and_close_by_date(send: Callable[..., Any], app: FastAPI, ticking: Ticking) -> None:
    send(ANA)
    ticking.go_on(days=10)
    send(ANA | {"groups": ["care", "day"]})
    assert groups_on(app, date(2026, 1, 4)) == {}
    assert groups_on(app, date(2026, 12, 2)) == {"ana": ["care", "night"]}
    assert groups_on(app, date(2026, 12, 3)) == {"ana": ["care", "day"]}


def test_leaving_a_group_and_coming_back_on_one_day_leaves_no_trace(
    send: Callable[..., Any], app: FastAPI, ticking: Ticking
) -> None:
    send(ANA)
    ticking.go_on(days=1)
    send(ANA | {"groups": ["other"]})
    send(ANA)
    assert groups_on(app, ticking().date()) == {"ana": ["care", "night"]}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"id": "a b"}, "/0/id"), ({"id": "token:x", "name": "X"}, "/0/id"), ({"id": "new"}, "/0/name"),
        (ANA | {"email": "no"}, "/0/email"), (ANA | {"role": "king"}, "/0/role"),
        (ANA | {"manager": "ana"}, "/0/manager"),
        (ANA | {"left_on": "soon"}, "/0/left_on"), (ANA | {"password": "x"}, "/0/password"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_stored(
    client: TestClient, admin: Headers, wrong: dict, pointer: str
) -> None:
    answer = client.post("/api/v1/people", json=[wrong, {"id": "bob", "name": "Bob"}], headers=admin)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert client.get("/studio/people/bob", headers=admin).status_code == 404


def test_one_person_twice_in_a_list_is_refused(client: TestClient, admin: Headers) -> None:
    assert client.post("/api/v1/people", json=[ANA, ANA], headers=admin).status_code == 422


def test_an_administrator_cannot_lock_herself_out(app: FastAPI, client: TestClient) -> None:
    browser = enter(app, "root", role="admin")
    assert browser.post("/api/v1/people", json=[{"id": "root", "disabled": True}]).status_code == 422
    assert browser.post("/api/v1/people", json=[{"id": "root", "role": "employee"}]).status_code == 422


@pytest.mark.parametrize(
    ("gone", "kind"),
    [({"disabled": True}, Disabled), ({"left_on": "2026-11-23"}, Left), ({"left_on": "2026-11-24"}, Left)],
)
def test_who_has_gone_is_told_once(
    send: Callable[..., Any], app: FastAPI, ticking: Ticking, gone: dict, kind: type
) -> None:
    heard: list[Any] = []
    app.state.facts.listen(kind, heard.append)
    send(ANA)
    send(ANA | gone)
    for _ in range(2):
        ticking.go_on(days=1)
        app.state.chores.turn()
    assert [(one.person, one.name, one.email) for one in heard] == [("ana", "Ana Ruiz", "ana@example.org")]


def test_many_who_leave_on_one_day_are_all_shut_out_and_told_of(
    send: Callable[..., Any], app: FastAPI, ticking: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "PORTION", 2)
    heard: list[Any] = []
    app.state.facts.listen(Left, heard.append)
    send(*({"id": name, "name": name, "left_on": "2026-11-24"} for name in "abcde"))
    ticking.go_on(days=1)
    app.state.chores.turn()
    with Session(app.state.engine) as session:
        assert len(session.exec(select(Person).where(col(Person.gone_at).is_not(None))).all()) == 5
    assert len(heard) == 2
    for _ in range(2):
        ticking.go_on(minutes=2)
        app.state.chores.turn()
    assert sorted(one.person for one in heard) == list("abcde")


def test_the_last_day_ends_the_sessions(send: Callable[..., Any], app: FastAPI, ticking: Ticking) -> None:
    browser = enter(app)
    send({"id": "ana", "left_on": "2026-11-24"})
    assert "Ana: your account" in browser.get("/").text
    ticking.at = datetime(2026, 11, 24, 0, 1, tzinfo=UTC)
    app.state.chores.turn()
    app.state.credentials.forget_all()
    assert "Ana: your account" not in browser.get("/").text


def test_who_comes_back_is_let_in(send: Callable[..., Any], app: FastAPI) -> None:
    send(ANA | {"disabled": True})
    send(ANA | {"disabled": False})
    with Session(app.state.engine) as session:
        assert session.get_one(Person, "ana").gone_at is None


def test_a_session_from_before_does_not_come_back(send: Callable[..., Any], app: FastAPI) -> None:
    browser = enter(app)
    send({"id": "ana", "disabled": True}, {"id": "bob", "name": "Bob"})
    send({"id": "ana", "disabled": False})
    assert "Ana: your account" not in browser.get("/").text


def upload(client: TestClient, admin: Headers, text: str | bytes) -> Any:
    return client.post("/studio/people/file", files={"file": ("people.csv", text, "text/csv")}, headers=admin)


def test_a_file_brings_the_good_lines_in_and_names_the_others(client: TestClient, admin: Headers, app: FastAPI) -> None:
    text = "id,name,groups,left_on\nana,Ana,care|night,\nbob,Bob,,tomorrow\n,Nobody,,\ncid,,,\n\ndee,Dee,,\n"
    page = upload(client, admin, text).text
    assert "2 new" in page
    assert [f"line {n}, {column}" in page for n, column in ((3, "left_on"), (4, "id"), (5, "name"))] == [True] * 3
    assert groups_on(app, date(2026, 11, 23)) == {"ana": ["care", "night"]}


def test_a_file_as_a_spreadsheet_writes_it_comes_in(client: TestClient, admin: Headers) -> None:
    assert "1 new" in upload(client, admin, "\ufeffid;name;disabled\r\nana;Ana;no\r\n").text


@pytest.mark.parametrize(
    "text", [b"id,name\nana,\xff", "name\nAna", "id,salary\nana,1", "", 'id,name\n"ana', b"\x00\x01"]
)
def test_what_is_not_such_a_file_is_explained(client: TestClient, admin: Headers, text: bytes) -> None:
    assert upload(client, admin, text).status_code == 422


def test_an_administrator_adds_changes_and_invites_by_page(app: FastAPI, client: TestClient) -> None:
    browser = enter(app, "root", role="admin")
    page = browser.post("/studio/people", data={"id": "ana", "name": "Ana", "groups": "care"}).text
    assert "Groups over time" in page
    browser.post("/studio/people/ana", data={"name": "Ana Ruiz", "role": "trainer"})
    page = browser.post("/studio/people/ana/invitation").text
    assert "http://testserver/invitation/" in page
    assert "http://testserver/invitation/" not in browser.get("/studio/people/ana").text
    assert "Ana Ruiz" in browser.get("/studio/people?q=RUIZ").text


def test_a_form_with_a_mistake_keeps_what_was_typed(app: FastAPI, client: TestClient) -> None:
    browser = enter(app, "root", role="admin")
    answer = browser.post("/studio/people", data={"id": "ana", "name": "Ana", "email": "no"})
    assert (answer.status_code, 'value="Ana"' in answer.text) == (422, True)
    assert "not an e-mail address" in answer.text


@pytest.mark.parametrize("path", ["/studio/people", "/studio/people/ana", "/studio/audit"])
def test_the_pages_are_for_administrators(app: FastAPI, client: TestClient, path: str, trainer: Headers) -> None:
    add(app)
    assert client.get(path).status_code == 401
    assert client.get(path, headers=trainer).status_code == 403


def test_a_list_of_people_takes_three_statements(
    app: FastAPI, client: TestClient, admin: Headers, statements: Callable[[], Any]
) -> None:
    for n in range(60):
        add(app, f"p{n:02}", groups=["care"])
    client.get("/studio/people", headers=admin)
    with statements() as seen:
        page = client.get("/studio/people", headers=admin).text
    assert len(seen) <= 3
    assert 'rel="next"' in page


# Roles


def test_the_page_shows_the_table_that_the_checks_use(app: FastAPI, client: TestClient, employee: Headers) -> None:
    page = client.get("/studio/roles", headers=employee).text
    for right, row in MATRIX.items():
        assert f'<th scope="row">{right}</th>' in page
        assert all(scope is None or scope in page for scope in row.values())


def test_every_right_and_role_is_in_the_table() -> None:
    assert {(right, role) for right in Right for role in Role} == {(a, b) for a in MATRIX for b in MATRIX[a]}


def test_the_checks_hold_what_the_table_says() -> None:
    for right, row in MATRIX.items():
        assert [Viewer(role=role).may(right) for role in Role] == [row[role] is not None for role in Role]
        assert [right in RIGHTS[role] for role in Role] == [row[role] is not None for role in Role]


def test_a_manager_reaches_her_own_team(app: FastAPI, client: TestClient) -> None:
    for person, manager in (("ana", "mia"), ("bob", "mia"), ("cid", "joe")):
        add(app, person, manager=manager)
    viewers = {role: Viewer(role=role, person="mia") for role in Role}
    with Session(app.state.engine) as session:
        reached = {role: directory.covered(session, viewers[role], Right.COMPETENCY) for role in Role}
        of_a_token = directory.covered(session, Viewer(role=Role.MANAGER, name="crm"), Right.RECORD)
    assert reached[Role.MANAGER] == {"ana", "bob"}
    assert reached[Role.EMPLOYEE] == {"mia"}
    assert reached[Role.ANALYST] is None
    assert viewers[Role.ANALYST].scope(Right.COMPETENCY) is Scope.MASKED
    assert of_a_token == frozenset()
