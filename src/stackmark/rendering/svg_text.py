"""Small pieces of SVG: escaped text that keeps its place whatever font draws it."""

from __future__ import annotations

from html import escape
from typing import Final

from stackmark.rendering import fonts
from stackmark.rendering.fonts import Weight
from stackmark.rendering.lettering import drawable, is_simple

# Ours first; the others stand in for it in browsers that have not loaded it.
_FAMILIES: Final = ", ".join(
    [f"'{name}'" for name in fonts.SANS_STACK] + ["system-ui", "'Segoe UI'", "sans-serif"]
)
_WEIGHT_NUMBERS: Final = {"regular": "400", "semibold": "600"}


def font_attributes(size: float, weight: Weight = "regular") -> str:
    """Presentation attributes, since a strict page forbids ``style``."""
    return (
        f'font-family="{_FAMILIES}" font-weight="{_WEIGHT_NUMBERS[weight]}" font-size="{size:.4g}"'
    )


def text_line(
    text: str,
    *,
    x: float,
    y: float,
    size: float,
    colour: str,
    weight: Weight = "regular",
    anchor: str = "middle",
    spacing: float = 0,
) -> str:
    """One line of text with its baseline at ``y``.

    Where letters stand by themselves the length is written down, so that a browser's stand-in
    font cannot run over the edge.
    """
    shown = drawable(text)
    fixed = ""
    if is_simple(shown) and len(shown) > 1:
        fixed = _fixed(fonts.width(shown, size, weight=weight, spacing=spacing), spacing)
    return (
        f'<text x="{x:.5g}" y="{y:.5g}" text-anchor="{anchor}" fill="{colour}" '
        f"{font_attributes(size, weight)}{fixed}>{escape(shown)}</text>"
    )


def ring_text(
    text: str, *, path_id: str, radius: float, room: float, size: float, colour: str
) -> str:
    """Text on the upper half of a circle that is drawn elsewhere under ``path_id``."""
    shown = drawable(text)
    spacing = size * 0.14 if is_simple(shown) else 0
    natural = fonts.width(shown, size, weight="semibold", spacing=spacing)
    fitted = size * min(1, room / natural) if natural else size
    fixed = _fixed(natural * fitted / size, spacing) if spacing else ""
    middle = radius * 3.14159265  # half of the circle: its top when it starts at the bottom
    return (
        f'<text text-anchor="middle" fill="{colour}" '
        f'{font_attributes(fitted, "semibold")}><textPath href="#{path_id}" '
        f'startOffset="{middle:.5g}"{fixed}>{escape(shown)}</textPath></text>'
    )


def _fixed(length: float, spacing: float) -> str:
    """The length written down. Spaced letters get their spacing from it alone.

    With ``letter-spacing`` as well, resvg counts the spacing twice.
    """
    adjust = "spacing" if spacing else "spacingAndGlyphs"
    return f' textLength="{length:.5g}" lengthAdjust="{adjust}"'
