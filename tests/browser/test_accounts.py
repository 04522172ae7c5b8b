"""Accounts in a real browser: invited, in, shown what is stored, gone; and single sign-on with a real provider."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import oidc_provider_mock
import pytest
from axe_playwright_python.sync_playwright import Axe
from oidc_provider_mock._server import _threaded_server
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SHIPPED, NewPage, Site, serving, sqlite_settings, watched
from tests.support.accounts import PASSWORD

PHONE = {"width": 360, "height": 640}
PAGES = ["/studio/people", "/studio/people/administrator", "/studio/roles", "/studio/audit", "/me", "/me/erase"]


def clean(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}], ids=["light", "dark", "phone"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(new_page: NewPage, signed_in: Any, look: dict[str, Any]):
    page = new_page(storage_state=signed_in, reduced_motion="reduce", **look)
    for path in PAGES:
        page.goto(path)
        clean(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_person_is_invited_comes_in_sees_herself_and_is_gone(new_page: NewPage, signed_in: Any):
    admin = new_page(storage_state=signed_in)
    link = _invite(admin)
    hers = new_page(java_script_enabled=False)
    hers.goto(link)
    hers.get_by_label("Password").fill("Bea Novak 2026!")
    hers.get_by_label("Password").press("Enter")
    expect(hers.get_by_text("mostly your own name")).to_be_visible()
    hers.get_by_label("Password").fill(PASSWORD)
    hers.get_by_label("Password").press("Enter")
    hers.goto("/me")
    expect(hers.get_by_text("bea@example.org")).to_be_visible()
    hers.get_by_role("link", name="Erase…").click()
    hers.get_by_label("I am sure").check()
    hers.get_by_role("button", name="Erase and sign out").click()
    expect(hers.get_by_role("heading", name="It is erased")).to_be_visible()
    admin.goto("/studio/audit?action=person+erased")
    expect(admin.get_by_role("cell", name="bea").first).to_be_visible()


def _invite(admin: Page) -> str:
    admin.goto("/studio/people")
    admin.get_by_label("Id", exact=True).fill("bea")
    admin.get_by_label("Name", exact=True).fill("Bea Novak")
    admin.get_by_label("E-mail", exact=True).fill("not an address")
    admin.get_by_role("button", name="Add").click()
    expect(admin.get_by_text("this is not an e-mail address")).to_be_visible()
    clean(admin)
    admin.get_by_label("E-mail", exact=True).fill("bea@example.org")
    admin.get_by_role("button", name="Add").click()
    admin.get_by_role("button", name="Make an invitation link").click()
    clean(admin)
    return admin.locator(".secret").inner_text()


def test_the_menu_leads_to_what_is_stored_by_keyboard(new_page: NewPage, signed_in: Any):
    page = new_page(storage_state=signed_in)
    page.goto("/")
    page.get_by_role("button", name="your account").press("Enter")
    page.get_by_role("link", name="What is stored about me").press("Enter")
    expect(page.get_by_role("heading", name="What is stored about me")).to_be_visible()


# Single sign-on


@contextmanager
def provider() -> Iterator[str]:
    """A provider that asks who comes, on an address that the browser of the tests may go to."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    users = [oidc_provider_mock.User(sub="E17", claims={"name": "Ana Ruiz", "groups": ["care", "trainers"]})]
    app = oidc_provider_mock.app(user_claims=users, require_nonce=True)
    with _threaded_server(app, host="127.0.0.1", poll_interval=0.05) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def single(sqlite_template: Path, tmp_path: Path) -> Iterator[Site]:
    """A server for members only, with single sign-on."""
    with provider() as issuer:
        chosen = {"oidc_issuer": issuer, "oidc_client_id": "jobaids", "oidc_client_secret": "secret"}
        chosen |= {"reading": "members", "oidc_roles": "trainers=trainer"}
        with serving(sqlite_settings(sqlite_template, tmp_path).model_copy(update=chosen), SHIPPED / "finance") as site:
            yield site


def test_single_sign_on_lets_in_and_leads_back(single: Site, browser: Browser):
    with watched(browser, base_url=single.url) as (context, watch):
        page = context.new_page()
        page.goto("/tasks?from=link")
        clean(page)
        page.get_by_role("link", name="Sign in with single sign-on").click()
        assert urlsplit(page.url).path == "/oauth2/authorize"
        page.get_by_role("button", name="E17").click()
        page.wait_for_url(f"{single.url}/tasks?from=link")
        page.goto("/me")
        expect(page.get_by_text("care, trainers")).to_be_visible()
        expect(page.get_by_text("publish aids")).to_be_visible()
        assert [fault for fault in watch.faults if single.url in fault] == []


def test_who_says_no_at_the_provider_is_told_and_not_in(single: Site, browser: Browser):
    with watched(browser, base_url=single.url) as (context, _):
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_role("link", name="Sign in with single sign-on").click()
        page.get_by_role("button", name="Deny").click()
        expect(page.get_by_text("did not let you in")).to_be_visible()
        assert "jobaids_session" not in {cookie["name"] for cookie in context.cookies()}
