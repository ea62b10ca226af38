"""What happens when work was handed in: whoever wants to know registers a function at start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from stackmark_web.assessing.models import Attempt

Taker = Callable[["Attempt"], object]
_TAKERS: Final[list[Taker]] = []


def after_submission(taker: Taker) -> Taker:
    """Call ``taker(attempt)`` in the transaction of each submission; registered once."""
    if taker not in _TAKERS:
        _TAKERS.append(taker)
    return taker


def submitted(attempt: Attempt) -> None:
    """Tell everybody who registered. What one of them raises undoes the submission."""
    for taker in tuple(_TAKERS):
        taker(attempt)
