"""What comes over the wire, and what goes on paper."""

import re

import pytest
from playwright.sync_api import Page, Response
from sqlmodel import Session

from app.aids.queries import live_after
from tests.browser.conftest import Site

AID = "/aids/customer-care/refund-card-order"
MOST_BYTES = 60_000


def load(page: Page, path: str) -> list[Response]:
    """Open a page and wait for all that it asks for."""
    answers: list[Response] = []

    def keep(answer: Response) -> None:
        answers.append(answer)

    page.on("response", keep)
    page.goto(path, wait_until="networkidle")
    return answers


def test_the_home_page_weighs_at_most_60_kb(page: Page):
    weights = {answer.url: len(answer.body()) for answer in load(page, "/")}
    assert sum(weights.values()) <= MOST_BYTES, weights


@pytest.mark.parametrize("path", ["/", "/?q=refund", AID])
def test_a_page_asks_for_at_most_ten_things(page: Page, path: str):
    assert len([answer for answer in load(page, path) if answer.request.method == "GET"]) <= 10


def _sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page(?!s)", pdf))


def test_the_card_is_one_sheet(page: Page):
    page.goto(f"{AID}/card")
    assert _sheets(page.pdf(prefer_css_page_size=True)) == 1


def test_every_card_of_the_library_is_one_sheet(page: Page, site: Site):
    with Session(site.app.state.engine) as session:
        slugs = [aid.slug for aid, found in live_after(session, 0, 500) if found.steps and found.audience == "everyone"]
    sheets = {}
    for slug in slugs:
        page.goto(f"/aids/{slug}/card")
        sheets[slug] = _sheets(page.pdf(format="A5"))
    assert {slug: count for slug, count in sheets.items() if count != 1} == {}


def test_the_card_is_one_sheet_on_letter_paper(page: Page):
    page.goto(f"{AID}/card")
    assert _sheets(page.pdf(format="Letter")) == 1


def test_the_card_has_no_chrome(page: Page):
    page.goto(f"{AID}/card")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").first.is_visible()


def test_a_printed_aid_names_its_address(page: Page):
    page.goto(AID)
    seen = page.locator(".on-paper").is_visible()
    page.emulate_media(media="print")
    assert (seen, page.locator(".on-paper").is_visible()) == (False, True)


def test_a_printed_term_stays_with_its_text(page: Page):
    page.goto("/aids/finance/month-end-close")
    page.emulate_media(media="print")
    terms = "[...document.querySelectorAll('dt')].map(term => getComputedStyle(term).breakAfter)"
    assert set(page.evaluate(terms)) == {"avoid"}


def test_a_printed_aid_shows_its_folded_parts(page: Page):
    page.goto(AID)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.section:not([open])").count() == 0
