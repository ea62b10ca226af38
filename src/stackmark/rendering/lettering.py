"""Text made safe to draw: no controls, no reordering, no missing glyphs, no overflow."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Container, Sequence
from typing import Final

from stackmark.rendering import fonts

MISSING: Final = "\N{WHITE SQUARE}"  # stands for a character that no font here draws
ELLIPSIS: Final = "…"
_JOINERS: Final = "\u200c\u200d"  # Persian and the scripts of India spell with them
_MAX_MARKS: Final = 4  # marks on one letter; more is vandalism, and draws over its neighbours
# Left-to-right scripts without joined letters: only these may be stretched letter by letter.
_SIMPLE_LIMIT: Final = 0x0590

Measure = Callable[[str], float]


def clean_line(text: str, limit: int) -> str:
    """One line of at most ``limit`` characters, without control and direction characters.

    Direction overrides are dropped, so that a name reads in the order it is stored in; joiners
    stay. Anything cut is marked by an ellipsis.
    """
    cut = text[: limit * 4]  # room for what normalising takes away; bounds the work
    kept = "".join(filter(_is_kept, unicodedata.normalize("NFC", cut)))
    line = " ".join(_at_most_four(kept).split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + ELLIPSIS


def drawable(text: str, covered: Container[int] | None = None) -> str:
    """The text with every character no font draws replaced, by a plain cousin or a square."""
    known = fonts.coverage() if covered is None else covered
    return "".join(c if _is_known(c, known) else _cousin(c, known) for c in text)


def undrawable(text: str, covered: Container[int] | None = None) -> str:
    """The characters of a text that would be replaced, each once: to warn an issuer early."""
    known = fonts.coverage() if covered is None else covered
    line = clean_line(text, max(1, len(text)))
    return "".join(dict.fromkeys(c for c in line if not _is_known(c, known)))


def fewer_marks(text: str, *, keep_scripts: bool) -> str:
    """The text without marks on letters, for fonts that cannot join them to what is under them.

    With ``keep_scripts`` the vowel signs of Hebrew, Arabic and the scripts of India stay.
    """
    return "".join(
        c
        for c in text
        if not unicodedata.combining(c) or (keep_scripts and 0x0590 <= ord(c) < 0x1000)
    )


def is_simple(text: str) -> bool:
    """Whether every letter stands by itself, so that spacing letters out keeps them readable."""
    return all(ord(c) < _SIMPLE_LIMIT or 0x1E00 <= ord(c) < 0x2500 for c in text)


def wrap(text: str, widths: Sequence[float], measure: Measure) -> list[str] | None:
    """The words over lines of these widths, or nothing when they do not fit."""
    lines: list[str] = []
    words = text.split()
    for room in widths:
        line = ""
        while words and measure(f"{line} {words[0]}".strip()) <= room:
            line = f"{line} {words.pop(0)}".strip()
        if not line and words:
            return None
        lines.append(line)
        if not words:
            return lines
    return None


def squeeze(text: str, widths: Sequence[float], measure: Measure) -> list[str]:
    """As ``wrap`` for what does not fit: words are broken, the end is cut off with an ellipsis."""
    rest, lines = text, []
    for number, room in enumerate(widths):
        taken = _fitting(rest, room, measure, is_last=number == len(widths) - 1)
        lines.append(taken)
        rest = rest[len(taken) :].lstrip()
        if not rest or taken.endswith(ELLIPSIS):
            break
    return lines


def _fitting(text: str, room: float, measure: Measure, *, is_last: bool) -> str:
    if measure(text) <= room:
        return text
    tail = ELLIPSIS if is_last else ""
    taken = text
    while taken and measure(taken + tail) > room:
        taken = taken[:-1]
    space = taken.rfind(" ")
    is_inside_word = not text[len(taken) :].startswith(" ")
    if is_inside_word and space > len(taken) // 3:
        taken = taken[:space]
    return (taken or text[:1]).rstrip() + tail


def _is_kept(character: str) -> bool:
    if character in _JOINERS or character.isspace():
        return True
    if 0xFE00 <= ord(character) <= 0xFE0F or ord(character) >= 0xE0000:  # variation selectors
        return False
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs")


def _at_most_four(text: str) -> str:
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _is_known(character: str, known: Container[int]) -> bool:
    return ord(character) in known or character in _JOINERS or character.isspace()


def _cousin(character: str, known: Container[int]) -> str:
    """What compatibility decomposition gives, less marks; else a square, and nothing for marks."""
    if unicodedata.category(character) in ("Mn", "Me"):
        return ""
    plain = unicodedata.normalize("NFKD", character)
    kept = "".join(c for c in plain if ord(c) in known and not unicodedata.combining(c))
    return kept or MISSING
