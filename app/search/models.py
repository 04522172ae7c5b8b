"""What search knows beside the aids: words that mean the same, and words that led readers to an aid."""

from datetime import date

from sqlmodel import Field, SQLModel


class Synonym(SQLModel, table=True):
    """Who searches for `phrase` also finds `means`; the other way round too where `both_ways`."""

    id: int | None = Field(default=None, primary_key=True)
    phrase: str = Field(max_length=100)
    means: str = Field(max_length=100)
    both_ways: bool
    origin: str = Field(max_length=400)


class LearnedWord(SQLModel, table=True):
    """A word with which several readers found an aid that helped them; who they were is not here."""

    __tablename__ = "learned_word"

    aid_id: int = Field(foreign_key="aid.id", primary_key=True)
    term: str = Field(primary_key=True, max_length=60)
    word: str = Field(max_length=60)
    weight: float
    persons: int
    removed: bool = Field(default=False)


class LearnedUse(SQLModel, table=True):
    """How many readers an aid helped in the last year."""

    __tablename__ = "learned_use"

    aid_id: int = Field(foreign_key="aid.id", primary_key=True)
    persons: int


class UsedTogether(SQLModel, table=True):
    """How many readers used another aid within the hour."""

    __tablename__ = "used_together"

    aid_id: int = Field(foreign_key="aid.id", primary_key=True)
    other_id: int = Field(foreign_key="aid.id", primary_key=True)
    persons: int


class HintState(SQLModel, table=True):
    """One row: the number goes up whenever a table above changes, so that every process reads them again.

    `learned_on` is the last day on which everything was learned anew.
    """

    __tablename__ = "hint_state"

    id: int = Field(primary_key=True)
    number: int
    learned_on: date | None = Field(default=None)
