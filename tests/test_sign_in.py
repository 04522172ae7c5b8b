"""Local accounts: invitations, passwords, sessions, the way back."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.main import create_app
from app.people import passwords
from app.people.models import AuditEntry, Password
from app.people.returning import local
from app.settings import Settings
from app.viewer import Role
from tests.conftest import Ticking
from tests.support.accounts import HERE, PASSWORD, add, enter, invite

WEAK = [
    "short words",
    "password1234!",
    "aaaaaaaaaaaaaa",
    "abcabcabcabc",
    "123456789012",
    "qwertyuiopas",
    "Ana.Ruiz-2026!",
]


@pytest.fixture
def app(settings: Settings, ticking: Ticking) -> FastAPI:
    """All come from one address."""
    return create_app(settings.model_copy(update={"rate_sign_in": "1000/minute"}), ticking)


def sign_in(client: TestClient, who: str = "ana", password: str = PASSWORD) -> int:
    form = {"who": who, "password": password}
    return client.post("/sign-in", data=form, headers=HERE, follow_redirects=False).status_code


def test_an_invited_person_chooses_a_password_and_is_in(client: TestClient, app: FastAPI) -> None:
    add(app)
    link = invite(app)
    assert "Welcome, Ana" in client.get(link).text
    assert client.post(link, data={"password": PASSWORD}, headers=HERE, follow_redirects=False).status_code == 303
    assert "Ana: your account" in client.get("/").text


def test_an_invitation_works_once(client: TestClient, app: FastAPI) -> None:
    add(app)
    link = invite(app)
    client.post(link, data={"password": PASSWORD}, headers=HERE)
    answer = client.post(link, data={"password": "another long one here"}, headers=HERE)
    assert (answer.status_code, "Used already" in answer.text) == (409, True)


def test_an_invitation_ends_after_seven_days(client: TestClient, app: FastAPI, ticking: Ticking) -> None:
    add(app)
    link = invite(app)
    ticking.go_on(days=7, seconds=1)
    assert client.get(link).status_code == 404


def test_a_newer_invitation_ends_the_one_before(client: TestClient, app: FastAPI) -> None:
    add(app)
    before, after = invite(app), invite(app)
    assert [client.get(link).status_code for link in (before, after)] == [404, 200]


def test_an_invitation_is_no_sign_in_link(client: TestClient, app: FastAPI) -> None:
    add(app)
    assert client.get(invite(app).replace("invitation", "sign-in")).status_code == 404


def test_a_weak_password_says_why_and_spends_nothing(client: TestClient, app: FastAPI) -> None:
    add(app)
    link = invite(app)
    answer = client.post(link, data={"password": "short"}, headers=HERE)
    assert (answer.status_code, "at least 12 characters" in answer.text) == (422, True)
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("password", WEAK)
def test_a_password_that_others_would_guess_is_refused(password: str) -> None:
    assert passwords.weakness(password, ["ana.ruiz", "Ana Ruiz"])


@pytest.mark.parametrize(
    "password", [PASSWORD, "correct horse battery", "ich-mag-gruene-bananen", "åäö zkqv wörtermeer"]
)
def test_composition_does_not_matter(password: str) -> None:
    assert passwords.weakness(password, ["ana.ruiz", "Ana Ruiz"]) is None


def test_passwords_are_stored_as_argon2_alone(app: FastAPI, client: TestClient) -> None:
    enter(app)
    with Session(app.state.engine) as session:
        assert session.exec(select(Password.hash)).one().startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("who", ["ana", "ana@example.org", "ANA@example.org", " ana "])
def test_id_and_e_mail_let_in(client: TestClient, app: FastAPI, who: str) -> None:
    enter(app, email="ana@example.org")
    assert sign_in(client, who) == 303


@pytest.mark.parametrize(("who", "password"), [("ana", "wrong"), ("nobody", PASSWORD), ("bob", PASSWORD), ("", "")])
def test_whatever_is_wrong_the_answer_is_the_same(client: TestClient, app: FastAPI, who: str, password: str) -> None:
    enter(app)
    add(app, "bob")
    answer = client.post("/sign-in", data={"who": who, "password": password}, headers=HERE)
    assert answer.status_code in {401, 422}
    assert answer.status_code == 422 or "The name or the password is not right" in answer.text


def test_an_unknown_account_costs_as_much_as_a_known_one(
    client: TestClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(app)
    asked: list[str] = []
    real = passwords.fits

    def counted(password: str, stored: str | None) -> bool:
        asked.append(password)
        return real(password, stored)

    monkeypatch.setattr(passwords, "fits", counted)
    assert [sign_in(client, who, "wrong") for who in ("ana", "nobody")] == [401, 401]
    assert len(asked) == 2


def test_two_accounts_with_one_e_mail_cannot_use_it(client: TestClient, app: FastAPI) -> None:
    enter(app, email="team@example.org")
    enter(app, "bob", email="team@example.org")
    assert sign_in(client, "team@example.org") == 401


def test_attempts_are_counted_per_account(settings: Settings, ticking: Ticking) -> None:
    app = create_app(settings, ticking)
    with TestClient(app) as client:
        add(app)
        for n in range(5):
            app.state.rates._window.pop(
                next((key for key in app.state.rates._window if "sign-in" in key[0]), None), None
            )
            assert sign_in(client, "ana", f"wrong {n}") == 401
        app.state.rates._window = {key: n for key, n in app.state.rates._window.items() if "account" in key[0]}
        assert sign_in(client, "ana", PASSWORD) == 429
        assert sign_in(client, "bob", PASSWORD) == 401


def test_attempts_are_counted_per_address(settings: Settings, ticking: Ticking) -> None:
    with TestClient(create_app(settings, ticking)) as client:
        assert [sign_in(client, f"person{n}", "wrong") for n in range(6)] == [401] * 5 + [429]


def test_the_session_is_a_new_one_at_every_sign_in(client: TestClient, app: FastAPI) -> None:
    browser = enter(app)
    before = browser.cookies["jobaids_session"]
    assert sign_in(browser) == 303
    assert browser.cookies["jobaids_session"] != before
    page = client.get("/", headers={"Cookie": f"jobaids_session={before}"}).text
    assert "Ana: your account" not in page


def test_a_reset_ends_every_session(client: TestClient, app: FastAPI) -> None:
    browser = enter(app)
    client.post(invite(app), data={"password": "another fine thing to say"}, headers=HERE)
    assert "Ana: your account" not in browser.get("/").text


@pytest.mark.parametrize("gone", [{"disabled": True}, {"left_on": "2026-11-23"}])
def test_who_is_shut_out_is_out_at_once(client: TestClient, app: FastAPI, gone: dict, bearer: Callable) -> None:
    browser = enter(app)
    link = invite(app)
    client.post("/api/v1/people", json=[{"id": "ana"} | gone], headers=bearer(Role.ADMIN))
    assert "Ana: your account" not in browser.get("/").text
    assert sign_in(client) == 401
    assert client.get(link).status_code == 404


def test_the_way_in_leads_back_to_the_page(client: TestClient, app: FastAPI) -> None:
    enter(app)
    form = {"who": "ana", "password": PASSWORD, "next": "/aids/it/vpn?from=link"}
    answer = client.post("/sign-in", data=form, headers=HERE, follow_redirects=False)
    assert answer.headers["location"] == "/aids/it/vpn?from=link"


def test_in_a_closed_house_every_page_asks_a_stranger_in_and_leads_back(settings: Settings, ticking: Ticking) -> None:
    closed = create_app(settings.model_copy(update={"reading": "members"}), ticking)
    with TestClient(closed) as client:
        for path in ("/tasks", "/?q=refund", "/aids/a", "/me", "/studio/people", "/studio/audit", "/studio/roles"):
            answer = client.get(path)
            assert (answer.status_code, f'name="next" value="{path}"' in answer.text) == (401, True), path


FOREIGN = [
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)", "evil.example", "", "/%0d%0aSet-Cookie:x=1\r\nX: y", "///evil.example", " //evil.example",
    "/sign-out", "/sign-in?next=//evil.example", "http:/evil.example", "/a b", "/\x00", "/" + "a" * 1_001, "?next=x",
    "/\u00a0/evil.example", "data:text/html,x", "/.\\evil",
]  # fmt: skip


@pytest.mark.parametrize("address", FOREIGN)
def test_nobody_is_led_elsewhere(address: str) -> None:
    assert local(address) == "/"


@pytest.mark.parametrize(
    "address", ["/", "/tasks", "/?q=a+b%20c", "/aids/it/vpn#step-3", "/studio/audit?since=2026-01-01"]
)
def test_our_own_pages_are_kept(address: str) -> None:
    assert local(address) == address


def test_a_foreign_address_in_the_form_leads_home(client: TestClient, app: FastAPI) -> None:
    enter(app)
    form = {"who": "ana", "password": PASSWORD, "next": "//evil.example"}
    assert client.post("/sign-in", data=form, headers=HERE, follow_redirects=False).headers["location"] == "/"


def test_signing_in_is_on_record_without_a_name(client: TestClient, app: FastAPI) -> None:
    enter(app, name="Ana Ruiz", email="ana@example.org")
    with Session(app.state.engine) as session:
        lines = session.exec(select(AuditEntry)).all()
    assert {"person added", "invited", "password chosen", "signed in"} <= {line.action for line in lines}
    assert "Ruiz" not in str(lines)
    assert "example.org" not in str(lines)
