"""One test for many small things: quicker than a test of its own for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


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
