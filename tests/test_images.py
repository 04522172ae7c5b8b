import hashlib
import io
import struct
import zlib

import pytest
from PIL import Image
from sqlalchemy import Engine
from sqlmodel import Session

from app.aids import images
from app.db import writing
from app.errors import Invalid, TooLarge


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **more: object) -> bytes:
    raw = io.BytesIO()
    Image.new(mode, size).save(raw, kind, **more)
    return raw.getvalue()


def opened(accepted: images.Accepted) -> Image.Image:
    return Image.open(io.BytesIO(accepted.content))


def promised(width: int, height: int) -> bytes:
    """A PNG that says it is this large, and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("BMP", "image/png"),
        ("TIFF", "image/png"),
    ],
)
def test_an_image_is_kept_in_a_format_that_browsers_show(kind: str, media_type: str) -> None:
    accepted = images.accept(picture(kind))
    assert (accepted.media_type, opened(accepted).size) == (media_type, (40, 20))
    assert accepted.digest == hashlib.sha256(accepted.content).hexdigest()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_an_image_of_any_colours_is_kept(mode: str) -> None:
    assert opened(images.accept(picture(mode=mode))).size == (40, 20)


def test_a_wide_image_is_made_1600_pixels_wide() -> None:
    assert opened(images.accept(picture(size=(3200, 100)))).size == (1600, 50)


def test_a_photograph_is_turned_upright_and_says_nothing_about_its_place() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "taken at home"
    accepted = images.accept(picture("JPEG", exif=exif))
    assert opened(accepted).size == (20, 40)
    assert not opened(accepted).getexif()
    assert b"taken at home" not in accepted.content


def test_what_hangs_on_to_an_image_is_gone() -> None:
    assert b"<script>" not in images.accept(picture() + b"<script>alert(1)</script>").content


def test_an_animation_goes_on_moving() -> None:
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "blue")]
    raw = io.BytesIO()
    frames[0].save(raw, "GIF", save_all=True, append_images=frames[1:])
    assert getattr(opened(images.accept(raw.getvalue())), "n_frames", 1) == 2


@pytest.mark.parametrize("size", [(10_000, 5_001), (200_000, 200_000)])
def test_over_50_megapixels_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(TooLarge, match="megapixels"):
        images.accept(promised(*size))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"GIF89a",
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"\xd7\xcd\xc6\x9a" + b"\0" * 40,
        picture()[:50],
        promised(10, 10),
    ],
)
def test_what_is_no_whole_image_is_refused_with_a_remedy(raw: bytes) -> None:
    with pytest.raises(Invalid, match="Convert it to PNG"):
        images.accept(raw)


def test_the_images_of_a_text_are_found_where_they_were_kept(engine: Engine) -> None:
    accepted = images.accept(picture())
    with writing(engine) as session:
        images.keep(session, "billing/img/screen one.png", accepted)
        images.keep(session, "billing/other.png", accepted)
    text = "![a](img/screen%20one.png) ![b](../billing/other.png) ![c](none.png) ![d](https://x.example/y.png)"
    with Session(engine) as session:
        found = images.stored(session, "billing/refund.md", text)
    assert found == {"img/screen%20one.png": accepted.digest, "../billing/other.png": accepted.digest}
