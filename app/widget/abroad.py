"""What was written for a page of this server, made to work on a page of another one.

An image there can bring no token, so its address is signed and good for some days.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

LINK = re.compile(r'(?<=\bhref=")/(?!/)')
OUTWARD = re.compile(r'<a (?=[^>]*\bhref="https?://)')
IMAGE = re.compile(r'(?<=\bsrc=")/files/(\w+)(?=")')
GOOD_FOR = timedelta(days=3)


@dataclass(frozen=True)
class Abroad:
    """Addresses of this server at `base`, for a page that is read now."""

    base: str
    key: bytes
    now: datetime

    def __call__(self, html: str) -> str:
        """Sanitised HTML with whole addresses; what leads away opens beside the page."""
        whole = LINK.sub(f"{self.base}/", IMAGE.sub(lambda found: self.base + self.image(found[1]), html))
        return OUTWARD.sub('<a target="_blank" ', whole)

    def image(self, digest: str) -> str:
        """The address of an image."""
        day = int(self.now.timestamp() // 86_400)
        return f"/widget/files/{digest}/{day}-{_signature(self.key, digest, day)}"


def is_good(key: bytes, digest: str, signed: str, now: datetime) -> bool:
    """Whether this address of an image was given out here, not long ago."""
    day, _, signature = signed.partition("-")
    if not day.isdecimal() or len(day) > 6:
        return False
    age = now.timestamp() - int(day) * 86_400
    fits = hmac.compare_digest(signature.encode(), _signature(key, digest, int(day)).encode())
    return fits and 0 <= age < GOOD_FOR.total_seconds()


def _signature(key: bytes, digest: str, day: int) -> str:
    return hmac.new(key, f"image {digest} {day}".encode(), hashlib.sha256).hexdigest()[:32]
