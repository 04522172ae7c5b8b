"""A new trainer's first day, as the manual tells it: from an invitation to a change that a reader suggested."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.people.entering import COOKIE
from app.viewer import Role
from tests.browser.conftest import NewPage, Site
from tests.support import persons, word
from tests.support.accounts import PASSWORD

SLUG = "close-the-till"
PATIENCE = 60_000


@pytest.fixture
def of(new_page: NewPage, site: Site) -> Any:
    """Makes the browser of a person."""

    def make(name: str, role: Role) -> Page:
        page = new_page()
        page.context.add_cookies([{"name": COOKIE, "value": persons.sign_in(site.app, name, role), "url": site.url}])
        return page

    return make


def test_a_trainers_first_day(new_page: NewPage, signed_in: Any, of: Any, site: Site) -> None:
    tina, ben, eve = new_page(), of("Ben", Role.TRAINER), of("Eve", Role.EMPLOYEE)
    _comes_in(new_page(storage_state=signed_in), tina)
    _brings_in_a_word_file(tina)
    _makes_it_a_procedure_for_a_task(tina)
    _approves(ben)
    _is_stuck_and_suggests(eve, site)
    _adopts_with_edits(ben)
    _approves(tina)
    _the_difference_tells_the_story(tina)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _comes_in(admin: Page, tina: Page) -> None:
    admin.goto("/studio/people")
    admin.get_by_label("Id", exact=True).fill("tina")
    admin.get_by_label("Name", exact=True).fill("Tina Adeyemi")
    admin.get_by_label("Role").select_option("trainer")
    _press(admin, "Add")
    _press(admin, "Make an invitation link")
    tina.goto(admin.locator(".secret").inner_text())
    tina.get_by_label("Password").fill(PASSWORD)
    tina.get_by_label("Password").press("Enter")
    tina.wait_for_load_state()


def _brings_in_a_word_file(tina: Page) -> None:
    tina.goto("/studio/import")
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    tina.get_by_label("Files").set_input_files({"name": f"{SLUG}.docx", "mimeType": kind, "buffer": word.manual()})
    _press(tina, "Bring in")
    tina.get_by_text("1 document, all read.").wait_for(timeout=PATIENCE)
    tina.get_by_role("link", name=f"{SLUG}.docx").click()
    expect(tina.locator(".result")).to_contain_text("Step 1 of close the till")
    tina.get_by_role("link", name="Edit the draft").click()


def _makes_it_a_procedure_for_a_task(tina: Page) -> None:
    tina.locator("#f_kind").get_by_label("Procedure").check()
    tasks = tina.get_by_role("combobox", name="Tasks")
    tasks.fill("money back")
    expect(tina.locator("#tasks_list")).to_be_visible()
    tina.keyboard.press("ArrowDown")
    tina.keyboard.press("Enter")
    expect(tina.get_by_role("button", name="Remove the task “Give a customer their money back”")).to_be_visible()
    _press(tina, "Save and send for review")
    expect(tina.get_by_text("somebody else approves it")).to_be_visible()


def _approves(trainer: Page) -> None:
    trainer.goto("/studio?all=true")
    trainer.get_by_role("link", name="Review: “Close the till” waits for somebody to approve it").click()
    trainer.get_by_role("button", name="Approve revision").click()
    expect(trainer.get_by_text("Readers see it now")).to_be_visible()


def _is_stuck_and_suggests(eve: Page, site: Site) -> None:
    site.app.state.search.catch_up()
    eve.goto("/?q=close+the+till")
    eve.get_by_role("link", name="Close the till").first.click()
    eve.locator("#feedback").get_by_role("button", name="I’m still stuck").click()
    eve.wait_for_timeout(300)
    eve.goto(f"/aids/{SLUG}")
    eve.get_by_role("link", name="Suggest a change").click()
    text = eve.get_by_label("The text of the aid")
    text.fill(text.input_value().replace("Count twice.", "Count twice, with a colleague."))
    _press(eve, "Send to the trainers")


def _adopts_with_edits(ben: Page) -> None:
    ben.goto("/studio?all=true")
    ben.get_by_role("link", name="Look at it: a change to “Close the till”").click()
    expect(ben.locator("ins").first).to_contain_text("with a colleague")
    ben.get_by_role("link", name="Adopt with edits").click()
    assert "with a colleague" in ben.locator("#f_body").input_value()
    _press(ben, "Save and send for review")
    expect(ben.get_by_text("somebody else approves it")).to_be_visible()


def _the_difference_tells_the_story(tina: Page) -> None:
    tina.goto(f"/studio/aids/{SLUG}/revisions")
    tina.get_by_label("What changed in revision").first.click()
    expect(tina.locator("ins").first).to_contain_text("with a colleague")
