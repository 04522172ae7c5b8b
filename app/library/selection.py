"""Which aids go out through the studio, and in which shape: a zip file of markdown, or one page of HTML."""

import base64
import html
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from markupsafe import Markup
from sqlmodel import Session

from app.aids.models import Aid, Revision
from app.library import queries
from app.viewer import Right, Viewer

IMAGE = re.compile(r'src="/files/([0-9a-f]{64})"')
MOST_IN_MEMORY = 8_000_000


@dataclass(frozen=True)
class Wanted:
    """All live aids, or those of a task, of a kind, or at these addresses."""

    task: str = ""
    kind: str = ""
    slugs: tuple[str, ...] | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing narrows it."""
        return not (self.task or self.kind or self.slugs is not None)


@dataclass(frozen=True)
class Printed:
    """An aid in a book of them."""

    slug: str
    title: str
    summary: str
    sections: list[tuple[str, Markup]]

    @property
    def anchor(self) -> str:
        """Its address as part of an anchor."""
        return anchor(self.slug)


def chosen(session: Session, viewer: Viewer, wanted: Wanted) -> list[tuple[Aid, Revision]]:
    """The live aids of a selection by their addresses."""
    viewer.require(Right.WRITE)
    return queries.live(session, wanted.task, wanted.kind, wanted.slugs)


def packed(session: Session, rows: Sequence[tuple[Aid, Revision]], whole: bool) -> IO[bytes]:
    """A zip file of these aids, byte for byte, with their images; of the whole library with its lists too."""
    made: IO[bytes] = tempfile.SpooledTemporaryFile(MOST_IN_MEMORY)  # noqa: SIM115 - the answer closes it
    files = dict(queries.files(session))
    shown = {digest for _, revision in rows for digest in revision.images.values()}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for aid, revision in rows:
            archive.writestr(_entry(aid.path), revision.markdown.encode())
        for path, digest in files.items():
            if digest in shown or (whole and path.endswith(".yaml")):
                archive.writestr(_entry(path), queries.content(session, digest))
    made.seek(0)
    return made


def _entry(path: str) -> zipfile.ZipInfo:
    """The same bytes every time: no time of day in it."""
    entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    return entry


def pages(rows: Sequence[tuple[Aid, Revision]]) -> list[Printed]:
    """The aids to be read one after the other."""
    return [_printed(aid, revision) for aid, revision in rows]


def _printed(aid: Aid, revision: Revision) -> Printed:
    """Its parts, their anchors made its own: two aids in one page have the same step 1."""
    prefix = anchor(aid.slug)
    found = []
    for part in revision.sections:
        text = re.sub(r'\b(id|for|aria-labelledby)="', rf'\1="{prefix}--', part["html"])
        text = re.sub(r'href="#', f'href="#{prefix}--', text)
        text = re.sub(r'<input type="checkbox"[^>]*class="tick"[^>]*>', "", text)
        found.append((part["title"], Markup(text)))  # noqa: S704 - rendered and sanitised when it was saved
    return Printed(aid.slug, revision.title, revision.summary, found)


def anchor(slug: str) -> str:
    """An address as part of an anchor."""
    return re.sub(r"[^\w-]", "-", slug)


def with_images(session: Session, printed: Sequence[Printed]) -> list[Printed]:
    """The same with the images inside, for a file that is opened without the server."""
    digests = {digest for one in printed for _, text in one.sections for digest in IMAGE.findall(text)}
    inside = {digest: _inside(*queries.image(session, digest)) for digest in digests}
    here = {one.slug for one in printed}
    return [
        Printed(one.slug, one.title, one.summary, [(title, _alone(text, inside, here)) for title, text in one.sections])
        for one in printed
    ]


def _alone(text: Markup, inside: Mapping[str, str], here: set[str]) -> Markup:
    shown = IMAGE.sub(lambda found: f'src="{inside[found[1]]}"', text)

    def lead(found: re.Match[str]) -> str:
        slug = html.unescape(found[1])
        return f'href="#aid-{anchor(slug)}"' if slug in here else 'class="elsewhere"'

    return Markup(re.sub(r'href="/aids/([^"#]+)(?:#[^"]*)?"', lead, shown))  # noqa: S704 - as before


def _inside(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """A file piece by piece, closed at its end."""
    with file:
        while piece := file.read(io.DEFAULT_BUFFER_SIZE * 8):
            yield piece
