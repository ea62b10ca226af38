"""Badge art in one place: compose (``BadgeArt``), draw, keep as JSON, check colours."""

from __future__ import annotations

from stackmark.rendering.badge_defaults import default_art
from stackmark.rendering.badge_drawing import draw
from stackmark.rendering.badge_shapes import SHAPES
from stackmark.rendering.badge_spec import (
    MAX_INITIALS,
    MAX_RING,
    MAX_SUB,
    MAX_TITLE,
    BadgeArt,
)
from stackmark.rendering.colour import contrast, readable_ink
from stackmark.rendering.icons import icon_names, icon_shapes

__all__ = [
    "MAX_INITIALS",
    "MAX_RING",
    "MAX_SUB",
    "MAX_TITLE",
    "SHAPES",
    "BadgeArt",
    "contrast",
    "default_art",
    "draw",
    "icon_names",
    "icon_shapes",
    "readable_ink",
]
