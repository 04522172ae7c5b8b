"""Passwords: which are good enough, and Argon2 (RFC 9106) with the parameters of OWASP's cheat sheet.

Length counts, composition does not (NIST SP 800-63B): twelve characters, none of the commonest ones, not her own name.
"""

import re
import threading
import unicodedata
from collections.abc import Collection
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

LEAST, MOST = 12, 200
LEAST_OWN = 5  # letters that must be left without names and common words
AT_ONCE = threading.BoundedSemaphore(4)  # each takes 19 MiB
COMMON = re.compile(
    "password|passwort|passw0rd|p@ssw0rd|motdepasse|contrasena|qwertyuiop|qwerty|qwertz|azerty|asdfghjkl|asdfgh|zxcvbnm"
    "|1q2w3e4r5t6y|1q2w3e4r|1qaz2wsx3edc|zaq12wsx|iloveyou|welcome|letmein|administrator|admin|changeme|changeit|default"
    "|secret|jobaids|sunshine|princess|football|baseball|superman|dragon|monkey|summer|winter|spring|autumn|master|login"
)
ROWS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


@cache
def _argon2() -> PasswordHash:
    return PasswordHash([Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1)])


@cache
def _nobodys() -> str:
    return hashed("this is checked where there is no account")


def hashed(password: str) -> str:
    """What is stored."""
    with AT_ONCE:
        return _argon2().hash(_normal(password))


def fits(password: str, stored: str | None) -> bool:
    """Whether it is the one that was stored; it takes as long where nothing is."""
    with_account, stored = stored is not None, stored or _nobodys()
    try:
        with AT_ONCE:
            return _argon2().verify(_normal(password)[:MOST], stored) and with_account
    except PwdlibError:
        return False


def weakness(password: str, names: Collection[str]) -> str | None:
    """Why this cannot be a password of somebody with these names, in a sentence; None: it can."""
    plain = _normal(password)
    if len(plain) < LEAST:
        return f"A password has at least {LEAST} characters. Several words in a row are easy to remember."
    if len(plain) > MOST:
        return f"A password has at most {MOST} characters."
    letters = _letters(plain.casefold())
    if len(letters) < LEAST_OWN:
        return "That is among the first passwords anybody would try. Choose words that do not belong together."
    for part in {part for name in names for part in re.split(r"[\W\d_]+", name.casefold()) if len(part) > 2}:
        letters = letters.replace(part, "")
    if len(letters) < LEAST_OWN:
        return "That is mostly your own name. Choose words that others do not connect with you."
    return None


def _letters(folded: str) -> str:
    """The letters that make a password: none of a row of the keyboard, of a repetition or of a common word."""
    if _repeats(folded) or any(folded in row or folded in row[::-1] for row in ROWS):
        return ""
    return re.sub(r"[\W\d_]+", "", COMMON.sub("", folded))


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _repeats(text: str) -> bool:
    """A short piece again and again: `abcabcabcabc`."""
    return any((text[:size] * len(text))[: len(text)] == text for size in range(1, 5))
