"""The library out of the studio: everything or a selection, as markdown, as one file, or to print."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from tests.conftest import REFUND
from tests.support import word

Headers = dict[str, str]
Write = Callable[[str, str | bytes], Path]


def unzipped(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_zip_holds_every_live_aid_byte_for_byte(
    library: TestClient, trainer: Headers, write: Write, bring_in: Callable[..., object]
) -> None:
    write("it/vpn.md", "# VPN\r\n\r\n![s](img/s.png)\r\n")
    write("it/img/s.png", word.picture())
    write("tasks.yaml", "tasks: []\n")
    bring_in()
    files = unzipped(library.get("/studio/export/library.zip", headers=trainer).content)
    assert files["billing/refund-card.md"] == REFUND.encode()
    assert files["it/vpn.md"] == b"# VPN\r\n\r\n![s](img/s.png)\r\n"
    assert files["it/img/s.png"] == word.picture()
    assert files["tasks.yaml"] == b"tasks: []\n"


def test_a_selection_holds_its_aids_alone(library: TestClient, trainer: Headers) -> None:
    def names(query: str) -> set[str]:
        return set(unzipped(library.get(f"/studio/export/library.zip?{query}", headers=trainer).content))

    assert names("task=issue-refund") == {"billing/refund-card.md"}
    assert names("kind=troubleshooting") == {"it/printer.md"}
    assert names("q=printer") == {"it/printer.md"}
    assert names("q=zzqx") == set()


def test_the_page_says_how_many_are_chosen(library: TestClient, trainer: Headers) -> None:
    assert "4 aids are chosen" in library.get("/studio/export", headers=trainer).text
    assert "1 aid is chosen" in library.get("/studio/export?task=issue-refund", headers=trainer).text


def test_one_file_needs_no_server(
    library: TestClient, trainer: Headers, write: Write, bring_in: Callable[..., object]
) -> None:
    write("it/vpn.md", "# VPN\n\n![s](s.png) [Printer](printer.md)\n")
    write("it/s.png", word.picture())
    bring_in()
    answer = library.get("/studio/export/library.html", headers=trainer)
    assert "attachment" in answer.headers["content-disposition"]
    assert 'src="data:image/png;base64,' in answer.text
    assert 'href="#aid-it-printer"' in answer.text
    assert not any(mark in answer.text for mark in ('"/files/', '"/static/', '"/aids/', "<script"))


def test_no_anchor_stands_twice_on_the_page_to_print(library: TestClient, trainer: Headers) -> None:
    text = library.get("/studio/export/print", headers=trainer).text
    assert text.count('id="billing-refund-card--step-1"') == 1
    assert 'id="step-1"' not in text


def test_an_empty_selection_is_said(library: TestClient, trainer: Headers) -> None:
    assert library.get("/studio/export/print?q=zzqx", headers=trainer).status_code == 404


def test_only_those_who_write_export(library: TestClient, employee: Headers) -> None:
    for name in ("", "/library.zip", "/library.html", "/print"):
        assert library.get(f"/studio/export{name}").status_code == 401
        assert library.get(f"/studio/export{name}", headers=employee).status_code == 403
