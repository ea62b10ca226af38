"""What is done once a change is stored, and may fail without taking the answer along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction


def after_commit(function: Callable[..., Any], *arguments: Any) -> None:
    """Call it when the caller's change is stored; a failure is logged, a duty does it again.

    Not ``partial``: Django logs a failure under ``__qualname__``, which a partial lacks, so that
    a lost connection became an answer 500 about a change that was stored.
    """

    def call() -> None:
        function(*arguments)

    call.__qualname__ = getattr(function, "__qualname__", repr(function))
    transaction.on_commit(call, robust=True)
