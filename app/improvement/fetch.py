"""Asks another server whether a page is there, and lets nobody use that to reach what only this server can reach.

The name is looked up once, every address must be a public one, and the connection goes to the address that was
checked: a name that answers differently the next time gains nothing. Each redirect passes the same gate.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

REDIRECTS = 5
SECONDS = 10.0  # for everything about one address
SECONDS_A_WORD = 5.0
AGENT = "jobaids-link-check"
MOVED = frozenset((301, 302, 303, 307, 308))
NO_HEAD = frozenset((400, 403, 404, 405, 500, 501))  # some servers answer only GET

Resolve = Callable[[str, int], Sequence[str]]


class Refused(Exception):
    """An address that is not asked."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether this is an address of the open internet (RFC 6890), also where it hides in an IPv6 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = [ip]
    if isinstance(ip, ipaddress.IPv6Address):
        mapped = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        inner += [one for one in mapped if one is not None]
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return all(one.is_global and not one.is_multicast for one in inner)


@dataclass
class Fetcher:
    """Says what is wrong with an address; `allowed` decides about the addresses of its host."""

    allowed: Callable[[str], bool] = is_public
    resolve: Resolve = resolve
    seconds: float = SECONDS
    secure: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def fault(self, url: str) -> str | None:
        """Why a reader would not get there; None where she would, or where it cannot be told."""
        until = time.monotonic() + self.seconds
        try:
            status = self._follow(url, until)
        except Refused as error:
            return str(error)
        except (OSError, http.client.HTTPException, UnicodeError, ValueError):
            return "does not answer"
        return f"answers {status}" if status in {404, 410} else None

    def _follow(self, url: str, until: float) -> int:
        for _step in range(REDIRECTS + 1):
            status, target = self._ask("HEAD", url, until)
            if status in NO_HEAD:
                status, target = self._ask("GET", url, until)
            if status not in MOVED or not target:
                return status
            url = urljoin(url, target)
        raise Refused("leads from one address to the next without end")

    def _ask(self, method: str, url: str, until: float) -> tuple[int, str | None]:
        """Status and `Location`; nothing else of the answer is read."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with self._connected(parts, until) as connection:
            connection.request(method, path, headers={"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location")

    @contextmanager
    def _connected(self, parts: SplitResult, until: float) -> Iterator[http.client.HTTPConnection]:
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise Refused("leads to something that is no page")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address, left = self._checked(parts.hostname, port), until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection = http.client.HTTPConnection(parts.hostname, port, timeout=min(left, SECONDS_A_WORD))
        connection.sock = socket.create_connection((address, port), connection.timeout)
        end = threading.Timer(left, _cut, [connection])
        end.start()
        try:
            if parts.scheme == "https":
                connection.sock = self._encrypted(connection.sock, parts.hostname)
            yield connection
        finally:
            end.cancel()
            connection.close()

    def _encrypted(self, stream: socket.socket, host: str) -> ssl.SSLSocket:
        return self.secure.wrap_socket(stream, server_hostname=host)

    def _checked(self, host: str, port: int) -> str:
        addresses = self.resolve(host, port)
        if not addresses:
            raise OSError("no address")
        if not all(self.allowed(address) for address in addresses):
            raise Refused("leads into a private network, so it was not asked")
        return addresses[0]


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a conversation whose time is over, however slowly the other side goes on."""
    with suppress(OSError, AttributeError):  # it ended by itself
        connection.sock.shutdown(socket.SHUT_RDWR)
