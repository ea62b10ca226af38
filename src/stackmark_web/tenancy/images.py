"""Pictures people upload, kept by content: pixels re-encoded, drawings cleaned."""

from __future__ import annotations

import hashlib
import io
from typing import Final

from PIL import Image

from stackmark.adapters.raster import reencode_image, sanitise_svg
from stackmark_web.tenancy.models import Asset

MAX_SIDE: Final = 1024


def store_image(data: bytes, media_type: str = "") -> Asset:
    """A picture of ours; the same picture twice is one. What it is, its bytes say.

    ``media_type`` is what the uploader says it is; only a drawing needs to say so, and it is
    still read as one or refused. Raises ``StackmarkError`` with a sentence.
    """
    if media_type == "image/svg+xml" or _looks_drawn(data):
        return _keep(sanitise_svg(data), "image/svg+xml", None, None)
    return keep_picture(reencode_image(data, max_side=MAX_SIDE))


def keep_picture(png: bytes) -> Asset:
    """A PNG that was made here, stored as it is."""
    with Image.open(io.BytesIO(png)) as picture:
        width, height = picture.size
    return _keep(png, "image/png", width, height)


def keep_drawing(svg: bytes) -> Asset:
    """A drawing we made ourselves, stored as it is."""
    return _keep(svg, "image/svg+xml", None, None)


def _looks_drawn(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<svg", b"<?xml"))


def _keep(data: bytes, media_type: str, width: int | None, height: int | None) -> Asset:
    asset, _made = Asset.objects.get_or_create(
        sha256=hashlib.sha256(data).hexdigest(),
        defaults={"media_type": media_type, "data": data, "width": width, "height": height},
    )
    return asset
