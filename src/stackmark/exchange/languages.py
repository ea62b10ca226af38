"""Texts and the languages they are in, as foreign documents write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackmark.exchange.source import Source
from stackmark.model.achievement_rules import LANGUAGE, Texts

UNKNOWN: Final = "und"  # BCP 47: undetermined
_TAG: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}))?\Z")


def tag(text: Any) -> str:
    """A language tag as the model writes it (``en_GB`` → ``en-GB``), or ``""``."""
    found = _TAG.match(text) if isinstance(text, str) else None
    if found is None:
        return ""
    language, script, region = found.groups("")
    parts = (language.lower(), script.capitalize(), region.upper())
    return "-".join(filter(None, parts))


def said(source: Source, name: str, language: str) -> list[tuple[str, str, str]]:
    """The texts of a member by language: (tag, text, place).

    Read are a plain text (in ``language``), an object from tag to text (Open Badges 3.0 allows
    it), a value object with ``@value`` and ``@language`` (JSON-LD), and lists of these. What is
    read counts as taken.
    """
    found = list(_said(source.peek(name), language, source.place(name)))
    if found:
        source.take(name)
    return found


def _said(value: Any, language: str, place: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        if value.strip():
            yield language, value.strip(), place
    elif isinstance(value, list):
        if all(isinstance(one, Mapping) and "@value" in one for one in value):
            for number, one in enumerate(value):
                yield from _said(one, language, f"{place}/{number}")
    elif isinstance(value, Mapping):
        yield from _mapped(value, language, place)


def _mapped(value: Mapping[str, Any], language: str, place: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value.get("@value"), str):
        yield tag(value.get("@language")) or language, value["@value"].strip(), f"{place}/@value"
    elif value and all(tag(name) and isinstance(one, str) for name, one in value.items()):
        for name, one in value.items():
            yield tag(name), one.strip(), f"{place}/{name}"


def is_tag(text: str) -> bool:
    """Whether it is a language tag of the model's form."""
    return bool(LANGUAGE.fullmatch(text))


def only(texts: Texts, language: str) -> dict[str, str]:
    """A language map with this language only."""
    return {language: texts[language]} if texts.get(language) else {}
