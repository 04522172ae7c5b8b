"""Real databases, a real index, the whole application; every test that takes `engine` runs on both databases."""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from app import chores, db
from app.library.service import Importer, Report
from app.main import create_app
from app.people import service as people
from app.settings import Settings
from app.viewer import SYSTEM, Role
from tests.support import postgres, unavailable

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Ticking:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "jobaids.sqlite"
    db.migrate(f"sqlite:///{file}")
    sqlite3.connect(file).execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    return file


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    try:
        with postgres.server() as url:
            yield url
    except postgres.NoPostgres as reason:
        unavailable(str(reason))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    url = postgres.create_database(postgres_server)
    db.migrate(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    data = tmp_path / "data"
    data.mkdir()
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), data / "jobaids.sqlite")
        yield Settings(data_dir=data, reading="everyone")
        return
    server = request.getfixturevalue("postgres_server")
    url = postgres.create_database(server, template=request.getfixturevalue("postgres_template"))
    yield Settings(data_dir=data, reading="everyone", database_url=url)
    postgres.drop_database(server, url)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = db.open_engine(settings.sqlalchemy_url)
    yield engine
    engine.dispose()


@pytest.fixture
def statements(app: FastAPI) -> Callable[[], Any]:
    """Collects the SQL statements with which requests are answered inside `with`."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            answering = threading.current_thread().name.startswith("AnyIO")  # not a thread of the server's own
            if answering and not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
                seen.append(statement)

        event.listen(app.state.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(app.state.engine, "before_cursor_execute", note)

    return collect


@pytest.fixture
def app(settings: Settings, ticking: Ticking, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The application; a test that wants its chores done calls `app.state.chores.turn()`."""
    monkeypatch.setattr(chores, "PAUSE", 3600.0)
    return create_app(settings, ticking)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        app.state.search.catch_up()  # what it begins with in the background is done
        yield client


@pytest.fixture
def bearer(app: FastAPI, ticking: Ticking) -> Callable[[Role], dict[str, str]]:
    """Headers of a new token with a role."""

    def headers(role: Role) -> dict[str, str]:
        with db.writing(app.state.engine) as session:
            secret = people.create_token(session, ticking(), SYSTEM, f"test {role}", role)
        return {"Authorization": f"Bearer {secret}"}

    return headers


@pytest.fixture
def trainer(bearer: Callable[[Role], dict[str, str]]) -> dict[str, str]:
    return bearer(Role.TRAINER)


@pytest.fixture
def employee(bearer: Callable[[Role], dict[str, str]]) -> dict[str, str]:
    return bearer(Role.EMPLOYEE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty library folder."""
    made = tmp_path / "library"
    made.mkdir()
    return made


@pytest.fixture
def write(folder: Path) -> Callable[[str, str | bytes], Path]:
    """Puts a file into the library folder."""

    def put(path: str, content: str | bytes) -> Path:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return put


@pytest.fixture
def bring_in(engine: Engine, folder: Path, ticking: Ticking) -> Callable[..., Report]:
    """Imports the library folder."""

    def run(publish: bool = True, dry_run: bool = False, paths: list[Path] | None = None) -> Report:
        return Importer(engine, ticking, SYSTEM, publish, dry_run).run(paths or [folder])

    return run


REFUND = """---
title: Refund an order paid by card
summary: Give the money back to the card.
tasks: [issue-refund]
keywords: [chargeback, money back]
owner: ana@example.org
review_every: 180d
---
## Quick steps
1. Open the order.
2. Choose **Refund**.
3. Enter the amount and confirm.

## Details
The bank needs up to five days.

## If it goes wrong
Error E-4012 means that the card has expired.
"""


@pytest.fixture
def library(
    app: FastAPI, client: TestClient, write: Callable[[str, str], Path], bring_in: Callable[..., Report]
) -> TestClient:
    """A client of a server with four aids, live and searchable."""
    write("billing/refund-card.md", REFUND)
    write("billing/secret-limits.md", "---\ntitle: Refund limits\naudience: members\n---\nUp to 500 pounds.\n")
    write("it/printer.md", "---\nkind: troubleshooting\n---\n# Printer is offline\n\nSwitch the printer off and on.\n")
    write("it/vpn.md", "# Connect to the network from home\n\n1. Start the client.\n2. Type the code.\n")
    bring_in()
    app.state.search.catch_up()
    return client
