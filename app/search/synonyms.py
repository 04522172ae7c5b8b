"""Words that mean the same: from `synonyms.yaml` in a library folder, or added by a trainer."""

from collections.abc import Iterator
from datetime import datetime
from itertools import combinations
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from sqlalchemy import delete
from sqlmodel import Session, col

from app.errors import Conflict, Invalid, NotFound
from app.people import service as people
from app.search import analysis, learning, queries
from app.search.models import Synonym
from app.viewer import Right, Viewer

STUDIO = "studio"  # the origin of what was added by hand
MOST = 2_000
MOST_ORIGIN = 400  # characters

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*\w[^\x00]*$")
]


class Same(BaseModel):
    """Words that all mean the same."""

    model_config = ConfigDict(extra="forbid")

    same: list[Words] = Field(min_length=2, max_length=20)

    @field_validator("same")
    @classmethod
    def _different(cls, words: list[str]) -> list[str]:
        if len({analysis.flat(word) for word in words}) < len(words):
            raise ValueError("a word stands there twice")
        return words


class Means(BaseModel):
    """A word whose search also finds others; not the other way round."""

    model_config = ConfigDict(extra="forbid")

    word: Words
    means: list[Words] = Field(min_length=1, max_length=20)


class SynonymsFile(BaseModel):
    """The content of a `synonyms.yaml`."""

    model_config = ConfigDict(extra="forbid")

    synonyms: list[Same | Means] = Field(max_length=MOST)


def origin_of(library: str, path: str) -> str:
    """What a file is known by. `library` is the name of its folder, which may move or be checked out twice."""
    return f"…/{library}/{path}"[-MOST_ORIGIN:]


def load(session: Session, origin: str, content: SynonymsFile) -> None:
    """Put the synonyms of a file in the place of those that it held before."""
    before = [origin, _path(origin)]  # the path alone was the origin once
    session.execute(delete(Synonym).where(col(Synonym.origin).in_(before)))
    session.add_all(
        Synonym(phrase=phrase, means=means, both_ways=both_ways, origin=origin)
        for phrase, means, both_ways in sorted(set(_pairs(content)))
    )
    learning.announce(session)


def files(session: Session, library: str) -> list[str]:
    """The paths of the files of this library whose synonyms are here."""
    start = origin_of(library, "")
    return [origin.removeprefix(start) for origin in queries.origins(session) if origin.startswith(start)]


def namesakes(session: Session, origin: str) -> list[str]:
    """The files at this path of other libraries, while nothing is here of this one: one may be its older name."""
    known = [one for one in queries.origins(session) if one.startswith("…/")]
    return [] if origin in known else [one for one in known if _path(one) == _path(origin)]


def _path(origin: str) -> str:
    return origin.split("/", 2)[-1] if origin.startswith("…/") else origin


def _pairs(content: SynonymsFile) -> Iterator[tuple[str, str, bool]]:
    for one in content.synonyms:
        if isinstance(one, Means):
            yield from ((one.word, means, False) for means in one.means)
        else:
            yield from ((word, other, True) for word, other in combinations(one.same, 2))


class Wanted(NamedTuple):
    """A synonym to be added; `langs` are the languages of the library."""

    phrase: str
    means: str
    both_ways: bool
    langs: tuple[str, ...]


def add(session: Session, at: datetime, viewer: Viewer, wanted: Wanted) -> None:
    """Add a synonym by hand; it works within seconds.

    Raises:
        Invalid: one of them has no word, is too long, or both are the same; or almost every question has it.
        Conflict: it is there already.
    """
    viewer.require(Right.WRITE)
    phrase, means = " ".join(wanted.phrase.split()), " ".join(wanted.means.split())
    one, other = (analysis.flat(text) for text in (phrase, means))
    if not one or not other or one == other or max(len(phrase), len(means)) > 100 or "\0" in phrase + means:
        raise Invalid("Write two different words or short phrases, each of at most 100 characters.")
    spoken = [phrase, means] if wanted.both_ways else [phrase]
    if any(analysis.is_common(text, wanted.langs) for text in spoken):
        raise Invalid("A word that stands in almost every question cannot have a synonym. Add a word to it.")
    known = queries.synonyms(session)
    if len(known) >= MOST:
        raise Invalid(f"There are {MOST:,} synonyms, and more are not kept. Remove some first.")
    pairs = [(row.phrase, row.means) for row in known] + [(row.means, row.phrase) for row in known if row.both_ways]
    if (one, other) in [(analysis.flat(a), analysis.flat(b)) for a, b in pairs]:
        raise Conflict(f"“{phrase}” finds “{means}” already.")
    session.add(Synonym(phrase=phrase, means=means, both_ways=wanted.both_ways, origin=STUDIO))
    learning.announce(session)
    people.record(session, at, viewer, "added a synonym", f"{phrase} = {means}"[:200])


def remove(session: Session, at: datetime, viewer: Viewer, number: int) -> None:
    """Remove a synonym that was added by hand.

    Raises:
        NotFound: there is none with this number.
        Invalid: it comes from a file, and the next import would bring it back.
    """
    viewer.require(Right.WRITE)
    found = session.get(Synonym, number)
    if found is None:
        raise NotFound("This synonym is not there any more.")
    if found.origin != STUDIO:
        raise Invalid(f"This synonym comes from {found.origin}. Take it out of the file and import it again.")
    session.delete(found)
    learning.announce(session)
    people.record(session, at, viewer, "removed a synonym", f"{found.phrase} = {found.means}"[:200])


def remove_file(session: Session, at: datetime, viewer: Viewer, origin: str) -> None:
    """Remove all synonyms of a file that is gone or was renamed; where it is there, its next import brings them back.

    Raises:
        NotFound: none of them are from there.
    """
    viewer.require(Right.WRITE)
    if origin == STUDIO or origin not in queries.origins(session):
        raise NotFound("There are no synonyms of this file any more.")
    session.execute(delete(Synonym).where(col(Synonym.origin) == origin))
    learning.announce(session)
    people.record(session, at, viewer, "removed the synonyms of a file", origin[-200:])
