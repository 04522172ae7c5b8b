"""One way to write each character. What is asked and what is indexed come in through here, so that they are alike.

macOS and PDF files write "ü" as "u" and a dot pair of its own, web pages put soft hyphens into words, and Japanese
keyboards write "Ｅ－４０１２" and "ﾌﾟﾘﾝﾀ" in other widths: Unicode Standard Annex 15, "Unicode Normalization Forms".
"""

import unicodedata

BREAKS = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # where a line may or may not be broken
JOINS = dict.fromkeys(map(ord, "\u200c\u200d\u200e\u200f"))  # how letters are joined and which way they run
# Compatible with what is none of their word: "Excel™" is no "ExcelTM", and "can´t" is one word.
SIGNS = {ord("™"): " ", ord("℠"): " ", ord("´"): "'"}
LEFT_OUT = BREAKS | JOINS | SIGNS


def tidy(text: str) -> str:
    """A text to be shown: it looks as before."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.translate(BREAKS))


def plain(text: str) -> str:
    """A text to be searched: every character in its usual form and width, and none that cannot be seen."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text.translate(LEFT_OUT))
