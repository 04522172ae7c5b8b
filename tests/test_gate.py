from collections.abc import Callable

import pytest
import structlog
from fastapi import FastAPI
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app import db
from app.main import create_app
from app.people import service as people
from app.people.models import ApiToken, AuditEntry
from app.settings import Settings
from app.usage.models import UseEvent
from app.viewer import RIGHTS, SYSTEM, Right, Role, load_key, pseudonym
from tests.conftest import Ticking

Headers = dict[str, str]
HERE = {"Origin": "http://testserver"}


@pytest.fixture
def link(app: FastAPI, ticking: Ticking) -> str:
    with db.writing(app.state.engine) as session:
        secret = people.first_admin_link(session, ticking())
    assert secret
    return f"/sign-in/{secret}"


def test_looking_at_a_link_does_not_spend_it(client: TestClient, link: str) -> None:
    assert "Sign in" in client.get(link).text
    assert client.get(link).status_code == 200


def test_a_link_signs_in_once(client: TestClient, link: str) -> None:
    assert client.post(link, headers=HERE, follow_redirects=False).status_code == 303
    assert "Administrator" in client.get("/").text
    assert client.post(link, headers=HERE).status_code == 409


def test_a_used_link_says_how_to_get_another(client: TestClient, link: str) -> None:
    client.post(link, headers=HERE)
    page = client.get(link).text
    assert "<h1>Used already</h1>" in page
    assert "jobaids sign-in-link" in page


def test_a_new_link_is_to_be_had_while_an_administrator_is_signed_in(
    client: TestClient, link: str, app: FastAPI, ticking: Ticking
) -> None:
    client.post(link, headers=HERE)
    with db.writing(app.state.engine) as session:
        other = people.admin_link(session, ticking(), SYSTEM)
    assert client.post(f"/sign-in/{other}", headers=HERE, follow_redirects=False).status_code == 303


def test_the_sign_in_page_says_how_to_get_a_link(client: TestClient) -> None:
    assert "<code>jobaids sign-in-link</code>" in client.get("/sign-in").text


def test_a_revoked_token_lets_nobody_in(client: TestClient, app: FastAPI, ticking: Ticking, trainer: Headers) -> None:
    with db.writing(app.state.engine) as session:
        assert people.revoke_tokens(session, ticking(), SYSTEM, "test trainer") == 1
    assert client.get("/api/v1/aids", headers=trainer).status_code == 401


def test_a_link_ends_after_a_day(client: TestClient, link: str, ticking: Ticking) -> None:
    ticking.go_on(hours=25)
    assert client.post(link, headers=HERE).status_code == 404


def test_no_link_is_made_while_an_administrator_is_signed_in(
    client: TestClient, link: str, app: FastAPI, ticking: Ticking
) -> None:
    client.post(link, headers=HERE)
    with db.writing(app.state.engine) as session:
        assert people.first_admin_link(session, ticking()) is None
    ticking.go_on(days=15)
    with db.writing(app.state.engine) as session:
        assert people.first_admin_link(session, ticking())


def test_the_session_cookie_is_out_of_reach_of_scripts(client: TestClient, link: str) -> None:
    cookie = client.post(link, headers=HERE, follow_redirects=False).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_signing_out_ends_the_session_on_the_server(client: TestClient, link: str) -> None:
    client.post(link, headers=HERE)
    cookie = client.cookies["jobaids_session"]
    client.post("/sign-out", headers=HERE)
    assert "Administrator" not in client.get("/", headers={"Cookie": f"jobaids_session={cookie}"}).text


def test_a_form_of_another_site_is_refused(client: TestClient, link: str) -> None:
    assert client.post(link, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/questions", data={"text": "x"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_session_needs_to_say_where_it_comes_from(client: TestClient, link: str) -> None:
    client.post(link, headers=HERE)
    assert client.post("/sign-out").status_code == 403


def test_a_bearer_token_needs_no_origin(client: TestClient, trainer: Headers) -> None:
    body = {"slug": "pay", "title": "Pay"}
    assert client.post("/api/v1/tasks", json=body, headers=trainer).status_code == 201


def test_secrets_are_not_stored(app: FastAPI, trainer: Headers) -> None:
    with Session(app.state.engine) as session:
        stored = session.exec(select(ApiToken.digest)).one()
    assert stored == people.digest(trainer["Authorization"].removeprefix("Bearer "))


def test_a_closed_house_shows_nothing_to_strangers(settings: Settings, ticking: Ticking) -> None:
    closed = create_app(settings.model_copy(update={"reading": "members"}), ticking)
    with TestClient(closed) as client:
        for path in ("/", "/?q=a", "/aids/a", "/aids/a.md", "/tasks", "/tasks/a", "/api/v1/search?q=a", "/api/v1/aids"):
            assert client.get(path).status_code == 401, path
        assert client.get("/healthz").status_code == 200


def test_every_answer_carries_the_policy(client: TestClient) -> None:
    for path in ("/", "/nothing", "/api/v1/search", "/static/app.css"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path", ["/", "/aids/it/vpn", "/tasks", "/api", "/api/v1/aids/it/vpn", "/healthz", "/static/app.css"]
)
def test_head_is_answered_as_get_without_a_body(library: TestClient, path: str) -> None:
    got, head = library.get(path), library.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


def test_head_opens_nothing(library: TestClient, app: FastAPI) -> None:
    library.head("/aids/it/vpn")
    app.state.usage.writer.submit([]).result(5)
    with Session(app.state.engine) as session:
        assert session.exec(select(UseEvent)).all() == []


def test_head_where_nothing_is_to_be_got_is_refused(library: TestClient) -> None:
    assert library.head("/questions").status_code == 405


def test_anonymous_searches_are_counted(settings: Settings, ticking: Ticking) -> None:
    tight = create_app(settings.model_copy(update={"rate_search": "2/minute"}), ticking)
    with TestClient(tight) as client:
        answers = [client.get("/api/v1/search?q=a") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_sign_in_attempts_are_counted(client: TestClient) -> None:
    assert {client.post(f"/sign-in/{n}", headers=HERE).status_code for n in range(6)} == {404, 429}


def test_no_log_line_tells_what_was_looked_up(library: TestClient) -> None:
    with structlog.testing.capture_logs() as lines:
        library.get("/?q=divorce")
        library.get("/aids/billing/refund-card")
        library.get("/api/v1/search?q=divorce")
    assert len(lines) >= 3
    assert "divorce" not in str(lines)
    assert "refund" not in str(lines)


def test_a_fault_of_ours_is_a_page_with_a_reference(client: TestClient, app: FastAPI) -> None:
    app.state.search.find = None
    answer = client.get("/?q=refund")
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.text
    assert answer.headers.get("content-security-policy")


def test_pseudonyms_hang_on_the_key(settings: Settings) -> None:
    key = load_key(settings.data_dir)
    assert load_key(settings.data_dir) == key
    assert pseudonym(key, "ana") != pseudonym(b"another", "ana")
    assert (settings.data_dir / "pseudonym.key").stat().st_mode & 0o777 == 0o600


def test_what_was_done_is_on_record(library: TestClient, app: FastAPI) -> None:
    with Session(app.state.engine) as session:
        actions = session.exec(select(AuditEntry.action, AuditEntry.subject)).all()
    assert ("published", "billing/refund-card revision 1") in actions


@pytest.mark.parametrize("role", list(Role))
def test_only_trainers_and_administrators_publish(role: Role, bearer: Callable[[Role], Headers]) -> None:
    assert (Right.PUBLISH in RIGHTS[role]) == (role in {Role.TRAINER, Role.ADMIN})
