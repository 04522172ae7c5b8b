"""The same way by links and forms alone."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NewPage, Site


@pytest.fixture
def page(new_page: NewPage) -> Page:
    page = new_page(java_script_enabled=False)
    page.goto("/")
    page.fill("#q", "how do I give a customer his money back")
    page.get_by_role("button", name="Search").click()
    return page


def open_first(page: Page) -> None:
    page.locator(".hit a").first.click()


def test_the_button_searches(page):
    assert "Refund" in page.locator(".hit h3").first.inner_text()


def test_a_result_opens_its_aid(page):
    open_first(page)
    assert page.locator("h1").inner_text() == "Refund an order paid by card"


def test_this_worked_is_thanked(page):
    open_first(page)
    page.locator("#feedback").get_by_role("button", name="This worked").click()
    assert "Thank you" in page.locator("#feedback").inner_text()


def test_still_stuck_leads_to_a_person(page: Page, site: Site):
    open_first(page)
    page.locator("#feedback").get_by_role("button", name="still stuck").click()
    page.locator("#feedback textarea").fill("The button is grey.")
    page.get_by_role("button", name="Ask", exact=True).click()
    assert page.locator("h1").inner_text() == "Your question is on the list"
    assert site.wait_for("question", text="The button is grey.")[0].slug == "customer-care/refund-card-order"


def test_the_search_and_the_opening_belong_together(page: Page, site: Site):
    open_first(page)
    opened = site.wait_for("open")[-1]
    assert opened.search_id in {search.id for search in site.events("search")}


def test_ticks_are_left_to_the_reader_s_hand(page):
    open_first(page)
    page.locator(".tick").first.check()
    assert page.locator(".tick").first.is_checked()
