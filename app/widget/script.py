"""The script as it is served: made small once per process, with its digest for subresource integrity.

A version that was served once keeps its bytes for ever: hosts pin it. A changed script is a new version.
https://www.w3.org/TR/SRI/
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rjsmin

from app.widget import minify

STATIC = Path(__file__).parent / "static"
VERSION = "1.0.0"
CHANGES = {"1.0.0": "The first version."}
OTHERS = {"frame", "recorder"}
LANGUAGES = ("de", "en", "es", "fr")


@dataclass(frozen=True)
class Script:
    """A version of the script."""

    version: str
    content: bytes

    @property
    def integrity(self) -> str:
        """The value of an `integrity` attribute."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.content).digest()).decode()

    @property
    def etag(self) -> str:
        """Changes with the content."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:20]}"'


@cache
def script() -> Script:
    """The newest version: the source and the style sheet in one, made small."""
    source, style = ((STATIC / f"widget.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))
    return Script(VERSION, minify.script(source).replace("__CSS__", minify.style(style)).encode())


@cache
def other(name: str) -> bytes:
    """A script beside the widget, made small."""
    return str(rjsmin.jsmin((STATIC / f"{name}.js").read_text(encoding="utf-8"))).encode()


@cache
def strings(language: str) -> bytes:
    """The words of the panel in a language."""
    return (STATIC / "strings" / f"{language}.json").read_bytes()


def versions() -> str:
    """What `/widget/versions.json` says."""
    newest = script()
    known = {"version": newest.version, "integrity": newest.integrity, "size": len(newest.content)}
    return json.dumps({"versions": [{**known, "changes": CHANGES[newest.version]}]}, indent=1)
