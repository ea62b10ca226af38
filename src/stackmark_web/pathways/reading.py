"""Published pathways, read once: their rules never change."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Final

from stackmark.errors import StackmarkError
from stackmark.stacking.rules import Rules
from stackmark_web import clock
from stackmark_web.pathways import queries
from stackmark_web.pathways.models import PathwayVersion
from stackmark_web.pathways.rules_of import rules_of

_MOST: Final = 2_000  # kept
_RULES: Final[dict[uuid.UUID, Rules | None]] = {}


def rules(version: PathwayVersion) -> Rules | None:
    """The rules of a published version; None where they cannot be read."""
    if version.pk not in _RULES:
        if len(_RULES) >= _MOST:
            _RULES.clear()
        try:
            _RULES[version.pk] = rules_of(version)
        except StackmarkError:
            _RULES[version.pk] = None
    return _RULES[version.pk]


def joinable() -> Iterator[tuple[Any, Rules]]:
    """The version of each published pathway for who joins today, with its rules, by title."""
    today = clock.today()
    for pathway in queries.published():
        current = pathway.current
        version = current if current.applies_from <= today else queries.version_for(pathway, today)
        found = None if version is None else rules(version)
        if version is not None and found is not None:
            version.pathway = pathway
            yield version, found
