"""What comes over the wire, and what goes on paper."""

import re

import pytest
from playwright.sync_api import Page

AID = "/aids/customer-care/refund-card-order"
MOST_BYTES = 60_000


def test_the_home_page_weighs_at_most_60_kb(page: Page):
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/", wait_until="networkidle")
    weights = {answer.url: len(answer.body()) for answer in answers}
    assert sum(weights.values()) <= MOST_BYTES, weights


@pytest.mark.parametrize("path", ["/", "/?q=refund", AID])
def test_a_page_asks_for_at_most_ten_things(page: Page, path: str):
    asked = []
    page.on("request", lambda request: asked.append(request))
    page.goto(path, wait_until="networkidle")
    assert len([one for one in asked if one.method == "GET"]) <= 10


def _sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page(?!s)", pdf))


def test_the_card_is_one_sheet(page: Page):
    page.goto(f"{AID}/card")
    assert _sheets(page.pdf(prefer_css_page_size=True)) == 1


def test_the_card_is_one_sheet_on_letter_paper(page: Page):
    page.goto(f"{AID}/card")
    assert _sheets(page.pdf(format="Letter")) == 1


def test_the_card_has_no_chrome(page: Page):
    page.goto(f"{AID}/card")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").first.is_visible()


def test_a_printed_aid_shows_its_folded_parts(page: Page):
    page.goto(AID)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.section:not([open])").count() == 0
