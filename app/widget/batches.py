"""Keys for a beacon: it can carry no header, so its body brings a key that says whose the events are. Each works once.

The key is encrypted (RFC 7516, `dir` with A256GCM): the page that holds it learns nothing from it.
"""

import hashlib
import json
from datetime import datetime, timedelta

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from app.errors import SignInNeeded
from app.ids import uuid7

LASTS = timedelta(hours=24)  # so long the widget keeps what it could not send
HEADER = {"alg": "dir", "enc": "A256GCM"}


def _sealing(key: bytes) -> OctKey:
    return OctKey.import_key(hashlib.sha256(b"batch" + key).digest())


def issue(key: bytes, app: str, pseudonym: str | None, at: datetime) -> str:
    """A new key for this reader of this application."""
    content = {"id": uuid7().hex, "app": app, "who": pseudonym, "until": (at + LASTS).timestamp()}
    return jwe.encrypt_compact(HEADER, json.dumps(content).encode(), _sealing(key))


def read(key: bytes, app: str, batch: str, at: datetime) -> tuple[str, str | None]:
    """The key's id, and whose it is.

    Raises:
        SignInNeeded: it was not issued here, or for another application, or is too old.
    """
    try:
        opened = jwe.decrypt_compact(batch, _sealing(key), algorithms=list(HEADER.values())).plaintext
        content = json.loads(opened or b"{}")
    except (JoseError, ValueError, TypeError):
        content = {}
    if content.get("app") != app or content.get("until", 0) <= at.timestamp():
        raise SignInNeeded("This batch key is not valid any more. Send the events with a token.")
    return content["id"], content["who"]
