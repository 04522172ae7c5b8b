"""The audit: only ever added to, searchable, and itself on record."""

import csv
import io
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from sqlalchemy import Executable, delete, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app import db
from app.people import service as people
from app.people.models import AuditEntry
from app.viewer import SYSTEM, Role, Viewer
from tests.conftest import Ticking
from tests.support.accounts import HERE

Headers = dict[str, str]


@pytest.fixture
def admin(bearer: Callable[[Role], Headers]) -> Headers:
    return bearer(Role.ADMIN)


@pytest.fixture
def lines(app: FastAPI, client: TestClient, ticking: Ticking, admin: Headers) -> None:
    """Sixty lines over sixty hours, after the one of the token."""
    with db.writing(app.state.engine) as session:
        for n in range(60):
            ticking.go_on(hours=1)
            who = Viewer(role=Role.TRAINER, person="ana" if n % 2 else "bob")
            people.record(session, ticking(), who, "published", f"aid-{n}", f"revision {n}")


def stored(app: FastAPI) -> list[AuditEntry]:
    with Session(app.state.engine) as session:
        return list(session.exec(select(AuditEntry).order_by(AuditEntry.id)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [update(AuditEntry).values(actor="nobody"), delete(AuditEntry), text("UPDATE audit_entry SET detail = 'x'")],
)
def test_the_database_refuses_to_change_or_delete_a_line(app: FastAPI, admin: Headers, change: Executable) -> None:
    before = [one.model_dump() for one in stored(app)]
    with pytest.raises(IntegrityError, match="only ever added to"), db.writing(app.state.engine) as session:
        session.execute(change)
    assert [one.model_dump() for one in stored(app)] == before != []


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_empty_it(app: FastAPI, admin: Headers) -> None:
    with pytest.raises(IntegrityError, match="only ever added to"), db.writing(app.state.engine) as session:
        session.execute(text("TRUNCATE audit_entry"))


def test_it_is_read_page_by_page_newest_first(client: TestClient, lines: None, admin: Headers) -> None:
    first = client.get("/api/v1/audit?limit=40", headers=admin).json()
    rest = client.get(f"/api/v1/audit?limit=40&cursor={first['cursor']}", headers=admin).json()
    subjects = [one["subject"] for one in first["items"] + rest["items"]]
    assert subjects[:60] == [f"aid-{n}" for n in reversed(range(60))]
    assert rest["cursor"] is None


@pytest.mark.parametrize(
    ("question", "count"),
    [("actor=ANA", 30), ("action=published", 60), ("text=aid-5", 11), ("text=revision%207", 1), ("text=%25", 0),
     ("since=2026-11-24&until=2026-11-24", 24), ("actor=bob&until=2026-11-23", 7)],
)  # fmt: skip
def test_filters_narrow_it(client: TestClient, lines: None, admin: Headers, question: str, count: int) -> None:
    assert len(client.get(f"/api/v1/audit?limit=200&{question}", headers=admin).json()["items"]) == count


@pytest.mark.parametrize(
    "wrong", ["cursor=x", "cursor=9999999999999999999", "since=soon", "limit=0", "since=0001-01-01"]
)
def test_what_cannot_be_asked_is_explained(client: TestClient, admin: Headers, wrong: str) -> None:
    assert client.get(f"/api/v1/audit?{wrong}", headers=admin).status_code == 422


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_it_is_for_administrators(client: TestClient, bearer: Callable[[Role], Headers], role: Role) -> None:
    headers = bearer(role)
    assert client.get("/api/v1/audit", headers=headers).status_code == 403
    assert client.post("/studio/audit/export", headers=headers).status_code == 403


def test_the_page_shows_finds_and_goes_on(client: TestClient, lines: None, admin: Headers) -> None:
    page = client.get("/studio/audit", headers=admin).text
    assert ("aid-59" in page, "aid-9<" in page, 'rel="next"' in page) == (True, False, True)
    assert "aid-9<" in client.get("/studio/audit?text=aid-9", headers=admin).text


def test_a_look_up_is_on_record(app: FastAPI, client: TestClient, admin: Headers) -> None:
    client.get("/studio/audit", headers=admin)
    client.get("/studio/audit?actor=ana&since=2026-11-01", headers=admin)
    assert [(one.action, one.detail) for one in stored(app)[1:]] == [("audit searched", "actor ana, since 2026-11-01")]


def test_an_export_holds_the_lines_and_is_on_record(
    app: FastAPI, client: TestClient, lines: None, admin: Headers
) -> None:
    answer = client.post("/studio/audit/export?actor=ana", headers=admin)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert (len(rows), rows[0]["subject"], rows[0]["actor"]) == (30, "aid-59", "ana")
    assert (stored(app)[-1].action, stored(app)[-1].detail) == ("audit exported", "actor ana")


def test_an_export_runs_no_formula(app: FastAPI, client: TestClient, admin: Headers, ticking: Ticking) -> None:
    with db.writing(app.state.engine) as session:
        people.record(session, ticking(), SYSTEM, "renamed", '=HYPERLINK("http://evil.example")')
    assert "'=HYPERLINK" in client.post("/studio/audit/export", headers=admin).text


def test_an_export_asks_for_a_page_of_ours(client: TestClient) -> None:
    assert client.post("/studio/audit/export", headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/studio/audit/export", headers=HERE).status_code == 401
