"""The languages in which words can be reduced to their stems."""

from enum import StrEnum


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
