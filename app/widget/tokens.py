"""Who an application says its reader is: a short-lived JWT (RFC 7519) that the application's server signed.

Only the algorithm of the key counts, whatever the token names, so `none` and a swapped algorithm fail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey

from app.errors import Invalid, SignInNeeded

AUDIENCE = "jobaid"
LONGEST = 600  # seconds from `iat` to `exp`
SKEW = 60  # seconds that two clocks may differ
MOST_TOKEN = 4_096
MOST_GROUPS, LONGEST_GROUP = 50, 100
HS256, EDDSA = "HS256", "EdDSA"
LEAST_SECRET = 32  # bytes
NAMES = {HS256: ["HS256"], EDDSA: ["EdDSA", "Ed25519"]}  # RFC 8037 and RFC 9864 name the same thing
FAULT = "The token of this page is not accepted: {reason}."


@dataclass(frozen=True)
class SigningKey:
    """A key that is in force."""

    algorithm: str
    key: OctKey | OKPKey


def read_key(algorithm: str, material: str) -> SigningKey:
    """A stored key, ready to verify.

    Raises:
        Invalid: it is no Ed25519 public key, or too short a secret.
    """
    if algorithm == HS256:
        if len(material.encode()) < LEAST_SECRET:
            raise Invalid(f"A secret has at least {LEAST_SECRET} bytes.")
        return SigningKey(HS256, OctKey.import_key(material))
    try:
        key = OKPKey.import_key(material)
    except (JoseError, ValueError, TypeError):
        key = None
    if key is None or key.curve_name != "Ed25519" or key.is_private:
        raise Invalid("Paste an Ed25519 public key in PEM form; it begins with -----BEGIN PUBLIC KEY-----.")
    return SigningKey(EDDSA, key)


@dataclass(frozen=True)
class Reader:
    """Whom a token names (`sub`), and to which groups the application says she belongs."""

    id: str
    groups: tuple[str, ...] = ()


def reader(token: str, app: str, keys: Mapping[str, SigningKey], now: datetime) -> Reader:
    """The reader whom the token names. Its `jti` is not looked at: one token serves many calls.

    Raises:
        SignInNeeded: the token is not in order; the detail says what is wrong, never what would be right.
    """
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid") if len(token) <= MOST_TOKEN else None
        key = keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise SignInNeeded(FAULT.format(reason="it names no key in force (`kid`)"))
        claims = jwt.decode(token, key.key, algorithms=NAMES[key.algorithm]).claims
    except (JoseError, ValueError, TypeError):
        raise SignInNeeded(FAULT.format(reason="it is damaged, or not signed with the key that it names")) from None
    reason = _wrong(claims, app, now.timestamp())
    if reason:
        raise SignInNeeded(FAULT.format(reason=reason))
    return Reader(str(claims["sub"]), tuple(claims.get("groups") or ()))


def _wrong(claims: Mapping[str, Any], app: str, now: float) -> str | None:
    """What is wrong with the claims, if anything."""
    audience, who = claims.get("aud"), claims.get("sub")
    if audience != AUDIENCE and not (isinstance(audience, list) and AUDIENCE in audience):
        return "it is for another audience (`aud`)"
    if claims.get("azp") != app:
        return "it is for another application (`azp`)"
    if not isinstance(who, str) or not 1 <= len(who) <= 200 or "\0" in who:
        return "it names nobody (`sub`)"
    if not _are_groups(claims.get("groups") or []):
        return f"its groups are no list of at most {MOST_GROUPS} names (`groups`)"
    return _untimely(claims.get("iat"), claims.get("exp"), now)


def _untimely(begins: Any, ends: Any, now: float) -> str | None:
    if not (_is_time(begins) and _is_time(ends)) or ends - begins > LONGEST:
        return "it lasts longer than ten minutes (`iat`, `exp`)"
    in_force = begins - SKEW <= now < ends + SKEW
    return None if in_force else "it has expired, or begins later (`iat`, `exp`)"


def _are_groups(groups: Any) -> bool:
    if not isinstance(groups, list) or len(groups) > MOST_GROUPS:
        return False
    return all(isinstance(one, str) and 1 <= len(one) <= LONGEST_GROUP and "\0" not in one for one in groups)


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
