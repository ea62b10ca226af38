"""The pictures of a credential that may be shown: our own, or ones the document carries itself.

A picture elsewhere is never loaded, neither by us nor by the visitor's browser: who keeps it would
learn who looks at what.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, Final

from stackmark.adapters import raster
from stackmark.errors import StackmarkError
from stackmark.reading.baked import recognise
from stackmark.verification.structure import as_list
from stackmark_web.verifying.fetching import own_path
from stackmark_web.verifying.names import domain_of
from stackmark_web.verifying.plain import plain

MAX_CARRIED: Final = 1024 * 1024  # characters of a data: URL that is looked at
MAX_KEPT: Final = 200_000  # characters of the picture we make of it
SIDE: Final = 256  # pixels of the longer side
_DATA: Final = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,([A-Za-z0-9+/=\s]+)\Z")
_ASSET: Final = re.compile(r"/assets/[0-9a-f]{64}")


def safe(image: Any) -> dict[str, str]:
    """``src`` of a picture to show with its ``caption``, or the ``host`` of one not loaded."""
    one = next(iter(as_list(image)), None)
    address = one.get("id") if isinstance(one, dict) else one
    caption = (plain(one.get("caption")) or "") if isinstance(one, dict) else ""
    if not isinstance(address, str):
        return {}
    own = own_path(address)
    if own and _ASSET.fullmatch(own[0]):
        return {"src": own[0], "caption": caption}
    if address.startswith("data:"):
        made = _redrawn(address)
        return {"src": made, "caption": caption} if made else {}
    host = domain_of(address)
    return {"host": host, "caption": caption} if host else {}


def _redrawn(address: str) -> str:
    """The carried picture drawn anew by us, small, as PNG; empty when it cannot be."""
    found = _DATA.match(address) if len(address) <= MAX_CARRIED else None
    if found is None:
        return ""
    try:
        data = base64.b64decode(found[2], validate=False)
    except (binascii.Error, ValueError):
        return ""
    return as_source(data)


def as_source(data: bytes) -> str:
    """Any picture's bytes as the ``src`` of a small PNG of our own making, or an empty text."""
    try:
        source = raster.png_data_uri(_small(data))
    except StackmarkError:  # what cannot be drawn is only left out
        return ""
    return source if len(source) <= MAX_KEPT else ""


def _small(data: bytes) -> bytes:
    if recognise(data) == "svg":
        return raster.svg_to_png(raster.sanitise_svg(data), SIDE)
    return raster.reencode_image(data, max_side=SIDE)
