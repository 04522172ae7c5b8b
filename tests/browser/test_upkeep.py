"""A trainer at her worklist, by keyboard alone; and what axe, a phone and the dark make of its pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlmodel import Session, select

from app import clock, db, outbox
from app.aids.models import Aid, Revision
from app.work.models import Task
from tests.browser.conftest import NewPage, Site
from tests.support.events import happen

LATE = ["refund-card-order", "price-match"]
PAGES = {
    "worklist": "/studio",
    "questions": "/studio/questions",
    "reviews": "/studio/reviews",
    "owners": "/studio/reviews/owners?owner=care-coach@northfold.example",
    "checks": "/studio/checks",
    "mail": "/studio/mail",
}
LOOKS: dict[str, dict[str, Any]] = {
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 640}},
}


def late(site: Site) -> None:
    """Two aids are overdue, people are stuck, somebody asks, a critical task has no aid, a mail did not go out."""
    engine, now = site.app.state.engine, clock.now()
    with db.writing(engine) as session:
        for aid in session.exec(select(Aid)).all():
            if aid.slug.rpartition("/")[2] in LATE:
                aid.review_due = now.date() - timedelta(days=9)
                session.add(aid)
        session.add(Task(slug="walk-the-line", title="Walk the line", criticality=7, created_at=now))
        message = outbox.post(session, now, "gone@example.org", "Your job aids", "…")
        assert message
        message.state, message.fault = "dead", "550 nobody here"
    happen(engine, "outcome", 8, at=now, slug="finance/post-credit-note", outcome="stuck", revision=1)
    happen(engine, "question", 1, at=now, text="Where is the key of the till?", query="till key")


@pytest.fixture(scope="module")
def busy(site: Site) -> Site:
    late(site)
    return site


@pytest.fixture
def trainer(busy: Site, new_page: NewPage, signed_in: Any) -> Callable[..., Page]:
    return lambda **options: new_page(storage_state=signed_in, reduced_motion="reduce", **options)


def reach(page: Page, name: str) -> None:
    """Go on by the tab key until this is in focus, and press Enter."""
    for _step in range(150):
        page.keyboard.press("Tab")
        here = page.evaluate("(document.activeElement.ariaLabel || document.activeElement.textContent || '').trim()")
        if here == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name!r} cannot be reached by keyboard")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(trainer: Callable[..., Page], name: str, look: str):
    page = trainer(**LOOKS[look])
    page.goto(PAGES[name])
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_worklist_is_walked_by_keyboard(trainer: Callable[..., Page]):
    page = trainer()
    page.goto("/studio")
    expect(page.get_by_role("listitem").filter(has_text="“Walk the line” has no aid")).to_contain_text("critical 7")
    reach(page, "Not now: “Walk the line” has no aid")
    expect(page.get_by_role("status")).to_contain_text("Put off for 30 days")
    reach(page, "Put back: “Walk the line” has no aid")
    expect(page.get_by_role("link", name="Write an aid: “Walk the line”")).to_be_visible()


def test_one_click_confirms_an_overdue_aid(trainer: Callable[..., Page]):
    page = trainer()
    page.goto("/studio")
    before = page.locator(".badge").inner_text()
    page.get_by_role("button", name="Still right: “Refund an order paid by card”").click()
    expect(page.get_by_role("status")).to_contain_text("still right")
    expect(page.locator(".badge")).not_to_have_text(before)
    page.goto("/studio/reviews")
    expect(page.get_by_role("link", name="Refund an order paid by card")).to_have_count(0)


def test_a_question_is_answered(trainer: Callable[..., Page]):
    page = trainer()
    page.goto("/studio")
    page.get_by_role("link", name="Answer: “Where is the key of the till?”").click()
    page.locator(".asked").get_by_role("textbox").first.fill("Under the till.")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("status")).to_contain_text("Answered")
    page.get_by_role("link", name="Answered").click()
    expect(page.locator(".asked")).to_contain_text("Under the till.")


def test_the_aids_of_an_owner_are_handed_over(trainer: Callable[..., Page], busy: Site):
    page = trainer()
    page.goto("/studio/reviews")
    page.get_by_role("link", name="By owner").click()
    page.get_by_role("link", name="care-coach@northfold.example").click()
    boxes = page.get_by_role("checkbox")
    for box in boxes.all()[2:]:
        box.uncheck()
    page.get_by_label("New owner").fill("ben@northfold.example")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("status")).to_contain_text("2 aids have a new owner")
    with Session(busy.app.state.engine) as session:
        live = select(Revision).join(Aid).where(Revision.number == Aid.live, Revision.owner == "ben@northfold.example")
        assert len(session.exec(live).all()) == 2
