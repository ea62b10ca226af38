"""Decisions on recognition as audits need them: which are in force, and what counts by them."""

from __future__ import annotations

from typing import Any

from stackmark.model.holding import Holding


def by_source(user: Any, organisation: Any) -> dict[tuple[str, str], Any]:
    """The decision of a body about each credential of a person, by its issuer and id."""
    del user, organisation  # until recognising has decisions
    return {}


def counting(holding: Holding, decision: Any) -> Holding | None:
    """The credential as the decision lets it count; ``None`` where it does not."""
    del holding, decision
    return None
