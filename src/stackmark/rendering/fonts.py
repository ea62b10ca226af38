"""The fonts in the package: where they are, what they can draw, how wide text becomes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

from stackmark.rendering.fontfile import FontFace, read_faces

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Weight = Literal["regular", "semibold"]

SANS: Final = "Source Sans 3"
SERIF: Final = "Source Serif 4"
# The order in which a missing character is looked for.
SANS_STACK: Final = (
    SANS,
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Noto Sans Georgian",
    "Noto Sans Armenian",
)
SERIF_STACK: Final = (SERIF, "Noto Naskh Arabic", *SANS_STACK)
_FILE_WEIGHTS: Final = {"regular": "Regular", "semibold": "SemiBold"}
_UNKNOWN_WIDTH: Final = 1.0  # ems; what no font here draws is often full-width


def font_folder() -> Traversable:
    """The folder with the font files."""
    return files("stackmark.rendering") / "data" / "fonts"


@cache
def coverage() -> frozenset[int]:
    """Every code point that some font of the package draws."""
    found: set[int] = set()
    for file in font_folder().iterdir():
        if file.name.endswith("-Regular.ttf"):
            for face in read_faces(file.read_bytes()):
                found.update(face.glyphs)
    return frozenset(found)


def width(text: str, size: float, *, weight: Weight = "regular", spacing: float = 0) -> float:
    """How wide ``text`` stands in our sans-serif, with ``spacing`` after each character."""
    ems = sum(_advance(ord(character), weight) for character in text)
    return ems * size + spacing * len(text)


@cache
def _advance(character: int, weight: Weight) -> float:
    for family in SANS_STACK:
        found = _face(family, weight).advance(character)
        if found is not None:
            return found
    return _UNKNOWN_WIDTH


@cache
def _face(family: str, weight: Weight) -> FontFace:
    stem = family.replace(" ", "")
    name = f"{stem}-{_FILE_WEIGHTS[weight]}.ttf"
    if not (font_folder() / name).is_file():
        name = f"{stem}-Regular.ttf"
    return read_faces((font_folder() / name).read_bytes())[0]
