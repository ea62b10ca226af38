"""Typer commands that read their arguments without pydantic, which takes 0.1 s to start.

Our parameters are texts, numbers, paths and lists of these; Typer's own way stays for all else,
and for releases of Typer that have no such step.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup

_PLAIN: Final = (str, int, bool, Path)
_ORDER: Final = (
    "demo",
    "verify",
    "check",
    "assess",
    "key",
    "issue",
    "status",
    "sign",
    "seal",
    "derive",
    "bake",
    "extract",
    "convert",
    "explain",
    "audit",
    "rules",
    "plan",
    "credits",
    "duplicates",
    "framework",
    "canonicalize",
)


class LightCommand(TyperCommand):
    """A command whose plain parameters are read here."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All parameters, ``--help`` among them."""
        return _lightened(super().get_params(ctx))


class OrderedGroup(TyperGroup):
    """Lists its commands in the order a newcomer needs them."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All parameters, ``--help`` among them."""
        return _lightened(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, for ``--help``."""
        names = super().list_commands(ctx)
        return sorted(names, key=lambda name: _ORDER.index(name) if name in _ORDER else 0)


def _lightened(params: list[Any]) -> list[Any]:
    for param in params:
        kind = getattr(getattr(param, "type_descriptor", None), "annotation", None)
        light = _light(kind)
        if light is not None and hasattr(param, "get_runtime_param"):
            param.get_runtime_param = lambda light=light: light
    return params


class _Reader:
    """Reads one parameter; ``kind`` is its type, or that of its items."""

    def __init__(self, kind: type, *, many: bool) -> None:
        self._kind = kind
        self._many = many

    def coerce(self, value: Any, param: Any, ctx: typer.Context) -> Any:
        """The value as its type; raises ``typer.BadParameter``."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if self._many:
            return [self._one(item, param, ctx) for item in _items(value)]
        return self._one(value, param, ctx)

    def _one(self, value: Any, param: Any, ctx: typer.Context) -> Any:
        try:
            return self._kind(value)
        except ValueError:
            raise typer.BadParameter(
                f"{value!r} is not a whole number.", ctx=ctx, param=param
            ) from None


def _light(kind: Any) -> _Reader | None:
    if kind in _PLAIN:
        return _Reader(kind, many=False)
    inner = get_args(kind)
    if get_origin(kind) is list and inner and inner[0] in _PLAIN:
        return _Reader(inner[0], many=True)
    return None


def _items(value: Any) -> Iterable[Any]:
    return (value,) if isinstance(value, str) else value
