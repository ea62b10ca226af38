"""How much a key has signed, told by the capabilities above that store what was signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Count = Callable[[Any], Mapping[str, int]]
_COUNTS: Final[list[Count]] = []


def provide(function: Count) -> Count:
    """Have ``function(key)`` add its figures: a word to a number."""
    if function not in _COUNTS:
        _COUNTS.append(function)
    return function


def figures(key: Any) -> dict[str, int]:
    """``credentials``, ``lists`` and what else is known of a ``SigningKey``."""
    found: dict[str, int] = {"credentials": 0, "lists": 0}
    for function in _COUNTS:
        for word, number in function(key).items():
            found[word] = found.get(word, 0) + number
    return found
