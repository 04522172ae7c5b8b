"""Codes of languages, and the languages in which words can be reduced to their stems."""

import re
from enum import StrEnum

CODE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9]{2,8})*")


class Language(StrEnum):
    """ISO 639-1 codes. An aid in another language is found by its words as they are written."""

    DANISH = "da"
    DUTCH = "nl"
    ENGLISH = "en"
    FINNISH = "fi"
    FRENCH = "fr"
    GERMAN = "de"
    HUNGARIAN = "hu"
    ITALIAN = "it"
    NORWEGIAN = "no"
    PORTUGUESE = "pt"
    ROMANIAN = "ro"
    RUSSIAN = "ru"
    SPANISH = "es"
    SWEDISH = "sv"


def first_part(code: str) -> str | None:
    """The language of a code, "pt" of "pt-BR", whether or not it has stems here; None where it is no code."""
    match = CODE.fullmatch(code)
    return match[1].lower() if match else None
