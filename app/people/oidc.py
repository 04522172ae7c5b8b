"""OpenID Connect: the authorization code flow with PKCE, state and nonce, by Authlib.

Nothing is fetched before somebody signs in. One random value in a cookie of the reader's browser binds the answer to
her: state, nonce and code verifier are derived from it, so that the server stores nothing meanwhile and each of its
processes can take the answer. Identity is issuer and subject (OpenID Connect Core 1.0, section 5.7).
"""

import hashlib
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import Any

import httpx2
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.errors import Invalid, Unavailable

log = structlog.get_logger(__name__)
SCOPE = "openid profile email"
# No algorithm that anybody with the public key, or with nothing, could sign by.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
KEPT = 3600.0  # seconds that the provider's description and keys are used
PATIENCE = 10.0
LEEWAY = 60
AWAY = "Single sign-on does not answer. Wait a minute and try again; nothing was changed."
AGAIN = "Nobody was signed in. Start again at the sign-in page."

Claims = dict[str, Any]


@dataclass(frozen=True)
class Attempt:
    """One way to the provider and back."""

    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def state(self) -> str:
        """Comes back with the answer; its absence means that the answer belongs to somebody else's attempt."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """Comes back inside the signed token."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """Proves to the provider that who fetches the token is who began (RFC 7636)."""
        return self._derived("verifier")

    def _derived(self, purpose: str) -> str:
        return urlsafe_b64encode(hashlib.sha256(f"{purpose} {self.secret}".encode()).digest()).decode().rstrip("=")


@dataclass
class Provider:
    """A provider, and what it said of itself."""

    issuer: str
    client_id: str
    client_secret: str = ""
    _known: dict[str, tuple[float, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, attempt: Attempt, back: str) -> str:
        """The provider's address to send the browser to."""
        endpoint = self._described()["authorization_endpoint"]
        with self._client(back) as client:
            words = {"state": attempt.state, "nonce": attempt.nonce, "code_verifier": attempt.verifier}
            address, _state = client.create_authorization_url(endpoint, **words)
        return str(address)

    def finish(self, attempt: Attempt, back: str, answer: dict[str, str], at: datetime) -> Claims:
        """The proven claims about who came back.

        Raises:
            Invalid: she was refused, or something about the answer is not as it must be.
            Unavailable: the provider does not answer.
        """
        if "code" not in answer:
            raise Invalid(f"Single sign-on did not let you in ({answer.get('error', 'no code')[:60]}). {AGAIN}")
        if not compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise Invalid(f"The answer of single sign-on belongs to another attempt. {AGAIN}")
        if answer.get("iss", self.issuer) != self.issuer:  # RFC 9207
            raise Invalid(f"The answer came from another provider than ours. {AGAIN}")
        return self._proven(self._id_token(attempt, back, answer["code"]), attempt, at)

    def _id_token(self, attempt: Attempt, back: str, code: str) -> str:
        endpoint = self._described()["token_endpoint"]
        try:
            with self._client(back) as client:
                token = client.fetch_token(endpoint, code=code, code_verifier=attempt.verifier)
        except OAuthError as error:
            log.warning("single sign-on refused a code", error=error.error)
            raise Invalid(
                f"Single sign-on did not accept the answer; it works once and for a short time. {AGAIN}"
            ) from None
        except (httpx2.HTTPError, ValueError) as error:
            log.warning("single sign-on away", error=type(error).__name__)
            raise Unavailable(AWAY) from None
        found = token.get("id_token")
        if not isinstance(found, str):
            raise Invalid(f"Single sign-on sent no proof of who you are. {AGAIN}")
        return found

    def _proven(self, id_token: str, attempt: Attempt, at: datetime) -> Claims:
        try:
            decoded = self._decoded(id_token)
            options = {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self.client_id},
            }
            words = {"nonce": attempt.nonce, "client_id": self.client_id}
            claims = CodeIDToken(decoded.claims, decoded.header, options, words)
            claims.validate(now=int(at.timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("single sign-on sent a wrong proof", error=str(error)[:200])
            raise Invalid(f"What single sign-on sent does not prove who you are. {AGAIN}") from None
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise Invalid(f"Single sign-on sent no name that can be used. {AGAIN}")
        return dict(claims)

    def _decoded(self, id_token: str) -> jwt.Token:
        try:
            return jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            self._known.pop("keys", None)  # it may have changed its keys
            return jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS)

    def _described(self) -> dict[str, Any]:
        found = self._kept("description", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            log.error("JOBAIDS_OIDC_ISSUER is not what the provider calls itself", provider=str(found.get("issuer")))
            raise Unavailable(
                "Single sign-on is not set up rightly; the server's log says why. Tell your administrator."
            )
        return found

    def _keys(self) -> KeySet:
        return KeySet.import_key_set(self._kept("keys", self._described()["jwks_uri"]))  # type: ignore[arg-type]

    def _kept(self, name: str, address: str) -> dict[str, Any]:
        with self._lock:
            until, found = self._known.get(name, (0.0, None))
            if until <= time.monotonic():
                found = _fetched(address)
                self._known[name] = time.monotonic() + KEPT, found
        return dict(found)

    def _client(self, back: str) -> OAuth2Client:
        method = "client_secret_basic" if self.client_secret else "none"
        return OAuth2Client(
            self.client_id,
            self.client_secret or None,
            token_endpoint_auth_method=method,
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=PATIENCE,
        )


def _fetched(address: str) -> dict[str, Any]:
    try:
        answer = httpx2.get(address, timeout=PATIENCE).raise_for_status().json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        log.warning("single sign-on away", error=type(error).__name__)
        raise Unavailable(AWAY) from None
    if not isinstance(answer, dict):
        raise Unavailable(AWAY)
    return answer
