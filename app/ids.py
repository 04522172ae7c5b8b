"""UUIDv7 (RFC 9562, section 5.7): ordered by time, so that new rows land at the end of the primary key."""

import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """A new identifier: 48 bits of milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
