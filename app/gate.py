"""The gate: every request passes it. Who asks, from where, how often and how much; and the headers of every answer.

Log lines carry the route, never the address with its slug or query: no log tells what a person looked up.
"""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from limits import RateLimitItem, parse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import Clock
from app.errors import AppError, Broken, Forbidden, NotFound, TooLarge, TooMany
from app.health import Metrics
from app.ids import uuid7
from app.people.credentials import Credentials
from app.people.entering import COOKIE
from app.settings import Settings
from app.viewer import Right, Viewer

log = structlog.get_logger("request")
MOST_BODY = 1 << 20
# What is large comes in at a few addresses, from those who may write.
LARGER = (
    (re.compile(r"/studio/import"), 64 << 20),
    (re.compile(r"/studio/(?:aids/.+/images|paste|picture)"), 25 << 20),
)
MOST_COUNTED = 50_000  # addresses and tokens
BROKEN = "That is our mistake. Nothing was lost; try again, and tell your administrator this reference."
BODY_LIMIT = "The body may have at most 1 MiB (1,048,576 bytes). Send it in parts."
SAFE = {"GET", "HEAD", "OPTIONS"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
Refuse = Callable[[Request, AppError], Awaitable[Response]]


class Visitors(Protocol):
    """Pages of other sites that may call some addresses here, and who their readers are; the hall names them."""

    def expected(self, path: str) -> bool:
        """Whether this address is for visitors; then neither cookies nor API tokens count."""

    async def let_in(self, request: Request) -> Viewer:
        """Check where the call comes from, who asks and how often; what else the answer says goes into
        `request.state.headers`.

        Raises:
            AppError: why not.
        """


@dataclass
class Rates:
    """How often an address or a token may call, in fixed windows, counted in this process."""

    settings: Settings
    clock: Clock
    _window: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sign_in, self.search = parse(self.settings.rate_sign_in), parse(self.settings.rate_search)
        self.events, self.token = parse(self.settings.rate_events), parse(self.settings.rate_token)
        self.widget = parse(self.settings.rate_widget)

    def count(self, rate: RateLimitItem, who: str) -> None:
        """Count one call.

        Raises:
            TooMany: over the rate.
        """
        seconds, at = rate.get_expiry(), self.clock().timestamp()
        key = (who, int(at // seconds))
        if key not in self._window and len(self._window) >= MOST_COUNTED:
            self._window.clear()
        self._window[key] = self._window.get(key, 0) + 1
        if self._window[key] > rate.amount:
            wait = max(1, round(seconds - at % seconds))
            raise TooMany(f"At most {rate.amount} calls in {seconds} s. Wait {wait} s.", wait)


@dataclass
class Gate:
    """Pure ASGI, so that it costs little."""

    app: ASGIApp
    credentials: Credentials
    rates: Rates
    metrics: Metrics
    refuse: Refuse
    visitors: Visitors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = _as_get(scope), _without_body(send)
        request = Request(scope, receive)
        request.state.id = uuid7().hex
        request.state.viewer, request.state.headers = self.credentials.anonymous, HEADERS
        answer = _Answer(send, request)
        try:
            await self.app(scope, await self._let_in(request, receive), answer)
        except AppError as error:
            await (await self.refuse(request, error))(scope, receive, answer)
        except Exception:
            log.exception("a request failed", id=request.state.id)
            if answer.begun:
                raise
            await (await self.refuse(request, Broken(BROKEN)))(scope, receive, answer)
        finally:
            self._note(request, answer)

    async def _let_in(self, request: Request, receive: Receive) -> Receive:
        """Check everything and note who asks; returns where the body is read."""
        self._check_form(request)
        if self.visitors.expected(request.scope["path"]):
            request.state.viewer = await self.visitors.let_in(request)
        else:
            viewer = await self._viewer(request)
            request.state.viewer = viewer
            self._check_size(request, viewer)
            self._check_origin(request)
            self._check_rate(request, viewer)
        return await _read_ahead(receive) if "transfer-encoding" in request.headers else receive

    def _check_form(self, request: Request) -> None:
        if "\0" in request.scope["path"]:
            raise NotFound("There is no such page. Search for what you need.")
        length = request.headers.get("content-length", "0")
        if not length.isdecimal():
            raise TooLarge(BODY_LIMIT)

    def _check_size(self, request: Request, viewer: Viewer) -> None:
        length = int(request.headers.get("content-length", "0"))
        if length <= MOST_BODY:
            return
        most = next((limit for address, limit in LARGER if address.fullmatch(request.scope["path"])), MOST_BODY)
        if most > MOST_BODY:
            viewer.require(Right.WRITE)  # before anything of it is read
        if length > most:
            raise TooLarge(BODY_LIMIT if most == MOST_BODY else f"At most {most >> 20} MiB at once. Send it in parts.")

    async def _viewer(self, request: Request) -> Viewer:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await self._looked_up(token.strip(), self.credentials.of_token)
        secret = request.cookies.get(COOKIE)
        if not secret:
            return self.credentials.anonymous
        return await self._looked_up(secret, self.credentials.of_session)

    async def _looked_up(self, secret: str, look_up: Callable[[str], Viewer]) -> Viewer:
        remembered = self.credentials.remembered(secret)
        return remembered if remembered is not None else await run_in_threadpool(look_up, secret)

    def _check_origin(self, request: Request) -> None:
        """Forged requests: a browser says where a form or a script comes from, and only this server may send them."""
        headers = request.headers
        if request.method in SAFE or headers.get("authorization", "").lower().startswith("bearer "):
            return
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site")
        same = urlsplit(origin).netloc == headers.get("host") if origin is not None else site in {"same-origin", None}
        from_browser = origin is not None or site is not None
        if not same or (request.cookies.get(COOKIE) and not from_browser):
            raise Forbidden("This did not come from a page of this server. Open the page here and do it there.")

    def _check_rate(self, request: Request, viewer: Viewer) -> None:
        path, address = request.scope["path"], request.client.host if request.client else "?"
        if viewer.role is not None and viewer.person is None:
            self.rates.count(self.rates.token, f"token {viewer.name}")
        elif path.startswith("/sign-in/oidc"):
            self.rates.count(self.rates.search, f"single sign-on {address}")
        elif path.startswith(("/sign-in/", "/invitation/")) or (path == "/sign-in" and request.method == "POST"):
            self.rates.count(self.rates.sign_in, f"sign-in {address}")
        elif viewer.role is None and path == "/api/v1/events":
            self.rates.count(self.rates.events, f"events {address}")
        elif viewer.role is None and (path == "/api/v1/search" or (path == "/" and "q" in request.query_params)):
            self.rates.count(self.rates.search, f"search {address}")

    def _note(self, request: Request, answer: "_Answer") -> None:
        seconds = time.perf_counter() - answer.started
        route = getattr(request.scope.get("route"), "path", "other")
        self.metrics.request(request.method, route, answer.status, seconds)
        log.info(
            "request", id=request.state.id, method=request.method, route=route, status=answer.status, ms=seconds * 1e3
        )


class _Answer:
    """Adds the headers, and remembers the status."""

    def __init__(self, send: Send, request: Request) -> None:
        self.send = send
        self.request = request
        self.status = 500
        self.begun = False
        self.started = time.perf_counter()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.begun = message["status"], True
            headers = MutableHeaders(scope=message)
            for name, value in self.request.state.headers.items():
                headers.setdefault(name, value)
            headers["X-Request-ID"] = self.request.state.id
        await self.send(message)


def _as_get(scope: Scope) -> Scope:
    """Whoever asks for the head alone reads nothing, so it counts as little as a page fetched ahead."""
    return {**scope, "method": "GET", "headers": [*scope["headers"], (b"sec-purpose", b"prefetch")]}


def _without_body(send: Send) -> Send:
    async def only_the_head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return only_the_head


async def _read_ahead(receive: Receive) -> Receive:
    """Reads a body that did not say how long it is, as far as it may be, and hands it on."""
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
        if sum(map(len, parts)) > MOST_BODY:
            raise TooLarge(BODY_LIMIT)
    whole: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

    async def again() -> Message:
        return whole.pop() if whole else await receive()

    return again


def wants_html(request: Request) -> bool:
    """Whether to answer with a page."""
    accepted = request.headers.get("accept", "*/*")
    return not request.url.path.startswith("/api/") and ("text/html" in accepted or "*/*" in accepted)
