"""From text to terms, the same for what is stored and what is asked; and the fields of the index.

A term is a word without accents and endings, in the language of its aid. Chinese, Japanese and Korean, which are
written without spaces, are taken in pairs of characters.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import whoosh
from whoosh import fields
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.lang import stemmer_for_language
from whoosh.lang.stopwords import stoplists

from app.languages import Language
from app.search import meaning

CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
WORD = re.compile(rf"[{CJK}]+|[^\W{CJK}]+")
ASCII_WORD = re.compile(r"\w+", re.ASCII)  # the same where nothing else stands, in half the time
IS_CJK = re.compile(rf"[{CJK}]")
LANGUAGES = frozenset(Language)
HELD_TOGETHER = re.compile(r"\b\w++(?:[-./'’·]\w++)+")
HOLDS = re.compile(r"[-./'’·]\w")  # without which nothing is held together
MOST_TERM = 60  # characters; longer runs are no words
MOST_TITLE = 200

# How much a term counts where it stands. A term in the summary or a step stands in the body too; `joined` holds what
# may be written as one word or as several: "log in", "e-mail", "E-4012".
WEIGHTS = {"title": 1.0, "keywords": 1.0, "summary": 0.2, "steps": 0.3, "body": 1.0, "tasks": 0.5, "joined": 0.5}
# Every word as it is written, to complete a word that is being typed and to correct one: of the aids for everyone, and
# of those for members.
WORDS, WORDS_OF_MEMBERS = "words", "words_of_members"
PARTICLES = frozenset("in on off out up down over back away through".split())

# British and American spellings are one term.
SPELLINGS = [
    (re.compile(rf"^({found})"), becomes)
    for found, becomes in (
        ("colour", "color"), ("favour", "favor"), ("honour", "honor"), ("labour", "labor"), ("neighbour", "neighbor"),
        ("behaviour", "behavior"), ("harbour", "harbor"), ("humour", "humor"), ("rumour", "rumor"),
        ("flavour", "flavor"), ("vapour", "vapor"), ("armour", "armor"), ("odour", "odor"), ("endeavour", "endeavor"),
        ("centre", "center"), ("metre", "meter"), ("litre", "liter"), ("fibre", "fiber"), ("theatre", "theater"),
        ("catalogue", "catalog"), ("dialogue", "dialog"), ("analogue", "analog"), ("programme(?!r|d)", "program"),
        ("cheque", "check"), ("licence", "license"), ("defence", "defense"), ("offence", "offense"),
        ("pretence", "pretense"), ("practise", "practice"), ("grey", "gray"), ("tyre", "tire"),
        ("fulfil(?!l)", "fulfill"), ("enrol(?!l)", "enroll"), ("skilful", "skillful"),
        ("aluminium", "aluminum"), ("judgement", "judgment"),
        ("enquir", "inquir"), ("ageing", "aging"), ("cosy", "cozy"), ("sulph", "sulf"), ("mould", "mold"),
        ("(?:cancell|travell|labell|modell|signall|totall|fuell|levell|channell|counsell|initiall)(?=ed|ing|er)", ""),
    )
]  # fmt: skip
BRITISH = re.compile("|".join(pattern.pattern for pattern, _ in SPELLINGS))  # whether any of them does
IZE = re.compile(r"^([a-z]{3,}?)(i|y)s(e|ed|es|er|ers|ing|ation|ations)$")
PORTUGUESE_PLURAL = re.compile(r"([õo])es$")  # "impressões" of "impressão"; the stemmer knows it of few words
# Words in -ise that are no verbs in -ize: their relatives are spelled with an s ("revise", "revision").
NOT_IZE = frozenset(
    "adverti advi apprai chasti compri compromi conci devi disgui enterpri exerci experti franchi improvi merchandi "
    "otherwi prai preci premi promi rai revi supervi surpri televi treati".split()
)


def schema() -> fields.Schema:
    """The fields of the index: what is searched, what narrows, and `shown`, all that a result shows."""
    ready = SpaceSeparatedTokenizer()  # the terms are made here, not by Whoosh: each aid has its own language
    searched: dict[str, Any] = {name: fields.TEXT(ready, phrase=False) for name in (*WEIGHTS, WORDS, WORDS_OF_MEMBERS)}
    return fields.Schema(
        aid=fields.ID(unique=True, stored=True),
        vector=fields.STORED,
        shown=fields.STORED,
        exact=fields.ID,
        audience=fields.ID,
        kind=fields.ID,
        lang=fields.ID,
        moment=fields.KEYWORD,
        task=fields.KEYWORD,
        role=fields.KEYWORD,
        **searched,
    )


def fingerprint(lang: str) -> str:
    """Changes whenever an index made before cannot be read as one made now."""
    return f"3 whoosh {whoosh.versionstring()} {lang} {meaning.name()} {' '.join(sorted(schema().names()))}"


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Small letters without accents: "Über" is "uber", "Straße" is "strasse"."""
    small = word.casefold().replace("ø", "o").replace("æ", "ae").replace("œ", "oe").replace("ł", "l")
    if small.isascii():
        return small
    return unicodedata.normalize(
        "NFC", "".join(mark for mark in unicodedata.normalize("NFKD", small) if not unicodedata.combining(mark))
    )


@cache
def _stemmer(lang: str) -> Callable[[str], str]:
    stem: Callable[[str], str] = stemmer_for_language(lang)
    return stem


@cache
def _stop_words(lang: str) -> frozenset[str]:
    return frozenset(fold(word) for word in stoplists.get(lang, ()))


@cache
def too_common(langs: tuple[str, ...]) -> frozenset[str]:
    """The words that any of these languages does not search for."""
    return frozenset().union(*(_stop_words(lang) for lang in langs))


def is_common(text: str, langs: tuple[str, ...]) -> bool:
    """Whether these languages are too full of its words to search for them; "IT" in capitals is another word."""
    return all(fold(word) in too_common(langs) and not word.isupper() for word in split(text))


@lru_cache(maxsize=200_000)
def terms_of(word: str, lang: str) -> tuple[str, ...]:
    """The terms of one word; none where it is too common to search for.

    The endings of some languages have accents ("devolución", "devoluciones"), and who types may leave them out: such a
    word has the stem of what is written and of what may be typed.
    """
    folded = fold(word)
    if folded in _stop_words(lang):
        return ()
    if IS_CJK.match(folded) or lang not in LANGUAGES:
        return (folded,)
    spelled = _american(folded) if lang == Language.ENGLISH else folded
    forms = [spelled] if word.isascii() else [word.casefold(), spelled]
    if lang == Language.PORTUGUESE:
        forms = [PORTUGUESE_PLURAL.sub(lambda end: "ão" if end[1] == "õ" else "ao", form) for form in forms]
    return tuple(dict.fromkeys(fold(_stemmer(lang)(form)) or folded for form in forms))


def _american(word: str) -> str:
    verb = IZE.match(word)
    if verb and verb[1] + verb[2] not in NOT_IZE:
        return f"{verb[1]}{verb[2]}z{verb[3]}"
    for pattern, becomes in SPELLINGS if BRITISH.match(word) else ():
        if found := pattern.match(word):
            return (becomes or found[0][:-1]) + word[found.end() :]
    return word


def split(text: str) -> list[str]:
    """The words of a text as they are written, in order; pairs of characters where there are no spaces."""
    if text.isascii():
        return [word for word in ASCII_WORD.findall(text) if len(word) <= MOST_TERM]
    found = [word for word in WORD.findall(text) if len(word) <= MOST_TERM or IS_CJK.match(word)]
    return [part for word in found for part in (_pairs(word) if IS_CJK.match(word) else (word,))]


def _pairs(run: str) -> Iterator[str]:
    return (run[n : n + 2] for n in range(max(len(run) - 1, 1)))


def words(text: str) -> list[str]:
    """The distinct words of a question, small letters, in order."""
    return list(dict.fromkeys(word.lower() for word in split(text)))


def terms(text: str, lang: str) -> list[str]:
    """The terms of a text, in order and as often as they stand there."""
    return [found for word in split(text) for found in terms_of(word, lang)]


def joined(text: str, lang: str, close: bool = False) -> list[str]:
    """The terms of what is written in parts and may be written as one, and of the parts of an error code ("PRN_SPOOL").

    `close` joins all neighbours, as in a title.
    """
    words = split(text)
    runs = ["".join(split(run)) for run in HELD_TOGETHER.findall(text)]
    pairs = [one + two for one, two in pairwise(words) if close or two.lower() in PARTICLES]
    parts = [part for word in words if "_" in word and word.isupper() for part in word.split("_")]
    return [found for word in (*runs, *pairs, *parts) if len(word) <= MOST_TERM for found in terms_of(word, lang)]


def flat(text: str) -> str:
    """A text with nothing but its words, to see whether one is the other or is in it."""
    words = split(text)
    return " ".join(words).lower() if text.isascii() else " ".join(map(fold, words))


@lru_cache(maxsize=50_000)
def terms_in(word: str, langs: tuple[str, ...]) -> tuple[str, ...]:
    """The distinct terms of one word in these languages."""
    return tuple(dict.fromkeys(found for lang in langs for found in terms_of(word, lang)))
