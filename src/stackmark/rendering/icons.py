"""The built-in icons: line drawings on a field of 24 by 24, from Lucide (see NOTICE)."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

from stackmark.errors import UsageError

FIELD: Final = 24
_INSIDE: Final = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@cache
def icon_names() -> tuple[str, ...]:
    """The names of all icons, in alphabetical order."""
    folder = files("stackmark.rendering") / "data" / "icons"
    names = (file.name for file in folder.iterdir())
    return tuple(sorted(name.removesuffix(".svg") for name in names if name.endswith(".svg")))


@cache
def icon_shapes(name: str) -> str:
    """The SVG elements of an icon, drawn with ``stroke`` only.

    Raises ``UsageError`` ``usage.art-icon`` for a name that is not in ``icon_names()``.
    """
    if name not in icon_names():
        raise UsageError("usage.art-icon", f"There is no icon {name!r:.40}; choose one listed.")
    file = files("stackmark.rendering") / "data" / "icons" / f"{name}.svg"
    found = _INSIDE.search(file.read_text("utf-8"))
    return " ".join(found[1].split()) if found else ""


def icon_group(name: str, *, x: float, y: float, size: float, colour: str) -> str:
    """An icon as an SVG group with its upper left corner at ``x``, ``y``."""
    scale = size / FIELD
    return (
        f'<g transform="translate({x:.4g} {y:.4g}) scale({scale:.4g})" fill="none" '
        f'stroke="{colour}" stroke-width="1.7" stroke-linecap="round" '
        f'stroke-linejoin="round">{icon_shapes(name)}</g>'
    )
