"""Where a reader goes after she has signed in: back to the page she came from, which can only be one of ours."""

import re
from urllib.parse import urlsplit

HOME = "/"
MOST = 1_000
# One slash, then anything that a browser does not read as another host: it takes `\` for `/` and skips tabs and lines.
LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f-\xa0]*")
NOT_BACK_TO = ("/sign-in", "/sign-out", "/invitation")


def local(address: str) -> str:
    """The address if it is a page of this server, else the home page."""
    if len(address) > MOST or not LOCAL.fullmatch(address):
        return HOME
    try:
        parts = urlsplit(address)
    except ValueError:
        return HOME
    if parts.scheme or parts.netloc or parts.path.startswith(NOT_BACK_TO):
        return HOME
    return address
