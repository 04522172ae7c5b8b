"""The weekly mail: on Monday morning, to owners, with what is theirs, and once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.improvement.digest import Weekly
from app.improvement.sources import Sources
from app.outbox import Message
from app.settings import Settings
from tests.conftest import Ticking
from tests.support.events import happen

SLUG = "billing/refund-card"
MONDAY = datetime(2027, 6, 7, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
HERE = {"time_zone": "Europe/Berlin", "base_url": "https://aids.example.org"}


@pytest.fixture
def weekly(library: TestClient, settings: Settings, engine: Engine) -> Weekly:
    mine = settings.model_copy(update=HERE)
    return Weekly(engine, mine, Sources(mine, lambda words: False))


def mails(engine: Engine) -> list[Message]:
    with Session(engine) as session:
        return list(session.exec(select(Message).order_by(Message.to)))


def test_an_owner_is_told_of_overdue_aids_with_links(weekly: Weekly, engine: Engine) -> None:
    assert weekly.send(MONDAY) == 1
    (mail,) = mails(engine)
    assert mail.to == "ana@example.org"
    assert mail.subject == "Your job aids: 1 thing to look at"
    assert "Past their review date\n\n- Refund an order paid by card (22 May 2027)" in mail.body
    assert f"https://aids.example.org/aids/{SLUG}" in mail.body
    assert "https://aids.example.org/studio/reviews/owners" in mail.body


def test_a_week_has_one_mail(weekly: Weekly, engine: Engine) -> None:
    weekly.send(MONDAY)
    assert weekly.send(MONDAY + timedelta(hours=3)) == 0
    assert weekly.send(MONDAY + timedelta(days=7)) == 1


@pytest.mark.parametrize("hours", [-4, 24, -24])
def test_it_is_sent_on_monday_morning_only(weekly: Weekly, hours: int) -> None:
    assert weekly.send(MONDAY + timedelta(hours=hours)) == 0


def test_monday_begins_where_the_organisation_is(weekly: Weekly) -> None:
    early = datetime(2027, 6, 7, 7, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert weekly.send(early) == 1  # 5:30 in London


def test_nothing_is_sent_when_there_is_nothing(weekly: Weekly, engine: Engine) -> None:
    assert weekly.send(MONDAY - timedelta(days=56)) == 0
    assert mails(engine) == []


def test_questions_and_stuck_readers_are_in_it_and_nobodys_name(weekly: Weekly, engine: Engine) -> None:
    happen(engine, "question", "pseudonym-1", at=MONDAY, text="Where is the key?", slug=SLUG)
    happen(engine, "outcome", 8, at=MONDAY, slug=SLUG, outcome="stuck", revision=1)
    weekly.send(MONDAY)
    body = mails(engine)[0].body
    assert "“Where is the key?”\n  https://aids.example.org/studio/questions#q-" in body
    assert "8 stuck with “Refund an order paid by card” (of 8 who answered; at least 67 %)" in body
    assert "pseudonym" not in body
    assert "reader-" not in body


def test_a_coach_is_told_of_questions(
    weekly: Weekly, engine: Engine, library: TestClient, trainer: dict[str, str]
) -> None:
    body = {"slug": "issue-refund", "title": "Issue a refund", "owner": "Coach@Example.org"}
    library.put("/api/v1/tasks/issue-refund", json=body, headers=trainer)
    happen(engine, "question", 1, at=MONDAY, text="Where?", slug=SLUG)
    weekly.send(MONDAY)
    assert [mail.to for mail in mails(engine)] == ["ana@example.org", "coach@example.org"]


def test_who_wants_none_gets_none(weekly: Weekly, engine: Engine, library: TestClient, trainer: dict[str, str]) -> None:
    def switch(to: str) -> None:
        said = {"address": "ana@example.org", "mail": to}
        assert library.post("/studio/reviews/owners/mail", data=said, headers=trainer).is_success

    switch("off")
    assert weekly.send(MONDAY) == 0
    switch("on")
    assert weekly.send(MONDAY) == 1


def test_a_mail_without_links_is_not_sent(weekly: Weekly, settings: Settings) -> None:
    nowhere = settings.model_copy(update=HERE | {"base_url": "", "smtp_url": "smtp://mail.example.org"})
    assert Weekly(weekly.engine, nowhere, weekly.sources).send(MONDAY) == 0


def test_the_server_sends_it_by_itself(app: FastAPI, library: TestClient, ticking: Ticking) -> None:
    ticking.at = MONDAY
    app.state.chores.turn()
    ticking.go_on(minutes=1)
    app.state.chores.turn()
    (file,) = (app.state.settings.data_dir / "outbox").glob("*.eml")
    assert b"Subject: Your job aids: 1 thing to look at" in file.read_bytes()
