"""The features of a text: stems and character n-grams, in any language, without a model.

Words are cut at their first letters, which is a light stemmer for every language that inflects at
the end; parts of four letters catch what is written in other compounds or forms. Scripts without
spaces give pairs of characters. Synonyms are not known: two texts that share no word share nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

import orjson

STEM: Final = 6  # letters of a word that are kept
GRAM: Final = 4  # letters of a part
GRAM_SHARE: Final = 0.25  # weight of a part against that of a stem
_WORD: Final = re.compile(r"[^\W_]+")
# Han, kana, Thai, Lao, Khmer, Burmese: written without spaces.
_DENSE: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]+"
)


@cache
def _left_out() -> frozenset[str]:
    """Words that bind others, and verbs and phrases of outcomes in the languages most used here.

    The latter tell the level, not the subject, and are changed first when a description is said
    again. All other words are left to their frequency.
    """
    file = resources.files("stackmark.quality").joinpath("data", "similarity_words.json")
    lists = orjson.loads(file.read_bytes())
    return frozenset((*lists["binding"], *lists["framing"]))


def features(text: str) -> frozenset[str]:
    """Stems (``t:``) and parts of words (``g:``) of a text."""
    found: set[str] = set()
    for word in words(text):
        found.add(f"t:{word[:STEM]}")
        found.update(f"g:{part}" for part in _parts(word))
    return frozenset(found)


def factor(feature: object) -> float:
    """The weight of a kind of feature: a part counts less than a stem."""
    return GRAM_SHARE if str(feature).startswith("g:") else 1.0


def is_stem(feature: object) -> bool:
    """Whether a feature is a word's beginning, and so one that can be shown."""
    return str(feature).startswith("t:")


def surface(text: str) -> dict[str, str]:
    """For each stem the first word of the text that has it."""
    found: dict[str, str] = {}
    for word in words(text):
        found.setdefault(f"t:{word[:STEM]}", word)
    return found


def words(text: str) -> Iterator[str]:
    """The words without case, accents and the binding ones."""
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(letter)
    )
    # Korean and others fall apart above; put together again what belongs together.
    for found in _WORD.finditer(unicodedata.normalize("NFC", bare)):
        word = found[0]
        if _DENSE.search(word):
            yield from _dense(word)
        elif word not in _left_out() and not (word.isdigit() and len(word) < 2):
            yield word


def _dense(word: str) -> Iterator[str]:
    for run in _DENSE.findall(word):
        if len(run) < 2:
            yield run
        yield from (run[at : at + 2] for at in range(len(run) - 1))
    yield from (part for part in _DENSE.split(word) if part)


def _parts(word: str) -> Iterator[str]:
    if len(word) > GRAM:
        yield from (word[at : at + GRAM] for at in range(len(word) - GRAM + 1))
