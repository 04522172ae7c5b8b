"""Zip files from strangers: nothing is unpacked before its names, sizes and number have been looked at."""

import posixpath
import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.errors import Invalid, TooLarge

MOST_ENTRIES = 5_000
MOST_BYTES = 400_000_000  # of all entries, unpacked
MOST_ENTRY = 64_000_000
MOST_RATIO = 200  # unpacked to packed, where it is over a megabyte; text packs to a tenth
FREE_RATIO = 1_000_000
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
DRIVE = re.compile(r"^[A-Za-z]:")
DAMAGED = "The zip file is damaged. Make it anew and bring it in again."


@dataclass(frozen=True)
class Archive:
    """An open zip file that has been looked at; names have `/` and lead nowhere else."""

    file: zipfile.ZipFile
    names: tuple[str, ...]

    def read(self, name: str) -> bytes:
        """The bytes of an entry.

        Raises:
            Invalid: there is none, or it is damaged.
        """
        try:
            with self.file.open(name) as entry:
                raw = entry.read(MOST_ENTRY + 1)
        except KeyError:
            raise Invalid(f"There is no {name} in the zip file.") from None
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError, NotImplementedError) as error:
            raise Invalid(DAMAGED) from error
        except Exception as error:  # zlib.error has no base of its own
            if type(error).__name__ != "error":
                raise
            raise Invalid(DAMAGED) from error
        if len(raw) > MOST_ENTRY:
            raise TooLarge(f"{name} holds over {MOST_ENTRY:,} bytes. Bring it in without that file.")
        return raw


@contextmanager
def opened(file: Path | IO[bytes]) -> Iterator[Archive]:
    """The zip file, if it can be trusted.

    Raises:
        Invalid: not a zip file, encrypted, or with a name that leads out of it.
        TooLarge: it would unpack to more than it may.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Invalid(DAMAGED) from None
    with archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        _refuse_bomb(entries)
        for entry in entries:
            _refuse(entry)
        names = tuple(entry.filename for entry in entries)
        if len(set(names)) < len(names):
            raise Invalid("The zip file holds two files of one name. Make it anew and bring it in again.")
        yield Archive(archive, names)


def _refuse_bomb(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise TooLarge(f"It holds {len(entries):,} files and the limit is {MOST_ENTRIES:,}. Bring it in in parts.")
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if unpacked > MOST_BYTES:
        raise TooLarge(f"Unpacked it has {unpacked:,} bytes and the limit is {MOST_BYTES:,}. Bring it in in parts.")
    if unpacked > FREE_RATIO and unpacked > MOST_RATIO * max(packed, 1):
        raise TooLarge("Unpacked it would be over 200 times as large, as no document is. It was not opened.")


def _refuse(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if entry.flag_bits & 1:
        raise Invalid("It is protected by a password. Save it without one and bring it in again.")
    if entry.compress_type not in METHODS:
        raise Invalid("The zip file is packed in an unusual way. Make it anew as an ordinary zip file.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Invalid(f"{name} is a link to another file. Put the file itself into the zip file.")
    leads_out = name.startswith("/") or DRIVE.match(name) or ".." in re.split(r"[/\\]", name)
    if leads_out or "\\" in name or posixpath.normpath(name) != name or not name.isprintable() or len(name) > 300:
        raise Invalid(f"It holds a name that leads out of it or cannot be used: {name[:80]!r}. It was not opened.")
    if entry.file_size > MOST_ENTRY:
        raise TooLarge(f"{name} holds over {MOST_ENTRY:,} bytes. Bring it in without that file.")
