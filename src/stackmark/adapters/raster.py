"""Pictures in and out: SVG to PNG with our fonts only, and uploads made harmless.

Nothing here reads a file or an address that a picture names.
"""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stackmark.errors import ReadError, UsageError
from stackmark.reading.baked import recognise
from stackmark.reading.svg_safety import active_content
from stackmark.rendering import fonts
from stackmark.rendering.svg_clean import clean_svg

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_UPLOAD_BYTES: Final = 5 * 1024 * 1024
MAX_UPLOAD_PIXELS: Final = 25_000_000  # decoded: 100 MB at four bytes a pixel
MAX_WIDTH: Final = 4096  # pixels of a picture drawn here
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")
_FONT_ENDINGS: Final = (".ttf", ".otf", ".ttc")


def svg_to_png(svg: str | bytes, width: int, *, font_folders: Sequence[Path] = ()) -> bytes:
    """Draw an SVG as a PNG of this width, with the package's fonts and those of ``font_folders``.

    The drawing must not run or fetch anything: ``ReadError`` ``read.svg-active``; what cannot be
    drawn is ``read.svg-draw``. Raises ``UsageError``: ``usage.width``, ``usage.extra``.
    """
    if not 1 <= width <= MAX_WIDTH:
        raise UsageError("usage.width", f"width: must be 1 to {MAX_WIDTH:,} pixels.")
    data = svg.encode() if isinstance(svg, str) else svg
    found = active_content(data)
    if found:
        raise ReadError("read.svg-active", f"The drawing does more than draw: {found[0]}.")
    resvg = _resvg()
    try:
        drawn: bytes = resvg.svg_to_bytes(
            svg_string=data.decode("utf-8"),
            width=width,
            skip_system_fonts=True,
            font_files=[*_own_fonts(), *_more_fonts(tuple(font_folders))],
            font_family=fonts.SANS,
            sans_serif_family=fonts.SANS,
            serif_family=fonts.SERIF,
        )
    except ValueError as error:
        raise ReadError("read.svg-draw", f"The SVG cannot be drawn: {error}.") from None
    return bytes(drawn)


def reencode_image(
    data: bytes, *, max_side: int = 1024, max_bytes: int = MAX_UPLOAD_BYTES
) -> bytes:
    """An uploaded picture as a fresh PNG: pixels only, at most ``max_side`` on a side.

    Comments, positions, colour profiles and whatever hung on to the file are gone; the turn that
    a camera noted is applied first. Raises ``ReadError``: ``read.too-large``, ``read.not-image``
    (PNG, JPEG, WebP and still GIF are taken), ``read.image-size``, ``read.image-animated``.
    """
    if len(data) > max_bytes:
        raise ReadError(
            "read.too-large",
            f"The picture has {len(data):,} bytes; at most {max_bytes:,} are taken.",
        )
    with warnings.catch_warnings():
        # Pillow only warns of what it calls a bomb; the sizes are checked before decoding.
        warnings.simplefilter("ignore")
        return _as_png(_decoded(data), max_side)


def sanitise_svg(data: bytes) -> bytes:
    """An uploaded SVG with nothing but drawing left, embedded pictures re-encoded.

    Raises ``ReadError`` as ``stackmark.rendering.svg_clean.clean_svg`` and ``reencode_image`` do.
    """
    return clean_svg(data, reencode=_reencode_uri)


def sanitise_upload(data: bytes, *, max_side: int = 1024) -> tuple[str, bytes]:
    """``("svg" or "png", clean bytes)`` for an upload, told by its bytes and not by its name."""
    if recognise(data) == "svg":
        return "svg", sanitise_svg(data)
    return "png", reencode_image(data, max_side=max_side)


def png_data_uri(png: bytes) -> str:
    """The picture as an address of its own, for ``BadgeArt.logo`` and the like."""
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _decoded(data: bytes) -> Image:
    pillow = _pillow()
    try:
        image: Image = pillow.open(io.BytesIO(data), formats=_FORMATS)
        _check_size(image)
        image.load()
    except ReadError:
        raise
    except pillow.DecompressionBombError:
        raise _too_large("far too many") from None
    except Exception as error:  # noqa: BLE001 - decoders fail in many ways, all of them: no image
        raise ReadError(
            "read.not-image",
            "This is no picture that can be read; take PNG, JPEG, WebP or a still GIF "
            f"({type(error).__name__}).",
        ) from None
    return image


def _check_size(image: Image) -> None:
    """Before a single pixel is decoded."""
    width, height = image.size
    if width * height > MAX_UPLOAD_PIXELS:
        raise _too_large(f"{width:,} by {height:,}")
    if getattr(image, "is_animated", False):
        raise ReadError("read.image-animated", "The picture moves; take a still one.")


def _too_large(pixels: str) -> ReadError:
    return ReadError(
        "read.image-size",
        f"The picture has {pixels} pixels; at most {MAX_UPLOAD_PIXELS:,} in all are taken.",
    )


def _as_png(image: Image, max_side: int) -> bytes:
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(image) or image
    plain = upright.convert("RGBA")
    plain.thumbnail((max_side, max_side))
    fresh = _pillow().new("RGBA", plain.size)
    fresh.paste(plain)  # pixels only: a new image has no chunks to carry over
    out = io.BytesIO()
    fresh.save(out, "PNG", optimize=True)
    return out.getvalue()


def _reencode_uri(uri: str) -> str:
    try:
        data = base64.b64decode(uri.partition(",")[2], validate=False)
    except (binascii.Error, ValueError):
        raise ReadError("read.not-image", "An embedded picture is not base64.") from None
    return png_data_uri(reencode_image(data))


@cache
def _own_fonts() -> tuple[str, ...]:
    with as_file(fonts.font_folder()) as folder:
        return _fonts_in(Path(folder))


@cache
def _more_fonts(folders: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(font for folder in folders for font in _fonts_in(folder))


def _fonts_in(folder: Path) -> tuple[str, ...]:
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _FONT_ENDINGS)
    return tuple(str(path) for path in found)


def _resvg() -> Any:
    try:
        import resvg_py
    except ImportError:
        raise UsageError(
            "usage.extra", "Drawing PNG needs resvg_py. Install stackmark[web]."
        ) from None
    return resvg_py


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise UsageError(
            "usage.extra", "Reading pictures needs Pillow. Install stackmark[web]."
        ) from None
    return Image
