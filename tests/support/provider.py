"""A real OpenID Connect provider on loopback that lets everybody in at once, and can be told to lie or to be slow.

It checks what a strict provider checks: each code once, the redirect address, the client, the code verifier.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "jobaids", "a secret: with signs"


@cache
def new_key(kid: str) -> RSAKey:
    """A key of this name, made once."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


class Provider:
    """Who comes back is `claims`; `lies` replaces parts of the token, `answer_lies` those of the answer."""

    def __init__(self, url: str, now: int) -> None:
        self.url, self.now = url, now
        self.key = self.signing = new_key("one")
        self.claims: dict[str, Any] = {"sub": "248289761001", "name": "Ana Ruiz", "preferred_username": "ana.ruiz"}
        self.lies: dict[str, Any] = {}
        self.answer_lies: dict[str, Any] = {}
        self.codes_expire = False
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    def described(self) -> dict[str, Any]:
        """The discovery document."""
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.url} | {name: f"{self.url}/{path}" for name, path in ends.items()}

    def keys(self) -> dict[str, Any]:
        """The public keys."""
        return {"keys": [self.key.as_dict(private=False)]}

    def authorize(self, query: dict[str, str]) -> str:
        """The address to go back to."""
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        answer = {"code": code, "state": query["state"], "iss": self.url} | self.answer_lies
        return f"{query['redirect_uri']}?{urlencode({name: value for name, value in answer.items() if value})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The token for a code, or why not."""
        asked = None if self.codes_expire else self.codes.pop(form["code"], None)
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        client = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        )
        if challenge != asked["code_challenge"] or client != f"{CLIENT}:{SECRET}":
            return 401, {"error": "invalid_client"}
        claims = {"iss": self.url, "aud": CLIENT, "iat": self.now, "exp": self.now + 300, "nonce": asked["nonce"]}
        claims = {name: value for name, value in (claims | self.claims | self.lies).items() if value is not None}
        id_token = jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.signing)
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": id_token}


@contextmanager
def provider(now: int) -> Iterator[Provider]:
    """A provider that answers meanwhile."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.provider = Provider(f"http://127.0.0.1:{server.server_address[1]}", now)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.provider  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    @property
    def _provider(self) -> Provider:
        found: Provider = self.server.provider  # type: ignore[attr-defined]
        return found

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        self._provider.asked.append(asked.path)
        if asked.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(asked.query).items()}
            self.send_response(302)
            self.send_header("Location", self._provider.authorize(query))
            self.end_headers()
            return
        pages = {"/.well-known/openid-configuration": self._provider.described, "/keys": self._provider.keys}
        self._send(200, pages[asked.path]())

    def do_POST(self) -> None:
        self._provider.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._send(*self._provider.token(form, self.headers.get("Authorization", "")))

    def _send(self, status: int, content: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())
