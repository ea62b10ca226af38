"""Roles of two accounts that become one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from stackmark_web.accounts.merging import mover, told
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.models import Membership


@mover("tenancy")
def move(kept: Any, gone: Any) -> None:
    """A role both have stays once; of every other one the organisation's log tells."""
    held = Membership.everywhere.filter(user=kept, ended_at__isnull=True)
    known = set(held.values_list("organisation_id", "role"))
    for row in Membership.everywhere.filter(user=gone).select_related("organisation"):
        if row.ended_at is None and (row.organisation_id, row.role) in known:
            row.delete()
            continue
        Membership.everywhere.filter(pk=row.pk).update(user=kept)
        if row.ended_at is None:
            record(
                "role.moved",
                actor=kept,
                target=row,
                organisation=row.organisation,
                before={"user": str(gone.pk)},
                after={"user": str(kept.pk), "role": row.role},
                label=row.get_role_display(),
            )


@told("tenancy")
def tell(user: Any) -> list[tuple[str, int]]:
    """Roles in force."""
    rows = Membership.everywhere.filter(user=user, ended_at__isnull=True)
    return [(_("Roles in organisations"), rows.count())]
