"""Accounts for tests: persons with a password, and their browsers."""

from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from app import db
from app.people import accounts, directory
from app.people.schemas import PersonIn
from app.viewer import SYSTEM

HERE = {"Origin": "http://testserver"}
PASSWORD = "violet tractor umbrella"


def add(app: FastAPI, person: str = "ana", **values: Any) -> None:
    """Somebody, by default an employee."""
    at = app.state.clock()
    with db.writing(app.state.engine) as session:
        wanted = PersonIn.model_validate({"id": person, "name": person.title()} | values)
        directory.upsert(session, at, at.date(), SYSTEM, [wanted])


def invite(app: FastAPI, person: str = "ana") -> str:
    """The address of a new invitation."""
    with db.writing(app.state.engine) as session:
        return f"/invitation/{accounts.invite(session, app.state.clock(), SYSTEM, person)}"


def enter(app: FastAPI, person: str = "ana", **values: Any) -> TestClient:
    """A browser of somebody who has just chosen her password."""
    add(app, person, **values)
    browser = TestClient(app, headers=HERE, raise_server_exceptions=False)
    answer = browser.post(invite(app, person), data={"password": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return browser
