"""What is told about a version before somebody enrols: what it counts toward, past decisions.

``pathways`` and ``recognising`` stand above the catalogue, so each gives its function once at
start: from a version to a piece of page (safe text), or empty when there is nothing to tell.
"""

from __future__ import annotations

from collections.abc import Callable

from stackmark_web.catalogue.models import AchievementVersion

_panels: dict[str, Callable[[AchievementVersion], str]] = {}


def provide(name: str, function: Callable[[AchievementVersion], str]) -> None:
    """Ask this function from now on; a second one of the same name takes its place."""
    _panels[name] = function


def panels(version: AchievementVersion) -> list[str]:
    """The panels of a published version, in the order of their names."""
    if not version.is_published:
        return []
    return [shown for name in sorted(_panels) if (shown := _panels[name](version))]
