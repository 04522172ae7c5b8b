"""Slugs: the address of an aid is its file's path without `.md`, slashes kept."""

import re
import unicodedata

from app.errors import Invalid

RESERVED = {"revisions", "suggest", "flag"}
UNSAFE = re.compile(r"[\s?#%&\"'<>\\^`{|}\x00-\x1f\x7f]+")
MOST = 300


def from_path(path: str) -> str:
    """The slug for a library path such as `billing/refund order.md`; what an address cannot carry becomes `-`.

    Raises:
        Invalid: the path leaves the library, or its last part names something else in an address.
    """
    return check(UNSAFE.sub("-", unicodedata.normalize("NFC", re.sub(r"\.md$", "", path, flags=re.IGNORECASE))))


def check(slug: str) -> str:
    """The slug itself where it can be an address.

    Raises:
        Invalid: it cannot; the detail says what to write instead.
    """
    parts = slug.split("/")
    if not slug or len(slug) > MOST:
        raise Invalid(f"A slug has 1 to {MOST} characters; this one has {len(slug)}.")
    if any(part in {"", ".", ".."} for part in parts) or UNSAFE.search(slug):
        raise Invalid(f"{slug!r} cannot be an address. Use letters, digits, dashes and single slashes.")
    if (len(parts) > 1 and parts[-1] in RESERVED) or slug.endswith(".md"):
        raise Invalid(f"{slug!r} ends in {parts[-1]!r}, which means something else in an address. Rename it.")
    return slug


def proposed(title: str) -> str:
    """An address for an aid with this title, empty where the title has no letter."""
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", title).lower()).strip("-")[:80].rstrip("-")
