"""The command as a process of its own, as an administrator uses it."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from app.ids import uuid7
from tests.support import word

Run = Callable[..., subprocess.CompletedProcess[str]]
EVENTS = 40
COMMAND = [sys.executable, "-c", "from app.cli import main; main()"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {"JOBAIDS_DATA_DIR": str(tmp_path / "data"), "JOBAIDS_READING": "everyone"}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def call(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        given = environment | more
        return subprocess.run([*COMMAND, *words], env=given, capture_output=True, text=True, timeout=90, check=False)

    return call


def test_before_a_migration_every_command_says_what_to_run(run: Run) -> None:
    done = run("token", "create", "--name", "x", "--role", "trainer")
    assert (done.returncode, done.stdout) == (1, "")
    assert "jobaids migrate" in done.stderr


def test_an_import_ends_with_1_when_a_file_failed_and_names_it(run: Run, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "good.md").write_text("# Good")
    run("migrate")
    assert run("import", "--publish", str(library)).returncode == 0
    (library / "bad.md").write_bytes(b"# caf\xe9")
    done = run("import", str(library))
    assert done.returncode == 1
    assert "bad.md: line 1: byte 0xE9 is not UTF-8" in done.stderr
    assert "1 unchanged" in done.stdout


def test_an_import_that_only_has_notes_ends_with_0(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntasks: [do-ghost]\n---\n# A")
    run("migrate")
    done = run("import", str(tmp_path / "a.md"))
    assert done.returncode == 0
    assert "task do-ghost is not defined" in done.stderr
    assert "0 with problems" in done.stdout


def test_documents_are_taken_in_with_what_could_not_be_kept(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "old"
    (old / "shop").mkdir(parents=True)
    (old / "shop/Close the Till.docx").write_bytes(word.manual())
    (old / "page.html").write_text("<h1>A</h1><script>1</script><p>x</p>")
    (old / "fake.docx").write_bytes(b"%PDF-1.4")
    (tmp_path / "faq.csv").write_text("question,answer\nHow?,So.\n")
    run("migrate")
    done = run("import", str(old), str(tmp_path / "faq.csv"))
    assert done.returncode == 1
    assert "3 became drafts" in done.stdout
    assert "page.html: A script was left out" in done.stderr
    assert "fake.docx: Its name ends in .docx, yet it is a PDF" in done.stderr
    again = run("import", str(old / "page.html"), "--publish")
    assert (again.returncode, "1 were known" in again.stdout) == (0, True)


def test_a_conflict_ends_with_1_and_shows_the_difference(run: Run, tmp_path: Path) -> None:
    for name, text in (("one", "# A\n\nHere.\n"), ("two", "# A\n\nThere.\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text(text)
    run("migrate")
    run("import", "--publish", str(tmp_path / "one"))
    done = run("import", "--publish", str(tmp_path / "two"))
    assert done.returncode == 1
    assert "-Here.\n+There." in done.stderr
    exported = run("export", str(tmp_path / "two"))
    assert exported.returncode == 1
    assert (tmp_path / "two/a.conflict.md").read_text() == "# A\n\nHere.\n"


def test_a_token_is_printed_alone(run: Run) -> None:
    run("migrate")
    done = run("token", "create", "--name", "crm", "--role", "employee")
    assert done.stdout.strip().startswith("ja_")
    assert len(done.stdout.split()) == 1


def test_tokens_are_listed_without_their_secret(run: Run) -> None:
    run("migrate")
    secret = run("token", "create", "--name", "crm", "--role", "employee").stdout.strip()
    done = run("token", "list")
    assert done.stdout.split()[1:3] == ["crm", "employee"]
    assert secret not in done.stdout


def test_a_token_is_revoked_by_its_name(run: Run) -> None:
    run("migrate")
    run("token", "create", "--name", "crm", "--role", "employee")
    assert "Revoked 1" in run("token", "revoke", "crm").stdout
    assert run("token", "list").stdout == ""


def test_revoking_an_unknown_token_ends_with_1(run: Run) -> None:
    run("migrate")
    done = run("token", "revoke", "crm")
    assert done.returncode == 1
    assert "jobaids token list" in done.stderr


def test_a_sign_in_link_is_printed_alone(run: Run) -> None:
    run("migrate")
    done = run("sign-in-link", JOBAIDS_BASE_URL="https://aids.example")
    assert done.stdout.startswith("https://aids.example/sign-in/")
    assert len(done.stdout.split()) == 1


def test_a_person_is_added_listed_and_erased(run: Run) -> None:
    run("migrate")
    done = run("person", "add", "ana", "--name", "Ana Ruiz", "--role", "trainer", "--group", "care")
    assert done.stdout.startswith("http://127.0.0.1:8000/invitation/")
    assert len(done.stdout.split()) == 1
    assert run("person", "list").stdout == "ana  Ana Ruiz  trainer  care\n"
    assert run("person", "erase", "ana").returncode == 0
    assert run("person", "list").stdout == ""


def test_a_person_that_cannot_be_is_explained(run: Run) -> None:
    run("migrate")
    done = run("person", "add", "ana")
    assert (done.returncode, done.stdout, "name: is needed" in done.stderr) == (1, "", True)


def test_wrong_usage_ends_with_2(run: Run) -> None:
    assert run("token", "create", "--name", "x", "--role", "king").returncode == 2
    assert run("no-such-command").returncode == 2


def test_the_index_is_checked_and_made_anew(run: Run) -> None:
    run("migrate")
    assert run("index", "check").returncode == 1
    assert "Indexed 0 aids" in run("index", "rebuild").stdout
    assert run("index", "check").returncode == 0


def test_the_doctor_names_what_is_wrong(run: Run) -> None:
    done = run("doctor")
    assert done.returncode == 1
    assert "jobaids migrate" in done.stdout


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("JOBAIDS_MIN_GROUP", "2"),
        ("JOBAIDS_TIME_ZONE", "Mars"),
        ("JOBAIDS_READING", "some"),
        ("JOBAIDS_LANGUAGE", "Japanese"),
    ],
)
def test_a_wrong_setting_is_one_sentence(run: Run, setting: str, value: str) -> None:
    done = run("doctor", **{setting: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"{setting}:")
    assert "Traceback" not in done.stderr


def test_an_export_is_what_was_imported(run: Run, tmp_path: Path) -> None:
    library = Path(__file__).parent.parent / "jobaids"
    run("migrate")
    done = run("import", "--publish", str(library))
    assert (done.returncode, done.stderr) == (0, "")
    run("export", str(tmp_path / "out"))
    assert subprocess.run(["diff", "-r", library, tmp_path / "out"], check=False).returncode == 0


def test_no_answered_event_is_lost_when_the_server_is_killed(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    run("migrate")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}/healthz")
        answered = _send_until_killed(port, server)
    finally:
        server.kill()
        server.wait()
    stored = {row[0] for row in sqlite3.connect(tmp_path / "data/jobaids.sqlite").execute("SELECT id FROM use_event")}
    assert len(answered) == EVENTS
    assert answered <= stored


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


def _send_until_killed(port: int, server: subprocess.Popen[bytes]) -> set[str]:
    answered: set[str] = set()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        while True:
            event = {"id": str(uuid7()), "type": "open", "at": _now(), "slug": "a", "tab": "tab-00001"}
            answer = client.post("/api/v1/events", json={"events": [event]})
            if answer.status_code == 200 and answer.json()["accepted"] == 1:
                answered.add(event["id"].replace("-", ""))
            if len(answered) == EVENTS:
                os.kill(server.pid, signal.SIGKILL)
                return answered


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
