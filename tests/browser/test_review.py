"""From a change to what readers see: two trainers, and a reader who knows better."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.people.entering import COOKIE
from app.viewer import Role
from tests.browser.conftest import NewPage, Site
from tests.support import persons

SLUG = "customer-care/refund-card-order"
AID = f"/aids/{SLUG}"
DESK = f"/studio/aids/{SLUG}"
PHONE = {"width": 360, "height": 640}


@pytest.fixture
def of(new_page: NewPage, site: Site) -> Any:
    """Makes the browser of a person."""

    def make(name: str, role: Role = Role.TRAINER, **options: Any) -> Page:
        page = new_page(**options)
        page.context.add_cookies([{"name": COOKIE, "value": persons.sign_in(site.app, name, role), "url": site.url}])
        return page

    return make


def write(page: Page, old: str, new: str) -> None:
    """Save another text as the editor would."""
    page.goto(f"{DESK}/review")
    markdown = page.request.get(f"{AID}.md").text()
    answer = page.request.put(
        f"/api/v1/aids/{SLUG}",
        data={"markdown": markdown.replace(old, new)},
        headers={"Origin": page.url.split("/studio")[0]},
    )
    assert answer.ok, answer.text()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def send(page: Page, news: str) -> None:
    page.goto(f"{DESK}/review")
    page.get_by_label("What changed, in the reader’s words").fill(news)
    press(page, "Send for review")


def approve(page: Page, number: int) -> None:
    page.goto(f"{DESK}/review")
    press(page, f"Approve revision {number}")
    expect(page.get_by_text("Readers see it now")).to_be_visible()


def test_a_change_goes_from_one_trainer_to_another_and_a_reader_makes_it_better(of: Any):
    ana, ben, eve = of("Ana"), of("Ben"), of("Eve", Role.EMPLOYEE)
    eve.goto(AID)
    before = eve.locator(".steps-card").inner_text()
    _sent_and_returned(ana, ben)
    _changed_and_approved(ana, ben, eve, before)
    _told_and_suggests(eve)
    _adopted(ana, ben)
    _thanked(eve)


def _sent_and_returned(ana: Page, ben: Page) -> None:
    write(ana, "1. ", "1. Say hello. ")
    send(ana, "Greet first.")
    expect(ana.get_by_text("somebody else approves it")).to_be_visible()
    ben.goto(f"{DESK}/review")
    ben.locator(".diff-row.changed a.diff-number").first.focus()
    ben.keyboard.press("Enter")
    ben.get_by_label("Your comment").fill("Why hello?")
    press(ben, "Add comment")
    ben.get_by_label("What is to be changed").fill("Too chatty.")
    press(ben, "Return")
    expect(ben.locator(".page-head .state")).to_have_text("Returned")


def _changed_and_approved(ana: Page, ben: Page, eve: Page, before: str) -> None:
    """The comment came along, and readers see the change only when it was approved."""
    write(ana, "1. ", "1. Greet the caller. ")
    ana.goto(f"{DESK}/review")
    expect(ana.get_by_text("Why hello?")).to_be_visible()
    press(ana, "Resolved")
    send(ana, "Greet first.")
    eve.goto(AID)
    assert eve.locator(".steps-card").inner_text() == before
    approve(ben, 3)


def _told_and_suggests(eve: Page) -> None:
    """Who used the old text is told once."""
    eve.goto(AID)
    expect(eve.locator(".news")).to_contain_text("Greet first.")
    eve.locator(".news a").click()
    expect(eve.locator("ins").first).to_contain_text("Greet the caller.")
    eve.goto(AID)
    expect(eve.locator(".news")).to_be_hidden()
    eve.get_by_role("link", name="Suggest a change").click()
    text = eve.get_by_label("The text of the aid")
    text.fill(text.input_value().replace("Greet the caller.", "Greet the caller by name."))
    eve.get_by_label("Thank me by name").check()
    press(eve, "Send to the trainers")


def _adopted(ana: Page, ben: Page) -> None:
    ana.goto("/studio/suggestions")
    ana.locator(".hit a").first.click()
    expect(ana.locator("ins").first).to_contain_text("by name")
    ana.get_by_label("Answer to the reader").fill("Good idea.")
    press(ana, "Adopt as a draft")
    send(ana, "By name.")
    approve(ben, 4)
    ben.goto(f"{DESK}/revisions")
    ben.get_by_label("What changed in revision 4").click()
    expect(ben.locator("ins").first).to_contain_text("by name")


def _thanked(eve: Page) -> None:
    eve.wait_for_timeout(5_100)  # who somebody is, is remembered for five seconds
    eve.goto(AID)
    expect(eve.get_by_text("With thanks to Eve.")).to_be_visible()
    expect(eve.locator(".who")).to_contain_text("1 answer")
    eve.goto("/me/suggestions")
    expect(eve.get_by_text("Good idea.")).to_be_visible()


def test_readers_who_never_used_the_old_text_see_no_news(new_page: NewPage, site: Site):
    from app.aids.queries import by_slug
    from app.clock import now
    from app.db import writing

    with writing(site.app.state.engine) as session:
        aid = by_slug(session, "customer-care/cancel-order")
        assert aid
        aid.news, aid.news_revision, aid.news_on = "Call first.", 2, now().date()
    page, plain = new_page(), new_page(java_script_enabled=False)
    for one in (page, plain):
        one.goto("/aids/customer-care/cancel-order")
    expect(page.locator(".news")).to_be_hidden()
    expect(plain.locator(".news")).to_be_visible()


LOOKS: dict[str, dict[str, Any]] = {"dark": {"color_scheme": "dark"}, "phone": {"viewport": PHONE}}
OTHER = "customer-care/price-match"
PAGES = [
    "/studio/aids",
    f"/studio/aids/{OTHER}/review?line=2",
    f"/studio/aids/{OTHER}/revisions",
    f"/studio/aids/{OTHER}/diff?before=1&after=2",
    "/studio/suggestions",
    "/studio/suggestions/{number}",
    "/me/suggestions",
    f"/aids/{OTHER}/suggest",
    f"/aids/{OTHER}/flag",
    "/offer",
    f"/aids/{OTHER}",
]


def test_axe_finds_nothing_and_nothing_scrolls_sideways(of: Any, site: Site):
    number = _prepared(of)
    found: list[str] = []
    for look, options in LOOKS.items():
        page = of("Ben", reduced_motion="reduce", **options)
        for address in PAGES:
            page.goto(address.format(number=number))
            page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
            result = Axe().run(page)
            if result.violations_count:
                found.append(f"{look} {address}: {result.generate_report()}")
            if look == "phone" and page.evaluate("document.documentElement.scrollWidth") > 360:
                found.append(f"{address} scrolls sideways")
    assert found == []


def _prepared(of: Any) -> int:
    """A revision in review with a comment, and a suggestion; returns the number of the suggestion."""
    ana = of("Ana")
    ana.goto("/studio/aids")
    origin = {"Origin": ana.url.split("/studio")[0]}
    text = ana.request.get(f"/aids/{OTHER}.md").text()
    ana.request.put(f"/api/v1/aids/{OTHER}", data={"markdown": text.replace("price", "cost")}, headers=origin)
    base = f"/studio/aids/{OTHER}"
    ana.request.post(f"{base}/submit", form={"revision": "2", "words": "Costs, not prices."}, headers=origin)
    ana.request.post(f"{base}/comments", form={"line": "14", "words": "Really?"}, headers=origin)
    body = text.split("---\n", 2)[2].replace("price", "amount")
    form = {"base": "1", "text": body, "words": "Say amount."}
    ana.request.post(f"/aids/{OTHER}/suggest", form=form, headers=origin)
    ana.goto("/studio/suggestions")
    address = ana.locator(".hit a").first.get_attribute("href") or ""
    return int(address.rsplit("/", 1)[1])
