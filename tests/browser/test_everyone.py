"""Pages that everyone can use: no finding of axe, no sideways scrolling, the first step in sight."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from app.search import learning
from app.search.learning import Lesson
from tests.browser.conftest import NewPage, Site

AID = "/aids/customer-care/refund-card-order"
PHONE = {"width": 360, "height": 640}
Go = Callable[[Page, Site], Any]


def _stuck(page: Page, site: Site) -> None:
    page.goto(AID)
    page.locator("#feedback").get_by_role("button", name="still stuck").click()


def _unfolded(page: Page, site: Site) -> None:
    page.goto(AID)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")


def _typed(page: Page, site: Site) -> None:
    page.goto("/")
    page.locator("#q").press_sequentially("refund")
    page.wait_for_selector(".hit")


def _learned(page: Page, site: Site) -> None:
    lessons = [Lesson(AID.removeprefix("/aids/"), reader, 1.0, "dough back") for reader in "abcd"]
    learning.learn(site.app.state.engine, [lessons[0].slug], lessons, 3, "en")
    page.goto(AID.replace("/aids/", "/studio/words/"))


def _synonym(page: Page, _site: Site) -> None:
    page.goto("/studio/synonyms")
    page.get_by_role("textbox", name="Who searches for").fill(f"dough {time.monotonic()}")
    page.get_by_role("textbox", name="also finds").fill("money")
    page.get_by_role("button", name="Add").click()


def _decided(page: Page, _site: Site) -> None:
    page.goto("/aids/service-desk/ticket-priority")
    for name in ("No", "One person", "Yes"):
        page.locator(".choices").get_by_role("button", name=name, exact=True).click()


def _completed(page: Page, _site: Site) -> None:
    page.goto("/aids/warehouse/forklift-daily-check")
    for box in page.locator(".tick").all():
        box.check()


def _ruled_out(page: Page, _site: Site) -> None:
    page.goto("/aids/warehouse/scanner-will-not-read")
    page.get_by_text("No red line", exact=True).click()
    page.locator("#no-red-line-1").get_by_role("button", name="still stuck").click()


def _found_on_page(page: Page, _site: Site) -> None:
    page.goto("/aids/service-desk/error-codes")
    page.get_by_label("Find on this page").fill("locked")


def _filtered(page: Page, _site: Site) -> None:
    page.goto("/aids/customer-care/complaint-escalation")
    page.get_by_role("searchbox", name="Filter").first.fill("leader")


STUDIO = {"delivery", "why it is found", "learned words", "synonyms"}
PAGES: dict[str, str | Go] = {
    "home": "/",
    "results": "/?q=refund",
    "typed results": _typed,
    "nothing found": "/?q=zzqx+vlorp",
    "aid": AID,
    "aid after stuck": _stuck,
    "aid unfolded": _unfolded,
    "aid of reference": "/aids/finance/vat-codes",
    "card": f"{AID}/card",
    "decision": "/aids/warehouse/which-box",
    "decision taken": _decided,
    "checklist complete": _completed,
    "cause ruled out": _ruled_out,
    "words found on the page": _found_on_page,
    "table filtered": _filtered,
    "card of a checklist": "/aids/warehouse/forklift-daily-check/card",
    "card of a decision": "/aids/service-desk/ticket-priority/card",
    "tasks": "/tasks",
    "task": "/tasks/issue-refund",
    "sign-in": "/sign-in",
    "sign-in link": lambda page, site: page.goto(f"/sign-in/{'x' * 43}"),
    "delivery": "/studio/delivery",
    "why it is found": "/studio/search?q=refnd+card+dough&for_role=care-clerk",
    "learned words": _learned,
    "synonyms": _synonym,
    "api": "/api",
    "not found": "/aids/refund-nowhere",
}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE},
}


@pytest.fixture
def arrive(new_page: NewPage, site: Site, request: pytest.FixtureRequest) -> Callable[..., Page]:
    """Opens a page by its name."""

    def go(name: str, **options: Any) -> Page:
        if name in STUDIO:
            options["storage_state"] = request.getfixturevalue("signed_in")
        page = new_page(reduced_motion="reduce", **options)
        how = PAGES[name]
        if isinstance(how, str):
            page.goto(how)
        else:
            how(page, site)
        return page

    return go


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(arrive: Callable[..., Page], name: str, look: str):
    found = Axe().run(arrive(name, **LOOKS[look]))
    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_nothing_on_a_good_sign_in_link(new_page: NewPage, site: Site, signed_in: Any):
    page = new_page()
    page.goto(site.sign_in_link())
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_on_a_phone(arrive: Callable[..., Page], name: str):
    page = arrive(name, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_first_step_is_in_sight_on_a_phone(arrive: Callable[..., Page]):
    box = arrive("aid", viewport=PHONE).locator("#step-1").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 640


BROKEN = """
() => [...document.querySelectorAll(".prose td:first-child, .prose code")].filter(one => one.checkVisibility())
  .filter(one => /^\\S{1,8}$/.test(one.textContent.trim()))
  .filter(one => { const range = document.createRange(); range.selectNodeContents(one);
    return new Set([...range.getClientRects()].map(box => Math.round(box.top / 8))).size > 1; })
  .map(one => one.textContent)
"""


@pytest.mark.parametrize("slug", ["service-desk/error-codes", "customer-care/order-status-codes", "finance/vat-codes"])
def test_a_short_code_stays_together_on_a_phone(new_page: NewPage, slug: str):
    page = new_page(viewport=PHONE)
    page.goto(f"/aids/{slug}")
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert page.evaluate(BROKEN) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


SMALL = """
() => [...document.querySelectorAll("button, input, textarea, summary, nav a, .links a, .hit h3 a, .tasks a")]
  .filter(one => one.checkVisibility() && one.type !== "hidden")
  .map(one => [one.textContent.trim() || one.id, Math.max(one.getBoundingClientRect().height,
    one.matches(".hit a") ? one.closest(".hit").getBoundingClientRect().height : 0)])
  .filter(([, height]) => height < 44)
"""


@pytest.mark.parametrize(
    "name",
    [
        "home",
        "results",
        "aid",
        "decision",
        "table filtered",
        "words found on the page",
        "tasks",
        "task",
        "nothing found",
    ],
)
def test_targets_are_large_enough_for_a_thumb(arrive: Callable[..., Page], name: str):
    assert arrive(name, viewport=PHONE).evaluate(SMALL) == []
