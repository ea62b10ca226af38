"""Our own members on an Achievement, for who wants the facts inside the signed document itself.

Opt-in: a document with them needs our context, so that a verifier that does not know it cannot
check the document. The facts are one JSON literal (JSON-LD 1.1, section 4.2.2), of the same form
as in a facts document (``ob3.facts``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackmark.exchange.ob3.facts import public
from stackmark.exchange.source import Source

CONTEXT: Final = "https://w3id.org/stackmark/facts/v1"
TYPE: Final = "StackmarkAchievement"
MEMBER: Final = "stackmarkFacts"


def find(achievement: Source) -> list[tuple[dict[str, Any], str]]:
    """The facts an Achievement carries, with their place."""
    found = public(achievement.peek(MEMBER))
    if not found:
        return []
    achievement.take(MEMBER)
    return [(found, achievement.place(MEMBER))]


def add(achievement: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """An Achievement with facts."""
    types = [*achievement["type"], TYPE]
    return {**achievement, "type": types, MEMBER: dict(facts)}
