"""A reader in the middle of a task, from the empty field to "This worked", and what the administrator sees of it."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.settings import Settings
from tests.browser.conftest import SHIPPED, UNLIMITED, Site, Watch, serving, sign_in, watched

WORDS = "how do I give a customer his money back"
STEPS = 7


@dataclass
class Walk:
    """What was seen on the way."""

    focused: str = ""
    first_while_typing: str = ""
    aid: str = ""
    counter: str = ""
    thanks: str = ""
    cookies: list[Any] = field(default_factory=list)
    totals: dict[str, str] = field(default_factory=dict)
    watch: Watch = field(default_factory=Watch)


def walk(site: Site, browser: Browser) -> Walk:
    with watched(browser, base_url=site.url) as (context, watch):
        seen = Walk(watch=watch)
        reader = context.new_page()
        _search(reader, seen)
        _use(reader, seen)
        seen.cookies = list(context.cookies())
        for kind, count in {"search": 1, "open": 1, "step": STEPS, "outcome": 1}.items():
            site.wait_for(kind, count)
    with watched(browser, base_url=site.url) as (context, _):
        _measure(context.new_page(), site, seen)
    return seen


def _search(page: Page, seen: Walk) -> None:
    page.goto("/")
    seen.focused = page.evaluate("document.activeElement.id")
    page.keyboard.type(WORDS, delay=15)
    expect(page.locator("#results")).to_have_attribute("data-query", WORDS)
    seen.first_while_typing = page.locator("#results .hit h3").first.inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".aid")


def _use(page: Page, seen: Walk) -> None:
    seen.aid = page.locator(".aid").get_attribute("data-slug") or ""
    for box in page.locator(".steps-card .tick").all():
        box.check()
    seen.counter = page.locator("[data-counter]").inner_text()
    page.locator("#feedback").get_by_role("button", name="This worked").click()
    seen.thanks = page.locator("#feedback .thanks").inner_text()


def _measure(page: Page, site: Site, seen: Walk) -> None:
    sign_in(page, site)
    page.goto("/studio/delivery")
    totals = page.locator(".totals > div")
    seen.totals = {one.locator("dt").inner_text(): one.locator("dd").inner_text() for one in totals.all()}


@pytest.fixture
def fresh(settings: Settings) -> Settings:
    """An empty database of either kind."""
    return settings.model_copy(update=UNLIMITED)


def test_a_reader_finds_and_uses_the_aid_and_the_dashboard_counts_it(fresh: Settings, browser: Browser):
    with serving(fresh, SHIPPED / "customer-care") as site:
        seen = walk(site, browser)
    assert seen == Walk(
        focused="q",
        first_while_typing="Refund an order paid by card",
        aid="refund-card-order",
        counter=f"All {STEPS} done",
        thanks="Good. Thank you, that is noted.",
        cookies=[],
        totals={
            "Searches": "1",
            "Aids opened": "1",
            "Steps ticked": str(STEPS),
            "Answers given": "1",
            "Questions asked": "0",
            "Prints": "0",
        },
        watch=Watch(faults=[], hosts={"127.0.0.1"}),
    )
