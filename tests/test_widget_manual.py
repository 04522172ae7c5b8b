"""The token endpoints that the manual hands out sign tokens that this server takes."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.widget import tokens

PAGE = (Path(__file__).parent.parent / "jobaids" / "manual" / "tokens-for-your-application.md").read_text()
KID, SECRET = "crm-1", "a secret of more than thirty-two bytes"


def code(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def check(token: str) -> None:
    keys = {KID: tokens.read_key("HS256", SECRET)}
    assert tokens.reader(token, "crm", keys, datetime.now(UTC)).id == "ana"


def test_the_python_code_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBAID_KID", KID)
    monkeypatch.setenv("JOBAID_SECRET", SECRET)
    names: dict[str, Any] = {}
    exec(code("python")[0], names)
    check(names["jobaid_token"]("ana"))


@pytest.mark.parametrize("view", code("python")[1:])
def test_the_python_views_can_be_read(view: str) -> None:
    compile(view, "view", "exec")


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
