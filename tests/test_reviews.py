"""Review dates, "still right" in one click, owners, and handing aids over."""

from datetime import date, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app import db
from app.aids.models import Aid, Change, Revision
from app.improvement.keeper import KEEPER
from app.people import service as people
from app.people.directory import FIRST_ADMIN
from app.people.entering import COOKIE
from app.people.models import AuditEntry, Person
from app.viewer import SYSTEM, Role
from tests.conftest import NOW, REFUND, Ticking

HTML = {"Accept": "text/html"}
SLUG = "billing/refund-card"
TODAY = NOW.date()
Headers = dict[str, str]


def aid(engine: Engine, slug: str = SLUG) -> Aid:
    with Session(engine) as session:
        return session.exec(select(Aid).where(Aid.slug == slug)).one()


def live(engine: Engine, slug: str = SLUG) -> Revision:
    with Session(engine) as session:
        found = session.exec(select(Aid).where(Aid.slug == slug)).one()
        return session.exec(select(Revision).where(Revision.aid_id == found.id, Revision.number == found.live)).one()


@pytest.fixture
def ana(app: FastAPI, library: TestClient, ticking: Ticking) -> TestClient:
    """A browser in which the administrator, called Ana, has signed in."""
    with db.writing(app.state.engine) as session:
        secret = people.admin_link(session, ticking(), SYSTEM)
        person = session.get(Person, FIRST_ADMIN)
        assert person
        person.name = "Ana"
    library.headers["Origin"] = "http://testserver"
    library.post(f"/sign-in/{secret}")
    assert library.cookies.get(COOKIE)
    return library


# Still right


def test_one_click_puts_it_on_record(ana: TestClient, engine: Engine, ticking: Ticking) -> None:
    ticking.go_on(days=10)
    ana.post(f"/studio/reviews/{SLUG}/still-right")
    found = aid(engine)
    assert (found.checked_on, found.review_due) == (TODAY + timedelta(days=10), TODAY + timedelta(days=190))
    with Session(engine) as session:
        last = session.exec(select(AuditEntry).order_by(AuditEntry.id.desc())).first()  # type: ignore[union-attr]
    assert last
    assert (last.actor, last.action, last.subject) == (FIRST_ADMIN, "still right", f"{SLUG} revision 1")


def test_the_aid_says_who_checked_it(ana: TestClient) -> None:
    assert "Published 23 Nov 2026." in ana.get(f"/aids/{SLUG}").text
    page = ana.post(f"/studio/reviews/{SLUG}/still-right", data={"back": "aid"}).text
    assert "Checked by Ana, 23 Nov 2026." in page
    assert "Checked by Ana, 23 Nov 2026." in ana.get(f"/aids/{SLUG}/card").text


def test_a_new_text_is_checked_by_nobody_yet(ana: TestClient, trainer: Headers, engine: Engine) -> None:
    ana.post(f"/studio/reviews/{SLUG}/still-right")
    ana.put(f"/api/v1/aids/{SLUG}?publish=true", json={"markdown": REFUND + "\nMore.\n"}, headers=trainer)
    assert aid(engine).checked_by is None


def test_the_button_is_for_those_who_write(library: TestClient, trainer: Headers, employee: Headers) -> None:
    assert "Still right" in library.get(f"/aids/{SLUG}", headers=trainer | HTML).text
    assert "Still right" not in library.get(f"/aids/{SLUG}", headers=employee | HTML).text
    assert library.post(f"/studio/reviews/{SLUG}/still-right", headers=employee).status_code == 403
    assert library.post(f"/studio/reviews/{SLUG}/still-right").status_code == 401


def test_what_is_not_live_cannot_be_right(library: TestClient, trainer: Headers) -> None:
    assert library.post("/studio/reviews/no/such/still-right", headers=trainer).status_code == 404


def test_who_is_erased_checked_nothing(ana: TestClient, engine: Engine) -> None:
    ana.post(f"/studio/reviews/{SLUG}/still-right")
    with db.writing(engine) as session:
        shown = {kept.name: kept.rows for kept in KEEPER.show(session, FIRST_ADMIN, "p")}
        KEEPER.erase(session, FIRST_ADMIN, "p")
    assert shown["upkeep"] == [{"what": "still right", "aid": SLUG, "on": "2026-11-23"}]
    assert aid(engine).checked_by is None
    assert "Published 23 Nov 2026." in ana.get(f"/aids/{SLUG}").text


# Late


def test_the_navigation_says_how_many_are_overdue(library: TestClient, trainer: Headers, ticking: Ticking) -> None:
    assert "overdue</span>" not in library.get("/studio/reviews", headers=trainer | HTML).text
    ticking.go_on(days=200)
    library.app.state.badges.forget()  # type: ignore[attr-defined]
    assert ">1 overdue</span>" in library.get("/studio/synonyms", headers=trainer | HTML).text
    page = library.post(f"/studio/reviews/{SLUG}/still-right", headers=trainer | HTML).text
    assert "overdue</span>" not in page


def test_an_overdue_aid_stays_readable_with_a_notice(library: TestClient, ticking: Ticking) -> None:
    ticking.go_on(days=200)
    page = library.get(f"/aids/{SLUG}").text
    assert "The review was due on 22 May 2027" in page
    assert "Open the order." in page


def test_the_list_names_what_is_late_and_what_will_be(library: TestClient, trainer: Headers, ticking: Ticking) -> None:
    ticking.go_on(days=170)
    assert "No aid is past" in library.get("/studio/reviews", headers=trainer | HTML).text
    assert "Refund an order" in library.get("/studio/reviews?show=soon", headers=trainer | HTML).text
    ticking.go_on(days=30)
    page = library.get("/studio/reviews", headers=trainer | HTML).text
    assert "Refund an order" in page
    assert "Overdue: 1" in page


# The period of a kind


def test_a_period_of_a_kind_gives_live_aids_their_date(library: TestClient, trainer: Headers, engine: Engine) -> None:
    days = {"days": ["90", "", "", "", "30"]}
    library.post("/studio/reviews/defaults", data=days, headers=trainer)
    assert aid(engine, "it/vpn").review_due == TODAY + timedelta(days=90)
    assert aid(engine, "it/printer").review_due == TODAY + timedelta(days=30)
    assert aid(engine).review_due == TODAY + timedelta(days=180)  # it says so itself


def test_and_those_that_come_later(library: TestClient, trainer: Headers, engine: Engine) -> None:
    library.post("/studio/reviews/defaults", data={"days": ["90", "", "", "", ""]}, headers=trainer)
    body = {"slug": "new", "markdown": "# New\n\nAsk.\n"}
    library.post("/api/v1/aids?publish=true", json=body, headers=trainer)
    assert aid(engine, "new").review_due == TODAY + timedelta(days=90)
    library.post("/studio/reviews/defaults", data={"days": [""] * 5}, headers=trainer)
    assert aid(engine, "new").review_due is None


@pytest.mark.parametrize("days", [["x", "", "", "", ""], ["0", "", "", "", ""], ["90"], ["99999", "", "", "", ""]])
def test_what_is_no_number_of_days_changes_nothing(library: TestClient, trainer: Headers, days: list[str]) -> None:
    answer = library.post("/studio/reviews/defaults", data={"days": days}, headers=trainer)
    assert answer.status_code == 422
    assert "Nothing was changed" in answer.text


# Owners


def hand_over(client: TestClient, headers: Headers, owner: str, *slugs: str) -> Any:
    return client.post("/studio/reviews/owners", data={"slugs": slugs, "owner": owner}, headers=headers | HTML)


def test_several_aids_get_a_new_owner_at_once(library: TestClient, trainer: Headers, engine: Engine) -> None:
    page = hand_over(library, trainer, "ben@example.org", SLUG, "it/vpn").text
    assert "2 aids have a new owner." in page
    for slug in (SLUG, "it/vpn"):
        assert live(engine, slug).owner == "ben@example.org"
    assert live(engine).markdown == REFUND.replace("ana@", "ben@")
    assert "Owner: ben@example.org" in library.get(f"/aids/{SLUG}", headers=HTML).text


def test_handing_over_is_no_review_and_is_on_record(
    library: TestClient, trainer: Headers, engine: Engine, ticking: Ticking
) -> None:
    before = aid(engine)
    ticking.go_on(days=9)
    hand_over(library, trainer, "ben@example.org", SLUG)
    after = aid(engine)
    assert (after.checked_on, after.review_due) == (before.checked_on, before.review_due)
    with Session(engine) as session:
        actions = session.exec(select(AuditEntry.action)).all()
        changes = session.exec(select(Change.aid_id).order_by(Change.id.desc())).first()  # type: ignore[union-attr]
    assert "owner changed" in actions
    assert changes == after.id


def test_an_aid_with_a_newer_text_is_left_alone(library: TestClient, trainer: Headers, engine: Engine) -> None:
    library.put(f"/api/v1/aids/{SLUG}", json={"markdown": REFUND + "\nDraft.\n"}, headers=trainer)
    page = hand_over(library, trainer, "ben@example.org", SLUG, "it/vpn").text
    assert "1 aid has a new owner. 1 aid was left alone" in page
    assert live(engine).owner == "ana@example.org"


@pytest.mark.parametrize(("owner", "slugs"), [("nobody", [SLUG]), ("", [SLUG]), ("ben@example.org", [])])
def test_a_hand_over_to_nobody_changes_nothing(
    library: TestClient, trainer: Headers, engine: Engine, owner: str, slugs: list[str]
) -> None:
    assert hand_over(library, trainer, owner, *slugs).status_code == 422
    assert live(engine).number == 1


def test_an_employee_hands_nothing_over(library: TestClient, employee: Headers) -> None:
    assert hand_over(library, employee, "ben@example.org", SLUG).status_code == 403
    assert library.get("/studio/reviews/owners", headers=employee).status_code == 403


def test_the_page_counts_what_everybody_keeps(library: TestClient, trainer: Headers) -> None:
    page = library.get("/studio/reviews/owners", headers=trainer | HTML).text
    assert "1 aid</p>" in page
    assert "ana@example.org</a>" in page
    assert "Nobody</a>" in page
    chosen = library.get("/studio/reviews/owners?owner=", headers=trainer | HTML).text
    assert 'value="it/printer" checked' in chosen


def test_the_aids_of_who_has_left_want_an_owner(app: FastAPI, library: TestClient, trainer: Headers) -> None:
    with db.writing(app.state.engine) as session:
        gone = date(2026, 11, 1)
        session.add(Person(id="ana@example.org", name="Ana", role=Role.TRAINER, created_at=NOW, left_on=gone))
    (item,) = library.get("/api/v1/worklist", headers=trainer).json()["items"]
    assert item["text"] == "1 aid of Ana, who has left, needs an owner"
    assert item["action"]["url"] == "/studio/reviews/owners?owner=ana%40example.org"
    assert "has left" in library.get("/studio/reviews/owners", headers=trainer | HTML).text
