"""Two accounts that become one: what one of them approved for the other had no second person."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from stackmark_web.accounts.merging import mover
from stackmark_web.approvals.models import Change
from stackmark_web.audit.actions import record


@mover("approvals")
def move(kept: Any, gone: Any) -> None:
    """It was done and stays so; the log of the organisation says what is known only now."""
    both = Q(asked_by=kept, decided_by=gone) | Q(asked_by=gone, decided_by=kept)
    for row in Change.everywhere.filter(both).select_related("organisation"):
        record(
            "change.one-person",
            actor=kept,
            target=row,
            organisation=row.organisation,
            after={"state": row.state, "kind": row.kind, "digest": row.digest},
            label=row.title,
        )
