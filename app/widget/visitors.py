"""Who calls from the page of another application: its origin, its reader, its rate. The gate asks here.

No cookie counts, so there is nothing to forge with; an origin that is not named gets 403 and no CORS header.
https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.clock import Clock
from app.db import reading
from app.errors import AppError, Forbidden, SignInNeeded, TooLarge
from app.people.credentials import Credentials
from app.people.models import Person
from app.viewer import Role, Viewer
from app.widget import tokens
from app.widget.registry import Known, Registry

PREFIX = "/api/v1/widget/"
MOST_BODY = 64 * 1024
UNKNOWN = "No application of this name may show help from this page. Its origin is to be named in the studio."
ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}
EXPOSED = {"Access-Control-Expose-Headers": "retry-after, x-request-id"}


@dataclass
class Visitors:
    """Checks calls of the widget; `count` counts one call by its caller and raises over the rate."""

    registry: Registry
    clock: Clock
    credentials: Credentials
    count: Callable[[str], None]

    def expected(self, path: str) -> bool:
        """Whether this address is one of the widget's own."""
        return path.startswith(PREFIX)

    async def let_in(self, request: Request) -> Viewer:
        """Check origin, size, token and rate.

        Raises:
            Forbidden: the application is not known, or may not be shown from there.
            SignInNeeded: the token is not in order.
            TooMany, TooLarge: over a limit.
        """
        known = await self._known(request.url.path)
        origin = request.headers.get("origin")
        same = _same(request, origin)
        if known is None or not (same or (origin and known.allows(origin))):
            request.state.headers = {**request.state.headers, "Vary": "Origin"}
            raise Forbidden(UNKNOWN)
        if origin and not same:
            _open(request, origin)
        request.state.application = known
        viewer = Viewer(open_house=known.open)
        if request.method != "OPTIONS":
            viewer = await self._reader(request, known, viewer)
        return viewer

    async def _known(self, path: str) -> Known | None:
        key = path.removeprefix(PREFIX).partition("/")[0]
        fresh, known = self.registry.remembered(key)
        return known if fresh else await run_in_threadpool(self.registry.read, key)

    async def _reader(self, request: Request, known: Known, viewer: Viewer) -> Viewer:
        if int(request.headers.get("content-length", "0")) > MOST_BODY:
            raise TooLarge("A call of the widget has at most 64 KiB (65,536 bytes). Send it in parts.")
        address = request.client.host if request.client else "?"
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            self.count(f"widget {known.key} {address}")
            return viewer
        try:
            who = tokens.reader(token.strip(), known.key, known.keys, self.clock())
        except AppError:
            self.count(f"widget {known.key} {address}")
            raise
        self.count(f"widget {known.key} person {who.id}")
        return await run_in_threadpool(self._person, known, who)

    def _person(self, known: Known, who: tokens.Reader) -> Viewer:
        """The reader: somebody known here by this id, or whoever the application means by it; always an employee.

        Groups are the house's to say; what the application says counts for whom the house does not keep.
        """
        with reading(self.registry.engine) as session:
            person = session.get(Person, who.id)
            if person is not None and person.gone_at is not None:
                raise SignInNeeded("This person does not work here any more.")
            mine = person.id if person else f"{known.key}:{who.id}"
            groups = () if person else who.groups
            name, pseudonym = person.name if person else mine, self.credentials.pseudonym(mine)
            viewer = Viewer(Role.EMPLOYEE, name, mine, pseudonym, known.open, groups=groups)
            return self.credentials.contributed(session, viewer)


def _same(request: Request, origin: str | None) -> bool:
    """Whether a page of this server calls, or no page at all."""
    if origin is None:
        return request.headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    return urlsplit(origin).netloc == request.headers.get("host")


def _open(request: Request, origin: str) -> None:
    asked = {**ALLOWED} if request.method == "OPTIONS" else {**EXPOSED}
    named = {"Access-Control-Allow-Origin": origin, "Vary": "Origin", **asked}
    request.state.headers = {**request.state.headers, **named}
