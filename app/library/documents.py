"""One document in, the text of an aid out: a function per format behind one table of formats.

Nothing here knows the database, so that it runs on every core. Whatever a document holds, the answer is an aid with a
list of what could not be kept, or one sentence about why not.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import quote, unquote, urlsplit

import yaml

from app.aids import document, images
from app.aids.from_html import Converted, to_markdown
from app.aids.images import Accepted
from app.aids.render import images_in
from app.errors import AppError, Invalid
from app.library import pdf, table, word

SUFFIXES = (".docx", ".html", ".htm", ".md", ".pdf", ".csv", ".zip")
CONTAINERS = (".zip", ".csv")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".svg")
LINKED = (".docx", ".doc", ".html", ".htm", ".md", ".pdf", ".csv")
MOST_ORIGINAL = 400_000  # characters kept beside the result
NOT_THERE = "An image was not found beside the page and was left out: {name}"
NOT_TAKEN = "An image could not be taken and was left out: {name}. {reason}"
NOT_BROUGHT = "A link leads to {name}, which did not come in with it; it became plain words."
NO_WORDS = "There are no words in it. If it holds pictures of text, write the text down first."
TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.I | re.S)
STARTS = (
    (b"%PDF-", ".pdf", "a PDF"),
    (b"PK\x03\x04", ".docx", "a Word document or a zip file"),
    (b"\xd0\xcf\x11\xe0", ".doc", "an old Word file (.doc), or protected by a password"),
    (b"{\\rtf", ".rtf", "a rich text file (.rtf)"),
)
OLD = "Open it in Word, save it as .docx without a password and bring it in again."


@dataclass(frozen=True)
class Source:
    """A document as it comes in.

    `name` is its path as uploaded, `path` where its aid will lie; `others` maps the names of what comes in with it to
    the paths of their aids, and `read` gives the bytes of a file beside it, None where there is none.
    """

    name: str
    path: str
    raw: bytes
    others: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[str], bytes | None] = lambda name: None


@dataclass(frozen=True)
class Result:
    """A document as an aid: its text, the words of the original, what was lost, and its images by library path."""

    markdown: str
    original: str
    lost: tuple[str, ...] = ()
    images: Mapping[str, Accepted] = field(default_factory=dict)


def suffix(name: str) -> str:
    """The format by the name, `.htm` as `.html`."""
    ending = posixpath.splitext(name.lower())[1]
    return ".html" if ending == ".htm" else ending


def target(name: str) -> str:
    """Where the aid of a document lies: its name in small letters and dashes; markdown keeps its own."""
    stem, ending = posixpath.splitext(name)
    if ending.lower() != ".md":
        stem = re.sub(r"[^\w/]+|_", "-", stem.lower())
        stem = re.sub(r"-*/-*", "/", re.sub(r"-{2,}", "-", stem)).strip("-/") or "document"
    return f"{stem[:370]}.md"


def convert(source: Source) -> Result:
    """The aid that this document becomes.

    Raises:
        AppError: it cannot become one; the detail says what to do.
    """
    ending = suffix(source.name)
    _refuse_another(source.raw, ending)
    result = FORMATS[ending](source)
    if not (document.read(result.markdown).body.strip() or result.images):
        raise Invalid(NO_WORDS)
    return result


def _refuse_another(raw: bytes, ending: str) -> None:
    """A file that is not what its name says."""
    start = raw[:1024].lstrip()
    if ending not in FORMATS:
        raise Invalid(f"Files that end in {ending or 'nothing'} do not come in. {', '.join(SUFFIXES)} do.")
    found = next(((own, what) for mark, own, what in STARTS if start.startswith(mark)), None)
    if found and found[0] in {".doc", ".rtf"}:
        raise Invalid(f"This is {found[1]}. {OLD}")
    if found and found[0] != ending:
        raise Invalid(f"Its name ends in {ending}, yet it is {found[1]}. Give it its right name and bring it in again.")
    if ending in {".docx", ".pdf"} and not found:
        page = start[:20].lower().startswith((b"<!doctype html", b"<html"))
        what = "a web page. Let its name end in .html" if page else f"no {ending[1:]} file, or it is damaged"
        raise Invalid(f"Its name ends in {ending}, yet it is {what}.")


def _word(source: Source) -> Result:
    page = word.read(source.raw)
    return _page(source, page.html, page.lost, page.images.get)


def _html(source: Source) -> Result:
    text = table.decoded(source.raw)
    title = TITLE.search(text)
    heading = f"<h1>{title[1]}</h1>" if title and not re.search(r"<h1\b", text, re.I) else ""
    if heading:
        body = re.search(r"<(main|body)\b[^>]*>", text, re.I)
        text = text[: body.end()] + heading + text[body.end() :] if body else heading + text
    folder = posixpath.dirname(source.name)

    def beside(address: str) -> bytes | None:
        return source.read(posixpath.normpath(posixpath.join(folder, unquote(urlsplit(address).path))))

    return _page(source, text, [], beside)


def _pdf(source: Source) -> Result:
    paragraphs, lost = pdf.read(source.raw)
    result = _page(source, "".join(f"<p>{escape(text)}</p>" for text in paragraphs), lost, lambda name: None)
    return Result(result.markdown, "\n\n".join(paragraphs)[:MOST_ORIGINAL], result.lost)


def _markdown(source: Source) -> Result:
    text = _utf8(source.raw)
    kept: dict[str, Accepted] = {}
    lost = []
    for address in images_in(document.read(text)) if "![" in text else []:
        raw = source.read(images.place(source.name, address))
        try:
            if raw is None:
                lost.append(NOT_THERE.format(name=address))
            else:
                kept[images.place(source.path, address)] = images.as_it_is(raw)
        except AppError as error:
            lost.append(NOT_TAKEN.format(name=address, reason=error.detail))
    return Result(text, text[:MOST_ORIGINAL], tuple(lost), kept)


def _row(source: Source) -> Result:
    """One question with its answer; `raw` holds the head of the table and one row."""
    row = table.rows(source.raw)[0]
    front: dict[str, object] = {"title": row.question, "kind": "reference", **row.more}
    answer = to_markdown("".join(f"<p>{escape(part)}</p>" for part in re.split(r"\r?\n\s*\r?\n|\r?\n", row.answer)))
    return Result(_with_front(front, answer.markdown), f"{row.question}\n\n{row.answer}"[:MOST_ORIGINAL])


FORMATS: dict[str, Callable[[Source], Result]] = {
    ".docx": _word,
    ".html": _html,
    ".pdf": _pdf,
    ".md": _markdown,
    ".csv": _row,
}


def _page(source: Source, html: str, lost: list[str], beside: Callable[[str], bytes | None]) -> Result:
    """HTML as an aid, its images and links in their new places."""
    folder = posixpath.splitext(posixpath.basename(source.path))[0] + "/"
    kept: dict[str, Accepted] = {}
    said = list(lost)

    def keep(raw: bytes | None, name: str) -> str:
        if raw is None:
            said.append(NOT_THERE.format(name=name))
            return ""
        try:
            accepted = images.accept(raw)
        except AppError as error:
            said.append(NOT_TAKEN.format(name=name, reason=error.detail))
            return ""
        address = f"{folder}image-{len(kept) + 1}{accepted.suffix}"
        kept[posixpath.join(posixpath.dirname(source.path), address)] = accepted
        return quote(address)

    def link(href: str) -> str:
        target, name = _linked(source, href)
        if name:
            said.append(NOT_BROUGHT.format(name=name))
        return target

    converted = to_markdown(html, link=link, image=lambda address: keep(beside(address), address))
    markdown = _with_embedded(converted, keep)
    text = re.sub(r"\n\s*\n", "\n", _words(html))
    return Result(markdown, text[:MOST_ORIGINAL], tuple(dict.fromkeys([*said, *converted.lost])), kept)


def _with_embedded(converted: Converted, keep: Callable[[bytes | None, str], str]) -> str:
    """Images that came inside the HTML get their place; one that cannot be taken leaves its words."""
    markdown = converted.markdown
    for embedded in reversed(converted.images):
        address = keep(embedded.raw, embedded.source)
        pattern = re.compile(rf"!\[([^\]]*)\]\({re.escape(embedded.source)}\)")
        markdown = pattern.sub(lambda found, to=address: f"![{found[1]}]({to})" if to else found[1], markdown)  # type: ignore[misc]
    return markdown


def _linked(source: Source, href: str) -> tuple[str, str]:
    """Where a link leads now, and the name of a document that did not come in with this one."""
    target = urlsplit(href)
    if target.scheme not in {"", "file"} or href.startswith("//") or not target.path:
        return href, ""
    name = posixpath.normpath(posixpath.join(posixpath.dirname(source.name), unquote(target.path).replace("\\", "/")))
    found = source.others.get(name) or _only_one(source.others, posixpath.basename(name))
    if found:
        return quote(posixpath.relpath(found, posixpath.dirname(source.path) or ".")), ""
    return ("", posixpath.basename(name)[:100]) if target.scheme == "" or suffix(name) in LINKED else (href, "")


def _only_one(others: Mapping[str, str], base: str) -> str | None:
    found = [path for name, path in others.items() if posixpath.basename(name).lower() == base.lower()]
    return found[0] if len(found) == 1 else None


def _words(html: str) -> str:
    """The words of the original, a line per block, to be read beside the result."""
    lines = re.sub(r"<(script|style|head)\b.*?</\1\s*>", "", html, flags=re.I | re.S)
    lines = re.sub(r"</?(p|div|h\d|li|tr|table|ul|ol|br|blockquote)\b[^>]*>", "\n", lines, flags=re.I)
    lines = re.sub(r"</t[dh]>", "\t", lines, flags=re.I)
    return "\n".join(line.strip() for line in unescape(re.sub(r"<[^>]*>", "", lines)).splitlines()).strip()


def _with_front(front: Mapping[str, object], body: str) -> str:
    keys = yaml.safe_dump(dict(front), sort_keys=False, allow_unicode=True, width=10_000)
    return f"---\n{keys}---\n{body}"


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Invalid(f"line {line}: byte 0x{raw[error.start]:02X} is not UTF-8; save it as UTF-8.") from None
