"""The token endpoints that the manual hands out sign tokens that this server takes."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from app.widget import tokens

PAGE = (Path(__file__).parent.parent / "jobaids" / "manual" / "tokens-for-your-application.md").read_text()
KID, SECRET = "crm-1", "a secret of more than thirty-two bytes"


def code(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def check(token: str) -> None:
    keys = {KID: tokens.read_key("HS256", SECRET)}
    assert tokens.reader(token, "crm", keys, datetime.now(UTC)).id == "ana"


@pytest.fixture
def signing(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the Python code of the manual defines."""
    monkeypatch.setenv("JOBAID_KID", KID)
    monkeypatch.setenv("JOBAID_SECRET", SECRET)
    names: dict[str, Any] = {}
    exec(code("python")[0], names)
    return names


def test_the_python_code_signs(signing: dict[str, Any]) -> None:
    check(signing["jobaid_token"]("ana"))


def test_the_flask_endpoint_answers_with_a_token(signing: dict[str, Any]) -> None:
    host = Flask("crm")
    ana = SimpleNamespace(get_id=lambda: "ana")
    exec(code("python")[1], signing | {"app": host, "login_required": lambda view: view, "current_user": ana})
    answer = host.test_client().get("/jobaid-token")
    check(answer.get_json()["token"])
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_django_view_can_be_read() -> None:
    compile(code("python")[2], "view", "exec")


def test_the_node_code_signs() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("There is no node here.")
    script = code("javascript")[0] + "\nconsole.log(jobaidToken('ana'));"
    environment = {"JOBAID_KID": KID, "JOBAID_SECRET": SECRET}
    said = subprocess.run([node, "-e", script], env=environment, capture_output=True, text=True, check=True)
    check(said.stdout.strip())


def test_the_java_code_names_every_claim() -> None:
    [view] = code("java")
    for claim in ("aud", "azp", "sub", "iat", "exp", "jti", "kid"):
        assert json.dumps(claim) in view
