"""The real server on a port of its own, and a real browser in front of it.

Every page is watched: a test fails at its end when the page asked another host, broke the content policy, threw, opened
a dialog or wrote an error to the console.
"""

import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, sync_playwright
from sqlmodel import Session, col, select

from app import clock, db
from app.library.service import Importer
from app.main import create_app
from app.people import service as people
from app.settings import Settings
from app.usage.models import UseEvent
from app.viewer import SYSTEM
from tests.support import chromium, unavailable

SHIPPED = Path(__file__).parents[2] / "jobaids"
PATIENCE = 8.0
# No other host has an address for the browser of the tests.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
# All readers of a test come from one address.
UNLIMITED: dict[str, Any] = dict.fromkeys(("rate_search", "rate_events", "rate_sign_in"), "100000/minute")


@dataclass
class Site:
    """A running server, and what it stored."""

    app: FastAPI
    url: str

    def sign_in_link(self) -> str:
        """The administrator's link; there is one until it was used."""
        with db.writing(self.app.state.engine) as session:
            return f"{self.url}/sign-in/{people.first_admin_link(session, clock.now())}"

    def events(self, kind: str, **wanted: Any) -> list[UseEvent]:
        """The stored events of one type, oldest first."""
        with Session(self.app.state.engine) as session:
            rows = session.exec(select(UseEvent).where(UseEvent.type == kind).order_by(col(UseEvent.at))).all()
        return [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]

    def wait_for(self, kind: str, count: int = 1, **wanted: Any) -> list[UseEvent]:
        """The same, once there are `count` of them; as they are when patience ends."""
        deadline = time.monotonic() + PATIENCE
        while len(found := self.events(kind, **wanted)) < count and time.monotonic() < deadline:
            time.sleep(0.03)
        return found


@dataclass
class Watch:
    """What a page should not have done, and which addresses it asked."""

    faults: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of the context."""
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"thrown: {error.error}"))
        context.on("dialog", self._dialog)

    def _request(self, request: Request) -> None:
        host = urlsplit(request.url).hostname or request.url
        self.hosts.add(host)
        if host != "127.0.0.1":
            self.faults.append(f"asked another host: {request.url}")

    def _dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        # The browser also reports a page that answers 404, and a lost connection, as a resource that failed.
        own_page = message.page is not None and message.location.get("url") == message.page.url
        expected = "Failed to load resource" in message.text and (own_page or "DISCONNECTED" in message.text)
        if message.type == "error" and not expected:
            self.faults.append(f"console: {message.text}")


NewPage = Callable[..., Page]


@contextmanager
def serving(settings: Settings, *folders: Path) -> Iterator[Site]:
    """The application on a free port, with these folders live and searchable."""
    app = create_app(settings)
    report = Importer(app.state.engine, clock.now, SYSTEM, publish=True).run(list(folders))
    assert all(problem.warning for problem in report.problems), report.problems
    app.state.search.catch_up()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, access_log=False, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.started
    try:
        yield Site(app, f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for each worker.

    Not for the whole session: while it is there, this thread counts as one that runs an event loop, which other tests
    could not do.
    """
    found = chromium.executable()
    if found is None:
        unavailable("No browser: install chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*chromium.FLAGS, ALONE])
        yield browser
        browser.close()


def sqlite_settings(template: Path, folder: Path) -> Settings:
    """A new database that everybody may read."""
    shutil.copy(template, folder / "jobaids.sqlite")
    return Settings(data_dir=folder, reading="everyone", **UNLIMITED)


@pytest.fixture(scope="package")
def stored_library(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the shipped library, imported once, to be copied."""
    folder = tmp_path_factory.mktemp("shipped")
    with serving(sqlite_settings(sqlite_template, folder), SHIPPED):
        pass
    file = folder / "jobaids.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture(scope="module")
def site(stored_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with the shipped library, on SQLite."""
    with serving(sqlite_settings(stored_library, tmp_path_factory.mktemp("site"))) as site:
        yield site


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[tuple[BrowserContext, Watch]]:
    """A browser without any past, and what its pages did."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE * 1000)
    watch = Watch()
    watch.over(context)
    try:
        yield context, watch
    finally:
        with suppress(Exception):
            context.close()


@pytest.fixture
def new_page(browser: Browser, site: Site) -> Iterator[NewPage]:
    """Makes pages of new readers; the words of `options` are those of a browser context."""
    opened = []

    def make(**options: Any) -> Page:
        entered = watched(browser, base_url=site.url, **options)
        context, watch = entered.__enter__()
        opened.append((entered, watch))
        return context.new_page()

    yield make
    for entered, _watch in opened:
        entered.__exit__(None, None, None)
    assert [fault for _, watch in opened for fault in watch.faults] == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page of a new reader."""
    return new_page()


def tab_of(page: Page) -> str:
    """The name under which this tab records."""
    name: str = page.evaluate("JSON.parse(sessionStorage.getItem('jobaids.tab'))")
    return name


def sign_in(page: Page, site: Site) -> None:
    """Go in by the administrator's link."""
    page.goto(site.sign_in_link())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.url}/")


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: Site) -> Any:
    """The stored state of the administrator's browser."""
    with watched(browser) as (context, _):
        sign_in(context.new_page(), site)
        return context.storage_state()
