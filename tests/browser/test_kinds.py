"""Each kind of aid as a reader works with it; the shipped library is the example."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, Site, tab_of

PRIORITY = "/aids/service-desk/ticket-priority"
BOX = "/aids/warehouse/which-box"
COMPLAINT = "/aids/customer-care/complaint-escalation"
FORKLIFT = "/aids/warehouse/forklift-daily-check"
SCANNER = "/aids/warehouse/scanner-will-not-read"
CODES = "/aids/service-desk/error-codes"
STATUS = "/aids/customer-care/order-status-codes"
REFUND = "/aids/customer-care/refund-card-order"


def asked(page: Page) -> str:
    return page.locator(".now").inner_text()


def answer(page: Page, *labels: str) -> None:
    for label in labels:
        page.locator(".choices").get_by_role("button", name=label, exact=True).click()


# Decision


def test_a_decision_asks_one_question_at_a_time(page: Page):
    page.goto(PRIORITY)
    assert asked(page).startswith("Is somebody's data")
    answer(page, "No", "A team, a bench, one till of several", "Yes, but slower")
    assert "P3" in asked(page)
    assert page.locator(".given li").count() == 3


def test_the_browser_s_own_back_goes_one_answer_back(page: Page):
    page.goto(PRIORITY)
    answer(page, "No", "One person")
    page.go_back()
    assert asked(page).startswith("How many people")
    page.go_back()
    assert asked(page).startswith("Is somebody's data")
    page.go_forward()
    assert page.locator(".given li").count() == 1


def test_a_branch_has_an_address_that_opens_it_with_its_answers(page: Page, new_page: NewPage):
    page.goto(PRIORITY)
    answer(page, "No", "One person", "Yes")
    assert page.url.endswith("#q-2-3-1-2")
    other = new_page()
    other.goto(page.url)
    assert "P4" in asked(other)
    assert other.locator(".given b").all_inner_texts() == ["No", "One person", "Yes"]
    other.get_by_role("button", name="Back one question").click()
    assert asked(other).startswith("Is there another way")


def test_a_step_found_by_search_opens_its_question(page: Page):
    page.goto(f"{PRIORITY}#step-2", wait_until="load")
    assert asked(page).startswith("How many people")
    expect(page.locator(".now")).to_be_focused()
    twice = "ids => ids.filter((id, at) => ids.indexOf(id) < at)"
    assert page.evaluate(f"({twice})([...document.querySelectorAll('[id]')].map(node => node.id))") == []


def test_an_answer_given_before_can_be_changed(page: Page):
    page.goto(PRIORITY)
    answer(page, "No", "One person")
    page.get_by_role("link", name="How many people cannot work?").click()
    assert asked(page).startswith("How many people")
    page.get_by_role("button", name="Start again").click()
    assert (asked(page)[:11], page.locator(".given li").count()) == ("Is somebody", 0)


def test_a_decision_by_keyboard_alone(page: Page):
    page.goto(PRIORITY)
    page.locator(".choice").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert asked(page).startswith("Is there another way")
    page.keyboard.press("Backspace")
    assert asked(page).startswith("How many people")
    assert page.evaluate("document.activeElement.className").startswith("now")


def test_a_single_yes_gets_a_no_that_leads_on(page: Page):
    page.goto(BOX)
    answer(page, "No", "No", "No", "No", "No")
    assert asked(page).startswith("Anything else: the smallest box")
    assert not page.locator(".choice").count()


def test_an_answer_is_recorded_with_its_question(page: Page, site: Site):
    page.goto(PRIORITY)
    answer(page, "No", "One person")
    assert [event.step for event in site.wait_for("step", 2, tab=tab_of(page))] == [1, 2]


def test_this_worked_says_which_answer_it_was(page: Page, site: Site):
    page.goto(PRIORITY)
    answer(page, "Yes")
    page.locator(".steps-card + .helped").get_by_role("button", name="This worked").click()
    assert site.wait_for("outcome", tab=tab_of(page))[0].section == "q-1-1"


def test_the_whole_tree_can_be_read_and_printed(page: Page):
    page.goto(PRIORITY)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".tree .answer").count() == 13
    assert page.locator(".tree .answer").last.is_visible()
    assert not page.locator(".guide").is_visible()


@pytest.mark.parametrize("path", [PRIORITY, COMPLAINT, SCANNER, CODES, FORKLIFT])
def test_without_script_every_kind_is_read_as_it_is_written(new_page: NewPage, path: str):
    page = new_page(java_script_enabled=False)
    page.goto(path)
    assert not page.locator(".guide, .filter, .find, [data-print-list]:visible").count()
    while (folded := page.locator("details:not([open]) > summary")).count():
        folded.first.click()
    hidden = page.locator(".prose :is(li, td, p)").all()
    assert all(one.is_visible() for one in hidden)


# Tables


def test_a_table_is_filtered_by_words_and_by_choice(page: Page):
    page.goto(COMPLAINT)
    bar, rows = page.locator(".filter").first, page.locator("#decide tbody tr:visible")
    bar.get_by_label("Who takes it").select_option("team leader")
    assert (rows.count(), bar.get_by_role("status").inner_text()) == (3, "3 of 10 rows")
    bar.get_by_label("Filter").fill("wants MANAGER")
    assert rows.count() == 0
    bar.get_by_label("Filter").fill("Mánager")
    assert rows.all_inner_texts()[0].startswith('"I want the manager"')
    bar.get_by_label("Filter").press("Escape")
    assert rows.count() == 3


def test_a_short_table_has_no_filter(page: Page):
    page.goto(PRIORITY)
    assert not page.locator(".filter").count()


# Checklist


def tick_all(page: Page) -> None:
    for box in page.locator(".tick").all():
        box.check()


def test_a_checklist_says_when_it_was_complete_and_remembers_it(page: Page):
    page.goto(FORKLIFT)
    page.clock.set_fixed_time("2026-11-23T16:40:00")
    tick_all(page)
    said = page.locator("[data-complete]")
    assert said.inner_text() == "Complete: 23 Nov 2026, 16:40"
    page.clock.set_fixed_time("2026-11-23T17:00:00")
    page.reload()
    assert said.inner_text() == "Complete: 23 Nov 2026, 16:40"
    page.locator(".tick").first.uncheck()
    assert said.inner_text() == ""


def test_start_again_takes_the_completion_away(page: Page):
    page.goto(FORKLIFT)
    tick_all(page)
    page.get_by_role("button", name="Start again").click()
    assert page.locator("[data-complete]").inner_text() == ""


def test_a_checklist_is_printed_with_lines_to_sign(page: Page):
    page.goto(FORKLIFT)
    seen = page.locator(".sign-lines").is_visible()
    page.emulate_media(media="print")
    assert (seen, page.locator(".sign-lines").is_visible()) == (False, True)
    assert not page.get_by_role("button", name="Print to sign").is_visible()


# Troubleshooting


def test_still_stuck_leads_to_the_next_cause_and_the_last_one_to_a_person(page: Page, site: Site):
    page.goto(SCANNER)
    page.get_by_text("A red line, but no beep").click()
    causes = page.locator("#a-red-line-but-no-beep .cause")
    causes.nth(0).get_by_role("button", name="still stuck").click()
    expect(causes.nth(1)).to_be_focused()
    causes.nth(1).get_by_role("button", name="still stuck").click()
    assert page.evaluate("document.activeElement.id") == "ask-here"
    found = site.wait_for("outcome", 2, tab=tab_of(page))
    assert [event.section for event in found] == ["a-red-line-but-no-beep-1", "a-red-line-but-no-beep-2"]


def test_the_event_says_which_remedy_worked(page: Page, site: Site):
    page.goto(SCANNER)
    page.get_by_text("No red line", exact=True).click()
    page.locator("#no-red-line-2").get_by_role("button", name="This worked").click()
    event = site.wait_for("outcome", tab=tab_of(page))[0]
    assert (event.section, event.outcome) == ("no-red-line-2", "worked")


def test_without_script_the_next_cause_is_opened(new_page: NewPage):
    page = new_page(java_script_enabled=False)
    page.goto(SCANNER)
    page.get_by_text("No red line", exact=True).click()
    page.locator("#no-red-line-1").get_by_role("button", name="still stuck").click()
    page.wait_for_url(re.compile("#no-red-line-2$"))
    assert page.locator("#no-red-line-2").is_visible()


# Reference


def test_words_are_found_on_the_page_and_marked(page: Page):
    page.goto(CODES)
    page.get_by_label("Find on this page").fill("locked")
    assert page.locator("tbody tr:visible td:first-child").all_inner_texts() == ["E-1003", "E-3015"]
    assert page.locator("#find-count").inner_text() == "2 entries fit."
    assert page.evaluate("CSS.highlights.get('found').size") == 2


def test_folded_parts_are_searched_and_fold_again(page: Page):
    page.goto(STATUS)
    page.locator("#details > summary").click()
    page.get_by_label("Find on this page").fill("postcode")
    assert page.locator("#details dd:visible").count() == 1
    page.get_by_label("Find on this page").press("Escape")
    assert page.locator("#details").get_attribute("open") is None
    assert page.locator("tbody tr:visible").count() == 13


def test_a_heading_that_fits_shows_what_stands_below_it(page: Page):
    page.goto(CODES)
    page.get_by_label("Find on this page").fill("till")
    assert "E-5010" in page.locator("tbody tr:visible td:first-child").all_inner_texts()


def test_nothing_found_on_the_page_is_said(page: Page):
    page.goto(CODES)
    page.get_by_label("Find on this page").fill("zzqx")
    assert page.locator("#find-count").inner_text() == "Nothing on this page fits."


def test_a_heading_has_a_link_to_copy(new_page: NewPage):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(CODES)
    page.get_by_role("link", name="Link to “StockFlow (E-3…)”").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert page.url.endswith("#stockflow-e-3")


# Procedure


def test_a_link_to_a_step_puts_the_focus_on_it(page: Page):
    page.goto(f"{REFUND}#step-3")
    assert page.evaluate("document.activeElement.id") == "tick-3"


KINDS: dict[str, Callable[[Page], None] | None] = {PRIORITY: None, FORKLIFT: tick_all, SCANNER: None, CODES: None}
MOST_BYTES = 75_000


@pytest.mark.parametrize("path", KINDS)
def test_a_page_of_any_kind_is_light(page: Page, path: str):
    weights: dict[str, int] = {}
    page.on("response", lambda answer: weights.update({answer.url: len(answer.body())}))
    page.goto(path, wait_until="networkidle")
    assert sum(weights.values()) <= MOST_BYTES, weights
    assert len([url for url in weights if "/api/" not in url]) <= 12  # a reference has two scripts of its own
