"""Values of a stranger's document as short plain texts; what is of another shape is left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from stackmark.verification.structure import as_list
from stackmark.verification.subject import text

MAX_TEXT: Final = 2_000  # characters of one text shown
MAX_LANGUAGES: Final = 30
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
MAX_MARKS: Final = 4  # combining marks on one letter; no script needs more


def plain(value: Any) -> str | None:
    """The text of a member: plain, a number, or the first of a language object; cut to a length."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}"
    found = text(value)
    if found is None:
        return None
    return calm(found)


def calm(found: str) -> str:
    """A text cut to a length, in which no letter climbs over the lines around it."""
    low = _few_marks(found)
    return low if len(low) <= MAX_TEXT else low[: MAX_TEXT - 1] + "…"


def _few_marks(found: str) -> str:
    """The text with at most a few marks on one letter: more only climb over the lines around."""
    if found.isascii():
        return found
    kept: list[str] = []
    marks = 0
    for letter in found[: 4 * MAX_TEXT]:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= MAX_MARKS:
            kept.append(letter)
    return "".join(kept)


def storable(tree: Any) -> Any:
    """The same JSON without characters some databases refuse (NUL, lone surrogates)."""
    if isinstance(tree, str):
        return tree if tree.isprintable() else _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", tree)
    if isinstance(tree, Mapping):
        return {storable(name): storable(value) for name, value in tree.items()}
    return [storable(one) for one in tree] if isinstance(tree, list | tuple) else tree


def language_map(value: Any) -> dict[str, str]:
    """Language to text, of a member written as language objects; empty for plain text."""
    found: dict[str, str] = {}
    for one in as_list(value)[:MAX_LANGUAGES]:
        if isinstance(one, Mapping) and isinstance(one.get("@value"), str):
            language = one.get("@language")
            key = language[:35] if isinstance(language, str) else "und"
            found.setdefault(key, plain(one) or "")
    return found


def web_address(value: Any) -> str:
    """An http(s) address that a reader may follow, or an empty text."""
    if not isinstance(value, str) or len(value) > MAX_TEXT or not value.isprintable():
        return ""
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    safe = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return value if safe and " " not in value else ""
