"""How the files of an index are read: never mapped into memory.

Who looks into a map of a file that was cut short is killed by the system.
"""

import sys
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile, StructFile


class Files(FileStorage):  # type: ignore[misc]
    """The files in a folder; small ones are read at once and kept in memory while they are open."""

    small = 1_000_000  # bytes

    def __init__(self, folder: str) -> None:
        super().__init__(folder, supports_mmap=False)

    def open_file(self, name: str, **options: Any) -> StructFile:
        """The file to read from."""
        path = Path(self.folder) / name
        if path.stat().st_size > self.small:
            return super().open_file(name, **options)
        return BufferFile(path.read_bytes(), name=name)


class Whole(Files):
    """All of them are read at once: for who reads everything and then closes them."""

    small = sys.maxsize
