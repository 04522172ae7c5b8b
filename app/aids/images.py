"""Images as people bring them, made fit to be shown: checked by content, turned upright, not too wide, nothing hidden.

Whatever comes in is decoded and written anew, so that what is served holds pixels and nothing else: no place where a
photograph was taken, and no other file behind the image.
"""

import hashlib
import io
import posixpath
import warnings
from dataclasses import dataclass
from urllib.parse import unquote

from PIL import Image, ImageOps
from sqlmodel import Session

from app.aids import document, queries
from app.aids.models import Attachment, LibraryFile
from app.aids.render import images_in
from app.errors import Invalid, TooLarge

MOST_PIXELS = 50_000_000  # of all frames together
MOST_WIDTH = 1_600
MOST_RAW = 25_000_000  # bytes, as it comes in
MOST_BYTES = 5_000_000  # as it is kept
READ = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
KEPT = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}
NO_IMAGE = "This is not a PNG, JPEG, GIF or WebP image, or it is damaged. Convert it to PNG, and put it in again."


@dataclass(frozen=True)
class Accepted:
    """An image that may be kept; `digest` is the SHA-256 of `content`."""

    content: bytes
    media_type: str
    digest: str

    @property
    def suffix(self) -> str:
        """How the name of its file ends."""
        return SUFFIXES[self.media_type]


def accept(raw: bytes) -> Accepted:
    """The image in these bytes, upright, at most 1,600 pixels wide, without metadata.

    Raises:
        Invalid: no image of a kind that is taken, or a damaged one.
        TooLarge: over 25 MB, over 50 megapixels, or still over 5 MB afterwards.
    """
    if len(raw) > MOST_RAW:
        raise TooLarge(f"The image has {len(raw):,} bytes and the limit is {MOST_RAW:,}. Make it smaller.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged metadata, and of many pixels: those are counted below
            with Image.open(io.BytesIO(raw), formats=READ) as image:
                _refuse_many_pixels(image)
                content, kind = _written_anew(image)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError, MemoryError) as error:
        raise _refusal(error) from None
    if len(content) > MOST_BYTES:
        raise TooLarge(f"The image needs {len(content):,} bytes and the limit is {MOST_BYTES:,}. Crop it.")
    return Accepted(content, KEPT[kind], hashlib.sha256(content).hexdigest())


def as_it_is(raw: bytes) -> Accepted:
    """The image in these bytes, every byte kept, as a library under version control needs it.

    Raises:
        Invalid, TooLarge: what `accept` refuses, or another kind than PNG, JPEG, GIF and WebP.
    """
    if accept(raw).media_type != kind_of(raw):
        raise Invalid(NO_IMAGE)
    return Accepted(raw, kind_of(raw), hashlib.sha256(raw).hexdigest())


def kind_of(raw: bytes) -> str:
    """The media type that the first bytes say, empty where none is kept."""
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "image/webp"
    starts = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))
    return next((kind for start, kind in starts if raw.startswith(start)), "")


def _refusal(error: Exception) -> Invalid | TooLarge:
    if isinstance(error, Image.DecompressionBombError):
        return TooLarge(f"The image has more than {MOST_PIXELS // 1_000_000} megapixels. Make it smaller.")
    return Invalid(NO_IMAGE)


def _refuse_many_pixels(image: Image.Image) -> None:
    """Before anything is decoded: the size stands in the first bytes."""
    pixels = image.width * image.height
    frames = getattr(image, "n_frames", 1) if image.format == "GIF" and pixels <= MOST_PIXELS else 1
    if pixels * frames > MOST_PIXELS:
        megapixels = pixels * frames / 1_000_000
        limit = MOST_PIXELS // 1_000_000
        raise TooLarge(f"The image has {megapixels:,.0f} megapixels and the limit is {limit}. Make it smaller.")


def _written_anew(image: Image.Image) -> tuple[bytes, str]:
    kind = image.format if image.format in KEPT else "PNG"
    written = io.BytesIO()
    if kind == "GIF" and getattr(image, "n_frames", 1) > 1 and image.width <= MOST_WIDTH:
        image.info.pop("comment", None)
        image.save(written, "GIF", save_all=True)
        return written.getvalue(), "GIF"
    upright = _narrow(ImageOps.exif_transpose(image))
    _bare(upright, kind).save(written, kind, quality=85, optimize=kind != "WEBP")
    return written.getvalue(), str(kind)


def _narrow(image: Image.Image) -> Image.Image:
    if image.width <= MOST_WIDTH:
        return image
    whole = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    return whole.resize((MOST_WIDTH, max(1, round(image.height * MOST_WIDTH / image.width))), Image.Resampling.LANCZOS)


def _bare(image: Image.Image, kind: str | None) -> Image.Image:
    """The pixels alone; colours are turned into those that the format and every browser know."""
    transparent = image.info.get("transparency")
    if kind == "JPEG" or image.mode not in {"1", "L", "LA", "P", "RGB", "RGBA"}:
        image = image.convert("L" if image.mode in {"1", "L", "I;16"} else "RGB")
    elif image.mode == "P":
        image = image.convert("RGBA" if transparent is not None else "RGB")
    bare = image.copy()
    bare.info = {}
    return bare


def keep(session: Session, path: str, accepted: Accepted) -> None:
    """Store the image as the file of the library at `path`."""
    keep_file(session, path, accepted.content, accepted.media_type)


def keep_file(session: Session, path: str, content: bytes, media_type: str) -> str:
    """Store these bytes as the file of the library at `path`; returns their digest."""
    digest = hashlib.sha256(content).hexdigest()
    if session.get(Attachment, digest) is None:
        session.add(Attachment(digest=digest, media_type=media_type, content=content))
        session.flush()
    session.merge(LibraryFile(path=path, digest=digest))
    return digest


def stored(session: Session, path: str, markdown: str) -> dict[str, str]:
    """The images that the text of the aid at `path` shows: their addresses as written, and the digests that are kept.

    Raises:
        Invalid, TooLarge: the text cannot be read.
    """
    if "![" not in markdown:
        return {}
    wanted = {source: place(path, source) for source in images_in(document.read(markdown))}
    known = queries.library_digests(session, list(wanted.values()))
    return {source: known[target] for source, target in wanted.items() if target in known}


def place(path: str, source: str) -> str:
    """Where in the library an image lies whose address stands so in the text at `path`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(source)))
