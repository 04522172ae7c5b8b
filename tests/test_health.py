import shutil
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from app import db
from app.errors import StartError
from app.main import create_app
from app.settings import Settings


def test_models_and_migrations_agree(settings: Settings) -> None:
    db.check_drift(settings.sqlalchemy_url)


def test_the_newest_file_is_the_last_migration() -> None:
    assert db.newest() == ScriptDirectory(str(db.MIGRATIONS)).get_current_head()


def test_a_database_without_tables_is_not_up_to_date(tmp_path: Path) -> None:
    engine = db.open_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    assert not db.at_head(engine)
    engine.dispose()


def test_a_server_without_its_migrations_says_what_to_run(settings: Settings) -> None:
    app = create_app(settings)
    with app.state.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'none'"))
    with pytest.raises(StartError, match="jobaids migrate"), TestClient(app):
        pass
    app.state.engine.dispose()


def test_a_ready_server_says_so(client: TestClient, app: FastAPI) -> None:
    app.state.search.catch_up()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["checks"].keys() == {"database", "migrations", "index", "disk"}


def test_readiness_says_how_search_finds(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/readyz").json()["checks"]["index"].endswith("finds by words and meaning")
    monkeypatch.setattr("app.search.meaning.installed", lambda: False)
    assert "by words alone" in client.get("/readyz").json()["checks"]["index"]


def test_a_server_without_its_index_is_not_ready(client: TestClient, app: FastAPI, settings: Settings) -> None:
    app.state.search.stop()
    shutil.rmtree(settings.index_dir)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "database" in answer.json()["checks"]["index"]


def test_the_counters_are_readable_and_name_no_aid(library: TestClient) -> None:
    library.get("/aids/billing/refund-card")
    counted = library.get("/metrics").text
    assert 'jobaids_requests_total{method="GET",route="/aids/{slug:path}",status="200"}' in counted
    assert "refund" not in counted


def test_a_database_that_does_not_answer_is_said(client: TestClient, app: FastAPI) -> None:
    with app.state.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE aid RENAME TO gone")
    answer = client.get("/aids/a")
    assert answer.status_code in {500, 503}
    assert answer.headers["content-security-policy"]


def test_sqlite_keeps_what_was_acknowledged(settings: Settings, app: FastAPI) -> None:
    if settings.database_url:
        assert app.state.engine.dialect.name == "postgresql"
        return
    with app.state.engine.connect() as connection:
        modes = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    assert modes == ["wal", 2]
