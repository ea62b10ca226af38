"""Colours as ``#rrggbb``, and whether one can be read on another (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from typing import Final

from stackmark.errors import UsageError

TEXT_CONTRAST: Final = 4.5  # success criterion 1.4.3
DARK_INK: Final = "#16181d"
LIGHT_INK: Final = "#ffffff"
_HEX: Final = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")


def normal_colour(text: object, name: str) -> str:
    """``#RGB`` or ``#RRGGBB`` as ``#rrggbb``. Raises ``UsageError`` ``usage.colour``."""
    found = _HEX.fullmatch(text.strip().lower()) if isinstance(text, str) else None
    if not found:
        raise UsageError(
            "usage.colour", f"{name}: {text!r:.40} is no colour; write it like #1a2b3c."
        )
    digits = found[0][1:]
    return "#" + (digits if len(digits) == 6 else "".join(d * 2 for d in digits))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable_ink(background: str) -> str:
    """White or near-black, whichever reads better, and black where neither reaches 4.5."""
    better = max((LIGHT_INK, DARK_INK), key=lambda ink: contrast(ink, background))
    return better if contrast(better, background) >= TEXT_CONTRAST else "#000000"


def mix(one: str, other: str, share: float) -> str:
    """``one`` with this share of ``other``, 0 to 1."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def deepened(colour: str, *, against: str = LIGHT_INK, ratio: float = TEXT_CONTRAST) -> str:
    """The colour, darkened just so far that ``against`` can be read on it."""
    for step in range(21):
        darker = mix(colour, "#000000", step / 20)
        if contrast(darker, against) >= ratio:
            return darker
    return "#000000"


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
