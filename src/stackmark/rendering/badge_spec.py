"""What a designer chose for a badge, checked, and kept as JSON."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.rendering.badge_shapes import SHAPES
from stackmark.rendering.colour import (
    TEXT_CONTRAST,
    contrast,
    normal_colour,
    readable_ink,
)
from stackmark.rendering.icons import icon_names
from stackmark.rendering.lettering import clean_line

MAX_TITLE: Final = 120  # characters
MAX_SUB: Final = 40
MAX_RING: Final = 60
MAX_INITIALS: Final = 4
MAX_LOGO: Final = 400_000  # characters of the data URI; a re-encoded 256-pixel logo is far smaller
MAX_JSON: Final = MAX_LOGO + 10_000  # characters
_PNG_URI: Final = "data:image/png;base64,"
_PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_TEXTS: Final = {"title": MAX_TITLE, "sub": MAX_SUB, "ring": MAX_RING, "initials": MAX_INITIALS}


@dataclass(frozen=True, slots=True)
class BadgeArt:
    """A badge as composed: everything ``draw`` needs, and nothing else.

    ``ink`` is the colour of the text; empty means the one that reads best. ``icon`` may be empty.
    ``sub`` stands in a small plate (a level or a year), ``ring`` around the edge of round shapes
    and above the title of others. The organisation's mark is ``logo`` (a PNG as data URI) or else
    ``initials``. Raises ``UsageError``, reasons ``usage.art-…`` and ``usage.colour``.
    """

    title: str
    shape: str = "hexagon"
    background: str = "#1a2558"
    accent: str = "#f0b849"
    ink: str = ""
    icon: str = "award"
    sub: str = ""
    ring: str = ""
    initials: str = ""
    logo: str = ""

    def __post_init__(self) -> None:
        for name, limit in _TEXTS.items():
            self._set(name, _checked_text(getattr(self, name), name, limit))
        self._check_choices()
        for name in ("background", "accent"):
            self._set(name, normal_colour(getattr(self, name), name))
        self._check_ink()
        _check_logo(self.logo)

    @property
    def text_colour(self) -> str:
        """The colour the title is drawn in."""
        return self.ink or readable_ink(self.background)

    def to_json(self) -> str:
        """Compact JSON with all fields, the same text for the same art."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> BadgeArt:
        """Read what ``to_json`` wrote; unknown, missing or wrong fields are refused."""
        return BadgeArt(**_read(text))

    def _set(self, name: str, value: str) -> None:
        object.__setattr__(self, name, value)

    def _check_choices(self) -> None:
        if not isinstance(self.shape, str) or self.shape not in SHAPES:
            raise UsageError(
                "usage.art-shape", f"shape: {self.shape!r:.40} is none of {', '.join(SHAPES)}."
            )
        if self.icon and self.icon not in icon_names():
            raise UsageError(
                "usage.art-icon", f"icon: there is no icon {self.icon!r:.40}; choose one listed."
            )

    def _check_ink(self) -> None:
        if not self.ink:
            return
        self._set("ink", normal_colour(self.ink, "ink"))
        ratio = contrast(self.ink, self.background)
        if ratio < TEXT_CONTRAST:
            raise UsageError(
                "usage.art-contrast",
                f"ink: {self.ink} on {self.background} has a contrast of {ratio:.1f}; text needs "
                f"{TEXT_CONTRAST}. {readable_ink(self.background)} can be read.",
            )


def _checked_text(value: Any, name: str, limit: int) -> str:
    if not isinstance(value, str):
        raise UsageError("usage.art-text", f"{name}: must be text.")
    if len(value) > limit:
        raise UsageError(
            "usage.art-text", f"{name}: has {len(value):,} characters; at most {limit}."
        )
    line = clean_line(value, limit)
    if name == "title" and not line:
        raise UsageError("usage.art-text", "title: a badge needs a title.")
    return line


def _check_logo(logo: Any) -> None:
    if logo == "":
        return
    if not isinstance(logo, str) or len(logo) > MAX_LOGO or not _is_png_uri(logo):
        raise UsageError(
            "usage.art-logo",
            f"logo: must be a PNG as data URI of at most {MAX_LOGO:,} characters; "
            "upload the picture instead of typing it.",
        )


def _is_png_uri(logo: str) -> bool:
    if not logo.startswith(_PNG_URI):
        return False
    try:
        data = base64.b64decode(logo[len(_PNG_URI) :], validate=True)
    except (binascii.Error, ValueError):
        return False
    return data.startswith(_PNG_MAGIC)


def _read(text: str) -> dict[str, Any]:
    if len(text) > MAX_JSON:
        raise UsageError("usage.art-json", f"The badge art has over {MAX_JSON:,} characters.")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError("usage.art-json", "The badge art is not JSON.") from None
    if not isinstance(found, dict):
        raise UsageError("usage.art-json", "The badge art is not a JSON object.")
    names = {field.name for field in fields(BadgeArt)}
    odd = sorted(set(found) - names)
    if odd:
        raise UsageError("usage.art-json", f"{odd[0]!r:.60} is not a part of badge art.")
    if "title" not in found:
        raise UsageError("usage.art-text", "title: a badge needs a title.")
    return found
