"""Mail is sent once, tried again, and never lost unseen; against a real mail server on loopback."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app import db, outbox
from app.outbox import MOST_ATTEMPTS, Message, Outbox
from app.settings import Settings
from app.viewer import Role
from tests.conftest import NOW, Ticking
from tests.support.smtp import MailServer, mail_server

HTML = {"Accept": "text/html"}


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


@pytest.fixture
def box(engine: Engine, server: MailServer, tmp_path: Path) -> Outbox:
    return Outbox(engine, server.url, "aids@example.org", tmp_path / "outbox", timeout=0.5)


def post(engine: Engine, to: str = "ana@example.org", **more: str) -> None:
    with db.writing(engine) as session:
        outbox.post(session, NOW, to, "Grüße", "Ein schöner Tag.\nhttps://aids.example.org/x\n", **more)


def stored(engine: Engine) -> list[Message]:
    with Session(engine) as session:
        return list(session.exec(select(Message).order_by(Message.to)))


def test_a_message_arrives_with_its_id_and_its_words(engine: Engine, box: Outbox, server: MailServer) -> None:
    post(engine)
    assert box.send(NOW) == 1
    (mail,) = server.taken
    assert mail["Message-ID"] == f"<{stored(engine)[0].id}@example.org>"
    assert str(mail.get_payload(decode=True), "utf-8").startswith("Ein schöner Tag.")  # type: ignore[arg-type]


def test_what_was_sent_is_not_sent_again(engine: Engine, box: Outbox, server: MailServer) -> None:
    post(engine)
    box.send(NOW)
    assert box.send(NOW + timedelta(days=1)) == 0
    assert len(server.taken) == 1


def test_a_message_is_part_of_its_cause(engine: Engine) -> None:
    with Session(engine) as session:
        outbox.post(session, NOW, "ana@example.org", "Hello", "Hello")
        session.rollback()  # the cause did not happen
    assert stored(engine) == []


def test_one_cause_makes_one_message(engine: Engine) -> None:
    post(engine, cause="digest 1")
    post(engine, cause="digest 1")
    assert len(stored(engine)) == 1


def test_a_refusal_for_now_is_tried_again_later(engine: Engine, box: Outbox, server: MailServer) -> None:
    server.answers["RCPT"] = [b"451 try later"]
    post(engine)
    assert box.send(NOW) == 0
    assert box.send(NOW + timedelta(seconds=30)) == 0
    assert box.send(NOW + timedelta(minutes=2)) == 1


def test_a_refusal_for_good_is_a_dead_letter_at_once(engine: Engine, box: Outbox, server: MailServer) -> None:
    server.answers["RCPT"] = [b"550 nobody here"]
    post(engine, "gone@example.org")
    post(engine, "here@example.org")
    assert box.send(NOW) == 1
    gone, here = stored(engine)
    assert (gone.state, here.state) == ("dead", "sent")
    assert "550 nobody here" in (gone.fault or "")


def test_a_server_that_is_away_delays_everything_and_gives_up_in_the_end(engine: Engine, tmp_path: Path) -> None:
    box = Outbox(engine, "smtp://127.0.0.1:1", "aids@example.org", tmp_path, timeout=0.5)
    post(engine)
    at = NOW
    for _attempt in range(MOST_ATTEMPTS):
        assert stored(engine)[0].state == "waiting"
        box.send(at)
        at += timedelta(hours=13)
    assert stored(engine)[0].state == "dead"


def test_a_server_that_hangs_holds_nothing_up(engine: Engine, box: Outbox, server: MailServer) -> None:
    server.delay = 2.0
    for who in "abc":
        post(engine, f"{who}@example.org")
    assert box.send(NOW) == 0
    assert server.connections == 1
    assert {one.state for one in stored(engine)} == {"waiting"}


def test_a_server_that_goes_away_in_the_middle_loses_nothing(engine: Engine, box: Outbox, server: MailServer) -> None:
    for who in "abc":
        post(engine, f"{who}@example.org")
    server.answers["DATA"] = [b"421 closing", b"421 closing", b"421 closing"]
    assert box.send(NOW) == 0
    assert box.send(NOW + timedelta(minutes=2)) == 3


def test_two_processes_do_not_send_the_same(engine: Engine, box: Outbox, server: MailServer) -> None:
    post(engine)
    box._take(NOW)
    assert box.send(NOW) == 0
    assert box.send(NOW + timedelta(minutes=11)) == 1  # the first one ended in the middle


def test_a_password_is_not_sent_in_the_open_to_another_host(engine: Engine, server: MailServer, tmp_path: Path) -> None:
    url = f"smtp://me:secret@127.0.0.2:{server.port}"
    post(engine)
    assert Outbox(engine, url, "aids@example.org", tmp_path, timeout=0.5).send(NOW) == 0
    assert server.taken == []


def test_without_a_mail_server_messages_are_files(engine: Engine, tmp_path: Path) -> None:
    post(engine)
    assert Outbox(engine, "", "aids@example.org", tmp_path / "outbox").send(NOW) == 1
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name == f"{stored(engine)[0].id}.eml"
    assert b"To: ana@example.org" in file.read_bytes()


def test_what_was_sent_is_forgotten_after_30_days(engine: Engine, box: Outbox) -> None:
    post(engine)
    box.send(NOW)
    box.send(NOW + timedelta(days=31))
    assert stored(engine) == []


@pytest.mark.parametrize("url", ["http://mail.example.org", "smtp://", "mail.example.org:25"])
def test_a_mail_server_is_written_as_an_smtp_address(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://user:password@"):
        Settings(smtp_url=url)


# Dead letters


@pytest.fixture
def dead(engine: Engine, box: Outbox, server: MailServer) -> Message:
    server.answers["RCPT"] = [b"550 nobody here"]
    post(engine)
    box.send(NOW)
    return stored(engine)[0]


def test_an_administrator_sees_a_dead_letter_and_has_it_tried_again(
    client: TestClient, bearer, engine: Engine, box: Outbox, dead: Message
) -> None:
    admin = bearer(Role.ADMIN) | HTML
    page = client.get("/studio/mail", headers=admin).text
    assert "550 nobody here" in page
    assert "Ein schöner Tag" not in page
    client.post(f"/studio/mail/{dead.id}/again", headers=admin)
    assert box.send(NOW + timedelta(minutes=1)) == 1


def test_nobody_else_sees_who_is_written_to(client: TestClient, trainer: dict[str, str], dead: Message) -> None:
    assert client.get("/studio/mail", headers=trainer).status_code == 403
    assert client.post(f"/studio/mail/{dead.id}/again", headers=trainer).status_code == 403
    assert client.get("/studio/mail").status_code == 401


def test_the_server_sends_by_itself(app: FastAPI, client: TestClient, ticking: Ticking) -> None:
    post(app.state.engine)
    app.state.chores.turn()
    assert list((app.state.settings.data_dir / "outbox").glob("*.eml"))
