"""A handsome badge for those who design none: the same one for the same title."""

from __future__ import annotations

import zlib
from typing import Final

from stackmark.rendering.badge_spec import MAX_TITLE, BadgeArt
from stackmark.rendering.colour import deepened, mix, normal_colour
from stackmark.rendering.lettering import clean_line

# The kinds of the field; any other word gets one of the last row.
_SHAPES: Final[dict[str, tuple[str, ...]]] = {
    "badge": ("hexagon", "circle", "shield"),
    "digital-badge": ("hexagon", "circle", "shield"),
    "certificate": ("rosette", "star"),
    "nano-degree": ("arch", "shield"),
    "micro-certification": ("star", "shield"),
}
_ANY_SHAPE: Final = ("hexagon", "circle", "square")
_WARM: Final = "#f3bf55"  # a gold that stands on every dark ground
# The start of a word → icon; the one that stands first in a title wins.
_WORDS: Final = (
    ("data", "chart-line"),
    ("statist", "chart-pie"),
    ("program", "code"),
    ("python", "code"),
    ("web", "globe"),
    ("secur", "shield-check"),
    ("cyber", "shield-check"),
    ("network", "network"),
    ("cloud", "database"),
    ("machine", "cpu"),
    ("artificial", "brain"),
    ("psycho", "brain"),
    ("chem", "flask-conical"),
    ("bio", "dna"),
    ("laborator", "microscope"),
    ("physic", "atom"),
    ("nurs", "heart-pulse"),
    ("health", "heart-pulse"),
    ("first aid", "heart-pulse"),
    ("medic", "stethoscope"),
    ("care", "hand-heart"),
    ("teach", "presentation"),
    ("lead", "users"),
    ("team", "users"),
    ("project", "target"),
    ("manage", "briefcase-business"),
    ("business", "briefcase-business"),
    ("law", "scale"),
    ("ethic", "scale"),
    ("account", "calculator"),
    ("financ", "chart-line"),
    ("mathem", "calculator"),
    ("design", "pen-tool"),
    ("art", "palette"),
    ("photo", "camera"),
    ("music", "music"),
    ("writ", "notebook-pen"),
    ("language", "languages"),
    ("english", "languages"),
    ("spanish", "languages"),
    ("communic", "message-circle"),
    ("climate", "leaf"),
    ("sustain", "sprout"),
    ("circular", "recycle"),
    ("water", "droplets"),
    ("energy", "zap"),
    ("electric", "zap"),
    ("solar", "sun"),
    ("build", "hard-hat"),
    ("construct", "hard-hat"),
    ("engineer", "settings"),
    ("weld", "wrench"),
    ("research", "search"),
    ("librar", "library"),
    ("histor", "landmark"),
    ("geograph", "map"),
    ("innov", "lightbulb"),
    ("entrepreneur", "rocket"),
)
_PLAIN_ICONS: Final = ("award", "star", "book-open", "graduation-cap", "medal", "sparkles")


def default_art(
    title: str, accent: str, kind: str = "badge", *, sub: str = "", initials: str = ""
) -> BadgeArt:
    """A badge in the organisation's colour.

    ``kind`` is one of ``badge``, ``certificate``, ``nano-degree``, ``micro-certification``; it
    decides the family of shapes, the title the rest. Raises ``UsageError`` as ``BadgeArt`` does.
    """
    colour = normal_colour(accent, "accent")
    line = clean_line(title, MAX_TITLE)
    number = zlib.crc32(line.encode("utf-8", "replace"))
    shapes = _SHAPES.get(kind, _ANY_SHAPE)
    return BadgeArt(
        title=line,
        shape=shapes[number % len(shapes)],
        background=deepened(colour, ratio=7),
        accent=_WARM if number // 7 % 2 else mix(colour, "#ffffff", 0.62),
        icon=_icon_for(line, number),
        sub=sub,
        initials=initials,
    )


def _icon_for(title: str, number: int) -> str:
    words = f" {title.casefold()}"
    places = [(words.find(f" {start}"), icon) for start, icon in _WORDS]
    found = min((place for place in places if place[0] >= 0), default=None)
    return found[1] if found else _PLAIN_ICONS[number // 13 % len(_PLAIN_ICONS)]
