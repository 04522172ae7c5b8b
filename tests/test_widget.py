"""The widget at the server: who may call, as whom, and what is kept."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app import db
from app.aids.models import Aid
from app.errors import Conflict, Invalid
from app.people.models import Person
from app.usage.models import UseEvent
from app.viewer import SYSTEM, Role, Viewer
from app.widget import applications, queries
from app.widget.models import ApplicationKey, Release
from app.widget.safe import Safe, seal_all
from app.widget.script import VERSION, script
from app.work import rules
from app.work.schemas import RuleIn
from tests.conftest import NOW, REFUND, Ticking

ORIGIN = "https://crm.example.com"
HERE = {"Origin": ORIGIN}
API = "/api/v1/widget/crm"


@pytest.fixture
def crm(library: TestClient, app: FastAPI) -> TestClient:
    """A client of a server where the application `crm` is connected."""
    with db.writing(app.state.engine) as session:
        applications.add(session, NOW, SYSTEM, "crm", "CRM", ORIGIN)
        rules.keep(session, NOW, RuleIn(app="crm", pattern="/orders/:id/refund", task="issue-refund"))
    app.state.applications.forget()
    return library


@pytest.fixture
def secret(crm: TestClient, app: FastAPI) -> tuple[str, str]:
    """A key of the application: its id and the secret."""
    with db.writing(app.state.engine) as session:
        made = applications.add_key(session, NOW, SYSTEM, app.state.safe, "crm", "HS256")
        kept = (made.kid, made.material)
    app.state.applications.forget()
    return kept


def bearer(key: tuple[str, str], head: Any = None, **claims: Any) -> dict[str, str]:
    at = int(NOW.timestamp())
    said = {"aud": "jobaid", "azp": "crm", "sub": "ana", "iat": at, "exp": at + 600} | claims
    token = jwt.encode({"alg": "HS256", "kid": key[0]} | (head or {}), said, OctKey.import_key(key[1]))
    return HERE | {"Authorization": f"Bearer {token}"}


def event(**fields: Any) -> dict[str, Any]:
    return {"eid": str(uuid4()), "t": NOW.isoformat(), "type": "view", "slug": "billing/refund-card"} | fields


def stored(app: FastAPI) -> list[UseEvent]:
    with Session(app.state.engine) as session:
        return list(session.exec(select(UseEvent)))


# Origins


def test_a_named_origin_may_read_the_answer(crm: TestClient) -> None:
    answer = crm.get(f"{API}/boot", headers=HERE)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://crm.example.com", "https://crm.example.com:8443", "https://x.crm.example.com",
     "https://crm.example.com.evil.example", "null", ""],
)  # fmt: skip
def test_any_other_origin_gets_403_and_no_cors_header(crm: TestClient, origin: str) -> None:
    for answer in (
        crm.get(f"{API}/boot", headers={"Origin": origin}),
        crm.options(f"{API}/boot", headers={"Origin": origin, "Access-Control-Request-Method": "GET"}),
        crm.post(f"{API}/events", headers={"Origin": origin}, content="{}"),
    ):
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_application_that_nobody_connected_is_refused_as_well(crm: TestClient) -> None:
    assert crm.get("/api/v1/widget/erp/boot", headers=HERE).status_code == 403


def test_a_page_of_another_site_without_an_origin_is_refused(crm: TestClient) -> None:
    assert crm.get(f"{API}/boot", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_preflight_is_answered_and_kept_ten_minutes(crm: TestClient) -> None:
    asked = HERE | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = crm.options(f"{API}/events", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
    assert answer.headers["Access-Control-Max-Age"] == "600"


def test_an_error_can_be_read_by_the_page_too(crm: TestClient) -> None:
    answer = crm.get(f"{API}/aids/nothing", headers=HERE)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (404, ORIGIN)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_sub_domains_count_where_it_was_ticked(crm: TestClient, app: FastAPI) -> None:
    with db.writing(app.state.engine) as session:
        applications.find(session, SYSTEM, "crm").subdomains = True
    app.state.applications.forget()
    assert crm.get(f"{API}/boot", headers={"Origin": "https://eu.crm.example.com"}).status_code == 200
    assert crm.get(f"{API}/boot", headers={"Origin": "https://evilcrm.example.com"}).status_code == 403


@pytest.mark.parametrize(
    "text",
    ["crm.example.com", "https://crm.example.com/path", "https://a@b.example", "ftp://x.example", "https://*.example.com",
     "http://crm.example.com", "https://crm.example.com:x", "", "https://"],
)  # fmt: skip
def test_what_is_no_origin_is_not_kept(text: str) -> None:
    with pytest.raises(Invalid):
        applications.origins_in(text)


def test_an_origin_is_kept_as_a_browser_says_it() -> None:
    kept = applications.origins_in("https://CRM.example.com:443/, http://localhost:3000\nhttps://crm.example.com")
    assert kept == ["https://crm.example.com", "http://localhost:3000"]


# Tokens


def test_with_a_token_a_reader_is_a_member_and_sees_what_members_see(crm: TestClient, secret: tuple[str, str]) -> None:
    assert crm.get(f"{API}/aids/billing/secret-limits", headers=HERE).status_code == 404
    assert crm.get(f"{API}/aids/billing/secret-limits", headers=bearer(secret)).status_code == 200


def test_an_eddsa_key_is_taken(crm: TestClient, app: FastAPI) -> None:
    key = OKPKey.generate_key("Ed25519")
    with db.writing(app.state.engine) as session:
        pem = key.as_pem(private=False).decode()
        kid = applications.add_key(session, NOW, SYSTEM, app.state.safe, "crm", "EdDSA", pem).kid
    app.state.applications.forget()
    at = int(NOW.timestamp())
    claims = {"aud": "jobaid", "azp": "crm", "sub": "ana", "iat": at, "exp": at + 60}
    token = jwt.encode({"alg": "EdDSA", "kid": kid}, claims, key, algorithms=["EdDSA"])
    headers = HERE | {"Authorization": f"Bearer {token}"}
    assert crm.get(f"{API}/aids/billing/secret-limits", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "other"}, "audience"),
        ({"azp": "erp"}, "application"),
        ({"sub": ""}, "nobody"),
        ({"sub": 5}, "nobody"),
        ({"groups": "north"}, "groups"),
        ({"groups": ["x"] * 51}, "groups"),
        ({"groups": [7]}, "groups"),
        ({"exp": int(NOW.timestamp()) + 601}, "ten minutes"),
        ({"exp": "soon"}, "ten minutes"),
        ({"iat": None}, "ten minutes"),
        ({"iat": int(NOW.timestamp()) - 400, "exp": int(NOW.timestamp()) - 61}, "expired"),
        ({"iat": int(NOW.timestamp()) + 61}, "expired"),
    ],
)
def test_a_token_that_is_not_in_order_is_refused(
    crm: TestClient, secret: tuple[str, str], claims: dict[str, Any], reason: str
) -> None:
    answer = crm.get(f"{API}/boot", headers=bearer(secret, **claims))
    assert answer.status_code == 401
    assert reason in answer.json()["detail"]


@pytest.mark.parametrize("off", [-60, 59])
def test_clocks_may_differ_by_a_minute(crm: TestClient, secret: tuple[str, str], off: int) -> None:
    at = int(NOW.timestamp()) - off
    claims = {"iat": at, "exp": at + 600} if off < 0 else {"iat": at - 600, "exp": at}
    assert crm.get(f"{API}/boot", headers=bearer(secret, **claims)).status_code == 200


def test_no_algorithm_but_that_of_the_key_counts(crm: TestClient, secret: tuple[str, str]) -> None:
    good = bearer(secret)["Authorization"].split(".")
    for head in ({"alg": "none", "kid": secret[0]}, {"alg": "HS512", "kid": secret[0]}, {"kid": secret[0]}):
        forged = OctKey.import_key(json.dumps(head)).as_dict()["k"]
        for token in (f"Bearer {forged}.{good[1]}.", f"Bearer {forged}.{good[1]}.{good[2]}"):
            assert crm.get(f"{API}/boot", headers=HERE | {"Authorization": token}).status_code == 401


def test_a_public_key_is_no_secret(crm: TestClient, app: FastAPI) -> None:
    pem = OKPKey.generate_key("Ed25519").as_pem(private=False)
    with db.writing(app.state.engine) as session:
        kid = applications.add_key(session, NOW, SYSTEM, app.state.safe, "crm", "EdDSA", pem.decode()).kid
    app.state.applications.forget()
    claims = bearer((kid, "x" * 32))["Authorization"].removeprefix("Bearer ").rpartition(".")[0]
    signature = urlsafe_b64encode(hmac.digest(pem, claims.encode(), "sha256")).rstrip(b"=").decode()
    headers = HERE | {"Authorization": f"Bearer {claims}.{signature}"}
    assert crm.get(f"{API}/boot", headers=headers).status_code == 401


@pytest.mark.parametrize("token", ["x", "a.b.c", "Bearer", "." * 300, "a" * 5000, "ja_" + "x" * 43])
def test_rubbish_for_a_token_is_refused(crm: TestClient, token: str) -> None:
    answer = crm.get(f"{API}/boot", headers=HERE | {"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_a_revoked_key_counts_no_more_and_the_next_one_does(
    crm: TestClient, app: FastAPI, secret: tuple[str, str]
) -> None:
    with db.writing(app.state.engine) as session:
        new = applications.add_key(session, NOW, SYSTEM, app.state.safe, "crm", "HS256")
        applications.revoke_key(session, NOW, SYSTEM, "crm", secret[0])
        key = (new.kid, new.material)
    app.state.applications.forget()
    assert crm.get(f"{API}/boot", headers=bearer(secret)).status_code == 401
    assert crm.get(f"{API}/boot", headers=bearer(key)).status_code == 200


def test_an_api_token_opens_no_door_here_and_a_widget_token_none_there(
    crm: TestClient, secret: tuple[str, str], trainer: dict[str, str]
) -> None:
    assert crm.get(f"{API}/boot", headers=HERE | trainer).status_code == 401
    there = {"Authorization": bearer(secret)["Authorization"]}
    assert crm.get("/api/v1/aids", headers=there).status_code == 401


def test_a_token_never_gives_more_than_reading(crm: TestClient, app: FastAPI, secret: tuple[str, str]) -> None:
    with db.writing(app.state.engine) as session:
        session.add(Person(id="ana", name="Ana", role=Role.ADMIN, created_at=NOW))
    crm.post(f"{API}/events", headers=bearer(secret), json={"events": [event()]})
    crm.post(f"{API}/events", headers=bearer(secret, sub="bob"), json={"events": [event()]})
    people = {row.person for row in stored(app)}
    assert len(people) == 2
    assert None not in people


def test_a_cookie_does_not_count(crm: TestClient) -> None:
    crm.cookies.set("jobaids_session", "whatever")
    assert crm.post(f"{API}/events", headers=HERE, json={"events": []}).status_code == 200


def test_a_closed_application_needs_a_token(crm: TestClient, app: FastAPI, secret: tuple[str, str]) -> None:
    with db.writing(app.state.engine) as session:
        applications.find(session, SYSTEM, "crm").open = False
    app.state.applications.forget()
    assert crm.get(f"{API}/boot", headers=HERE).status_code == 401
    assert crm.get(f"{API}/boot", headers=bearer(secret)).status_code == 200


# What is shown


def test_the_rule_of_the_screen_chooses_the_suggestions(crm: TestClient) -> None:
    shown = crm.get(f"{API}/suggest?path=/orders/7/refund", headers=HERE).json()
    assert shown["task"] == "issue-refund"
    assert 'data-slug="billing/refund-card"' in shown["html"]


def test_pinned_aids_come_first_and_hidden_ones_not_at_all(crm: TestClient) -> None:
    html = crm.get(
        f"{API}/suggest?path=/orders/7/refund&pin=billing/secret-limits,it/vpn,no/such", headers=HERE
    ).json()["html"]
    assert "secret-limits" not in html
    assert html.index("it/vpn") < html.index("billing/refund-card")


def test_what_many_readers_of_the_application_open_is_suggested(crm: TestClient, app: FastAPI) -> None:
    for reader in range(3):
        crm.post(f"{API}/events", headers=HERE, json={"events": [event(slug="it/vpn", tab=f"reader{reader}")]})
    crm.post(f"{API}/events", headers=HERE, json={"events": [event(slug="it/printer", tab="reader1")]})
    html = crm.get(f"{API}/suggest?path=/home", headers=HERE).json()["html"]
    assert "it/vpn" in html
    assert "it/printer" not in html


def test_a_search_lifts_the_aids_of_the_screen_and_hides_none(crm: TestClient) -> None:
    found = crm.get(f"{API}/search?q=refund&path=/orders/7/refund", headers=HERE).json()
    assert found["total"] == crm.get(f"{API}/search?q=refund", headers=HERE).json()["total"]
    assert found["said"] == "1 result"


def test_a_search_reads_the_rules_of_its_application_once(crm: TestClient, statements: Callable[[], Any]) -> None:
    with statements() as seen:
        crm.get(f"{API}/search?q=refund&path=/home", headers=HERE)
    assert len([one for one in seen if "context_rule" in one]) == 1


def test_nothing_found_is_said_with_a_way_to_a_person(crm: TestClient) -> None:
    found = crm.get(f"{API}/search?q=%3Cimg%20src%3Dx%3E+zzzqqq", headers=HERE).json()
    assert "<img" not in found["note"] + found["html"]
    assert "Ask a person" in found["note"]


def test_words_come_in_the_language_that_was_asked_and_else_in_english(crm: TestClient) -> None:
    assert "Hat geklappt" in crm.get(f"{API}/aids/billing/refund-card?lang=de-AT", headers=HERE).json()["html"]
    assert "This worked" in crm.get(f"{API}/aids/billing/refund-card?lang=xx", headers=HERE).json()["html"]


def test_every_language_has_every_word(crm: TestClient) -> None:
    english = crm.get(f"/widget/{script().version}/strings/en.json").json()
    for language in ("de", "fr", "es"):
        words = crm.get(f"/widget/{script().version}/strings/{language}.json").json()
        assert {name: text.count("{") for name, text in words.items()} == {
            name: text.count("{") for name, text in english.items()
        }


def test_links_and_images_of_an_aid_lead_to_this_server(crm: TestClient, app: FastAPI, trainer: dict[str, str]) -> None:
    text = "# Linked\n\n1. See [the other](../it/vpn.md).\n"
    crm.post("/api/v1/aids?publish=true", headers=trainer, json={"slug": "billing/linked", "markdown": text})
    html = crm.get(f"{API}/aids/billing/linked", headers=HERE).json()["html"]
    assert 'href="http://testserver/aids/it/vpn"' in html


@pytest.mark.parametrize("path", ["/orders/7/refund", "/home", ""])
def test_a_search_of_the_api_knows_the_screen_too(crm: TestClient, path: str) -> None:
    plain = crm.get("/api/v1/search?q=refund").json()["results"][0]["score"]
    lifted = crm.get(f"/api/v1/search?q=refund&app=crm&path={path}").json()["results"][0]["score"]
    assert lifted > plain


@pytest.fixture
def rival(crm: TestClient, app: FastAPI, trainer: dict[str, str]) -> None:
    """An aid that is found before the one about refunds, and is for no task."""
    text = REFUND.replace("tasks: [issue-refund]", "").replace("keywords: [", "keywords: [card, ")
    crm.post("/api/v1/aids?publish=true", headers=trainer, json={"slug": "rival", "markdown": text})
    app.state.search.catch_up()


@pytest.mark.parametrize("asked", ["app=crm", "app=crm&path=/orders/7/refund", "for_task=issue-refund"])
def test_suggestions_of_the_api_know_the_situation(crm: TestClient, rival: None, asked: str) -> None:
    found = crm.get("/api/v1/suggest?q=card").json()["suggestions"]
    lifted = crm.get(f"/api/v1/suggest?q=card&{asked}").json()["suggestions"]
    assert [one["slug"] for one in found] == ["rival", "billing/refund-card"]
    assert [one["slug"] for one in lifted] == ["billing/refund-card", "rival"]


def test_in_the_panel_a_screen_without_a_rule_lifts_the_tasks_of_its_application(crm: TestClient, rival: None) -> None:
    html = crm.get(f"{API}/search?q=card&path=/home", headers=HERE).json()["html"]
    assert html.index("billing/refund-card") < html.index("rival")


# Use


def test_an_event_is_stored_with_its_screen_and_task(crm: TestClient, app: FastAPI) -> None:
    sent = event(route="/orders/4711/refund?secret#x", tab="k3Jx9QmT2a", version=1)
    answer = crm.post(f"{API}/events", headers=HERE, json={"events": [sent]}).json()
    assert answer["accepted"] == 1
    [row] = stored(app)
    assert (row.type, row.source, row.app, row.path, row.task) == (
        "open", "widget", "crm", "/orders/:id/refund", "issue-refund",
    )  # fmt: skip


def test_the_same_event_counts_once(crm: TestClient, app: FastAPI) -> None:
    sent = event()
    crm.post(f"{API}/events", headers=HERE, json={"events": [sent]})
    assert crm.post(f"{API}/events", headers=HERE, json={"events": [sent]}).json()["duplicates"] == 1
    assert len(stored(app)) == 1


def test_a_bad_event_is_named_and_the_good_ones_go_in(crm: TestClient, app: FastAPI) -> None:
    bad = [event(type="steal"), event(person="ana"), event(t="2099-01-01T00:00:00Z"), event(type="step")]
    answer = crm.post(f"{API}/events", headers=HERE, json={"events": [*bad, event()]}).json()
    assert answer["accepted"] == 1
    assert sorted(one["index"] for one in answer["rejected"]) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '{"events": 5}', '{"events": [], "x": 1}', json.dumps({"events": [{}] * 21}), "\udcff"]
)
def test_a_body_that_is_no_batch_is_named(crm: TestClient, body: str) -> None:
    answer = crm.post(f"{API}/events", headers=HERE, content=body.encode("utf-8", "surrogatepass"))
    assert answer.status_code == 422
    assert "events" in answer.json()["detail"]


def test_a_call_has_at_most_64_kib(crm: TestClient) -> None:
    assert crm.post(f"{API}/events", headers=HERE, content=b" " * 65_537).status_code == 413


def test_a_beacon_brings_a_key_that_works_once(crm: TestClient, app: FastAPI, secret: tuple[str, str]) -> None:
    batch = crm.get(f"{API}/boot", headers=bearer(secret)).json()["batch"]
    body = json.dumps({"batch": batch, "events": [event()]})
    plain = HERE | {"Content-Type": "text/plain"}
    assert crm.post(f"{API}/events", headers=plain, content=body).json()["accepted"] == 1
    assert crm.post(f"{API}/events", headers=plain, content=body).status_code == 409
    crm.post(f"{API}/events", headers=bearer(secret), json={"events": [event()]})
    assert len({row.person for row in stored(app)}) == 1


def test_a_batch_key_is_for_one_application_and_one_day(crm: TestClient, app: FastAPI, ticking: Ticking) -> None:
    batch = crm.get("/api/v1/widget/demo/boot").json()["batch"]
    assert crm.post(f"{API}/events", headers=HERE, json={"batch": batch, "events": []}).status_code == 401
    mine = crm.get(f"{API}/boot", headers=HERE).json()["batch"]
    ticking.go_on(hours=25)
    assert crm.post(f"{API}/events", headers=HERE, json={"batch": mine, "events": []}).status_code == 401


def test_a_question_is_put_once_with_its_screen(crm: TestClient, app: FastAPI) -> None:
    asked = {"eid": str(uuid4()), "text": "Where?", "route": "/orders/7/refund", "query": "refnd"}
    for _ in range(2):
        assert crm.post(f"{API}/questions", headers=HERE, json=asked).status_code == 204
    [row] = stored(app)
    assert (row.type, row.text, row.task, row.app, row.path) == (
        "question", "Where?", "issue-refund", "crm", "/orders/:id/refund",
    )  # fmt: skip


def test_a_reader_who_calls_too_often_is_told_to_wait(crm: TestClient, settings: Any) -> None:
    answers = [crm.get(f"{API}/suggest", headers=HERE) for _ in range(601)]
    assert answers[-1].status_code == 429
    assert "retry-after" in answers[-1].headers["Access-Control-Expose-Headers"]


# Secrets at rest


def test_a_copy_of_the_database_lets_nobody_sign(crm: TestClient, app: FastAPI, secret: tuple[str, str]) -> None:
    with Session(app.state.engine) as session:
        [kept] = session.exec(select(ApplicationKey.material)).all()
    assert secret[1] not in kept
    assert Safe(b"another file").open(kept) is None
    assert crm.get(f"{API}/boot", headers=bearer((secret[0], kept))).status_code == 401
    assert crm.get(f"{API}/boot", headers=bearer(secret)).status_code == 200


def test_a_secret_that_was_kept_in_clear_is_sealed_and_goes_on_working(crm: TestClient, app: FastAPI) -> None:
    clear = ApplicationKey(kid="old", app="crm", algorithm="HS256", material="s" * 43, created_at=NOW)
    with db.writing(app.state.engine) as session:
        session.add(clear)
    for _ in range(2):
        seal_all(app.state.engine, app.state.safe)
    with Session(app.state.engine) as session:
        assert session.exec(select(ApplicationKey.material)).one().startswith("sealed:")
    app.state.applications.forget()
    assert crm.get(f"{API}/boot", headers=bearer(("old", "s" * 43))).status_code == 200


def test_without_the_file_of_the_key_a_token_is_refused_and_nothing_breaks(
    crm: TestClient, app: FastAPI, secret: tuple[str, str]
) -> None:
    app.state.applications.safe = Safe(b"another file")
    app.state.applications.forget()
    assert crm.get(f"{API}/boot", headers=bearer(secret)).status_code == 401
    assert crm.get(f"{API}/boot", headers=HERE).status_code == 200


# Files


def test_the_newest_script_is_kept_an_hour_and_known_by_its_tag(crm: TestClient) -> None:
    answer = crm.get("/widget/v1/widget.js")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert crm.get("/widget/v1/widget.js", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_version_never_changes_and_may_be_pinned(crm: TestClient) -> None:
    [newest] = crm.get("/widget/versions.json").json()["versions"]
    answer = crm.get(f"/widget/{newest['version']}/widget.js")
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert newest["integrity"] == script().integrity
    assert newest["size"] == len(answer.content)


def test_a_version_that_was_served_once_keeps_its_bytes_after_an_upgrade(crm: TestClient, app: FastAPI) -> None:
    for version, content in (("0.9.0", b"earlier"), (VERSION, b"never in its place")):
        with db.writing(app.state.engine) as session:
            queries.keep_release(session, Release(version=version, content=content, changes="Was.", at=NOW))
    listed = [one["version"] for one in crm.get("/widget/versions.json").json()["versions"]]
    assert listed == [VERSION, "0.9.0"]
    assert crm.get("/widget/0.9.0/widget.js").content == b"earlier"
    assert crm.get("/widget/0.9.0/strings/de.json").json()["launch"] == "Hilfe"
    assert crm.get(f"/widget/{VERSION}/widget.js").content == crm.get("/widget/v1/widget.js").content


def test_the_first_script_gets_a_decision_as_the_list_it_can_show(crm: TestClient, trainer: dict[str, str]) -> None:
    text = "---\nkind: decision\n---\n# Which\n\n1. Big?\n    - Yes: B.\n2. Else: S.\n"
    crm.post("/api/v1/aids?publish=true", headers=trainer, json={"slug": "it/which", "markdown": text})
    assert "data-way" not in crm.get(f"{API}/aids/it/which", headers=HERE).json()["html"]
    html = crm.get(f"{API}/aids/it/which?v={VERSION}&lang=de", headers=HERE).json()["html"]
    assert html.count("data-way") == 5
    assert "Eine Frage zurück" in html


def test_the_frame_and_the_recorder_bring_their_words_in_every_language(crm: TestClient) -> None:
    assert "Ayuda" in crm.get("/widget/v1/frame.js").text
    assert "Abbrechen" in crm.get("/widget/v1/recorder.js").text


@pytest.mark.parametrize(
    "path", ["9.9.9/widget.js", "v1/strings/xx.json", "9.9.9/strings/de.json", "v1/other.js", "files/abc/1-2"]
)
def test_what_is_not_kept_is_not_found(crm: TestClient, path: str) -> None:
    assert crm.get(f"/widget/{path}").status_code == 404


def test_an_image_of_an_aid_is_shown_abroad_for_some_days(crm: TestClient, app: FastAPI, ticking: Ticking) -> None:
    from app.aids.models import Attachment
    from app.widget.abroad import Abroad

    with db.writing(app.state.engine) as session:
        session.add(Attachment(digest="ab12", media_type="image/png", content=b"png"))
    shown = Abroad("", app.state.credentials.key, NOW)('<img src="/files/ab12">')
    address = shown.split('"')[1]
    assert crm.get(address).content == b"png"
    assert crm.get(address[:-1] + ("0" if address[-1] != "0" else "1")).status_code == 404
    ticking.at += timedelta(days=4)
    assert crm.get(address).status_code == 404


def test_only_named_origins_may_frame_the_panel(crm: TestClient) -> None:
    policy = crm.get("/widget/frame/crm").headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors 'self' {ORIGIN}")
    assert crm.get("/widget/frame/erp").status_code == 404


# The studio


def test_only_an_administrator_connects_applications(
    crm: TestClient, bearer: Callable[[Role], dict[str, str]], trainer: dict[str, str]
) -> None:
    wanted = {"key": "erp", "title": "ERP", "origins": "https://erp.example.com"}
    assert crm.post("/studio/applications", headers=trainer, data=wanted).status_code == 403
    answer = crm.post("/studio/applications", headers=bearer(Role.ADMIN), data=wanted, follow_redirects=False)
    assert answer.status_code == 303


def test_the_page_prints_the_tag_the_pinned_tag_and_the_policy(
    crm: TestClient, bearer: Callable[[Role], dict[str, str]]
) -> None:
    page = crm.get("/studio/applications/crm", headers=bearer(Role.ADMIN)).text
    assert "http://testserver/widget/v1/widget.js" in page
    assert script().integrity in page
    assert "connect-src http://testserver;" in page


def test_a_secret_is_shown_once(crm: TestClient, bearer: Callable[[Role], dict[str, str]]) -> None:
    admin = bearer(Role.ADMIN)
    page = crm.post("/studio/applications/crm/keys", headers=admin, data={"algorithm": "HS256"}).text
    secret = page.split("<dd><code>")[2].split("<")[0]
    assert len(secret) == 43
    assert secret not in crm.get("/studio/applications/crm", headers=admin).text


def test_a_public_key_that_is_none_is_named(crm: TestClient, bearer: Callable[[Role], dict[str, str]]) -> None:
    wanted = {"algorithm": "EdDSA", "public_key": "-----BEGIN PUBLIC KEY-----\nrubbish"}
    answer = crm.post("/studio/applications/crm/keys", headers=bearer(Role.ADMIN), data=wanted)
    assert answer.status_code == 422
    assert "Ed25519" in answer.text


def test_an_application_is_changed_and_removed(crm: TestClient, bearer: Callable[[Role], dict[str, str]]) -> None:
    admin = bearer(Role.ADMIN)
    wanted = {"title": "New", "origins": "https://new.example.com", "accent": "#123456", "task": "issue-refund"}
    crm.post("/studio/applications/crm", headers=admin, data=wanted)
    assert crm.get(f"{API}/boot", headers=HERE).status_code == 403
    crm.post("/studio/applications/crm/remove", headers=admin)
    assert crm.get(f"{API}/boot", headers={"Origin": "https://new.example.com"}).status_code == 403


def test_a_trainer_tries_an_address_and_keeps_a_rule(crm: TestClient, trainer: dict[str, str]) -> None:
    tried = crm.get("/studio/applications/crm/rules?address=https://crm/orders/99/refund", headers=trainer).text
    assert 'href="/tasks/issue-refund"' in tried
    wanted = {"pattern": "/x/*", "screen": "", "task": "issue-refund"}
    assert crm.post("/studio/applications/crm/rules", headers=trainer, data=wanted).status_code == 200
    assert (
        crm.post("/studio/applications/crm/rules", headers=trainer, data=wanted | {"pattern": "x"}).status_code == 422
    )


def test_the_same_key_is_given_once(crm: TestClient, app: FastAPI) -> None:
    with db.writing(app.state.engine) as session, pytest.raises(Conflict):
        applications.add(session, NOW, SYSTEM, "crm", "Again", ORIGIN)


def test_what_a_roll_out_withholds_is_not_suggested(crm: TestClient, app: FastAPI, secret: tuple[str, str]) -> None:
    with Session(app.state.engine) as session:
        held = session.exec(select(Aid.id).where(Aid.slug == "billing/refund-card")).one()
    app.state.credentials.contributions.append(lambda _session, viewer: replace(viewer, withheld=frozenset({held})))
    asked = f"{API}/suggest?path=/orders/7/refund&pin=billing/refund-card&recent=billing/refund-card"
    assert "refund-card" in crm.get(asked, headers=HERE).json()["html"]
    assert "refund-card" not in crm.get(asked, headers=bearer(secret)).json()["html"]


def test_groups_count_for_whom_the_house_does_not_keep(crm: TestClient, app: FastAPI, secret: tuple[str, str]) -> None:
    with db.writing(app.state.engine) as session:
        session.add(Person(id="ana", name="Ana", role=Role.EMPLOYEE, created_at=NOW))
    seen: list[tuple[str, ...]] = []

    def look(_session: Session, viewer: Viewer) -> Viewer:
        seen.append(viewer.groups)
        return viewer

    app.state.credentials.contributions.append(look)
    for who in ("ana", "stranger"):
        crm.get(f"{API}/boot", headers=bearer(secret, sub=who, groups=["north"], jti="one"))
    assert seen == [(), ("north",)]
