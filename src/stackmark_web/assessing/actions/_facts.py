"""What the actions on facts share: rights, refusals, traces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stackmark_web.assessing.refusing import Problem, words
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

__all__ = ["Problem", "note", "permit", "words"]


def permit(actor: Any, organisation: Any, permission: Permission) -> None:
    """Refuse who lacks the right; None is the system."""
    if actor is not None:
        require(actor, permission, organisation)


def note(
    verb: str,
    target: Any,
    *,
    actor: Any,
    organisation: Any,
    label: str = "",
    after: Mapping[str, Any] | None = None,
    via: str = "web",
) -> None:
    """An audit entry; never with anything about one learner."""
    record(
        verb,
        actor=actor,
        target=target,
        organisation=organisation,
        label=label,
        after=after,
        via=via,
    )
