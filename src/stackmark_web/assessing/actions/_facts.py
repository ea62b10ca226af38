"""What the actions on facts share: rights, refusals, traces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stackmark.errors import UsageError
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require


class Problem(UsageError):  # noqa: N818 - reads as what is said to the person
    """Something cannot be done: the field (empty: the whole) and a plain sentence."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__("usage.assessing", detail)
        self.field = field


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
