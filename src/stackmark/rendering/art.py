"""Stackmark's own badge art, for those who have none yet."""

from __future__ import annotations

from importlib.resources import files

from stackmark.errors import UsageError


def default_image(container: str) -> bytes:
    """The default badge as ``png`` (512 by 512 pixels) or ``svg``; drawn by this project.

    Raises ``UsageError`` ``usage.image-kind`` for any other kind.
    """
    if container not in ("png", "svg"):
        raise UsageError(
            "usage.image-kind", f"There is no default badge as {container[:20]!r}; take png or svg."
        )
    return (files("stackmark.rendering") / "data" / f"default-badge.{container}").read_bytes()
