"""The outlines a badge can have, each with the room it leaves for text.

Coordinates have their origin in the middle of the drawing; y grows downwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

Profile = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """``path`` is the outline; ``profile`` lists (y, half width) of the room inside it.

    ``ring`` is the radius of the line that lettering around the edge stands on, 0 when the shape
    has no round edge; ``behind`` is drawn behind the outline in the accent colour. ``middle``
    moves the round parts up or down.
    """

    path: str
    profile: Profile
    ring: float = 0
    behind: str = ""
    middle: float = 0

    @property
    def top(self) -> float:
        """Where the room for text starts."""
        return self.profile[0][0]

    @property
    def bottom(self) -> float:
        """Where the room for text ends."""
        return self.profile[-1][0]

    @property
    def height(self) -> float:
        """How much room there is from top to bottom."""
        return self.bottom - self.top

    def room(self, top: float, bottom: float) -> float:
        """The full width that is free from ``top`` to ``bottom``."""
        return 2 * min(self._half(top), self._half(bottom))

    def _half(self, y: float) -> float:
        for (above, first), (below, second) in pairwise(self.profile):
            if above <= y <= below:
                return first + (second - first) * (y - above) / (below - above)
        return 0


def _disc(radius: float, middle: float = 0) -> str:
    return (
        f"M0 {middle - radius:.5g}a{radius:g} {radius:g} 0 1 1 0 {2 * radius:g}"
        f"a{radius:g} {radius:g} 0 1 1 0 {-2 * radius:g}z"
    )


def _round_profile(radius: float, middle: float = 0) -> Profile:
    """The room in a disc, but for the flattest 6 % at the top and the bottom."""
    steps = range(-22, 23)
    heights = [radius * step / 25 for step in steps]
    return tuple((middle + y, math.sqrt(radius * radius - y * y)) for y in heights)


def _polygon(corners: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.4g} {y:.4g}" for x, y in corners) + "z"


def _burst(points: int, outer: float, inner: float, middle: float = 0) -> str:
    """A star of many points around a disc."""
    turns = [math.pi * step / points for step in range(2 * points)]
    radii = [outer if step % 2 == 0 else inner for step in range(2 * points)]
    return _polygon(
        [(r * math.sin(t), middle - r * math.cos(t)) for t, r in zip(turns, radii, strict=True)]
    )


def _scallops(count: int, radius: float, middle: float) -> str:
    """A disc with a waved edge."""
    turns = [2 * math.pi * step / count for step in range(count + 1)]
    spots = [(radius * math.sin(t), middle - radius * math.cos(t)) for t in turns]
    bow = 2 * radius * math.sin(math.pi / count) * 0.56
    arcs = "".join(f"A{bow:.4g} {bow:.4g} 0 0 1 {x:.4g} {y:.4g}" for x, y in spots[1:])
    return f"M{spots[0][0]:.4g} {spots[0][1]:.4g}{arcs}z"


_TAILS: Final = "M-104 92l-46 138 60-14 36 32 50-150zM104 92l46 138-60-14-36 32-50-150z"

SHAPES: Final[dict[str, Shape]] = {
    "circle": Shape(_disc(238), _round_profile(214), ring=196),
    "rosette": Shape(
        _scallops(28, 202, -32), _round_profile(182, -32), ring=166, behind=_TAILS, middle=-32
    ),
    "star": Shape(_burst(24, 246, 222), _round_profile(204), ring=188),
    "shield": Shape(
        "M-200-196Q-96-196 0-240Q96-196 200-196V-10C200 122 106 200 0 244C-106 200-200 122-200-10z",
        ((-186, 170), (-20, 182), (40, 174), (90, 146), (140, 104), (176, 66), (196, 40)),
    ),
    "hexagon": Shape(
        _polygon([(0, -242), (210, -121), (210, 121), (0, 242), (-210, 121), (-210, -121)]),
        ((-190, 72), (-112, 190), (112, 190), (190, 72)),
    ),
    "square": Shape(
        "M-168-226H168Q226-226 226-168V168Q226 226 168 226H-168Q-226 226-226 168V-168"
        "Q-226-226-168-226z",
        ((-192, 190), (192, 190)),
    ),
    "diamond": Shape(
        _polygon([(0, -250), (250, 0), (0, 250), (-250, 0)]),
        ((-190, 36), (0, 226), (190, 36)),
    ),
    "arch": Shape(
        "M-188 236V-46C-188-160-104-240 0-240S188-160 188-46V236z",
        ((-196, 76), (-150, 128), (-96, 156), (-46, 164), (204, 164)),
    ),
}


def ring_room(shape: Shape) -> Shape:
    """The same round shape with the room that is left inside its lettering."""
    return Shape(
        shape.path,
        _round_profile(shape.ring - 14, shape.middle),
        shape.ring,
        shape.behind,
        shape.middle,
    )
