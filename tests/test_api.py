from collections.abc import Callable

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.viewer import Role

Headers = dict[str, str]
JSON = {"Content-Type": "application/json"}
AID = {"slug": "new/aid", "markdown": "---\ntasks: [pay]\n---\n# New aid\n\n1. Do it.\n"}
TASK = {"slug": "pay", "title": "Pay a bill", "workflow": "money", "roles": ["clerk"], "criticality": 6, "owner": "ana"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/aids"), ("PUT", "/aids/it/vpn"), ("DELETE", "/aids/it/vpn"), ("POST", "/tasks"), ("PUT", "/tasks/pay")],
)
def test_readers_may_not_write(library: TestClient, employee: Headers, method: str, path: str) -> None:
    body = TASK if "tasks" in path else AID
    assert library.request(method, f"/api/v1{path}", json=body).status_code == 401
    assert library.request(method, f"/api/v1{path}", json=body, headers=employee).status_code == 403


def test_a_wrong_token_is_refused_with_a_remedy(library: TestClient) -> None:
    answer = library.get("/api/v1/aids", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert "jobaids token create" in answer.json()["detail"]


def test_a_search_answers_in_the_contracts_shape(library: TestClient) -> None:
    answer = library.get("/api/v1/search", params={"q": "money back"}).json()
    assert answer.keys() >= {"search_id", "query", "corrected", "total", "took_ms", "results"}
    result = answer["results"][0]
    assert result.keys() >= {"slug", "title", "summary", "kind", "tasks", "highlight", "score"}
    assert (result["slug"], result["tasks"]) == ("billing/refund-card", ["issue-refund"])


def test_suggestions_come_while_typing(library: TestClient) -> None:
    answer = library.get("/api/v1/suggest", params={"q": "ref"}).json()
    assert answer == {
        "suggestions": [{"slug": "billing/refund-card", "title": "Refund an order paid by card", "kind": "procedure"}]
    }


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "kind=poem", "offset=-1", f"q={'a' * 1001}"])
def test_a_wrong_parameter_is_named(library: TestClient, query: str) -> None:
    answer = library.get(f"/api/v1/search?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/" + query.split("=", maxsplit=1)[0]


def test_a_new_aid_is_a_draft_until_it_is_approved(library: TestClient, trainer: Headers) -> None:
    made = library.post("/api/v1/aids", json=AID, headers=trainer)
    assert (made.status_code, made.json()["live"]) == (201, False)
    assert library.get("/api/v1/aids/new/aid").status_code == 404
    assert library.post("/api/v1/aids/new/aid/approve", headers=trainer).json()["live"] is True
    assert library.get("/api/v1/aids/new/aid").json()["steps"] == ["Do it."]


def test_a_published_aid_is_searchable(library: TestClient, app: FastAPI, trainer: Headers) -> None:
    library.post("/api/v1/aids?publish=true", json=AID, headers=trainer)
    app.state.search.catch_up()
    assert library.get("/api/v1/search?q=new+aid").json()["results"][0]["slug"] == "new/aid"


def test_a_taken_address_is_a_conflict(library: TestClient, trainer: Headers) -> None:
    answer = library.post("/api/v1/aids", json=AID | {"slug": "it/vpn"}, headers=trainer)
    assert answer.status_code == 409


def test_a_taken_title_is_told(library: TestClient, trainer: Headers) -> None:
    made = library.post("/api/v1/aids", json=AID | {"markdown": "# Printer is offline"}, headers=trainer)
    assert "it/printer has the same title" in made.json()["warnings"][0]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"slug": "../x"}, 422),
        ({"slug": "a b"}, 422),
        ({"slug": "hr/revisions"}, 422),
        ({"slug": "hr/suggest"}, 422),
        ({"markdown": "---\nkind: poem\n---\n"}, 422),
        ({"markdown": "a\0b"}, 422),
        ({"markdown": "x" * 300_000}, 413),
        ({"colour": "red"}, 422),
        ({"markdown": 7}, 422),
    ],
)
def test_a_bad_aid_is_refused_with_the_reason(
    library: TestClient, trainer: Headers, change: dict[str, object], status: int
) -> None:
    answer = library.post("/api/v1/aids", json=AID | change, headers=trainer)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_a_body_that_is_no_json_is_refused(library: TestClient, trainer: Headers) -> None:
    answer = library.post("/api/v1/aids", content=b'{\n"slug": x}', headers=trainer | JSON).json()
    assert answer["status"] == 422
    assert answer["detail"] == "The body is not JSON: Expecting value, line 2, column 9."
    assert answer["errors"][0]["pointer"] == ""


def test_a_body_over_one_mebibyte_is_refused(library: TestClient, trainer: Headers) -> None:
    assert library.post("/api/v1/aids", content=b"x" * (1 << 20) + b"x", headers=trainer).status_code == 413


def test_a_body_that_hides_its_length_is_refused_too(library: TestClient, trainer: Headers) -> None:
    parts = (b"x" * 65_536 for _ in range(20))
    assert library.post("/api/v1/aids", content=parts, headers=trainer).status_code == 413


def test_a_lost_update_is_noticed(library: TestClient, trainer: Headers) -> None:
    tag = library.get("/api/v1/aids/it/vpn", headers=trainer).headers["etag"]
    body = {"markdown": "# One"}
    assert library.put("/api/v1/aids/it/vpn", json=body, headers=trainer | {"If-Match": tag}).status_code == 200
    assert library.put("/api/v1/aids/it/vpn", json=body, headers=trainer | {"If-Match": tag}).status_code == 412


def test_a_change_is_live_only_when_published(library: TestClient, trainer: Headers) -> None:
    library.put("/api/v1/aids/it/vpn", json={"markdown": "# Draft"}, headers=trainer)
    assert library.get("/api/v1/aids/it/vpn").json()["title"] == "Connect to the network from home"
    library.put("/api/v1/aids/it/vpn?publish=true", json={"markdown": "# Live"}, headers=trainer)
    assert library.get("/api/v1/aids/it/vpn").json()["title"] == "Live"


def test_a_rename_leaves_a_redirect(library: TestClient, trainer: Headers) -> None:
    body = {"slug": "it/home", "markdown": "# Home"}
    assert library.put("/api/v1/aids/it/vpn?publish=true", json=body, headers=trainer).json()["slug"] == "it/home"
    assert library.get("/aids/it/vpn", follow_redirects=False).headers["location"] == "/aids/it/home"


def test_revisions_stay_as_they_were(library: TestClient, trainer: Headers) -> None:
    before = library.get("/api/v1/aids/it/vpn").json()["markdown"]
    library.put("/api/v1/aids/it/vpn?publish=true", json={"markdown": "# Two", "note": "why"}, headers=trainer)
    listed = library.get("/api/v1/aids/it/vpn/revisions", headers=trainer).json()["items"]
    assert [(row["number"], row["state"], row["note"]) for row in listed] == [
        (2, "live", "why"),
        (1, "past", "imported"),
    ]
    assert library.get("/api/v1/aids/it/vpn/revisions/1", headers=trainer).json()["markdown"] == before
    assert library.get("/api/v1/aids/it/vpn/revisions/9", headers=trainer).status_code == 404


def test_a_retired_aid_is_gone_for_readers_and_can_come_back(library: TestClient, trainer: Headers) -> None:
    assert library.delete("/api/v1/aids/it/vpn", headers=trainer).status_code == 204
    assert library.get("/aids/it/vpn").status_code == 404
    assert library.delete("/api/v1/aids/it/vpn", headers=trainer).status_code == 409
    library.post("/api/v1/aids/it/vpn/approve", headers=trainer)
    assert library.get("/aids/it/vpn").status_code == 200


def test_aids_are_listed_in_pages(library: TestClient, trainer: Headers) -> None:
    first = library.get("/api/v1/aids?limit=2").json()
    assert [aid["slug"] for aid in first["items"]] == ["billing/refund-card", "it/printer"]
    rest = library.get("/api/v1/aids", params={"cursor": first["cursor"]}).json()
    assert [aid["slug"] for aid in rest["items"]] == ["it/vpn"]
    assert len(library.get("/api/v1/aids", headers=trainer).json()["items"]) == 4


def test_a_body_that_does_not_say_what_it_is_is_refused_with_what_to_do(library: TestClient, trainer: Headers) -> None:
    answer = library.post("/api/v1/aids", headers=trainer, content=b'{"slug": "a", "markdown": "# A"}')
    assert answer.status_code == 415
    assert "Content-Type: application/json" in answer.json()["detail"]


def test_a_task_is_defined_read_and_changed(library: TestClient, trainer: Headers) -> None:
    assert library.post("/api/v1/tasks", json=TASK, headers=trainer).json() == TASK | {"confirmed": True}
    assert library.post("/api/v1/tasks", json=TASK, headers=trainer).status_code == 409
    changed = library.put("/api/v1/tasks/pay", json=TASK | {"criticality": 2}, headers=trainer).json()
    assert changed["criticality"] == library.get("/api/v1/tasks/pay").json()["criticality"] == 2


def test_an_aid_is_found_by_what_its_task_is_called_now(library: TestClient, trainer: Headers) -> None:
    library.put("/api/v1/tasks/issue-refund", headers=trainer, json={"slug": "issue-refund", "title": "Reimburse"})
    library.app.state.search.catch_up()  # type: ignore[attr-defined]
    found = library.get("/api/v1/search?q=reimburse").json()["results"]
    assert [hit["slug"] for hit in found] == ["billing/refund-card"]


def test_a_task_that_an_aid_named_is_confirmed_by_its_definition(library: TestClient, trainer: Headers) -> None:
    assert library.get("/api/v1/tasks/issue-refund").json()["confirmed"] is False
    body = TASK | {"slug": "issue-refund"}
    assert library.post("/api/v1/tasks", json=body, headers=trainer).json()["confirmed"] is True


@pytest.mark.parametrize("change", [{"criticality": 0}, {"criticality": 8}, {"slug": "A B"}, {"title": ""}, {"x": 1}])
def test_a_bad_task_is_refused(library: TestClient, trainer: Headers, change: dict[str, object]) -> None:
    assert library.post("/api/v1/tasks", json=TASK | change, headers=trainer).status_code == 422


def test_a_managers_token_may_measure_and_not_write(library: TestClient, bearer: Callable[[Role], Headers]) -> None:
    manager = bearer(Role.MANAGER)
    assert library.get("/studio/delivery", headers=manager).status_code == 200
    assert library.post("/api/v1/aids", json=AID, headers=manager).status_code == 403
