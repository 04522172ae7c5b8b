"""The page /api says all that a developer needs to make a call."""

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient


@pytest.fixture
def page(client: TestClient) -> str:
    return client.get("/api").text


def part(page: str, method: str, path: str) -> str:
    """The words of one call."""
    start = page.index(f'<span class="method">{method}</span> {path}<')
    return re.sub(r"(<[^>]+>|\s)+", " ", page[start : page.index("</article>", start)])


def test_no_backtick_is_left(page: str) -> None:
    assert "`" not in page
    assert "<code>If-Match</code>" in page


def test_every_parameter_says_what_it_is(app: FastAPI) -> None:
    for path, methods in app.openapi()["paths"].items():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                assert parameter.get("description"), (path, parameter["name"])


def test_every_field_of_a_body_says_what_it_is(app: FastAPI) -> None:
    schemas = app.openapi()["components"]["schemas"]
    for name in ("AidIn", "ChangeIn", "TaskIn", "Batch"):
        for field, schema in schemas[name]["properties"].items():
            assert schema.get("description"), (name, field)


def test_a_body_is_listed_by_its_fields(page: str) -> None:
    text = part(page, "POST", "/api/v1/tasks")
    assert "slug body text yes" in text
    assert "roles body list of text no" in text
    assert "criticality body whole number no Impact of failure, 1 (low) to 7." in text


def test_a_call_without_a_body_lists_none(page: str) -> None:
    assert " body " not in part(page, "GET", "/api/v1/tasks")
