"""Small pages of another origin, as an application would serve them with the widget in it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>CRM</title>
<meta name="viewport" content="width=device-width">{head}</head>
<body><main><h1>Refund order</h1><button id="own" type="button">Own button</button>{body}</main></body></html>"""


@dataclass
class Host:
    """A running server of such pages."""

    url: str = ""
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def page(self, path: str, head: str = "", body: str = "", policy: str = "") -> str:
        """Serve a page at this path, with this content policy; returns its address."""
        self.pages[path] = (PAGE.format(head=head, body=body), policy)
        return self.url + path

    def answer(self, path: str, body: str, status: int = 200) -> None:
        """Serve JSON at this path."""
        self.answers[path] = (status, body)


class _Handler(BaseHTTPRequestHandler):
    host: Host

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.host.asked.append(path)
        if path in self.host.answers:
            status, body = self.host.answers[path]
            self._send(status, "application/json", body)
            return
        # An application with one page for all its screens.
        found = max((known for known in self.host.pages if path.startswith(known)), key=len, default=None)
        if found is None:
            self._send(404 if path != "/favicon.ico" else 204, "text/plain", "")
            return
        page, policy = self.host.pages[found]
        self._send(200, "text/html; charset=utf-8", page, policy)

    def _send(self, status: int, kind: str, body: str, policy: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Host]:
    """A server on a free port."""
    host = Host()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": host}))
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
