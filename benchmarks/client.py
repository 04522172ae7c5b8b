"""One kept connection to a server on this machine."""

import json
from http.client import HTTPConnection
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

TIMEOUT = 60


class Answer(NamedTuple):
    """A whole answer; `wire` is the length of its headers and its body."""

    status: int
    kind: str
    body: bytes
    wire: int


class Client:
    """Sends one request after the other."""

    def __init__(self, port: int, token: str = "") -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def get(self, path: str) -> Answer:
        """Fetch an address as it is, not compressed."""
        return self._send("GET", path)

    def post(self, path: str, body: object) -> Answer:
        """Send JSON."""
        return self._send("POST", path, json.dumps(body).encode())

    def _send(self, method: str, path: str, body: bytes | None = None) -> Answer:
        kind = {"Content-Type": "application/json"} if body is not None else {}
        self.connection.request(method, path, body, self.headers | kind)
        answer = self.connection.getresponse()
        content = answer.read()
        headers = sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
        return Answer(answer.status, answer.getheader("Content-Type", ""), content, headers + len(content))

    def search(self, query: str, limit: int = 10) -> dict[str, Any]:
        """What `/api/v1/search` answers."""
        answer = self.get("/api/v1/search?" + urlencode({"q": query, "limit": limit}))
        if answer.status != 200:
            raise ValueError(f"search answered {answer.status}: {answer.body[:300]!r}")
        found: dict[str, Any] = json.loads(answer.body)
        return found
