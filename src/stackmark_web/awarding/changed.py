"""Who above awarding wants to hear that awards changed their state.

Functions are handed in once at start and called in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

Listener = Callable[[Sequence[Any]], None]
_LISTENERS: Final[list[Listener]] = []


def listen(function: Listener) -> None:
    """Call this function with the awards whose state changed."""
    if function not in _LISTENERS:
        _LISTENERS.append(function)


def tell(awards: Sequence[Any]) -> None:
    """These awards are in another state than before."""
    for one in _LISTENERS:
        one(awards)
