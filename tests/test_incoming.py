"""Documents brought in through the studio: uploaded, read in the background, drafts with a report."""

import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.aids import queries as aid_queries
from app.aids import service as aids
from app.aids.models import Aid, Revision
from app.db import reading, writing
from app.library.models import ImportDocument
from app.library.reading import Here, Job, Readers, Unread
from app.viewer import SYSTEM
from tests.support import word

Headers = dict[str, str]
Upload = Callable[..., str]
PAGE = "<html><head><title>Reset a password</title></head><body><ol><li>Open it</li><li>Type it</li></ol></body></html>"


@pytest.fixture
def upload(client: TestClient, app: FastAPI, trainer: Headers) -> Upload:
    """Brings files in, waits until they are read, and gives the address of their batch."""
    app.state.incoming.readers = Here

    def send(files: dict[str, bytes | str], folder: str = "", work: bool = True) -> str:
        sent = [("files", (name, content)) for name, content in files.items()]
        answer = client.post(
            "/studio/import", files=sent, data={"folder": folder}, headers=trainer, follow_redirects=False
        )
        assert answer.status_code == 303, answer.text
        if work:
            settle(app)
        return answer.headers["location"]

    return send


def settle(app: FastAPI) -> None:
    """Look as the server does from time to time, until nothing waits; its own thread may be at it already."""
    for _ in range(500):
        app.state.incoming.look(app.state.clock())
        if not any(row.state == "waiting" for row in rows(app)):
            return
        time.sleep(0.02)


def rows(app: FastAPI) -> list[ImportDocument]:
    with reading(app.state.engine) as session:
        return list(session.exec(select(ImportDocument).order_by(col(ImportDocument.id))).all())


def newest(session: Session, slug: str) -> Revision:
    aid = aid_queries.by_slug(session, slug)
    assert aid is not None
    found = aid_queries.newest(session, aid.id or 0)
    assert found is not None
    return found


def test_a_word_file_becomes_a_draft_beside_its_original(
    upload: Upload, app: FastAPI, client: TestClient, trainer: Headers
) -> None:
    batch = upload({"Close the Till.docx": word.manual()}, folder="shop")
    assert "/studio/import/documents/1" in client.get(batch, headers=trainer).text
    with reading(app.state.engine) as session:
        revision = newest(session, "shop/close-the-till")
        assert (revision.state, revision.title, len(revision.steps)) == ("draft", "Close the till", 3)
        assert len(revision.images) == 1
    page = client.get("/studio/import/documents/1", headers=trainer).text
    assert "Every evening, before the doors are locked." in page
    assert "/files/" in page
    assert 'href="/studio/aids/shop/close-the-till/edit"' in page


def test_nothing_that_came_in_is_shown_to_readers(upload: Upload, client: TestClient) -> None:
    upload({"a.html": PAGE})
    assert client.get("/aids/a").status_code == 404


def test_the_same_file_twice_is_recognised_whatever_its_name(
    upload: Upload, app: FastAPI, client: TestClient, trainer: Headers
) -> None:
    upload({"a.html": PAGE})
    batch = upload({"b.html": PAGE})
    assert [row.state for row in rows(app)] == ["done", "known"]
    assert "Brought in before" in client.get(batch, headers=trainer).text


def test_a_document_that_changed_is_a_new_draft_of_the_same_aid(upload: Upload, app: FastAPI) -> None:
    upload({"a.html": PAGE})
    upload({"a.html": PAGE.replace("Type it", "Type it twice")})
    assert rows(app)[1].lost == ["The document changed since it was brought in; this is a new draft of the same aid."]
    with reading(app.state.engine) as session:
        assert (newest(session, "a").number, newest(session, "a").steps[1]) == (2, "Type it twice")


def test_a_document_never_covers_what_somebody_wrote(upload: Upload, app: FastAPI) -> None:
    upload({"a.html": PAGE})
    with writing(app.state.engine) as session:
        aids.change(session, app.state.clock(), SYSTEM, "a", aids.compile_text("# Mine\n", "a.md"), "", None)
    upload({"a.html": PAGE.replace("Type it", "Type it twice")})
    assert "There is another aid at a." in rows(app)[1].lost[0]
    with reading(app.state.engine) as session:
        assert newest(session, "a").title == "Mine"
        assert newest(session, "a-2").steps[1] == "Type it twice"


def test_a_zip_of_pages_keeps_its_links_and_images(upload: Upload, app: FastAPI) -> None:
    pages: dict[str, bytes | str] = {
        "site/index.html": "<h1>Start</h1><p><a href='it/VPN%20home.html'>VPN</a> <a href='gone.html'>Gone</a></p>",
        "site/it/VPN home.html": "<h1>VPN</h1><img src='../img/a.png' alt='Screen'><a href='../index.html'>start</a>",
        "site/img/a.png": word.picture(),
        "site/run.exe": b"MZ",
        "__MACOSX/._x": b"x",
    }
    upload({"site.zip": word.zipped(pages)})
    container, start, _vpn = rows(app)
    assert container.state == "opened"
    assert container.lost == ["Files of other kinds were left out (1), such as site/run.exe."]
    assert container.raw is None
    assert start.lost == ["A link leads to gone.html, which did not come in with it; it became plain words."]
    with reading(app.state.engine) as session:
        assert "[VPN](it/vpn-home.md) Gone" in newest(session, "site/index").markdown
        text = newest(session, "site/it/vpn-home")
        assert "![Screen](vpn-home/image-1.png)" in text.markdown
        assert "[start](../index.md)" in text.markdown
        assert len(text.images) == 1


def test_a_zip_of_markdown_comes_in_byte_for_byte(upload: Upload, app: FastAPI) -> None:
    text = "---\ntitle: A\nlayout: x\n---\r\n![s](img/s.png)\r\n"
    upload({"lib.zip": word.zipped({"Team A/a.md": text, "Team A/img/s.png": word.picture()})})
    with reading(app.state.engine) as session:
        revision = newest(session, "Team-A/a")
    assert revision.markdown == text
    assert len(revision.images) == 1


def test_every_question_of_a_table_becomes_an_aid(
    upload: Upload, app: FastAPI, client: TestClient, trainer: Headers
) -> None:
    table = 'Question;Answer;Keywords\nHow do I print?;"Press P.\nThen wait.";paper, ink\nWhy?;;\n"Who; when?";Ana.;\n'
    batch = upload({"faq.csv": table})
    assert [row.state for row in rows(app)] == ["opened", "done", "done"]
    with reading(app.state.engine) as session:
        first = newest(session, "faq/how-do-i-print")
        assert (first.title, first.kind, first.keywords) == ("How do I print?", "reference", ["paper", "ink"])
        assert "Press P.\n\nThen wait." in first.markdown
        assert newest(session, "faq/who-when").title == "Who; when?"
    assert "2. How do I print?" in client.get(batch, headers=trainer).text


def test_a_server_that_ended_in_the_middle_is_gone_on_with(upload: Upload, app: FastAPI) -> None:
    upload({"a.html": PAGE, "b.html": PAGE.replace("Type", "Write")}, work=False)
    with writing(app.state.engine) as session:
        for row in session.exec(select(ImportDocument)).all():
            row.claimed_at, row.claimed_by = app.state.clock(), f"{app.state.incoming.name.split()[0]} 999999"
    settle(app)
    assert [row.state for row in rows(app)] == ["done", "done"]


def test_what_another_machine_has_in_hand_is_left_to_it_for_a_while(upload: Upload, app: FastAPI, ticking: Any) -> None:
    upload({"a.html": PAGE}, work=False)
    with writing(app.state.engine) as session:
        row = session.exec(select(ImportDocument)).one()
        row.claimed_at, row.claimed_by = ticking(), "elsewhere 1"
    app.state.incoming.look(ticking())
    assert rows(app)[0].state == "waiting"
    ticking.go_on(minutes=5)
    settle(app)
    assert rows(app)[0].state == "done"


def test_a_draft_is_discarded_and_may_come_in_anew(
    upload: Upload, app: FastAPI, client: TestClient, trainer: Headers
) -> None:
    upload({"a.html": PAGE})
    client.post("/studio/import/documents/1/discard", headers=trainer)
    with reading(app.state.engine) as session:
        assert session.exec(select(Aid)).all() == []
    upload({"a.html": PAGE})
    assert [row.state for row in rows(app)] == ["discarded", "done"]


def test_a_draft_that_is_live_cannot_be_discarded(
    upload: Upload, app: FastAPI, client: TestClient, trainer: Headers
) -> None:
    upload({"a.html": PAGE})
    with writing(app.state.engine) as session:
        aid, revision = aids.find(session, SYSTEM, "a")
        aids.publish(session, app.state.clock(), SYSTEM, aid, revision)
    assert client.post("/studio/import/documents/1/discard", headers=trainer).status_code == 409
    assert client.get("/aids/a").status_code == 200


HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "a name that leads out": ("a.zip", word.zipped({"../../etc/cron.d/x.html": PAGE}), "leads out"),
    "an absolute name": ("a.zip", word.zipped({"/etc/x.html": PAGE}), "leads out"),
    "a name of Windows": ("a.zip", word.zipped({"..\\x.html": PAGE}), "leads out"),
    "a bomb": ("a.zip", word.zipped({"a.html": b"0" * 60_000_000}), "200 times as large"),
    "a zip in a zip alone": ("a.zip", word.zipped({"b.zip": word.zipped({"a.html": PAGE})}), "no document in it"),
    "no zip at all": ("a.zip", b"PK\x03\x04 nothing", "damaged"),
    "a program": ("a.exe", b"MZ", "Files of this kind do not come in"),
    "an SVG": ("a.svg", b"<svg onload='alert(1)'/>", "Files of this kind do not come in"),
    "a table without questions": ("a.csv", b"x,y\n1,2\n", "among them `question` and `answer`"),
}


@pytest.mark.parametrize(("name", "raw", "said"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_refused_with_a_reason(
    upload: Upload, client: TestClient, trainer: Headers, name: str, raw: bytes, said: str
) -> None:
    page = client.get(upload({name: raw}), headers=trainer).text
    assert "Not brought in" in page
    assert said in page.replace("&#39;", "'")


def test_a_document_that_ends_its_reader_fails_alone(app: FastAPI, tmp_path: Any) -> None:
    file = tmp_path / "a.html"
    file.write_text(PAGE)
    jobs = [Job(file, "a.html", "a.md"), Job(file, "b.html", "b.md")]
    with Readers() as readers:
        first, second = readers.each(_ends_for_a, jobs)
    assert isinstance(first, Unread)
    assert second == "b.md"


def _ends_for_a(job: Job) -> str:
    if job.path == "a.md":
        os._exit(9)
    return str(job.path)


def test_only_those_who_write_bring_in(client: TestClient, employee: Headers) -> None:
    sent = [("files", ("a.html", PAGE))]
    assert client.post("/studio/import", files=sent).status_code == 401
    assert client.post("/studio/import", files=sent, headers=employee).status_code == 403
    for address in ("/studio/import", "/studio/import/1", "/studio/import/documents/1"):
        assert client.get(address, headers=employee).status_code == 403


def test_without_a_file_nothing_comes_in(client: TestClient, trainer: Headers) -> None:
    answer = client.post("/studio/import", files=[("files", ("", b""))], headers=trainer)
    assert answer.status_code == 422


def test_a_folder_that_leads_out_is_refused(client: TestClient, trainer: Headers) -> None:
    sent = [("files", ("a.html", PAGE))]
    answer = client.post("/studio/import", files=sent, data={"folder": "../x"}, headers=trainer, follow_redirects=False)
    assert answer.status_code in {303, 422}


def test_over_64_mib_is_refused_with_the_limit(client: TestClient, trainer: Headers) -> None:
    headers = trainer | {"Content-Length": str((64 << 20) + 1), "Content-Type": "multipart/form-data; boundary=x"}
    answer = client.post("/studio/import", headers=headers, content=b"x")
    assert answer.status_code == 413
    assert "64 MiB" in answer.text


def test_elsewhere_a_megabyte_stays_the_limit(client: TestClient, trainer: Headers) -> None:
    answer = client.post("/api/v1/aids", headers=trainer, content=b"x" * ((1 << 20) + 1))
    assert answer.status_code == 413
    assert "1 MiB" in answer.text
