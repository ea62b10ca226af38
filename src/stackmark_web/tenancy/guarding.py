"""Actions that may need a second person, marked where they are defined.

``approvals`` lies above and hands in who decides (``provide``). An action is marked by one line
above all its other decorators::

    @second_person("key.rotate")
    @transaction.atomic
    def rotate_key(organisation, *, actor): ...

It takes one thing first and ``actor``; whatever else it takes must be plain JSON, saved models,
UUIDs or times, for that is stored by name while the change waits. The guard comes before
the action's transaction: what it stores stays when it raises ``errors.NeedsSecondPerson``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, Final, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
Guard = Callable[[str, Any, Any, dict[str, Any]], None]  # kind, subject, actor, the other keywords

ACTIONS: Final[dict[str, Callable[..., Any]]] = {}  # by kind; what runs when it is approved
_guards: Final[list[Guard]] = []


def provide(guard: Guard) -> None:
    """Hand in who decides whether an action needs a second person, and raises if so."""
    _guards[:] = [guard]


def second_person(kind: str) -> Callable[[Function], Function]:
    """Mark an action as one that may need a second person; ``kind`` is ``thing.change``."""

    def mark(function: Function) -> Function:
        shape = signature(function)
        varied = next((n for n, p in shape.parameters.items() if p.kind is p.VAR_KEYWORD), "")

        @wraps(function)
        def guarded(*args: Any, **keywords: Any) -> Any:
            how = dict(shape.bind(*args, **keywords).arguments)
            subject = how.pop(next(iter(shape.parameters)))
            actor = how.pop("actor", None)
            how |= how.pop(varied, {})
            for guard in _guards:
                guard(kind, subject, actor, how)
            return function(*args, **keywords)

        ACTIONS[kind] = guarded
        return guarded  # type: ignore[return-value]  # the same signature, as wraps says

    return mark
