"""Review: who may approve what, and that nobody decides on a text that he did not see."""

from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import db
from app.aids import service as aids
from app.aids.models import Aid, Revision
from app.facts import Published, Retired, Returned, Submitted
from app.people import credentials
from app.people.models import AuditEntry
from app.publishing.models import Comment, Schedule
from app.settings import Settings
from app.viewer import Role
from tests.conftest import Ticking
from tests.support import persons

Headers = dict[str, str]
SLUG = "it/vpn"
API = f"/api/v1/aids/{SLUG}"
PAGE = f"/studio/aids/{SLUG}"
TEXT = "# Connect to the network from home\n\n1. Start the client.\n2. Type the code from your phone.\n"


@pytest.fixture
def ana(library: TestClient, app: FastAPI) -> Headers:
    return persons.headers(app, "Ana", Role.TRAINER)


@pytest.fixture
def ben(library: TestClient, app: FastAPI) -> Headers:
    return persons.headers(app, "Ben", Role.TRAINER)


@pytest.fixture
def eve(library: TestClient, app: FastAPI) -> Headers:
    return persons.headers(app, "Eve", Role.EMPLOYEE)


@pytest.fixture
def told(app: FastAPI) -> list[Any]:
    """Every fact about review."""
    heard: list[Any] = []
    for kind in (Submitted, Returned, Published, Retired):
        app.state.facts.listen(kind, heard.append)
    return heard


def write(client: TestClient, who: Headers, text: str = TEXT, slug: str = SLUG) -> int:
    answer = client.put(f"/api/v1/aids/{slug}", json={"markdown": text}, headers=who)
    assert answer.status_code == 200, answer.text
    newest = client.get(f"/api/v1/aids/{slug}/revisions", headers=who).json()["items"][0]
    return int(newest["number"])


def post(client: TestClient, what: str, who: Headers, **data: Any) -> Any:
    return client.post(f"{PAGE}/{what}", data=data, headers=who, follow_redirects=False)


@pytest.fixture
def sent(library: TestClient, ana: Headers) -> TestClient:
    """Ana's change, revision 2, is in review."""
    write(library, ana)
    assert post(library, "submit", ana, revision=2, words="The code comes by phone now.").status_code == 303
    return library


def states(app: FastAPI, slug: str = SLUG) -> list[str]:
    with Session(app.state.engine) as session:
        rows = select(Revision.state).join(Aid).where(Aid.slug == slug).order_by(col(Revision.number))
        return list(session.exec(rows))


def audit(app: FastAPI) -> list[tuple[str, str]]:
    with Session(app.state.engine) as session:
        return [(line.actor, line.action) for line in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]


# Who may


@pytest.mark.parametrize("what", ["submit", "return", "approve", "retire", "restore", "schedule", "comments"])
def test_readers_decide_nothing(sent: TestClient, eve: Headers, app: FastAPI, what: str) -> None:
    assert post(sent, what, eve, revision=2, words="x").status_code == 403
    assert states(app) == ["live", "review"]


@pytest.mark.parametrize(
    "path", ["/studio/aids", f"{PAGE}/review", f"{PAGE}/revisions", f"{PAGE}/diff?before=1&after=1"]
)
def test_the_pages_are_for_trainers(library: TestClient, ana: Headers, eve: Headers, path: str) -> None:
    assert library.get(path, headers=eve).status_code == 403
    assert library.get(path, headers=ana).status_code == 200


def test_nobody_approves_what_he_wrote(sent: TestClient, ana: Headers, app: FastAPI) -> None:
    answer = post(sent, "approve", ana, revision=2)
    assert (answer.status_code, "somebody else approves" in answer.text) == (403, True)
    assert states(app) == ["live", "review"]


def test_nobody_approves_what_he_sent_for_review(library: TestClient, ana: Headers, ben: Headers) -> None:
    write(library, ana)
    post(library, "submit", ben, revision=2)
    assert post(library, "approve", ben, revision=2).status_code == 403


@pytest.mark.parametrize(("method", "path"), [("PUT", f"{API}?publish=true"), ("POST", "/api/v1/aids?publish=true")])
def test_nobody_gets_round_it_by_publishing_at_once(
    library: TestClient, ana: Headers, app: FastAPI, method: str, path: str
) -> None:
    body = {"slug": "it/new" if method == "POST" else SLUG, "markdown": TEXT}
    assert library.request(method, path, json=body, headers=ana).status_code == 403
    assert states(app) == ["live"]


def test_a_team_of_one_approves_its_own_on_record(sent: TestClient, ana: Headers, app: FastAPI) -> None:
    app.state.credentials.own_approval = True
    app.state.credentials.forget(persons.sign_in(app, "Ana", Role.TRAINER))
    assert post(sent, "approve", ana, revision=2).status_code == 303
    assert states(app) == ["past", "live"]
    assert ("ana", "approved own") in audit(app)


def test_the_setting_reaches_the_rule(settings: Settings) -> None:
    from app.main import create_app

    made = create_app(settings.model_copy(update={"own_approval": True}))
    assert made.state.credentials.own_approval
    made.state.engine.dispose()


def test_a_token_is_a_program_and_may(library: TestClient, trainer: Headers, app: FastAPI) -> None:
    write(library, trainer)
    assert library.post(f"{API}/approve", headers=trainer).json()["live"] is True
    assert ("token:test trainer", "approved") in audit(app)


# The way of a revision


def test_the_live_text_stays_until_the_next_is_approved(sent: TestClient, ben: Headers, app: FastAPI) -> None:
    assert "Type the code." in sent.get(f"/aids/{SLUG}").text
    assert post(sent, "approve", ben, revision=2).headers["location"] == f"{PAGE}/review?done=live"
    assert "from your phone" in sent.get(f"/aids/{SLUG}").text
    assert states(app) == ["past", "live"]


def test_returning_needs_a_reason_and_keeps_the_live_text(sent: TestClient, ben: Headers, app: FastAPI) -> None:
    assert post(sent, "return", ben, revision=2, words="  ").status_code == 422
    assert post(sent, "return", ben, revision=2, words="Which phone?").status_code == 303
    assert states(app) == ["live", "returned"]
    assert "Which phone?" in sent.get(f"{PAGE}/review", headers=ben).text


def test_a_returned_text_can_be_sent_again(sent: TestClient, ana: Headers, ben: Headers, app: FastAPI) -> None:
    post(sent, "return", ben, revision=2, words="Which phone?")
    assert post(sent, "submit", ana, revision=2).status_code == 303
    assert states(app) == ["live", "review"]


def test_what_is_not_in_review_cannot_be_approved(library: TestClient, ana: Headers, ben: Headers) -> None:
    write(library, ana)
    answer = post(library, "approve", ben, revision=2)
    assert (answer.status_code, "Send it for review first" in answer.text) == (409, True)


def test_a_newer_text_in_review_puts_the_older_one_back(sent: TestClient, ana: Headers, app: FastAPI) -> None:
    write(sent, ana, TEXT + "3. Wait.\n")
    post(sent, "submit", ana, revision=3)
    assert states(app) == ["live", "draft", "review"]


def test_a_draft_that_is_being_written_does_not_stop_the_review(sent: TestClient, ana: Headers, ben: Headers) -> None:
    write(sent, ana, TEXT + "3. Wait.\n")
    assert "A newer draft is being written: revision 3" in sent.get(f"{PAGE}/review", headers=ben).text
    assert post(sent, "approve", ben, revision=2).status_code == 303


def test_the_facts_are_told(sent: TestClient, ana: Headers, ben: Headers, told: list[Any], app: FastAPI) -> None:
    post(sent, "return", ben, revision=2, words="Which phone?")
    post(sent, "submit", ana, revision=2)
    post(sent, "approve", ben, revision=2)
    post(sent, "retire", ben)
    assert [type(fact) for fact in told] == [Returned, Submitted, Published, Retired]
    assert (told[0].author, told[0].reason) == ("ana", "Which phone?")


def test_a_retired_aid_comes_back_through_review(library: TestClient, ana: Headers, ben: Headers, app: FastAPI) -> None:
    write(library, ana)
    post(library, "retire", ana)
    assert library.get(f"/aids/{SLUG}").status_code == 404
    post(library, "restore", ana, revision=1)
    post(library, "submit", ana, revision=3)
    post(library, "approve", ben, revision=3)
    assert "Type the code." in library.get(f"/aids/{SLUG}").text


def test_the_same_text_is_not_restored(library: TestClient, ana: Headers) -> None:
    assert post(library, "restore", ana, revision=1).status_code == 409
    assert post(library, "restore", ana, revision=9).status_code == 404


# A stale decision


def test_approving_another_text_than_the_one_read_is_refused(
    sent: TestClient, ana: Headers, ben: Headers, app: FastAPI
) -> None:
    write(sent, ana, TEXT + "3. Give away your password.\n")
    post(sent, "submit", ana, revision=3)
    answer = post(sent, "approve", ben, revision=2)
    assert answer.status_code == 412
    assert "Changed since you read it" in answer.text
    assert "3. Give away your password." in answer.text
    assert states(app) == ["live", "draft", "review"]


def test_the_digest_counts_too(sent: TestClient, ben: Headers) -> None:
    assert post(sent, "approve", ben, revision=2, digest="0" * 64).status_code == 412


def test_a_stale_return_keeps_the_reason(sent: TestClient, ana: Headers, ben: Headers) -> None:
    write(sent, ana, TEXT + "3. Wait.\n")
    post(sent, "submit", ana, revision=3)
    answer = post(sent, "return", ben, revision=2, words="Say which phone.")
    assert (answer.status_code, "Say which phone." in answer.text) == (412, True)


def test_the_api_says_what_changed_since(sent: TestClient, ana: Headers, ben: Headers) -> None:
    write(sent, ana, TEXT + "3. Wait.\n")
    post(sent, "submit", ana, revision=3)
    problem = sent.post(f"{API}/approve", json={"revision": 2}, headers=ben).json()
    assert problem["status"] == 412
    assert problem["errors"] == [{"pointer": "line 5", "detail": "new: 3. Wait."}]


def test_a_person_names_the_revision(sent: TestClient, ben: Headers) -> None:
    assert sent.post(f"{API}/approve", headers=ben).status_code == 422


def test_the_api_walks_the_whole_way(library: TestClient, ana: Headers, ben: Headers) -> None:
    write(library, ana)
    assert library.post(f"{API}/submit", headers=ana).json() == {"slug": SLUG, "revision": 2, "state": "review"}
    assert library.post(f"{API}/return", json={"reason": "No."}, headers=ben).json()["state"] == "returned"
    assert library.post(f"{API}/submit", json={"revision": 2, "news": "New code."}, headers=ana).status_code == 200
    assert library.post(f"{API}/approve", json={"revision": 2}, headers=ben).json()["live"] is True
    assert library.post(f"{API}/retire", headers=ben).status_code == 204


def test_if_match_names_the_text(sent: TestClient, trainer: Headers) -> None:
    assert sent.post(f"{API}/approve", headers=trainer | {"If-Match": '"stale"'}).status_code == 412


# Comments


def test_a_comment_stands_at_its_line_and_is_answered_and_resolved(
    sent: TestClient, ana: Headers, ben: Headers, app: FastAPI
) -> None:
    post(sent, "comments", ben, line=4, words="Which phone?")
    post(sent, "comments/1", ana, words="The company's.")
    page = sent.get(f"{PAGE}/review", headers=ana).text
    assert "1 open comment" in page
    assert "2. Type the code from your phone.</blockquote>" in page
    assert "The company&#39;s." in page
    post(sent, "comments/1/resolve", ana)
    assert "Resolved by Ana" in sent.get(f"{PAGE}/review", headers=ana).text


def test_a_comment_moves_with_its_line_into_the_next_text(sent: TestClient, ana: Headers, ben: Headers) -> None:
    post(sent, "comments", ben, line=4, words="Which phone?")
    write(sent, ana, TEXT.replace("1. Start", "1. Sit down.\n1. Start"))
    post(sent, "submit", ana, revision=3)
    assert "Line 5" in sent.get(f"{PAGE}/review", headers=ben).text


def test_a_comment_on_a_line_that_is_gone_stays_readable(sent: TestClient, ana: Headers, ben: Headers) -> None:
    post(sent, "comments", ben, line=4, words="Which phone?")
    write(sent, ana, "# Other\n\nText.\n")
    post(sent, "submit", ana, revision=3)
    page = sent.get(f"{PAGE}/review", headers=ben).text
    assert "On a line that is gone" in page
    assert "Which phone?" in page


def test_a_comment_that_cannot_be_is_said_and_kept(sent: TestClient, ben: Headers, engine: Engine) -> None:
    answer = post(sent, "comments", ben, line=99, words="My long thought")
    assert (answer.status_code, "My long thought" in answer.text) == (422, True)
    with Session(engine) as session:
        assert session.exec(select(Comment)).all() == []


@pytest.mark.parametrize("number", [2, 1 << 40])
def test_a_comment_that_is_not_there_is_not_answered(sent: TestClient, ana: Headers, number: int) -> None:
    assert post(sent, f"comments/{number}", ana, words="Hm.").status_code == 404


# History


def test_the_history_tells_who_did_what(sent: TestClient, ben: Headers) -> None:
    post(sent, "return", ben, revision=2, words="Which phone?")
    page = sent.get(f"{PAGE}/revisions", headers=ben).text
    assert "Ana: sent for review" in page
    assert "Ben: returned" in page
    assert "<q>Which phone?</q>" in page


def test_any_two_revisions_are_compared(sent: TestClient, ben: Headers) -> None:
    page = sent.get(f"{PAGE}/diff?before=1&after=2", headers=ben).text
    assert '<ins><span class="said">added: </span> from your phone</ins>' in page
    assert sent.get(f"{PAGE}/diff?before=1&after=7", headers=ben).status_code == 404


# News for readers


def test_readers_are_told_what_changed_for_thirty_days(
    sent: TestClient, ben: Headers, ticking: Ticking, app: FastAPI
) -> None:
    assert "The code comes by phone now." not in sent.get(f"/aids/{SLUG}").text
    post(sent, "approve", ben, revision=2)
    assert 'data-news="2">' in sent.get(f"/aids/{SLUG}").text
    ticking.go_on(days=31)
    assert 'data-news="2" hidden>' in sent.get(f"/aids/{SLUG}").text


def test_readers_see_what_changed_in_their_own_words(sent: TestClient, ben: Headers) -> None:
    post(sent, "approve", ben, revision=2)
    page = sent.get(f"/changes/{SLUG}?since=1").text
    assert "from your phone" in page
    assert "2. Type" not in page


def test_drafts_are_not_for_readers(sent: TestClient, ana: Headers, ben: Headers) -> None:
    write(sent, ana, TEXT + "3. Secret thought.\n")
    post(sent, "submit", ana, revision=3)
    write(sent, ana, TEXT + "3. Better.\n")
    post(sent, "submit", ana, revision=4, words="More.")
    post(sent, "approve", ben, revision=4)
    assert "Secret thought" not in sent.get(f"/changes/{SLUG}?since=3").text


def test_a_first_text_is_no_news(library: TestClient, ana: Headers, ben: Headers) -> None:
    library.post("/api/v1/aids", json={"slug": "it/new", "markdown": "# New"}, headers=ana)
    library.post("/studio/aids/it/new/submit", data={"revision": 1, "words": "All new"}, headers=ana)
    library.post("/studio/aids/it/new/approve", data={"revision": 1}, headers=ben)
    assert "data-news" not in library.get("/aids/it/new").text


# Dates


@pytest.fixture
def zoned(settings: Settings) -> Settings:
    settings.time_zone = "Europe/Berlin"
    return settings


def test_an_approved_text_waits_for_its_day_in_the_zone(
    zoned: Settings, sent: TestClient, ben: Headers, app: FastAPI, ticking: Ticking
) -> None:
    post(sent, "approve", ben, revision=2, on="2026-11-25")
    assert states(app) == ["live", "approved"]
    ticking.go_on(hours=37.9)  # 24 November, 22:54 UTC: still the 24th in Berlin
    app.state.chores.turn()
    assert states(app) == ["live", "approved"]
    ticking.go_on(minutes=12)
    app.state.chores.turn()
    assert states(app) == ["past", "live"]
    assert ("token:calendar", "published") in audit(app)


def test_what_was_done_is_not_done_again(sent: TestClient, ben: Headers, app: FastAPI, ticking: Ticking) -> None:
    post(sent, "approve", ben, revision=2, on="2026-11-25")
    ticking.go_on(days=3)
    for _minute in range(2):
        app.state.chores.turn()
        ticking.go_on(minutes=2)
    assert audit(app).count(("token:calendar", "published")) == 1


def test_a_text_that_was_returned_does_not_go_live_on_its_day(
    sent: TestClient, ben: Headers, app: FastAPI, ticking: Ticking
) -> None:
    post(sent, "approve", ben, revision=2, on="2026-11-25")
    post(sent, "return", ben, revision=2, words="Wait.")
    ticking.go_on(days=3)
    app.state.chores.turn()
    assert states(app) == ["live", "returned"]


def test_an_aid_is_retired_on_its_day(library: TestClient, ana: Headers, app: FastAPI, ticking: Ticking) -> None:
    post(library, "schedule", ana, on="2026-12-01")
    assert "Readers see it until 1 Dec 2026" in library.get(f"{PAGE}/review", headers=ana).text
    ticking.go_on(days=8)
    app.state.chores.turn()
    assert library.get(f"/aids/{SLUG}").status_code == 404


def test_a_plan_is_taken_back(library: TestClient, ana: Headers, engine: Engine) -> None:
    post(library, "schedule", ana, on="2026-12-01")
    post(library, "schedule", ana)
    with Session(engine) as session:
        assert session.exec(select(Schedule)).all() == []


@pytest.mark.parametrize("day", ["2026-11-22", "2226-01-01", "soon"])
def test_a_day_that_is_over_is_refused(sent: TestClient, ben: Headers, app: FastAPI, day: str) -> None:
    assert post(sent, "approve", ben, revision=2, on=day).status_code == 422
    assert states(app) == ["live", "review"]


def test_today_is_at_once(sent: TestClient, ben: Headers, app: FastAPI) -> None:
    post(sent, "approve", ben, revision=2, on="2026-11-23")
    assert states(app) == ["past", "live"]


# The list, and several at once


def several(client: TestClient, who: Headers, change: str, *aid: str, words: str = "") -> Any:
    data = {"change": change, "aid": list(aid), "words": words}
    return client.post("/studio/several/confirm", data=data, headers=who, follow_redirects=False)


def counts(page: str) -> dict[str, int]:
    import re

    return {label.strip(): int(n) for label, n in re.findall(r">([A-Z][a-z ]+) <span class=\"figure-of\">(\d+)", page)}


def test_the_list_counts_what_stands_where(sent: TestClient, ana: Headers, ticking: Ticking) -> None:
    write(sent, ana, "# Printer\n\nNew.\n", "it/printer")
    ticking.go_on(days=200)
    assert counts(sent.get("/studio/aids", headers=ana).text) == {
        "All": 4, "Drafts": 1, "In review": 1, "Returned": 0, "Waiting for their date": 0, "Live": 4, "Overdue": 1,
        "Retired": 0,
    }  # fmt: skip


def test_the_list_is_narrowed_by_state_title_and_owner(sent: TestClient, ana: Headers) -> None:
    def shown(query: str) -> list[str]:
        page = sent.get(f"/studio/aids?{query}", headers=ana).text
        return [slug for slug in ("billing/refund-card", "billing/secret-limits", SLUG) if f"<span>{slug}<" in page]

    assert shown("state=review") == [SLUG]
    assert shown("q=REFUND") == ["billing/refund-card", "billing/secret-limits"]
    assert shown("owner=ana%40example.org") == ["billing/refund-card"]


def test_several_aids_are_listed_before_anything_happens(sent: TestClient, ben: Headers, app: FastAPI) -> None:
    data = {"change": "approve", "aid": [f"2:{SLUG}"]}
    page = sent.post("/studio/several", data=data, headers=ben).text
    assert "Approve 1 aid" in page
    assert states(app) == ["live", "review"]


def test_several_aids_change_together_with_a_line_each(
    library: TestClient, ana: Headers, ben: Headers, app: FastAPI
) -> None:
    write(library, ana)
    write(library, ana, "# Printer\n\nNew.\n", "it/printer")
    assert several(library, ana, "submit", f"2:{SLUG}", "2:it/printer").status_code == 303
    assert several(library, ben, "approve", f"2:{SLUG}", "2:it/printer").status_code == 303
    assert states(app) == states(app, "it/printer") == ["past", "live"]
    assert audit(app).count(("ben", "approved")) == 2


def test_when_one_cannot_be_none_is(sent: TestClient, ana: Headers, ben: Headers, app: FastAPI) -> None:
    write(sent, ana, "# Printer\n\nNew.\n", "it/printer")
    answer = several(sent, ben, "approve", f"2:{SLUG}", "2:it/printer")
    assert answer.status_code == 409
    assert "it/printer: revision 2" in answer.text
    assert states(app) == ["live", "review"]


def test_a_stale_selection_changes_nothing(sent: TestClient, ana: Headers, ben: Headers, app: FastAPI) -> None:
    write(sent, ana, TEXT + "3. Wait.\n")
    post(sent, "submit", ana, revision=3)
    assert several(sent, ben, "approve", f"2:{SLUG}").status_code == 412
    assert states(app) == ["live", "draft", "review"]


def test_the_owner_of_several_is_set_and_stays_live(library: TestClient, ana: Headers, app: FastAPI) -> None:
    several(library, ana, "owner", f"1:{SLUG}", "1:billing/refund-card", words="Team: phones")
    for slug in (SLUG, "billing/refund-card"):
        aid = library.get(f"/api/v1/aids/{slug}").json()
        assert (aid["owner"], aid["live"]) == ("Team: phones", True)
    assert audit(app).count(("ana", "owner set")) == 2


def test_an_owner_is_no_review(library: TestClient, ana: Headers, ticking: Ticking) -> None:
    before = library.get("/api/v1/aids/billing/refund-card").json()
    ticking.go_on(days=9)
    several(library, ana, "owner", "1:billing/refund-card", words="ben@example.org")
    after = library.get("/api/v1/aids/billing/refund-card").json()
    assert (after["review_due"], after["checked_on"]) == (before["review_due"], before["checked_on"])


@pytest.mark.parametrize("aid", [[], ["x"], ["1:"], ["9999999999:a"], ["1:nowhere"]])
def test_a_selection_that_cannot_be_read_is_refused(library: TestClient, ana: Headers, aid: list[str]) -> None:
    answer = library.post("/studio/several", data={"change": "retire", "aid": aid}, headers=ana)
    assert answer.status_code in {404, 422}


def test_ten_thousand_aids_are_listed_in_three_statements(
    engine: Engine, app: FastAPI, client: TestClient, statements: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "REMEMBERED_SECONDS", 1_000.0)
    _ten_thousand(engine)
    who = persons.headers(app, "Ana", Role.TRAINER)
    client.get("/studio/synonyms", headers=who)  # who she is, is remembered from here
    for query in ("", "?state=review", "?q=number+9&owner=owner+3", "?after=a/05000"):
        with statements() as seen:
            page = client.get(f"/studio/aids{query}", headers=who)
        assert (page.status_code, len(seen) <= 3) == (200, True), seen


def _ten_thousand(engine: Engine) -> None:
    compiled = aids.compile_text("# A\n\n1. Do it.\n", "a.md")
    fields = {
        "origin": "test", "author": "x", "created_at": Ticking().at, "markdown": compiled.markdown,
        "digest": compiled.digest, "summary": "", "kind": "procedure", "moments": [], "tasks": [], "keywords": [],
        "audience": "everyone", "sections": [], "steps": [], "text": "", "images": {}, "note": "", "news": "",
    }  # fmt: skip
    with db.writing(engine) as session:
        rows = [
            {"id": n, "slug": f"a/{n:05}", "path": f"a/{n:05}.md", "live": 1, "news": "", "created_at": Ticking().at}
            for n in range(1, 10_001)
        ]
        session.connection().execute(Aid.__table__.insert(), rows)  # type: ignore[attr-defined]
        texts = [
            fields
            | {
                "aid_id": n,
                "number": k,
                "state": "live" if k == 1 else "review",
                "title": f"Number {n}",
                "owner": f"owner {n % 40}",
            }
            for n in range(1, 10_001)
            for k in ((1, 2) if n % 10 == 0 else (1,))
        ]
        session.connection().execute(Revision.__table__.insert(), texts)  # type: ignore[attr-defined]


def test_dates_are_days(ticking: Ticking) -> None:
    from app.publishing.schedule import later

    assert later(date(2026, 11, 24), ticking().date()) == date(2026, 11, 24)
    assert later(ticking().date(), ticking().date()) is None
