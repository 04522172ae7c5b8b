"""A head of learning on the simulated year: three clicks to did it help, how sure, and what could be wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from pypdf import PdfReader

from app import clock, db
from app.transfer import simulated
from tests.browser.conftest import NewPage, Site, serving, sqlite_settings

TASKS = ("issue-refund", "take-payment", "trace-parcel")
PAGES = (
    "/studio/transfer",
    "/tasks/issue-refund/transfer",
    "/observe?task=issue-refund",
    "/observe/seen",
    "/studio/rollouts/new",
)


@pytest.fixture(scope="module")
def site(stored_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with the shipped library and the simulated year."""
    settings = sqlite_settings(stored_library, tmp_path_factory.mktemp("year"))
    settings.simulated_mark.write_text("")
    with serving(settings) as site:
        state = site.app.state
        with db.writing(state.engine) as session:
            today = datetime.now(UTC).date()
            simulated.fill(simulated.Writer(session, clock.now(), today, state.credentials.pseudonym), TASKS)
        yield site


@pytest.fixture
def arrive(new_page: NewPage, signed_in: Any) -> Any:
    """A page of the administrator."""

    def go(path: str, **options: Any) -> Page:
        page = new_page(storage_state=signed_in, **options)
        page.set_default_timeout(30_000)
        page.goto(path)
        return page

    return go


def test_three_clicks_to_did_it_help_how_sure_and_what_could_be_wrong(arrive: Any) -> None:
    page = arrive("/studio/transfer")
    page.get_by_role("link", name="Give a customer their money back").click()
    answer = page.locator(".answer").inner_text()
    assert answer.startswith("Faster")
    assert "12 groups" in page.locator("#wrong").inner_text()
    page.get_by_role("link", name="How sure are we").click()
    assert "Ratio of hazards" in page.locator("#sure").inner_text()
    page.get_by_role("link", name="What could be wrong").click()
    assert "The order was drawn" in page.locator("#wrong").inner_text()
    assert "SIMULATED" in page.locator("aside").inner_text()


@pytest.mark.parametrize("look", [{"viewport": {"width": 360, "height": 640}}, {"color_scheme": "dark"}], ids=str)
def test_every_page_is_for_everybody(arrive: Any, look: dict[str, Any]) -> None:
    for path in PAGES:
        page = arrive(path, **look)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_an_observation_is_stored_without_script(arrive: Any) -> None:
    page = arrive("/observe", java_script_enabled=False)
    page.get_by_role("link", name="Give a customer their money back").click()
    page.get_by_label("Who did it?").fill("sim-001")
    page.get_by_text("No, done alone").click()
    page.get_by_role("button", name="Store what I saw").click()
    assert "Stored: sim-001." in page.get_by_role("status").inner_text()
    page.get_by_role("link", name="What you saw").click()
    page.get_by_role("link", name="Correct").first.click()
    page.get_by_text("Yes, with help").click()
    page.get_by_role("button", name="Store what I saw").click()
    assert "corrected on" in page.locator(".seen .gone").first.inner_text()


def test_a_plan_is_drawn_and_put_on_record(arrive: Any) -> None:
    page = arrive("/studio/rollouts/new?task=trace-parcel")
    page.get_by_label("Short name").fill("parcels-by-team")
    page.get_by_role("button", name="Draw and show").click()
    assert "you can detect a hazard ratio of" in page.locator(".answer").inner_text()
    page.get_by_role("button", name="Put it on record").click()
    page.wait_for_url("**/studio/rollouts/parcels-by-team")
    assert "Drawn from seed" in page.locator("main").inner_text()


def test_a_report_prints_on_one_page_without_its_forms(arrive: Any) -> None:
    page = arrive("/tasks/issue-refund/transfer")
    page.emulate_media(media="print")
    assert not page.locator(".ask-report").is_visible()
    assert page.locator(".chart-curves").is_visible()
    assert len(PdfReader(BytesIO(page.pdf(format="A4"))).pages) == 1
