"""Words that a jurisdiction keeps out of the titles of micro-credentials, as data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Banned:
    """The words of one jurisdiction (ISO 3166-1 alpha-2), with their source."""

    jurisdiction: str
    words: tuple[str, ...]
    source: str
    reading: str


@cache
def banned() -> Mapping[str, Banned]:
    """Every list there is, by jurisdiction."""
    data = files("stackmark.quality").joinpath("data", "titles.toml").read_text("utf-8")
    return {
        code: Banned(code, tuple(one["words"]), one["source"], one["reading"])
        for code, one in tomllib.loads(data).items()
    }


def held(title: str, words: Iterable[str]) -> list[str]:
    """Which of the words the title holds, as whole words, whatever their case and number."""
    return [one for one in words if re.search(rf"(?i)\b{re.escape(one)}(?:s|'s|’s)?\b", title)]
