"""What lies in a library folder: markdown, images, `tasks.yaml`, `synonyms.yaml`. Reads the disk and nothing else."""

import hashlib
import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from app.aids import document, service
from app.aids.render import images_in
from app.errors import AppError, Fault, Invalid
from app.library import lists
from app.search.synonyms import SynonymsFile
from app.work.schemas import Catalogue

MOST_IMAGE_BYTES = 5_000_000
TASKS = "tasks.yaml"
SYNONYMS = "synonyms.yaml"
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True)
class Found:
    """A file of a library: the folder that was named, and the path below it with `/`."""

    root: Path
    path: str

    @property
    def file(self) -> Path:
        """Where it lies."""
        return self.root / self.path

    @property
    def library(self) -> str:
        """What its library is called."""
        return library_of(self.root)

    @property
    def is_tasks(self) -> bool:
        """Whether it defines tasks."""
        return posixpath.basename(self.path) == TASKS

    @property
    def is_synonyms(self) -> bool:
        """Whether it names words that mean the same."""
        return posixpath.basename(self.path) == SYNONYMS


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file, where, and what to do. A warning did not keep the file out."""

    file: str
    detail: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}: {self.detail}"


@dataclass(frozen=True)
class Image:
    """An image that a text shows."""

    path: str
    digest: str
    media_type: str


@dataclass(frozen=True)
class Read:
    """A markdown file read and compiled, with its images."""

    found: Found
    compiled: service.Compiled
    images: tuple[Image, ...]
    problems: tuple[Problem, ...]


def library_of(folder: Path) -> str:
    """What the library in this folder is called: by the folder's real name, also where `..` or a link was named."""
    return folder.resolve().name


def gather(paths: Sequence[Path]) -> tuple[list[Found], list[Problem]]:
    """The files to read below these folders, and what cannot be read. Links to folders are not followed."""
    found: dict[Path, Found] = {}
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            for one in _walk(path, problems):
                found.setdefault(one.file.absolute(), one)
        elif path.is_file():
            found.setdefault(path.absolute(), Found(path.parent, path.name))
        else:
            problems.append(Problem(str(path), "there is no such file or folder; check the path."))
    return sorted(found.values(), key=lambda one: one.path), problems


def _walk(root: Path, problems: list[Problem]) -> Iterator[Found]:
    def unreadable(error: OSError) -> None:
        problems.append(Problem(str(error.filename), f"{error.strerror}; give the server's user the right to read it."))

    for folder, folders, names in os.walk(root, onerror=unreadable):
        for name in [name for name in folders if (Path(folder) / name).is_symlink()]:
            problems.append(Problem(str(Path(folder) / name), "a link to a folder is not followed.", warning=True))
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        for name in sorted(names):
            if name.lower().endswith(".md") or name in {TASKS, SYNONYMS}:
                yield Found(root, (Path(folder) / name).relative_to(root).as_posix())


def text_of(found: Found) -> str:
    """The file's text, every byte kept.

    Raises:
        Invalid: not UTF-8; the fault names the line.
    """
    raw = read_bytes(found)
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise _unusable(1, "the file is UTF-16; save it as UTF-8")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _unusable(line, f"byte 0x{raw[error.start]:02X} is not UTF-8 (Latin-1?); save it as UTF-8") from None


def read_bytes(found: Found) -> bytes:
    """The file's bytes, if it lies inside its library folder.

    Raises:
        Invalid: it cannot be read, or a link leads out of the folder.
    """
    try:
        if not found.file.resolve().is_relative_to(found.root.resolve()):
            raise Invalid("the path leads out of the library folder; put the file itself there.")
        return found.file.read_bytes()
    except (OSError, RuntimeError, ValueError) as error:
        raise Invalid(f"cannot be read ({getattr(error, 'strerror', None) or error}).") from None


def tasks_of(found: Found) -> Catalogue:
    """The task definitions in a `tasks.yaml`.

    Raises:
        Invalid: not what it should be; the detail names the line.
    """
    return lists.tasks(text_of(found))


def synonyms_of(found: Found) -> SynonymsFile:
    """The words that mean the same in a `synonyms.yaml`.

    Raises:
        Invalid: not what it should be; the detail names the line.
    """
    return lists.synonyms(text_of(found))


def read_aid(found: Found, markdown: str | None = None) -> Read | Problem:
    """Read, check and render one file; a problem instead where it cannot become an aid."""
    try:
        text = text_of(found) if markdown is None else markdown
        images, problems = images_of(found, text)
        served = {source: image.digest for source, image in images.items()}
        compiled = service.compile_text(text, found.path, served)
        return Read(found, compiled, tuple(images.values()), tuple(problems))
    except AppError as error:
        return Problem(str(found.file), error.detail)


def images_of(found: Found, text: str) -> tuple[dict[str, Image], list[Problem]]:
    """The images of a text by the address as written, and those that cannot be had."""
    images: dict[str, Image] = {}
    problems: list[Problem] = []
    if "![" not in text:
        return images, problems
    for source in images_in(document.read(text)):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(found.path), unquote(source)))
        try:
            raw = read_bytes(Found(found.root, path))
            images[source] = Image(path, hashlib.sha256(raw).hexdigest(), media_type(raw))
        except Invalid as error:
            line = text[: text.find(source)].count("\n") + 1
            problems.append(Problem(str(found.file), f"line {line}: image {source}: {error.detail}", warning=True))
    return images, problems


def media_type(raw: bytes) -> str:
    """What kind of image these bytes are.

    Raises:
        Invalid: none that is accepted, or over 5 MB.
    """
    if len(raw) > MOST_IMAGE_BYTES:
        raise Invalid(f"has {len(raw):,} bytes and the limit is {MOST_IMAGE_BYTES:,}; make it smaller.")
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "image/webp"
    found = next((kind for start, kind in SIGNATURES if raw.startswith(start)), None)
    if found is None:
        raise Invalid("is not a PNG, JPEG, GIF or WebP image; convert it.")
    return found


def _unusable(line: int, reason: str) -> Invalid:
    return Invalid(f"line {line}: {reason}.", [Fault(f"line {line}", reason)])
