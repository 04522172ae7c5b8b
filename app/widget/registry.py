"""The applications as each call needs them, remembered for some seconds."""

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog
from sqlalchemy import Engine

from app.db import reading
from app.widget import queries
from app.widget.models import Application, ApplicationKey
from app.widget.safe import Safe
from app.widget.tokens import SigningKey, read_key

log = structlog.get_logger(__name__)
REMEMBERED_SECONDS = 5.0
MOST_REMEMBERED = 1_000
DEMO = "demo"


@dataclass(frozen=True)
class Known:
    """An application with its keys in force."""

    key: str
    title: str
    origins: frozenset[str] = frozenset()
    subdomains: bool = False
    open: bool = True
    accent: str | None = None
    task: str | None = None
    keys: Mapping[str, SigningKey] = field(default_factory=dict)

    def allows(self, origin: str) -> bool:
        """Whether pages of this origin may call: exactly those named, and their sub-domains where that was ticked."""
        if origin in self.origins:
            return True
        return self.subdomains and any(_below(origin, allowed) for allowed in self.origins)

    @property
    def ancestors(self) -> str:
        """The origins as a content policy names them."""
        below = [allowed.replace("://", "://*.", 1) for allowed in sorted(self.origins)] if self.subdomains else []
        return " ".join([*sorted(self.origins), *below])


def _below(origin: str, allowed: str) -> bool:
    ours, theirs = urlsplit(origin), urlsplit(allowed)
    same = (ours.scheme, ours.port) == (theirs.scheme, theirs.port)
    return same and (ours.hostname or "").endswith(f".{theirs.hostname}")


# The order desk at `/widget/demo`: pages of this server, so it needs no origin.
ORDER_DESK = Known(DEMO, "Order desk (demo)", accent="#8a1538")


@dataclass
class Registry:
    """Looks applications up. Another process hears of a revoked key within five seconds."""

    engine: Engine
    safe: Safe
    _remembered: dict[str, tuple[float, Known | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        warnings.filterwarnings("ignore", message="EdDSA is deprecated")

    def remembered(self, key: str) -> tuple[bool, Known | None]:
        """Whether it was looked up just now, and what was found."""
        if key == DEMO:
            return True, ORDER_DESK
        until, known = self._remembered.get(key, (0.0, None))
        return until > time.monotonic(), known

    def read(self, key: str) -> Known | None:
        """The application as it stands in the database."""
        with reading(self.engine) as session:
            found = queries.application(session, key)
            known = None if found is None else self._known(found, queries.keys(session, key))
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = (time.monotonic() + REMEMBERED_SECONDS, known)
        return known

    def get(self, key: str) -> Known | None:
        """The application, remembered or not."""
        fresh, known = self.remembered(key)
        return known if fresh else self.read(key)

    def forget(self) -> None:
        """Look everything up again: something was changed here."""
        self._remembered.clear()

    def _known(self, found: Application, keys: Sequence[ApplicationKey]) -> Known:
        return Known(
            key=found.key,
            title=found.title,
            origins=frozenset(found.origins),
            subdomains=found.subdomains,
            open=found.open,
            accent=found.accent,
            task=found.task,
            keys=dict(self._in_force(keys)),
        )

    def _in_force(self, keys: Sequence[ApplicationKey]) -> Iterator[tuple[str, SigningKey]]:
        for key in keys:
            material = None if key.revoked_at else self.safe.open(key.material)
            if material is not None:
                yield key.kid, read_key(key.algorithm, material)
            elif not key.revoked_at:
                log.warning("a secret was sealed under another pseudonym.key: make a new one", kid=key.kid)
