"""What an achievement leads to, told before anybody enrols: panels that others hand in.

Pathways and recognising stand above the catalogue, so each gives a function once at start: it
takes a published version and answers with a piece of a page, or with nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from stackmark_web.catalogue.models import AchievementVersion

Panel = Callable[[AchievementVersion], str]

_panels: dict[str, Panel] = {}


def provide(name: str, function: Panel) -> None:
    """Show what this function answers from now on; a name has one function."""
    _panels[name] = function


def panels(version: AchievementVersion) -> list[str]:
    """Every panel that has something to say of a published version, by name."""
    if not version.is_published:
        return []
    found = (_panels[name](version) for name in sorted(_panels))
    return [one for one in found if one]
