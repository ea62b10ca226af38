"""Who holds data of a person: each capability registers what removes its share.

Erasure calls every registered function inside one transaction (``accounts.actions``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

Eraser = Callable[[Any], dict[str, int]]  # a user; what was removed, by kind

_ERASERS: Final[dict[str, Eraser]] = {}


def eraser(name: str) -> Callable[[Eraser], Eraser]:
    """Register a function that removes what the capability ``name`` holds about a person.

    It runs inside the transaction of the erasure, may run twice, and returns how many things of
    each kind it removed. Files are removed after the commit (``transaction.on_commit``).
    """

    def register(function: Eraser) -> Eraser:
        _ERASERS[name] = function
        return function

    return register


def erasers() -> dict[str, Eraser]:
    """What is registered, by name."""
    return dict(_ERASERS)
