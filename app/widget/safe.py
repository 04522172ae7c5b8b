"""Secrets of applications as the database keeps them: encrypted, so that a copy of it lets nobody sign.

A secret is sealed as JWE (RFC 7516, `dir` with A256GCM) under a key derived from that of the pseudonyms, which lies in
a file outside the database. Public keys stay as they are.
"""

import hashlib
from dataclasses import dataclass

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import Engine

from app.db import writing
from app.widget import queries
from app.widget.tokens import HS256

MARK = "sealed:"
HEADER = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True)
class Safe:
    """Seals secrets and opens them again; whoever has the database but not the file `key` comes from cannot."""

    key: bytes

    def seal(self, secret: str) -> str:
        """What may lie in a table; another text each time."""
        return MARK + jwe.encrypt_compact(HEADER, secret.encode(), self._sealing)

    def open(self, stored: str) -> str | None:
        """The secret; None where it was sealed under another key."""
        if not stored.startswith(MARK):
            return stored
        try:
            opened = jwe.decrypt_compact(stored.removeprefix(MARK), self._sealing, algorithms=list(HEADER.values()))
        except (JoseError, ValueError):
            return None
        return (opened.plaintext or b"").decode()

    @property
    def _sealing(self) -> OctKey:
        return OctKey.import_key(hashlib.sha256(b"application secrets" + self.key).digest())


def seal_all(engine: Engine, safe: Safe) -> None:
    """Seal what an earlier version kept in clear; may be done twice."""
    with writing(engine) as session:
        for key in queries.keys_of_kind(session, HS256):
            if key.material and not key.material.startswith(MARK):
                key.material = safe.seal(key.material)
                session.add(key)
