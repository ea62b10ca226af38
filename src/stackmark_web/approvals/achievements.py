"""The achievements to choose from; the catalogue lies above, and hands them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

Source = Callable[[Any], list[tuple[str, str]]]
_sources: Final[list[Source]] = []


def provide(source: Source) -> None:
    """Hand in what gives id and title of an organisation's achievements, its units' included."""
    _sources[:] = [source]


def of(organisation: Any) -> list[tuple[str, str]]:
    """Id and title of each, by title."""
    return [pair for source in _sources for pair in source(organisation)]
