"""The small picture of an imported credential, drawn anew so that it is safe to show."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from stackmark.adapters.raster import reencode_image, sanitise_svg, svg_to_png
from stackmark.errors import StackmarkError
from stackmark.reading.baked import recognise
from stackmark_web.passport.contents import Contents

SIDE: Final = 320  # pixels
_DATA: Final = "data:image/"


def picture_of(contents: Contents) -> bytes | None:
    """A PNG of the image around or inside the credential; None when there is none to show.

    A picture that is only linked is not fetched: that would tell its host who looks.
    """
    for image in _images(contents):
        try:
            return drawn_anew(image)
        except StackmarkError:
            continue  # a picture nobody can draw is no reason to refuse the credential
    return None


def drawn_anew(image: bytes) -> bytes:
    """Any picture as a small fresh PNG. Raises ``ReadError`` when it is none."""
    if recognise(image) == "svg":
        return svg_to_png(sanitise_svg(image), SIDE)
    return reencode_image(image, max_side=SIDE)


def _images(contents: Contents) -> list[bytes]:
    found = [contents.data] if contents.container else []
    for part in (contents.achievement, contents.tree):
        image = _inline(part.get("image"))
        if image:
            found.append(image)
    return found


def _inline(value: Any) -> bytes | None:
    """The bytes of a ``data:`` address."""
    address = value.get("id") if isinstance(value, Mapping) else value
    if not isinstance(address, str) or not address.startswith(_DATA):
        return None
    head, _, body = address.partition(",")
    try:
        return base64.b64decode(body) if head.endswith(";base64") else None
    except (binascii.Error, ValueError):
        return None
