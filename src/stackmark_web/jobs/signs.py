"""What stands above gets to know of a working worker: signs of life, and whether it may go on.

``operations`` hands its functions in; without it a worker just works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Final

_SIGNS: Final[list[Callable[[], None]]] = []
_ASKED: Final[list[Callable[[], str]]] = []
_AROUND: Final[list[Callable[[], AbstractContextManager[object]]]] = []


def provide(
    *,
    sign: Callable[[], None],
    why_not: Callable[[], str],
    around: Callable[[], AbstractContextManager[object]],
) -> None:
    """``sign`` is called often; ``why_not`` between chunks; ``around`` holds while it works."""
    if sign not in _SIGNS:
        _SIGNS.append(sign)
        _ASKED.append(why_not)
        _AROUND.append(around)


def give() -> None:
    """A sign of life, between chunks and at each heartbeat."""
    for one in _SIGNS:
        one()


def why_not() -> str:
    """Why the worker must end, as a sentence; empty when it may go on."""
    return next((why for one in _ASKED if (why := one())), "")


@contextmanager
def working() -> Iterator[None]:
    """While a worker works."""
    with ExitStack() as stack:
        for one in _AROUND:
            stack.enter_context(one())
        yield
