"""What the pages remember, and what they tell the server."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, tab_of

REFUND = "/aids/customer-care/refund-card-order"
UNKNOWN = "zzqx vlorp"


def test_ticks_survive_a_reload(page: Page):
    page.goto(REFUND)
    page.locator(".tick").nth(1).check()
    page.reload()
    assert [box.is_checked() for box in page.locator(".tick").all()[:3]] == [False, True, False]


def test_ticks_go_when_it_worked(page: Page):
    page.goto(REFUND)
    page.locator(".tick").first.check()
    page.locator("#feedback").get_by_role("button", name="This worked").click()
    page.reload()
    assert page.locator(".tick:checked").count() == 0


def test_a_finished_aid_opened_anew_starts_without_ticks(page: Page):
    page.goto(REFUND)
    for box in page.locator(".tick").all():
        box.check()
    page.reload()
    done = page.locator(".tick:checked").count()
    page.goto("/")
    page.goto(REFUND)
    assert (done == page.locator(".tick").count(), page.locator(".tick:checked").count()) == (True, 0)


def test_a_new_tab_starts_without_ticks(page: Page):
    page.goto(REFUND)
    page.locator(".tick").first.check()
    other = page.context.new_page()
    other.goto(REFUND)
    assert not other.locator(".tick").first.is_checked()


def test_start_again_takes_the_ticks_away(page: Page):
    page.goto(REFUND)
    page.locator(".tick").first.check()
    page.get_by_role("button", name="Start again").click()
    assert page.locator(".tick:checked").count() == 0


def test_the_words_of_a_step_tick_it(page: Page):
    page.goto(REFUND)
    page.locator("#step-2 .step-text").click(position={"x": 5, "y": 15})
    assert page.locator("#step-2 .tick").is_checked()


def test_escape_clears_the_field(page: Page):
    page.goto("/?q=refund")
    page.locator("#q").press("Escape")
    expect(page.locator("#results")).to_have_attribute("data-query", "")
    assert page.locator("#q").input_value() == ""


def test_escape_in_the_list_goes_back_to_the_field(page: Page):
    page.goto("/?q=refund")
    page.locator("#q").press("ArrowDown")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "q"


def test_back_from_an_aid_shows_the_results_again(page: Page):
    page.goto("/")
    page.locator("#q").press_sequentially("refund")
    expect(page.locator("#results")).to_have_attribute("data-query", "refund")
    page.locator(".hit a").first.click()
    page.wait_for_selector(".aid")
    page.go_back()
    assert page.locator("#q").input_value() == "refund"
    assert page.locator(".hit").count()


def test_an_aid_used_before_is_offered_on_the_home_page(page: Page):
    page.goto(REFUND)
    page.goto("/")
    assert page.locator("[data-recent] a").all_inner_texts() == ["Refund an order paid by card"]


def test_nothing_found_asks_for_the_question_with_the_search_in_it(page: Page):
    page.goto("/")
    page.locator("#q").press_sequentially(UNKNOWN)
    expect(page.locator("#results")).to_have_attribute("data-query", UNKNOWN)
    assert page.locator(".ask input[name=query]").input_value() == UNKNOWN


def test_the_question_is_stored_with_the_search(page: Page, site: Site):
    page.goto("/")
    page.locator("#q").press_sequentially(UNKNOWN)
    expect(page.locator("#results")).to_have_attribute("data-query", UNKNOWN)
    page.locator(".ask textarea").fill("What is a vlorp?")
    page.get_by_role("button", name="Ask", exact=True).click()
    question = site.wait_for("question", text="What is a vlorp?")[0]
    assert question.query == UNKNOWN
    assert question.search_id == site.wait_for("search", query=UNKNOWN)[-1].id


def test_quick_typing_is_one_search(page: Page, site: Site):
    page.goto("/")
    page.locator("#q").press_sequentially("printer is offline", delay=40)
    site.wait_for("search", query="printer is offline", tab=tab_of(page))
    assert [event.query for event in site.events("search", tab=tab_of(page))] == ["printer is offline"]


def test_typing_on_after_a_rest_counts_once(page: Page, site: Site):
    page.goto("/")
    for words in ("vpn", " will not connect"):
        page.locator("#q").press_sequentially(words)
        page.wait_for_timeout(1500)
    site.wait_for("search", query="vpn will not connect", tab=tab_of(page))
    counted = site.events("search", tab=tab_of(page), settled_by=None)
    assert [event.query for event in counted] == ["vpn will not connect"]


def test_a_link_to_results_is_one_search_with_the_tab(page: Page, site: Site):
    page.goto("/?q=lost+laptop")
    site.wait_for("search", query="lost laptop", tab=tab_of(page))
    assert [event.tab for event in site.events("search", query="lost laptop")] == [tab_of(page)]


@pytest.fixture
def opened(page: Page) -> Page:
    page.goto("/")
    page.locator("#q").press_sequentially("forklift daily check")
    expect(page.locator("#results")).to_have_attribute("data-query", "forklift daily check")
    page.locator(".hit a").first.click()
    page.wait_for_selector(".aid")
    return page


def test_an_opening_is_completed_with_the_tab(opened: Page, site: Site):
    assert len(site.wait_for("open", tab=tab_of(opened))) == 1


def test_an_opening_knows_how_long_the_search_took(opened: Page, site: Site):
    ms = site.wait_for("open", tab=tab_of(opened))[0].ms
    assert ms is not None
    assert 0 < ms < 10_000


def test_an_opening_knows_its_search_and_rank(opened: Page, site: Site):
    event = site.wait_for("open", tab=tab_of(opened))[0]
    search = site.wait_for("search", tab=tab_of(opened))[0]
    assert (event.search_id, event.rank) == (search.id, 1)


def test_a_result_opened_before_the_last_words_were_answered_knows_its_search(page: Page, site: Site):
    page.goto("/")
    page.locator("#q").press_sequentially("forklift")
    expect(page.locator("#results")).to_have_attribute("data-query", "forklift")
    page.route("**/*typing=1*", lambda route: None)
    page.locator("#q").press_sequentially(" daily")
    page.locator(".hit a").first.click()
    page.wait_for_selector(".aid")
    search = site.wait_for("search", tab=tab_of(page))[0]
    assert (search.query, site.wait_for("open", tab=tab_of(page))[0].search_id) == ("forklift", search.id)


def test_the_address_of_an_opened_aid_is_one_to_share(opened: Page):
    expect(opened).not_to_have_url(re.compile(r"\?"))


def test_a_tick_is_recorded_with_its_step(page: Page, site: Site):
    page.goto(REFUND)
    page.locator("#step-3 .tick").check()
    assert site.wait_for("step", tab=tab_of(page))[0].step == 3


def test_still_stuck_opens_the_question_and_is_recorded(page: Page, site: Site):
    page.goto(REFUND)
    page.locator("#feedback").get_by_role("button", name="still stuck").click()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert site.wait_for("outcome", tab=tab_of(page))[0].outcome == "stuck"


def test_a_remark_moves_into_the_question(page: Page):
    page.goto(REFUND)
    page.locator("#remark").fill("Step 4 is called Close.")
    page.locator("#feedback").get_by_role("button", name="still stuck").click()
    assert page.locator("#ask-here").input_value() == "Step 4 is called Close."
    assert page.locator("[data-noted]").is_visible()


def test_without_a_remark_none_is_said_to_be_noted(page: Page):
    page.goto(REFUND)
    page.locator("#feedback").get_by_role("button", name="still stuck").click()
    assert not page.locator("[data-noted]").is_visible()


@pytest.mark.parametrize(("button", "heading"), [("still stuck", "Still stuck?"), ("This worked", "This worked")])
def test_an_answered_question_is_not_asked_on(page: Page, button: str, heading: str):
    page.goto(REFUND)
    page.locator("#feedback").get_by_role("button", name=button).click()
    assert page.locator("#feedback-title").inner_text() == heading


def test_more_results_put_the_focus_on_the_first(page: Page):
    page.goto("/?q=order")
    page.get_by_role("link", name="More results").press("Enter")
    page.wait_for_url(re.compile("offset=10"))
    expect(page.locator(".hit a").first).to_be_focused()


def test_nothing_is_lost_while_the_server_cannot_be_reached(page: Page, site: Site):
    page.goto(REFUND)
    site.wait_for("open", tab=tab_of(page))
    page.context.set_offline(True)
    page.locator("#step-1 .tick").check()
    page.wait_for_timeout(700)
    assert site.events("step", tab=tab_of(page)) == []
    page.context.set_offline(False)
    assert len(site.wait_for("step", tab=tab_of(page))) == 1
