"""A badge as SVG: presentation attributes only, nothing fetched, nothing that runs."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from html import escape
from typing import Final

from stackmark.rendering import fonts
from stackmark.rendering.badge_layout import LINE_STEP, Layout, lay_out
from stackmark.rendering.badge_shapes import SHAPES, Shape, ring_room
from stackmark.rendering.badge_spec import BadgeArt
from stackmark.rendering.colour import contrast, mix, readable_ink
from stackmark.rendering.icons import icon_group
from stackmark.rendering.lettering import squeeze
from stackmark.rendering.svg_text import ring_text, text_line

_SMALLEST: Final = 0.68  # of the size of spaced capitals; below, nobody reads them


def draw(art: BadgeArt, *, description: str = "") -> str:
    """The badge as an SVG of 512 by 512, the same text for the same art.

    ``description`` is what a screen reader says after the title; without one, the lettering.
    """
    return _Drawing.of(art).svg(description)


@dataclass(frozen=True, slots=True)
class _Drawing:
    art: BadgeArt
    shape: Shape
    layout: Layout
    key: str  # makes ids unique on a page that shows many badges

    @staticmethod
    def of(art: BadgeArt) -> _Drawing:
        shape = SHAPES[art.shape]
        layout = lay_out(art, ring_room(shape) if art.ring and shape.ring else shape)
        return _Drawing(art, shape, layout, f"b{zlib.crc32(art.to_json().encode()):08x}")

    def svg(self, description: str) -> str:
        said = description or ". ".join(filter(None, (self.art.sub, self.art.ring)))
        parts = (self._field(), self._ring(), self._icon(), self._eyebrow(), self._title())
        drawn = "\n".join(filter(None, (*parts, self._plate(), self._mark())))
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512" '
            f'viewBox="0 0 512 512" role="img" aria-labelledby="{self.key}t {self.key}d">\n'
            f'<title id="{self.key}t">{escape(self.art.title)}</title>\n'
            f'<desc id="{self.key}d">{escape(said)}</desc>\n{self._defs()}\n'
            f'<g transform="translate(256 256)">\n{drawn}\n</g>\n</svg>\n'
        )

    def _defs(self) -> str:
        art, key = self.art, self.key
        light, dark = mix(art.background, "#ffffff", 0.10), mix(art.background, "#000000", 0.16)
        ring = ""
        if art.ring and self.shape.ring:
            ring = f'<path id="{key}r" d="{self._circle()}"/>'
        return (
            f'<defs><linearGradient id="{key}g" x1="0" y1="0" x2="0" y2="1">'
            f'<stop offset="0" stop-color="{light}"/><stop offset="1" stop-color="{dark}"/>'
            f'</linearGradient><path id="{key}p" d="{self.shape.path}"/>{ring}</defs>'
        )

    def _circle(self) -> str:
        """From the bottom clockwise, so that the top is half way along."""
        radius, middle = self.shape.ring, self.shape.middle
        return (
            f"M0 {middle + radius:g}a{radius:g} {radius:g} 0 1 1 0 {-2 * radius:g}"
            f"a{radius:g} {radius:g} 0 1 1 0 {2 * radius:g}"
        )

    def _field(self) -> str:
        """Ribbon, rim, ground and the fine line inside."""
        art, path = self.art, f'href="#{self.key}p"'
        tails = ""
        if self.shape.behind:
            tails = f'<path d="{self.shape.behind}" fill="{mix(art.accent, "#000000", 0.12)}"/>\n'
        line = f'fill="none" stroke="{art.accent}" stroke-opacity=".55" stroke-width="2.4"'
        return (
            f'{tails}<use {path} fill="url(#{self.key}g)" stroke="{art.accent}" '
            f'stroke-width="12" stroke-linejoin="round"/>\n{self._inner_line(path, line)}'
        )

    def _inner_line(self, path: str, line: str) -> str:
        middle = self.shape.middle
        if self.shape.ring:
            radius = self.shape.ring - 12 if self.art.ring else self.shape.ring + 22
            return f'<circle cy="{middle:g}" r="{radius:g}" {line}/>'
        return f'<use {path} transform="scale(.92)" stroke-linejoin="round" {line}/>'

    def _ring(self) -> str:
        radius = self.shape.ring
        if not (self.art.ring and radius):
            return ""
        return ring_text(
            self.art.ring.upper(),
            path_id=f"{self.key}r",
            radius=radius,
            room=radius * 5.2,  # of the 6.28 round; the rest stays open at the bottom
            size=25,
            colour=self._soft_ink(),
        )

    def _soft_ink(self) -> str:
        """The accent where it can be read as text, otherwise the ink of the title."""
        is_readable = contrast(self.art.accent, self.art.background) >= 4.5
        return self.art.accent if is_readable else self.art.text_colour

    def _icon(self) -> str:
        if not self.art.icon:
            return ""
        can_be_seen = contrast(self.art.accent, self.art.background) >= 3
        colour = self.art.accent if can_be_seen else self.art.text_colour
        size = self.layout.parts.icon
        return icon_group(self.art.icon, x=-size / 2, y=self.layout.icon, size=size, colour=colour)

    def _eyebrow(self) -> str:
        if not self.art.ring or self.shape.ring:
            return ""
        size, top = self.layout.parts.eyebrow, self.layout.eyebrow
        room = self.shape.room(top, top + size) - 60
        text, scale = _fitted(self.art.ring.upper(), room, size)
        return text_line(
            text,
            x=0,
            y=top + size * 0.8,
            size=size * scale,
            spacing=2 * scale,
            weight="semibold",
            colour=self._soft_ink(),
        )

    def _title(self) -> str:
        size, step = self.layout.size, self.layout.size * LINE_STEP
        return "\n".join(
            text_line(
                line,
                x=0,
                y=self.layout.title + step * number + size * 0.9,
                size=size,
                weight="semibold",
                colour=self.art.text_colour,
            )
            for number, line in enumerate(self.layout.lines)
        )

    def _plate(self) -> str:
        if not self.art.sub:
            return ""
        top, high = self.layout.plate, self.layout.parts.plate
        room = self.shape.room(top, top + high) - 20 - high
        size = high * 0.6
        natural = fonts.width(self.art.sub, size, weight="semibold")
        scale = min(1, room / natural)
        wide = natural * scale + high
        words = text_line(
            self.art.sub,
            x=0,
            y=top + high / 2 + size * 0.34 * scale,
            size=size * scale,
            weight="semibold",
            colour=readable_ink(self.art.accent),
        )
        return (
            f'<rect x="{-wide / 2:.5g}" y="{top:.5g}" width="{wide:.5g}" height="{high:.4g}" '
            f'rx="{high / 2:.4g}" fill="{self.art.accent}"/>{words}'
        )

    def _mark(self) -> str:
        if self.art.logo:
            return self._logo(self.layout.mark, self.layout.parts.mark)
        return self._initials() if self.art.initials else ""

    def _logo(self, top: float, plate: float) -> str:
        edge = plate / 9
        side = plate - 2 * edge
        return (
            f'<rect x="{-plate / 2:.4g}" y="{top:.5g}" width="{plate:.4g}" height="{plate:.4g}" '
            f'rx="{plate / 5:.4g}" fill="#fff"/><image x="{-side / 2:.4g}" y="{top + edge:.5g}" '
            f'width="{side:.4g}" height="{side:.4g}" href="{self.art.logo}"/>'
        )

    def _initials(self) -> str:
        high = self.layout.parts.mark
        middle = self.layout.mark + high / 2
        natural = fonts.width(self.art.initials, high * 0.45, weight="semibold")
        size = high * 0.45 * min(1, high * 0.75 / natural)
        words = text_line(
            self.art.initials,
            x=0,
            y=middle + size * 0.34,
            size=size,
            weight="semibold",
            colour=readable_ink("#ffffff"),
        )
        return f'<circle cy="{middle:.5g}" r="{high / 2:.4g}" fill="#fff"/>{words}'


def _fitted(text: str, room: float, size: float) -> tuple[str, float]:
    """Spaced capitals for this room: smaller to a point, then cut; and how much smaller."""
    natural = fonts.width(text, size, weight="semibold", spacing=2)
    scale = max(_SMALLEST, min(1, room / natural))
    line = squeeze(
        text, [room / scale], lambda part: fonts.width(part, size, weight="semibold", spacing=2)
    )
    return line[0], scale
