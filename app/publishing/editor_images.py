"""Images of a text that is being written, and text that comes with images.

Each image lies beside its aid, named by the first digits of its digest.
"""

import posixpath
import re
from dataclasses import dataclass

from sqlmodel import Session

from app.aids import images
from app.aids.document import read
from app.aids.from_html import Embedded, to_markdown
from app.aids.images import Accepted
from app.aids.models import LibraryFile
from app.aids.render import images_in
from app.errors import AppError
from app.publishing import drafts_queries as queries

FOLDER = "images"
MARKS = re.compile(r"[\[\]\\\0]")  # that would end the words of an image
OURS = re.compile(rf"{FOLDER}/([0-9a-f]{{12}}\.(?:png|jpg|gif|webp))")


def keep(session: Session, path: str, accepted: Accepted) -> str:
    """Store an image beside the aid at `path`; returns its address as the text writes it."""
    address = f"{FOLDER}/{accepted.digest[:12]}{accepted.suffix}"
    images.keep(session, posixpath.join(posixpath.dirname(path), address), accepted)
    return address


def at_end(session: Session, path: str, body: str, raw: bytes, shows: str) -> str:
    """The text with one more image below it; `shows` says in words what it shows.

    Raises:
        Invalid, TooLarge: this is no image that is taken.
    """
    address = keep(session, path, images.accept(raw))
    return f"{body.rstrip()}\n\n![{' '.join(MARKS.sub(' ', shows).split())}]({address})\n"


def of_text(session: Session, path: str, markdown: str) -> dict[str, str]:
    """The images that a text shows, with their digests: also one put in while the aid had another folder."""
    stored = images.stored(session, path, markdown)
    if "![" not in markdown:
        return stored
    strange = {source: match[1] for source in images_in(read(markdown)) if (match := OURS.fullmatch(source))}
    missing = {source: name for source, name in strange.items() if source not in stored}
    found = dict(queries.images_named(session, list(missing.values()))) if missing else {}
    return stored | {source: found[name] for source, name in missing.items() if name in found}


def bring_home(session: Session, path: str, shown: dict[str, str]) -> None:
    """Let images that were put in under another folder lie beside the aid."""
    for source, digest in shown.items():
        if OURS.fullmatch(source):
            session.merge(LibraryFile(path=images.place(path, source), digest=digest))


@dataclass(frozen=True)
class Pasted:
    """What was pasted, as markdown, and in sentences what could not be kept."""

    markdown: str
    lost: list[str]


def paste(session: Session, path: str, html: str) -> Pasted:
    """HTML that was copied elsewhere, for the text of the aid at `path`; its images are stored.

    Raises:
        Invalid, TooLarge: it cannot be read.
    """
    converted = to_markdown(html.replace("\0", ""), f"{FOLDER}/")
    markdown, lost = converted.markdown, list(converted.lost)
    for image in converted.images:
        markdown = _with_image(session, path, markdown, image, lost)
    return Pasted(markdown, lost)


def _with_image(session: Session, path: str, markdown: str, image: Embedded, lost: list[str]) -> str:
    shown = re.compile(rf"!\[([^\]]*)\]\({re.escape(image.source)}( [^)]*)?\)")
    try:
        address = keep(session, path, images.accept(image.raw))
    except AppError as error:
        lost.append(error.detail)
        return shown.sub(r"\1", markdown)
    return shown.sub(lambda match: f"![{match[1]}]({address})", markdown)
