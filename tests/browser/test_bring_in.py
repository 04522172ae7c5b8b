"""A trainer brings in what exists: upload, progress, the original beside the draft."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import NewPage, Site
from tests.support import word

PHONE = {"width": 360, "height": 640}
PAGE = b"<h1>Reset a password</h1><ol><li>Open it</li><li>Type it</li></ol><script>alert(1)</script>"
PATIENCE = 60_000


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    page.goto("/studio/import")
    payload = [{"name": name, "mimeType": "application/octet-stream", "buffer": raw} for name, raw in files]
    page.get_by_label("Files").set_input_files(payload)  # type: ignore[arg-type]
    page.get_by_role("button", name="Bring in").click()
    page.wait_for_url("**/studio/import/*")


def finding(page: Page) -> list[str]:
    results = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in results]


def overflow(page: Page) -> int:
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def test_two_files_are_read_and_compared(new_page: NewPage, site: Site, signed_in: Any) -> None:
    page = new_page(storage_state=signed_in)
    upload(page, ("Close the Till.docx", word.manual()), ("reset.html", PAGE), ("old.doc", b"\xd0\xcf\x11\xe0"))
    page.get_by_text("3 documents, all read.").wait_for(timeout=PATIENCE)
    assert finding(page) == []
    assert page.get_by_text("Files of this kind do not come in").is_visible()
    page.get_by_role("link", name="reset.html").click()
    assert page.get_by_text("A script was left out.").is_visible()
    page.go_back()
    page.get_by_role("link", name="Close the Till.docx").click()
    assert page.locator(".original").get_by_text("Drawer is open").is_visible()
    assert page.locator(".result img").evaluate("image => image.complete && image.naturalWidth") == 60
    assert page.get_by_role("link", name="Edit the draft").get_attribute("href") == "/studio/aids/close-the-till/edit"
    assert finding(page) == []
    page.get_by_role("button", name="Discard the draft").click()
    assert page.get_by_text("Discarded", exact=True).is_visible()


def test_it_works_without_script(new_page: NewPage, site: Site, signed_in: Any) -> None:
    page = new_page(storage_state=signed_in, java_script_enabled=False)
    upload(page, ("plain.html", b"<h1>Plain</h1><p>Words.</p>"))
    for _ in range(100):
        if page.get_by_text("1 document, all read.").is_visible():
            break
        page.wait_for_timeout(400)
        page.get_by_role("link", name="See how far it is now").click()
    assert page.get_by_role("link", name="plain.html").is_visible()


def test_files_may_be_dropped(new_page: NewPage, site: Site, signed_in: Any) -> None:
    page = new_page(storage_state=signed_in)
    page.goto("/studio/import")
    data = page.evaluate_handle(
        "() => { const data = new DataTransfer(); data.items.add(new File(['<h1>A</h1>'], 'a.html')); return data; }"
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": data})
    assert page.get_by_text("1 file chosen").is_visible()


LOOKS: dict[str, dict[str, Any]] = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": {"viewport": PHONE}}


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_are_for_everyone(new_page: NewPage, site: Site, signed_in: Any, look: str) -> None:
    page = new_page(storage_state=signed_in, **LOOKS[look])
    for address in ("/studio/import", "/studio/export", "/studio/export/print?kind=checklist"):
        page.goto(address)
        assert finding(page) == []
        assert overflow(page) <= 0, address
