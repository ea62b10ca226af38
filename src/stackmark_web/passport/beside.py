"""What capabilities above the passport say beside a credential in it.

A function gets the holding and, on the page of a shared link that shows evidence, its token (else
an empty text); it answers with a piece of a page, or with nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

Panel = Callable[[Any, str], str]
_PANELS: Final[dict[str, Panel]] = {}


def provide(name: str, function: Panel) -> None:
    """Ask this function from now on; under the same name it takes the place of the one before."""
    _PANELS[name] = function


def panels(holding: Any, token: str = "") -> list[str]:
    """What there is to say beside a holding."""
    return [made for one in _PANELS.values() if (made := one(holding, token))]
