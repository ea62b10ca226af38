"""Words out of texts for a search on any database: folded, without accents, in singular."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

MAX_TERM: Final = 60
MAX_QUERY_WORDS: Final = 8
_WORD: Final = re.compile(r"[^\W_]+")
# Scripts written without spaces: every two neighbours make a word.
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+"
)
_KEEP_S: Final = ("ss", "us", "is", "ics")
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"}
)


def fold(text: str) -> str:
    """A text in small letters without accents, forms of width levelled."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_LETTERS)


def terms(text: str) -> set[str]:
    """The words of a text as they are stored: as written and in the singular."""
    return {form for word in _words(text) for form in (word, singular(word))}


def query_words(text: str) -> list[str]:
    """The words somebody looks for, each once, in order."""
    return list(dict.fromkeys(_words(text)))[:MAX_QUERY_WORDS]


def singular(word: str) -> str:
    """A light stem that takes off English plural endings and nothing else."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(_KEEP_S):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def _words(text: str) -> Iterable[str]:
    for word in _WORD.findall(fold(text)):
        if _UNSPACED.fullmatch(word) and len(word) > 1:
            yield from (word[place : place + 2] for place in range(len(word) - 1))
        else:
            yield word[:MAX_TERM]
