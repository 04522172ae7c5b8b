"""Asking other servers: it tells what is gone, and cannot be used to reach what only this server can reach."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from app.improvement.fetch import Fetcher, is_public


class Site(BaseHTTPRequestHandler):
    """A page, a page that is gone, ways on, and a page that never ends."""

    asked: ClassVar[list[tuple[str, str, str | None]]] = []

    def do_HEAD(self) -> None:
        self.asked.append((self.command, self.path, self.headers.get("Host")))
        where, _, what = self.path.lstrip("/").partition("/")
        if where == "only-get" and self.command == "HEAD":
            self.send_error(405)
        elif where == "to":
            self.answer(302, what)
        elif where == "drip":
            self.drip()
        else:
            self.answer(int(where) if where.isdecimal() else 200)

    do_GET = do_HEAD  # noqa: N815 - the library calls it so

    def answer(self, status: int, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.end_headers()

    def drip(self) -> None:
        for _ in range(100):
            self.wfile.write(b"x")
            time.sleep(0.05)

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def anywhere() -> Fetcher:
    """Lets this test's own server be asked."""
    return Fetcher(allowed=lambda address: address == "127.0.0.1", seconds=1.0)


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/page", None),
        ("/404", "answers 404"),
        ("/410", "answers 410"),
        ("/401", None),
        ("/403", None),
        ("/429", None),
        ("/503", None),
        ("/only-get", None),
        ("/to//page", None),
        ("/to//404", "answers 404"),
        ("/to//to//to//to//to//to//page", "leads from one address to the next without end"),
        ("/to/file:///etc/passwd", "leads to something that is no page"),
        ("/to/http://127.0.0.2/", "leads into a private network, so it was not asked"),
        ("/to/http://169.254.169.254/latest", "leads into a private network, so it was not asked"),
    ],
)
def test_what_a_reader_would_meet(site: str, anywhere: Fetcher, path: str, fault: str | None) -> None:
    assert anywhere.fault(site + path) == fault


def test_only_the_head_is_asked_where_that_is_enough(site: str, anywhere: Fetcher) -> None:
    anywhere.fault(f"{site}/page?q=1#there")
    assert [(how, path) for how, path, _host in Site.asked] == [("HEAD", "/page?q=1")]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "2002:7f00:1::", "64:ff9b::7f00:1", "2001:db8::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_open_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::6810:84e5", "::ffff:93.184.215.14"])
def test_an_address_of_the_open_internet(address: str) -> None:
    assert is_public(address)


def test_our_own_network_is_never_asked(site: str) -> None:
    assert Fetcher().fault(site) == "leads into a private network, so it was not asked"
    assert Site.asked == []


def test_a_name_with_one_private_address_is_not_asked(site: str) -> None:
    both = Fetcher(resolve=lambda host, port: ["93.184.215.14", "127.0.0.1"])
    assert both.fault("http://both.example.org/") == "leads into a private network, so it was not asked"


def test_a_name_is_looked_up_once_and_the_checked_address_is_asked(site: str) -> None:
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    fetcher = Fetcher(allowed=lambda address: True, resolve=lambda host, port: answers.pop(0))
    assert fetcher.fault(site.replace("127.0.0.1", "rebind.example.org")) is None
    assert answers == [["127.0.0.2"]]
    assert str(Site.asked[0][2]).startswith("rebind.example.org")


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/x", "file:///etc/passwd", "http://", "javascript:alert(1)", "http://[::1", "http://a:b:c/"],
)
def test_what_is_no_page_is_not_asked(url: str, anywhere: Fetcher) -> None:
    assert anywhere.fault(url) is not None


def test_a_server_that_is_not_there_does_not_answer(anywhere: Fetcher) -> None:
    assert anywhere.fault("http://127.0.0.1:1/") == "does not answer"


def test_a_server_that_never_ends_is_cut_off(site: str, anywhere: Fetcher) -> None:
    began = time.monotonic()
    assert anywhere.fault(f"{site}/drip") == "does not answer"
    assert time.monotonic() - began < 4
