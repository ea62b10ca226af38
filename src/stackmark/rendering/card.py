"""The picture that stands beside a shared link: 1200 by 627, drawn as SVG."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

from stackmark.errors import UsageError
from stackmark.rendering import fonts
from stackmark.rendering.colour import deepened, mix, normal_colour
from stackmark.rendering.fonts import Weight
from stackmark.rendering.icons import icon_group
from stackmark.rendering.lettering import clean_line, drawable, squeeze, wrap
from stackmark.rendering.svg_text import text_line

WIDTH: Final = 1200
HEIGHT: Final = 627
CardStatus = Literal["valid", "expired", "revoked", "suspended"]

_LEFT: Final = 500  # where the text starts
_ROOM: Final = 630
_PANEL: Final = 440
_BADGE: Final = 372
_MIDDLE: Final = 296
_INK: Final = "#16181d"
_QUIET: Final = "#565c69"
_NEUTRAL: Final = "#5b6270"
_TITLE_SIZES: Final = range(64, 35, -2)
_MAX_PNG: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the card says. All texts are final and translated.

    ``status_text`` is the ribbon ("Expired 3 May 2026"); a valid credential may have none.
    ``holder`` is drawn only when given: a shared picture travels further than its link.
    ``badge_png`` comes from ``raster.svg_to_png`` or ``raster.reencode_image``.
    """

    title: str
    issuer: str
    issued: str = ""
    status: CardStatus = "valid"
    status_text: str = ""
    holder: str = ""
    badge_png: bytes = b""
    accent: str = "#1a2558"
    site: str = "Stackmark"


def credential_card_svg(facts: CardFacts) -> str:
    """The card of one credential. Raises ``UsageError`` for a bad colour or picture."""
    accent = deepened(normal_colour(facts.accent, "accent"))
    is_plain = facts.status == "valid"
    ground = accent if is_plain else _NEUTRAL
    badge = _badge(facts.badge_png, ground, dimmed=not is_plain)
    body = [_panel(ground), badge, _words(facts, ground)]
    return _svg(facts.title, ground, body, facts.site)


def neutral_card_svg(*, line: str = "A digital credential", site: str = "Stackmark") -> str:
    """The card that tells nothing: for private, revoked and unknown addresses alike."""
    ground = "#2f3747"
    words = _block(clean_line(line, 90), top=262, sizes=range(58, 35, -2), colour=_INK)
    icon = icon_group("shield-check", x=120, y=200, size=200, colour=ground)
    return _svg(line, ground, [_panel(ground), icon, words.svg], site)


def _svg(title: str, ground: str, body: list[str], site: str) -> str:
    shown = clean_line(site, 40)
    wide = max(1, _measure(25, "semibold")(shown))
    name = text_line(
        shown,
        x=_LEFT,
        y=HEIGHT - 44,
        size=25 * min(1, _ROOM / wide),
        colour=_QUIET,
        anchor="start",
        weight="semibold",
    )
    drawn = "\n".join(part for part in body if part)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(clean_line(title, 200))}">'
        f'\n<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{drawn}\n{name}\n'
        f'<rect y="{HEIGHT - 10}" width="{WIDTH}" height="10" fill="{ground}"/>\n</svg>\n'
    )


def _panel(ground: str) -> str:
    """The coloured field on the left, with quiet rings behind the badge."""
    rings = "".join(
        f'<circle cx="{_PANEL / 2:g}" cy="308" r="{radius}" fill="none" '
        f'stroke="{mix(ground, "#ffffff", 0.78)}" stroke-width="2"/>'
        for radius in (214, 262, 310, 358)
    )
    return (
        f'<clipPath id="panel"><rect width="{_PANEL}" height="{HEIGHT}"/></clipPath>'
        f'<rect width="{_PANEL}" height="{HEIGHT}" fill="{mix(ground, "#ffffff", 0.88)}"/>'
        f'<g clip-path="url(#panel)">{rings}</g>'
    )


def _badge(png: bytes, ground: str, *, dimmed: bool) -> str:
    if not png:
        return icon_group("award", x=120, y=208, size=200, colour=ground)
    if not png.startswith(b"\x89PNG\r\n\x1a\n") or len(png) > _MAX_PNG:
        raise UsageError("usage.card", "badge_png: must be a PNG of at most 4 MB.")
    uri = "data:image/png;base64," + base64.b64encode(png).decode()
    faded = ' opacity="0.55"' if dimmed else ""
    return (
        f'<image x="{(_PANEL - _BADGE) / 2:g}" y="{308 - _BADGE / 2:g}" width="{_BADGE}" '
        f'height="{_BADGE}" href="{uri}"{faded}/>'
    )


def _ribbon(facts: CardFacts) -> str:
    """A plain grey plate: it states the status and does not shout it."""
    text = clean_line(facts.status_text, 40)
    if not text:
        return ""
    size = 25.0
    size *= min(1, (_ROOM - 48) / _measure(size, "semibold")(text))
    wide = _measure(size, "semibold")(text) + 48
    return (
        f'<rect x="{_LEFT}" y="60" width="{wide:.5g}" height="48" rx="24" fill="#eceef2"/>'
        + text_line(
            text, x=_LEFT + 24, y=92, size=size, colour="#3a404c", anchor="start", weight="semibold"
        )
    )


@dataclass(frozen=True, slots=True)
class _Block:
    svg: str
    bottom: float


def _words(facts: CardFacts, ground: str) -> str:
    """Ribbon and lines, as a stack that stands a little above the middle."""
    issuer_top = 128
    issuer = _block(
        clean_line(facts.issuer, 160), top=issuer_top, sizes=(30, 28, 26), colour=ground, lines=2
    )
    title = _block(
        clean_line(facts.title, 200), top=issuer.bottom + 14, sizes=_TITLE_SIZES, colour=_INK
    )
    holder = _block(
        clean_line(facts.holder, 120),
        top=title.bottom + 16,
        sizes=(34, 30, 27),
        colour=_INK,
        lines=1,
        weight="regular",
    )
    issued = _block(
        clean_line(facts.issued, 80),
        top=holder.bottom + 12,
        sizes=(27, 24),
        colour=_QUIET,
        lines=1,
        weight="regular",
    )
    drawn = "\n".join(block.svg for block in (issuer, title, holder, issued) if block.svg)
    first = 60 if facts.status_text else issuer_top
    down = max(0, _MIDDLE - (first + issued.bottom) / 2)
    return f'<g transform="translate(0 {down:.4g})">{_ribbon(facts)}\n{drawn}</g>'


def _measure(size: float, weight: Weight) -> Callable[[str], float]:
    return lambda text: fonts.width(text, size, weight=weight)


def _block(
    text: str,
    *,
    top: float,
    sizes: range | tuple[int, ...],
    colour: str,
    lines: int = 3,
    weight: Weight = "semibold",
) -> _Block:
    """Text in the largest of these sizes that takes at most so many lines."""
    if not text:
        return _Block("", top - 12)
    shown, rooms = drawable(text), [_ROOM] * lines
    for size in sizes:
        found = wrap(shown, rooms, _measure(size, weight))
        if found:
            return _stand(found, top, size, colour, weight)
    size = sizes[-1]
    return _stand(squeeze(shown, rooms, _measure(size, weight)), top, size, colour, weight)


def _stand(lines: list[str], top: float, size: float, colour: str, weight: Weight) -> _Block:
    step = size * 1.16
    drawn = "".join(
        text_line(
            line,
            x=_LEFT,
            y=top + step * number + size * 0.92,
            size=size,
            colour=colour,
            anchor="start",
            weight=weight,
        )
        for number, line in enumerate(lines)
    )
    return _Block(drawn, top + step * len(lines))
