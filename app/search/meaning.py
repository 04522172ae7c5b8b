"""What a text is about, as one vector: the mean of the static vectors of its word pieces.

The vectors are those of `wordllama` (256 numbers for each of 32,000 pieces), read from its package; nothing is ever
fetched. Without the package search works on words alone.
"""

import importlib.util
import math
from functools import cache, reduce
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Directions = NDArray[np.int8]
DIMENSIONS = 256
TITLE = 0.15  # how much of an aid's vector is that of its title
MOST_CHARACTERS = 20_000
BEGINS = "▁"  # a piece with which a word begins
STEPS = 254  # a number of an aid's direction, which is between -.5 and .5, is kept as so many of one
_NOWHERE = np.zeros(DIMENSIONS, np.float32)


class Model:
    """Makes vectors of length one."""

    def __init__(self, pieces: Any, vectors: Vector) -> None:
        self._pieces = pieces
        self._vectors = vectors
        self._words = frozenset(piece[1:] for piece in pieces.get_vocab() if piece[:1] == BEGINS)

    @property
    def words(self) -> frozenset[str]:
        """The commonest words of many languages, as far as they are one piece."""
        return self._words

    def _encode(self, text: str) -> list[int]:
        found: list[int] = self._pieces.encode(text, add_special_tokens=False).ids
        return found

    def word(self, word: str) -> Vector:
        """The sum of the vectors of a word's pieces; none reaches over a space."""
        found: Vector = self._vectors[self._encode(word)].sum(axis=0)
        return found

    def question(self, text: str) -> Vector:
        """The direction of a short text, all words alike; zeros where it has none."""
        return unit(reduce(np.add, map(self.word, text.split()), _NOWHERE))

    def aid(self, title: str, text: str) -> Vector:
        """The direction of an aid: a piece that stands there often counts by the logarithm of how often."""
        found = self._encode(f"{title}\n{text[:MOST_CHARACTERS]}")
        if not found:
            return np.zeros(DIMENSIONS, np.float32)
        distinct, counts = np.unique(found, return_counts=True)
        whole = unit(np.log1p(counts).astype(np.float32) @ self._vectors[distinct])
        return unit((1 - TITLE) * whole + TITLE * self.question(title))


def installed() -> bool:
    """Whether the package with the vectors is there."""
    return importlib.util.find_spec("wordllama") is not None


@cache
def model() -> Model | None:
    """The model; None where the package is not installed."""
    if not installed():
        return None
    import wordllama

    folder = Path(wordllama.__file__).parent
    loaded = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
    pieces = loaded.tokenizer
    pieces.no_padding()
    pieces.no_truncation()
    return Model(pieces, np.ascontiguousarray(loaded.embedding, dtype=np.float32))


def at_hand() -> Model | None:
    """The model if it was read already: nobody waits for it with a question."""
    return model() if model.cache_info().currsize else None


@cache
def name() -> str:
    """Which model this is; part of the index's fingerprint."""
    return "wordllama 256" if installed() else "none"


def pack(vector: Vector) -> bytes:
    """A direction as the index keeps it: 256 bytes, each number in steps of 1/254."""
    return (vector * STEPS).round().clip(-127, 127).astype(np.int8).tobytes()


def unpack(kept: bytes | None) -> Directions:
    """The direction that was kept, in steps; zeros where there is none."""
    return np.frombuffer(kept, np.int8) if kept else np.zeros(DIMENSIONS, np.int8)


def unit(vector: Vector) -> Vector:
    """Make a vector as long as one; zeros stay."""
    length = math.sqrt(vector.dot(vector))
    if length:
        vector /= length
    return vector
