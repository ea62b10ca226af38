"""Contrast of two colours after WCAG 2.2, and an organisation's accent made safe to read.

An organisation picks one colour. Text on it, links in it and its use on a dark page each need
their own shade; they are derived here, so that no brand can make a page unreadable.
"""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass
from typing import Final

WHITE: Final = "#ffffff"
INK: Final = "#10222b"
PAPER_LIGHT: Final = "#e9eeec"  # the darkest surface of the light theme that carries text
PAPER_DARK: Final = "#1f3640"  # the lightest surface of the dark theme that carries text
TEXT: Final = 4.5  # WCAG 1.4.3, text below 24 px
BRIGHT: Final = 6.5  # on dark, a little more than enough still looks dim
GRAPHIC: Final = 3.0  # WCAG 1.4.11, borders and icons

_HEX: Final = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Accent:
    """An accent and the shades of it that pass: ink on it, and itself as text on each theme."""

    colour: str
    ink: str
    on_light: str
    on_dark: str

    @property
    def properties(self) -> dict[str, str]:
        """The custom properties a brand stylesheet sets."""
        return {
            "--accent": self.colour,
            "--accent-ink": self.ink,
            "--accent-text": f"light-dark({self.on_light}, {self.on_dark})",
        }


def normal(colour: str) -> str:
    """``#abc`` and ``#AABBCC`` as ``#aabbcc``; anything else raises ``ValueError``."""
    value = colour.strip().lower()
    if not _HEX.fullmatch(value):
        raise ValueError(f"{colour[:20]!r} is not a colour like #0a5566")
    if len(value) == 4:
        value = "#" + "".join(digit * 2 for digit in value[1:])
    return value


def ratio(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 (the same) to 21 (black and white)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def passes(one: str, other: str, *, least: float = TEXT) -> bool:
    """Whether two colours are far enough apart to be read."""
    return ratio(one, other) >= least


def ink_on(colour: str) -> str:
    """White or our ink, whichever reads better on the colour."""
    return max((WHITE, INK), key=lambda ink: ratio(ink, colour))


def accent(colour: str) -> Accent:
    """The accent with every shade that a page needs, each passing for text."""
    value = normal(colour)
    return Accent(
        colour=value,
        ink=_legible_ink(value),
        on_light=shade_for(value, PAPER_LIGHT),
        on_dark=shade_for(value, PAPER_DARK, least=BRIGHT),
    )


def shade_for(colour: str, paper: str, *, least: float = TEXT) -> str:
    """The colour, made lighter or darker just far enough to be read on the paper; same hue."""
    lighter = ink_on(paper) == WHITE
    hue, light, full = colorsys.rgb_to_hls(*(channel / 255 for channel in _rgb(colour)))
    muted = min(full, 0.55) if lighter else full  # light and full at once glares
    for step in range(101):
        level = light + (1 - light) * step / 100 if lighter else light * (1 - step / 100)
        shade = _hex(colorsys.hls_to_rgb(hue, level, muted if step else full))
        if passes(shade, paper, least=least):
            return shade
    return WHITE if lighter else "#000000"


def _legible_ink(colour: str) -> str:
    """Our ink is not quite black: on a few mid greys only pure black still passes."""
    ink = ink_on(colour)
    return ink if passes(ink, colour) else "#000000"


def _rgb(colour: str) -> Rgb:
    value = normal(colour)
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
