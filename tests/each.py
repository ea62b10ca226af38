"""One test for many small things: quicker than a test of its own for each; or some of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

THOROUGH = os.environ.get("STACKMARK_THOROUGH") == "1"  # `make sweep`


def some(items: Iterable[Any], step: int = 3) -> list[Any]:
    """One of so many, evenly spread; all of them in `make sweep`."""
    items = list(items)
    return items if THOROUGH else items[::step]


def every(items: Iterable[Any], *, named: Callable[[Any], str] = str) -> Callable[..., Any]:
    """Run the body of a test for each item; it fails once, and says of each item why."""
    items = list(items)

    def decorate(test: Callable[[Any], None]) -> Callable[[], None]:
        def run() -> None:
            wrong = []
            for item in items:
                try:
                    test(item)
                except AssertionError as error:
                    wrong.append(f"{named(item)}: {error}")
            assert items, "nothing to look at"
            assert not wrong, "\n".join(wrong)

        run.__name__, run.__doc__, run.__module__ = test.__name__, test.__doc__, test.__module__
        return run

    return decorate
