"""What leads nowhere is found in the background, with its line."""

import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.aids.models import Aid
from app.improvement.checks import Checks
from app.improvement.fetch import Fetcher
from app.improvement.models import Finding
from tests.conftest import NOW, Ticking
from tests.test_fetch import Site

Write = Callable[[str, str], Path]
HTML = {"Accept": "text/html"}
GOOD = "---\ntitle: Good\n---\n## Quick steps\n1. One.\n2. Two.\n\n## If it goes wrong\nAsk.\n"
BAD = """---
title: Bad
tasks: [nobody-defined-this]
---
## Quick steps
1. [There](good.md#step-2), and then
   [nowhere](gone.md).
2. Go [to step 9](good.md#step-9) or [step 2](#step-2), [home](/), [away](https://example.org/404).

## Details
![A till](till.png) and [the old address](/aids/moved) and [a task](/tasks/no-such-task).
[its text](good.md), [its card](/aids/good/card), [wrong](good.md#if-it-goes-wrong), [relative](elsewhere)
"""
FOUND = [
    ("task", "nobody-defined-this", 3),
    ("link", "gone.md", 7),
    ("anchor", "good.md#step-9", 8),
    ("link", "/aids/moved", 11),
    ("link", "/tasks/no-such-task", 11),
    ("image", "till.png", 11),
    ("link", "elsewhere", 12),
]


def findings(engine: Engine) -> list[tuple[str, str, int]]:
    with Session(engine) as session:
        rows = session.exec(select(Finding).order_by(Finding.line, Finding.id)).all()  # type: ignore[arg-type]
        return [(row.kind, row.target, row.line) for row in rows]


@pytest.fixture
def checks(engine: Engine) -> Checks:
    return Checks(engine)


@pytest.fixture
def checked(write: Write, bring_in: Callable[..., object], checks: Checks) -> Checks:
    write("good.md", GOOD)
    write("bad.md", BAD)
    bring_in()
    checks.changed(NOW)
    return checks


def test_everything_that_leads_nowhere_is_found_with_its_line(checked: Checks, engine: Engine) -> None:
    assert findings(engine) == FOUND


def test_looking_again_changes_nothing(checked: Checks, engine: Engine) -> None:
    checked.changed(NOW)
    checked.everything(NOW)
    assert findings(engine) == FOUND


def test_an_aid_that_comes_mends_the_links_to_it(
    checked: Checks, engine: Engine, write: Write, bring_in: Callable[..., object]
) -> None:
    write("gone.md", "# Here now\n\nAsk.\n")
    bring_in()
    checked.changed(NOW)
    assert ("link", "gone.md", 7) not in findings(engine)
    assert len(findings(engine)) == len(FOUND) - 1


def test_an_aid_that_goes_breaks_the_links_to_it(
    app: FastAPI, client: TestClient, trainer: dict[str, str], checked: Checks, engine: Engine
) -> None:
    client.delete("/api/v1/aids/good", headers=trainer)
    checked.changed(NOW)
    assert ("link", "good.md#step-2", 6) in findings(engine)
    client.delete("/api/v1/aids/bad", headers=trainer)
    checked.changed(NOW)
    assert findings(engine) == []


def test_a_renamed_aid_is_still_found(
    client: TestClient, trainer: dict[str, str], checked: Checks, engine: Engine
) -> None:
    client.put("/api/v1/aids/good?publish=true", json={"slug": "better", "markdown": GOOD}, headers=trainer)
    checked.changed(NOW)
    assert findings(engine) == FOUND


def test_the_server_checks_by_itself(
    app: FastAPI, client: TestClient, write: Write, bring_in: Callable[..., object], ticking: Ticking
) -> None:
    app.state.chores.turn()
    write("bad.md", BAD)
    bring_in()
    ticking.go_on(minutes=2)
    app.state.chores.turn()
    assert ("link", "gone.md", 7) in findings(app.state.engine)


def test_the_page_shows_the_line_and_the_way_to_mend_it(
    client: TestClient, trainer: dict[str, str], employee: dict[str, str], checked: Checks
) -> None:
    page = client.get("/studio/checks", headers=trainer | HTML).text
    assert "<b>Line 8</b> <code>good.md#step-9</code>" in page
    assert "/studio/aids/bad/edit" in page
    assert client.get("/studio/checks", headers=employee | HTML).status_code == 403


def test_a_task_that_somebody_defines_is_mended_at_once(
    client: TestClient, trainer: dict[str, str], checked: Checks
) -> None:
    body = {"slug": "nobody-defined-this", "title": "Defined"}
    assert "nobody-defined-this" in client.get("/studio/checks", headers=trainer | HTML).text
    client.put("/api/v1/tasks/nobody-defined-this", json=body, headers=trainer)
    assert "nobody-defined-this" not in client.get("/studio/checks", headers=trainer | HTML).text


def test_an_empty_page_says_that_all_is_well(client: TestClient, trainer: dict[str, str]) -> None:
    assert "leads somewhere" in client.get("/studio/checks", headers=trainer | HTML).text


# Other servers


@pytest.fixture
def elsewhere(write: Write, bring_in: Callable[..., object]) -> Iterator[str]:
    Site.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    write("out.md", f"# Out\n\n[here]({url}/page) and\n[gone]({url}/404)\n")
    bring_in()
    yield url
    server.shutdown()
    server.server_close()


def test_other_servers_are_asked_only_when_that_is_switched_on(engine: Engine, elsewhere: str) -> None:
    quiet = Checks(engine)
    quiet.everything(NOW)
    quiet.elsewhere(NOW)
    assert Site.asked == []


def test_a_page_elsewhere_that_is_gone_is_found(engine: Engine, elsewhere: str) -> None:
    asking = Checks(engine, Fetcher(allowed=lambda address: True))
    asking.everything(NOW)
    asking.elsewhere(NOW)
    assert findings(engine) == [("external", f"{elsewhere}/404 answers 404", 4)]
    asked = len(Site.asked)
    asking.elsewhere(NOW)
    assert len(Site.asked) == asked


def test_no_aid_is_checked_that_is_not_live(engine: Engine, write: Write, bring_in: Callable[..., object]) -> None:
    write("bad.md", BAD)
    bring_in(publish=False)
    Checks(engine).everything(NOW)
    with Session(engine) as session:
        assert session.exec(select(Aid)).all()
    assert findings(engine) == []
