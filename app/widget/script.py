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
STYLES = {"__LAUNCHER__": "launcher.css", "__CSS__": "widget.css"}
VERSION = "1.1.0"
CHANGES = "Decisions are one question at a time; less work before the first opening."
# Of the bytes that VERSION had when it was released. They change with the version only, see `tests/test_minify.py`.
RELEASED = "sha384-JE04bZKQd2F2/0E0/7LJ8vIq4qHqDxwcTfIkvSbBYL5sZxnrnev/EQxuS0Rtuymy"
OTHERS = {"frame": ("launch",), "recorder": ("record", "cancel")}  # with the words that they say
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
    made = minify.script(_text("widget.js"))
    for place, name in STYLES.items():
        made = made.replace(place, minify.style(_text(name)))
    return Script(VERSION, made.encode())


def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


@cache
def other(name: str) -> bytes:
    """A script beside the widget, made small, with its words in every language."""
    known = {language: json.loads(strings(language)) for language in LANGUAGES}
    words = {language: {word: said[word] for word in OTHERS[name]} for language, said in known.items()}
    return str(rjsmin.jsmin(_text(f"{name}.js"))).replace('"__WORDS__"', json.dumps(words, ensure_ascii=False)).encode()


@cache
def strings(language: str) -> bytes:
    """The words of the panel in a language."""
    return (STATIC / "strings" / f"{language}.json").read_bytes()
