"""Writing an aid in a real browser: by keyboard, across a crash, at the same time as somebody else, without script."""

import base64
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect
from sqlmodel import Session, col, select

from app import clock, db
from app.aids.models import Aid, Revision
from app.people import service as people
from app.people.entering import COOKIE
from app.people.models import Person, SignIn
from app.publishing.drafts_models import WorkingCopy
from app.viewer import Role
from tests.browser.conftest import NewPage, Site

EDIT = "/studio/aids/customer-care/refund-card-order/edit"
PHONE = {"width": 360, "height": 640}
As = Callable[..., Page]
PASTE = """(field, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "plain");
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
DROP = """(field, [name, type, raw]) => {
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(raw), (letter) => letter.charCodeAt(0));
  data.items.add(new File([bytes], name, { type }));
  field.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def square() -> bytes:
    raw = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(raw, "PNG")
    return raw.getvalue()


@pytest.fixture
def as_person(new_page: NewPage, site: Site) -> As:
    """A page of a trainer who is signed in, by her name."""

    def open_page(name: str = "Ana", **options: object) -> Page:
        with db.writing(site.app.state.engine) as session:
            if session.get(Person, name.lower()) is None:
                now = clock.now()
                session.add(Person(id=name.lower(), name=name, role=Role.TRAINER, created_at=now))
                session.flush()
                ends = now + timedelta(days=1)
                session.add(SignIn(digest=people.digest(name), person_id=name.lower(), expires_at=ends))
        page = new_page(reduced_motion="reduce", **options)
        page.context.add_cookies([{"name": COOKIE, "value": name, "url": site.url}])
        return page

    return open_page


@pytest.fixture
def ana(as_person: As) -> Page:
    return as_person()


def newest(site: Site, slug: str) -> Revision:
    with Session(site.app.state.engine) as session:
        statement = select(Revision).join(Aid, col(Aid.id) == Revision.aid_id).where(Aid.slug == slug)
        return session.exec(statement.order_by(col(Revision.number).desc())).first()  # type: ignore[return-value]


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until this has the focus."""
    for _press in range(60):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {selector}")


def kept(page: Page) -> None:
    expect(page.locator("[data-state]")).to_contain_text("Kept at")


def choose_task(page: Page) -> None:
    tab_to(page, "#f_tasks")
    page.keyboard.type("money back")
    expect(page.locator("#tasks_list")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove the task “Give a customer their money back”")).to_be_visible()


def write_text(page: Page) -> None:
    tab_to(page, "#f_body")
    page.keyboard.press("Control+a")
    page.keyboard.type("## Quick steps\n")
    page.keyboard.press("Control+Shift+Digit5")
    page.keyboard.type("Count the money")
    expect(page.locator(".preview #step-1")).to_contain_text("Count the money")
    expect(page.locator("[data-coach]")).to_contain_text("Add a part “If it goes wrong”")
    page.keyboard.type("\n\n## If it goes wrong\nAsk Ana.")


def test_an_aid_is_written_by_keyboard_from_nothing_to_saved(ana: Page, site: Site):
    ana.goto("/studio/aids/new")
    tab_to(ana, "a[href*='kind=checklist']")
    ana.keyboard.press("Enter")
    ana.wait_for_selector("#editor")
    tab_to(ana, "#f_title")
    ana.keyboard.type("Close the till")
    assert ana.input_value("#f_slug") == "close-the-till"
    choose_task(ana)
    write_text(ana)
    tab_to(ana, "#f_keywords")
    ana.keyboard.type("cash up, end of day")
    expect(ana.locator("[data-coach]")).to_contain_text("No advice")
    tab_to(ana, "button[value='save']")
    ana.keyboard.press("Enter")
    expect(ana.get_by_text("Saved as a draft.")).to_be_visible()
    revision = newest(site, "close-the-till")
    assert (revision.title, revision.kind, revision.steps) == ("Close the till", "checklist", ["Count the money"])
    assert (revision.tasks, revision.keywords) == (["issue-refund"], ["cash up", "end of day"])


def test_one_stop_of_the_tab_key_leads_to_all_tools(ana: Page):
    ana.goto("/studio/aids/new?kind=procedure")
    tab_to(ana, "[data-tool='bold']")
    ana.keyboard.press("ArrowRight")
    assert ana.evaluate("document.activeElement.dataset.tool") == "steps"
    ana.keyboard.press("Tab")
    assert ana.evaluate("document.activeElement.id") == "f_body"


def test_what_was_typed_survives_the_browser(as_person: As, site: Site):
    page = as_person("Carla")
    page.goto(EDIT)
    page.fill("#f_title", "Half a ti")
    kept(page)
    page.context.close()
    again = as_person("Carla")
    again.goto(EDIT)
    expect(again.get_by_text("Your unsaved text from")).to_be_visible()
    assert again.input_value("#f_title") == "Half a ti"
    again.get_by_role("button", name="Discard it").click()
    expect(again.locator("#f_title")).to_have_value("Refund an order paid by card")


def test_leaving_at_once_keeps_the_last_key(as_person: As, site: Site):
    page = as_person("Dora")
    page.goto(EDIT)
    page.locator("#f_title").press_sequentially("!")
    page.goto("/tasks")
    for _ in range(100):  # the copy comes beside the next page, not before it
        with Session(site.app.state.engine) as session:
            if session.exec(select(WorkingCopy).where(WorkingCopy.person == "dora")).all():
                break
        page.wait_for_timeout(100)
    page.goto(EDIT)
    assert "!" in page.input_value("#f_title")


def test_two_who_edit_are_told_and_lose_nothing(as_person: As, site: Site):
    slug = "customer-care/cancel-order"
    ana, ben = as_person("Eva"), as_person("Ben")
    for page in (ana, ben):
        page.goto(f"/studio/aids/{slug}/edit")
    ben.fill("#f_summary", "Ben was here.")
    kept(ben)
    ana.fill("#f_summary", "Eva was here.")
    expect(ana.get_by_text("Ben has been editing this since")).to_be_visible()
    ben.get_by_role("button", name="Save the draft").click()
    expect(ben.get_by_text("Saved as a draft.")).to_be_visible()
    ana.get_by_role("button", name="Save the draft").click()
    expect(ana.get_by_role("heading", name="Ben saved another text")).to_be_visible()
    assert ana.input_value("#f_summary") == "Eva was here."
    assert "Ben was here." in ana.locator(".theirs").inner_text()
    found = Axe().run(ana)
    assert found.violations_count == 0, found.generate_report()
    ana.get_by_role("button", name="Save the draft").click()
    expect(ana.get_by_text("Saved as a draft.")).to_be_visible()
    assert newest(site, slug).summary == "Eva was here."


def test_without_script_it_is_a_form_with_a_preview(as_person: As, site: Site):
    page = as_person("Finn", java_script_enabled=False)
    page.goto("/studio/aids/new?kind=procedure")
    page.fill("#f_title", "Open the till")
    page.fill("#f_tasks", "Give a customer their money back")
    page.fill("#f_body", "1. Turn the key.\n")
    page.set_input_files("#f_picture", {"name": "key.png", "mimeType": "image/png", "buffer": square()})
    page.fill("#f_shows", "The key")
    page.get_by_role("button", name="Put it at the end of the text").click()
    assert page.locator(".look.above img[alt='The key']").count() == 1
    page.fill("#f_title", "Open the till now")
    page.keyboard.press("Enter")  # saves, as the first button of the form does
    expect(page.locator(".notes")).to_contain_text("Saved as a draft")
    page.fill("#f_title", "Open the till")
    page.get_by_role("button", name="Preview").click()
    assert "Turn the key." in page.locator(".look.above #step-1").inner_text()
    page.get_by_role("button", name="Save the draft").click()
    assert "Saved as a draft" in page.locator(".notes").inner_text()
    assert newest(site, "open-the-till-now").tasks == ["issue-refund"]


def test_pasted_formatting_becomes_markdown_and_can_be_undone(ana: Page):
    ana.goto("/studio/aids/new?kind=reference")
    ana.fill("#f_body", "")
    html = "<html><body><h2>Codes</h2><ul><li>Press <b>F5</b></li></ul><iframe src=x></iframe></body></html>"
    ana.locator("#f_body").evaluate(PASTE, html)
    expect(ana.locator("#f_body")).to_have_value("## Codes\n\n* Press **F5**")
    expect(ana.locator("[data-said]")).to_contain_text("Embedded content was left out")
    ana.get_by_role("button", name="Undo the paste").click()
    expect(ana.locator("#f_body")).to_have_value("")


def test_plain_text_is_pasted_by_the_browser_itself(ana: Page):
    ana.goto("/studio/aids/new?kind=reference")
    before = ana.input_value("#f_body")
    ana.locator("#f_body").evaluate(PASTE, "<span>plain</span>")
    assert ana.input_value("#f_body") == before
    expect(ana.locator("[data-said]")).to_be_empty()


def test_a_dropped_image_asks_for_words_and_is_shown(ana: Page):
    raw = square()
    ana.goto("/studio/aids/new?kind=procedure")
    ana.fill("#f_body", "")
    ana.locator("#f_body").evaluate(DROP, ["till.png", "image/png", base64.b64encode(raw).decode()])
    ana.get_by_label("In a few words").fill("The till, [open]")
    found = Axe().run(ana)
    assert found.violations_count == 0, found.generate_report()
    ana.keyboard.press("Enter")
    assert ana.input_value("#f_body").startswith("![The till, open](images/")
    expect(ana.locator(".preview img")).to_have_js_property("naturalWidth", 60)
    ana.keyboard.press("Control+z")
    expect(ana.locator("#f_body")).to_have_value("")


def test_what_the_toolbar_does_is_undone_with_the_usual_keys(ana: Page):
    ana.goto("/studio/aids/new?kind=procedure")
    ana.fill("#f_body", "one\ntwo")
    for tool, becomes in (
        ("Steps", "1. one\n2. two"), ("Boxes", "- [ ] one\n- [ ] two"), ("Bold", "**one\ntwo**"),
        ("Link", "[one\ntwo](address.md)"), ("Heading", "## one\n## two"),
    ):  # fmt: skip
        ana.locator("#f_body").select_text()
        ana.get_by_role("button", name=tool, exact=False).first.click()
        assert ana.input_value("#f_body") == becomes
        ana.keyboard.press("Control+z")
        assert ana.input_value("#f_body") == "one\ntwo"


def test_an_answer_that_comes_late_does_not_replace_a_newer_one(ana: Page):
    ana.goto("/studio/aids/new?kind=reference")
    waiting: list[object] = []

    def slow(route):
        waiting.append(route) if not waiting else route.continue_()

    ana.route("**/studio/preview", slow)
    ana.fill("#f_title", "First")
    ana.wait_for_timeout(200)
    ana.fill("#f_title", "Second")
    ana.wait_for_timeout(100)
    with ana.expect_response("**/studio/preview"):
        waiting[0].continue_()  # type: ignore[attr-defined]
    ana.wait_for_timeout(400)
    expect(ana.locator(".preview-title")).to_have_text("Second")


def test_the_preview_stays_where_it_was_read(ana: Page):
    ana.goto("/studio/aids/customer-care/order-status-codes/edit")
    ana.locator(".preview").evaluate("one => one.scrollTop = 120")
    ana.fill("#f_title", "Codes of orders")
    expect(ana.locator(".preview-title")).to_have_text("Codes of orders")
    assert ana.locator(".preview").evaluate("one => one.scrollTop") == 120


def test_advice_leads_to_its_line(ana: Page):
    ana.goto("/studio/aids/new?kind=procedure")
    ana.fill("#f_body", "1. Open it.\n\n## If it goes wrong\nThe limit was set by the bank.")
    ana.locator("[data-coach] a", has_text="names last who does it").click()
    chosen = "() => { const f = document.activeElement; return f.value.slice(f.selectionStart, f.selectionEnd); }"
    assert ana.evaluate(chosen) == "The limit was set by the bank."


def _refused(page: Page) -> None:
    page.goto(EDIT)
    page.fill("#f_review_every", "soon")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("Not saved yet.")).to_be_visible()


def _picking(page: Page) -> None:
    page.goto(EDIT)
    page.fill("#f_tasks", "pay")
    expect(page.locator("#tasks_list")).to_be_visible()
    page.keyboard.press("ArrowDown")


def _looking(page: Page) -> None:
    page.goto("/studio/aids/new?kind=troubleshooting")
    if page.locator("[data-tabs]").is_visible():
        page.get_by_role("button", name="Preview and advice").click()


STATES: dict[str, Callable[[Page], object]] = {
    "kinds": lambda page: page.goto("/studio/aids/new"),
    "an aid": lambda page: page.goto("/studio/aids/customer-care/order-status-codes/edit"),
    "advice": _looking,
    "refused": _refused,
    "picking": _picking,
}


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}], ids=["light", "dark", "phone"])
@pytest.mark.parametrize("state", STATES)
def test_everyone_can_use_it(as_person: As, state: str, look: dict):
    page = as_person("Gerd", **look)
    STATES[state](page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
