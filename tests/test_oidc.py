"""Single sign-on against a real provider on loopback: what a right answer does, and every wrong one."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.main import create_app
from app.people import directory, queries
from app.people.models import Identity, Person
from app.settings import Settings
from tests.conftest import NOW, Ticking
from tests.support import provider as providers
from tests.support.accounts import add
from tests.support.provider import Provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providers.provider(int(NOW.timestamp())) as running:
        yield running


@pytest.fixture
def single(settings: Settings, provider: Provider) -> Settings:
    more = {"oidc_issuer": provider.url, "oidc_client_id": providers.CLIENT, "oidc_client_secret": providers.SECRET}
    return settings.model_copy(update=more)


@pytest.fixture
def app(single: Settings, ticking: Ticking) -> FastAPI:
    return create_app(single, ticking)


def go(client: TestClient, back: str = "/", **changed: str) -> Any:
    """To the provider and back, as a browser goes; `changed` parts of the answer are bent on the way."""
    begun = client.get("/sign-in/oidc", params={"next": back}, follow_redirects=False)
    if begun.status_code != 303:
        return begun
    answer = urlsplit(httpx.get(begun.headers["location"]).headers["location"])
    query = {name: values[0] for name, values in parse_qs(answer.query).items()} | changed
    return client.get(answer.path, params=query, follow_redirects=False)


def people(app: FastAPI) -> list[Person]:
    with Session(app.state.engine) as session:
        return list(session.exec(select(Person).order_by(Person.id)))


def test_nothing_is_asked_before_somebody_signs_in(client: TestClient, provider: Provider) -> None:
    assert "Sign in with single sign-on" in client.get("/sign-in").text
    assert provider.asked == []


def test_who_is_proven_is_in_and_back_where_she_was(client: TestClient) -> None:
    answer = go(client, "/tasks")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks")
    assert "Ana Ruiz: your account" in client.get("/").text


def test_identity_is_issuer_and_subject(client: TestClient, app: FastAPI, provider: Provider) -> None:
    go(client)
    provider.claims |= {"name": "Ana Diaz", "preferred_username": "other", "email": "new@example.org"}
    go(client)
    assert [(one.id, one.name, one.email) for one in people(app)] == [("ana.ruiz", "Ana Diaz", "new@example.org")]
    with Session(app.state.engine) as session:
        assert session.exec(select(Identity.issuer, Identity.subject)).all() == [(provider.url, "248289761001")]


def test_an_e_mail_or_a_name_leads_to_nobody_elses_account(
    client: TestClient, app: FastAPI, provider: Provider
) -> None:
    add(app, "ana.ruiz", email="boss@example.org", role="admin")
    provider.claims["email"] = "boss@example.org"
    go(client)
    assert [(one.id, one.role) for one in people(app)] == [("ana.ruiz", "admin"), ("ana.ruiz-2", "employee")]


LIES = [
    {"iss": "http://127.0.0.1:1"}, {"aud": "another"}, {"aud": ["another"]},
    {"aud": "another", "azp": providers.CLIENT}, {"nonce": "another"}, {"nonce": None},
    {"exp": int(NOW.timestamp()) - 120}, {"iss": None}, {"aud": None}, {"sub": None}, {"sub": ""}, {"sub": 7},
    {"aud": [providers.CLIENT, "another"], "azp": "another"}, {"iat": int(NOW.timestamp()) + 3600},
]  # fmt: skip


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lies", LIES, ids=str)
def test_a_proof_that_is_wrong_lets_nobody_in(client: TestClient, app: FastAPI, provider: Provider, lies: dict) -> None:
    provider.lies = lies
    answer = go(client)
    assert (answer.status_code, "jobaids_session" in client.cookies) == (422, False)
    assert "Nobody was signed in" in answer.text
    assert people(app) == []


def test_a_proof_signed_by_another_key_lets_nobody_in(client: TestClient, provider: Provider) -> None:
    provider.signing = providers.new_key("foreign")
    assert go(client).status_code == 422


def test_a_provider_may_change_its_keys(client: TestClient, provider: Provider) -> None:
    go(client)
    provider.key = provider.signing = providers.new_key("two")
    assert go(client).status_code == 303


@pytest.mark.parametrize(
    "changed", [{"state": "another"}, {"state": ""}, {"iss": "https://evil.example"}, {"code": "another"}], ids=str
)
def test_an_answer_that_is_not_ours_lets_nobody_in(client: TestClient, changed: dict) -> None:
    assert go(client, **changed).status_code == 422


def test_an_answer_without_a_way_there_is_refused(client: TestClient) -> None:
    assert client.get("/sign-in/oidc/back?code=x&state=y").status_code == 422


def test_an_answer_for_another_browser_is_refused(client: TestClient, app: FastAPI) -> None:
    begun = client.get("/sign-in/oidc", follow_redirects=False)
    answer = urlsplit(httpx.get(begun.headers["location"]).headers["location"])
    other = TestClient(app, raise_server_exceptions=False)
    other.get("/sign-in/oidc", follow_redirects=False)
    assert other.get(f"{answer.path}?{answer.query}").status_code == 422


def test_an_answer_works_once(client: TestClient, provider: Provider) -> None:
    begun = client.get("/sign-in/oidc", follow_redirects=False)
    attempt = client.cookies["jobaids_attempt"]
    answer = urlsplit(httpx.get(begun.headers["location"]).headers["location"])
    client.get(f"{answer.path}?{answer.query}", follow_redirects=False)
    client.cookies.clear()
    client.cookies["jobaids_attempt"] = attempt
    assert client.get(f"{answer.path}?{answer.query}", follow_redirects=False).status_code == 422


def test_an_expired_code_is_explained(client: TestClient, provider: Provider) -> None:
    provider.codes_expire = True
    answer = go(client)
    assert (answer.status_code, "works once and for a short time" in answer.text) == (422, True)


def test_whom_the_provider_refuses_is_told(client: TestClient, provider: Provider) -> None:
    provider.answer_lies = {"code": None, "error": "access_denied"}
    answer = go(client)
    assert (answer.status_code, "access_denied" in answer.text) == (422, True)


def test_a_provider_that_is_away_is_no_fault_of_ours(single: Settings, ticking: Ticking) -> None:
    away = single.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    with TestClient(create_app(away, ticking)) as client:
        answer = go(client)
    assert (answer.status_code, "does not answer" in answer.text) == (503, True)


def test_a_provider_that_calls_itself_otherwise_is_refused(single: Settings, ticking: Ticking) -> None:
    other = single.model_copy(update={"oidc_issuer": f"{single.oidc_issuer}/"})
    with TestClient(create_app(other, ticking)) as client:
        assert go(client).status_code == 503


def test_the_way_back_is_one_of_ours(client: TestClient) -> None:
    assert go(client, "//evil.example").headers["location"] == "/"


def test_groups_and_role_follow_the_claims(single: Settings, ticking: Ticking, provider: Provider) -> None:
    mapped = single.model_copy(update={"oidc_roles": "it=admin, trainers = trainer"})
    app = create_app(mapped, ticking)
    with TestClient(app) as client:
        provider.claims["groups"] = ["care", "trainers"]
        go(client)
        provider.claims["groups"] = ["night"]
        ticking.go_on(days=1)
        provider.now += 86_400
        go(client)
    with Session(app.state.engine) as session:
        assert directory.groups_on(session, NOW.date()) == {"ana.ruiz": ["care", "trainers"]}
        assert directory.groups_on(session, ticking().date()) == {"ana.ruiz": ["night"]}
        assert session.get_one(Person, "ana.ruiz").role == "employee"


def test_a_claim_may_name_the_person_of_the_personnel_system(
    single: Settings, ticking: Ticking, provider: Provider
) -> None:
    app = create_app(single.model_copy(update={"oidc_person_claim": "employee_number"}), ticking)
    with TestClient(app) as client:
        add(app, "E17", name="Ana")
        provider.claims["employee_number"] = "E17"
        go(client)
        assert [one.id for one in people(app)] == ["E17"]
        provider.claims["sub"] = "somebody else"
        assert go(client).status_code == 403
    with Session(app.state.engine) as session:
        assert len(queries.identities(session, "E17")) == 1


def test_nobody_becomes_the_account_of_the_server(single: Settings, ticking: Ticking, provider: Provider) -> None:
    with TestClient(create_app(single.model_copy(update={"oidc_person_claim": "sub"}), ticking)) as client:
        provider.claims["sub"] = "administrator"
        assert go(client).status_code == 403


def test_who_is_shut_out_stays_out(client: TestClient, app: FastAPI) -> None:
    go(client)
    add(app, "ana.ruiz", disabled=True)
    assert go(client).status_code == 403


def test_without_a_provider_there_is_no_button(settings: Settings, ticking: Ticking) -> None:
    with TestClient(create_app(settings, ticking)) as client:
        assert "/sign-in/oidc" not in client.get("/sign-in").text
        assert client.get("/sign-in/oidc").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "http://idp.example", "oidc_client_id": "x"},
        {"oidc_issuer": "https://idp.example"},
        {"oidc_person_claim": "email"},
        {"oidc_roles": "it=king"},
    ],
    ids=str,
)
def test_a_setting_that_would_be_unsafe_stops_the_start(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)
