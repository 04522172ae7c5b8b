"""The labelled sets as servers' folders, each imported once."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import data
from benchmarks.data import Library
from benchmarks.importing import import_library
from benchmarks.ours import Ours
from benchmarks.place import Failed, Place


@dataclass(frozen=True)
class Libraries:
    """Makes places below `folder` of the sets in `sets`."""

    folder: Path
    sets: Path
    _places: dict[str, Place] = field(default_factory=dict)

    def library(self, name: str) -> Library:
        """The set of this name.

        Raises:
            Failed: it is not there.
        """
        if not (self.sets / name).is_dir():
            raise Failed(f"There is no {name} in {self.sets}; give the folder of the labelled sets with --data.")
        return data.labelled(self.sets / name)

    def place(self, name: str) -> Place:
        """A server's folder with this set in it, for questions only."""
        if name not in self._places:
            place = Place(self.folder / name)
            import_library(place, self.library(name))
            self._places[name] = place
        return self._places[name]

    def copy(self, name: str, to: str) -> Place:
        """The same again, to be changed."""
        copied = Place(self.folder / to)
        shutil.copytree(self.place(name).folder / "data", copied.folder / "data")
        return copied


def ours(place: Place) -> Ours:
    """Search in this process on the index of a place."""
    folder = place.folder / "data" / "index"
    return Ours(folder / (folder / "CURRENT").read_text(encoding="utf-8").strip())
