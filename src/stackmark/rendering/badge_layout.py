"""Where everything of a badge stands: the largest lettering that fits its shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from stackmark.rendering import fonts
from stackmark.rendering.badge_shapes import Shape
from stackmark.rendering.badge_spec import BadgeArt
from stackmark.rendering.lettering import drawable, squeeze, wrap

TITLE_SIZES: Final = range(60, 19, -1)
GOOD_SIZE: Final = 36  # a title of this size reads well in a small picture
MAX_LINES: Final = 3
LINE_STEP: Final = 1.14  # of the size
# How much the other parts shrink to leave room for the title; the first that is enough is taken.
_DENSITIES: Final = (1.0, 0.86, 0.72, 0.6)
_ICON: Final = 92
_EYEBROW: Final = 18
_PLATE: Final = 38
_MARK: Final = 56
_LOGO: Final = 76
_GAP: Final = 15
_PADDING: Final = 14  # between lettering and the edge, on both sides


@dataclass(frozen=True, slots=True)
class Parts:
    """Heights of the parts around the title, 0 when absent, and of the gaps between."""

    icon: float
    eyebrow: float
    plate: float
    mark: float
    gap: float

    @property
    def above(self) -> float:
        """What stands above the title, gaps included."""
        return sum(height + self.gap for height in (self.icon, self.eyebrow) if height)

    @property
    def below(self) -> float:
        """What stands below the title, gaps included."""
        return sum(height + self.gap for height in (self.plate, self.mark) if height)


@dataclass(frozen=True, slots=True)
class Layout:
    """Tops of the parts, and the title's lines at ``size``; ``parts`` says how high they are."""

    parts: Parts
    size: float
    lines: tuple[str, ...]
    icon: float
    eyebrow: float
    title: float
    plate: float
    mark: float


def lay_out(art: BadgeArt, shape: Shape) -> Layout:
    """The first density at which the title reads well, else the one with the largest title."""
    tries = []
    for density in _DENSITIES:
        layout = _largest(drawable(art.title), shape, _parts_of(art, shape, density))
        if layout and layout.size >= GOOD_SIZE:
            return layout
        if layout:
            tries.append(layout)
    if tries:
        return max(tries, key=lambda layout: layout.size)
    return _cut(art, shape)


def _parts_of(art: BadgeArt, shape: Shape, density: float) -> Parts:
    """What this badge has besides its title; small lettering shrinks less than pictures."""
    mark = _LOGO if art.logo else _MARK if art.initials else 0
    gentle = (1 + density) / 2
    return Parts(
        icon=_ICON * density if art.icon else 0,
        eyebrow=_EYEBROW if art.ring and not shape.ring else 0,
        plate=_PLATE * gentle if art.sub else 0,
        mark=mark * gentle,
        gap=_GAP * density,
    )


def _largest(text: str, shape: Shape, parts: Parts) -> Layout | None:
    for size in TITLE_SIZES:
        for count in range(1, MAX_LINES + 1):
            lines = _try(text, shape, parts, size, count)
            if lines:
                return _place(shape, parts, size, lines)
    return None


def _cut(art: BadgeArt, shape: Shape) -> Layout:
    """The smallest lettering with the largest parts that leave it three lines."""
    size = TITLE_SIZES[-1]
    choices = [_parts_of(art, shape, density) for density in _DENSITIES]
    fitting = (parts for parts in choices if _height(parts, size, MAX_LINES) <= shape.height)
    parts = next(fitting, choices[-1])
    widths = _widths(shape, parts, size, MAX_LINES)
    return _place(shape, parts, size, squeeze(drawable(art.title), widths, _measure(size)))


def _height(parts: Parts, size: float, count: int) -> float:
    return parts.above + parts.below + size * LINE_STEP * count


def _try(text: str, shape: Shape, parts: Parts, size: float, count: int) -> list[str] | None:
    if _height(parts, size, count) > shape.height:
        return None
    return wrap(text, _widths(shape, parts, size, count), _measure(size))


def _measure(size: float) -> Callable[[str], float]:
    return lambda text: fonts.width(text, size, weight="semibold")


def _start(shape: Shape, parts: Parts, size: float, count: int) -> float:
    """The top of the whole stack, which stands in the middle of the room."""
    height = _height(parts, size, count)
    return max(shape.top, (shape.top + shape.bottom - height) / 2)


def _widths(shape: Shape, parts: Parts, size: float, count: int) -> list[float]:
    top = _start(shape, parts, size, count) + parts.above
    step = size * LINE_STEP
    return [
        shape.room(top + step * line, top + step * (line + 1)) - 2 * _PADDING
        for line in range(count)
    ]


def _place(shape: Shape, parts: Parts, size: float, lines: list[str]) -> Layout:
    icon = _start(shape, parts, size, len(lines))
    eyebrow = icon + (parts.icon + parts.gap if parts.icon else 0)
    title = eyebrow + (parts.eyebrow + parts.gap if parts.eyebrow else 0)
    plate = title + size * LINE_STEP * len(lines) + parts.gap
    mark = plate + (parts.plate + parts.gap if parts.plate else 0)
    return Layout(parts, size, tuple(lines), icon, eyebrow, title, plate, mark)
