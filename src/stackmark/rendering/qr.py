"""QR codes as SVG."""

from __future__ import annotations

import io
from typing import Final

from stackmark.errors import UsageError
from stackmark.rendering.colour import contrast, normal_colour

MAX_TEXT: Final = 1_000  # characters; longer ones make modules too fine to print on a certificate
QUIET_ZONE: Final = 4  # modules of empty border (ISO/IEC 18004)
_MIN_CONTRAST: Final = 4.0  # below, cameras start to miss it


def qr_svg(
    text: str,
    *,
    scale: float = 4,
    dark: str = "#16181d",
    light: str = "#ffffff",
    title: str = "",
) -> str:
    """A QR code with error correction level M and its quiet zone, ``scale`` pixels a module.

    ``title`` names it for screen readers; without one, it is the text itself. Raises
    ``UsageError``: ``usage.extra`` without segno, ``usage.qr`` for a text that is empty or too
    long or for colours no camera tells apart.
    """
    ground, ink = normal_colour(light, "light"), normal_colour(dark, "dark")
    _check(text, scale, contrast(ground, ink))
    try:
        import segno
    except ImportError:
        raise UsageError(
            "usage.extra", "QR codes need segno. Install stackmark[web] to draw them."
        ) from None
    code = segno.make(text, error="m", micro=False, boost_error=False)
    out = io.BytesIO()
    code.save(
        out,
        kind="svg",
        scale=scale,
        border=QUIET_ZONE,
        dark=ink,
        light=ground,
        title=title or text,
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        nl=False,
    )
    return out.getvalue().decode()


def _check(text: str, scale: float, ratio: float) -> None:
    if not 0 < len(text) <= MAX_TEXT:
        raise UsageError(
            "usage.qr",
            f"A QR code holds 1 to {MAX_TEXT:,} characters here; this has {len(text):,}.",
        )
    if not 0 < scale <= 100:
        raise UsageError("usage.qr", "scale: must be over 0 and at most 100.")
    if ratio < _MIN_CONTRAST:
        raise UsageError("usage.qr", "A camera cannot tell these two colours apart.")
