"""What an organisation holds of a person who works there, and who cannot go yet."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from stackmark_web.accounts.erasing import Stay, eraser, obstacle, staying
from stackmark_web.accounts.queries import own_rows
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.models import Invitation, Membership, Role
from stackmark_web.tenancy.queries import owners_of


@obstacle("tenancy")
def last_owner(user: Any) -> list[str]:
    """Organisations that would have no owner."""
    rows = Membership.everywhere.filter(user=user, role=Role.OWNER, ended_at__isnull=True)
    return [
        _("You are the only owner of %s. Make another person owner first.") % row.organisation.name
        for row in rows.select_related("organisation")
        if not owners_of(row.organisation) - {user.pk}
    ]


@eraser("tenancy")
def erase(user: Any) -> dict[str, int]:
    """Every role ends, and with the account its row goes; invitations to them go."""
    rows = Membership.everywhere.filter(user=user, ended_at__isnull=True)
    for row in rows.select_related("organisation"):
        record(
            "role.ended",
            actor=None,
            target=row,
            organisation=row.organisation,
            before={"role": row.role, "user": str(user.pk)},
            via="erasure",
            label=row.get_role_display(),
        )
    invitations = Invitation.everywhere.filter(own_rows(user, "email")).delete()[0]
    return {"roles": rows.delete()[0], "invitations": invitations}


@staying("tenancy")
def stays(user: Any) -> list[Stay]:
    """What a person did in the name of an organisation."""
    if not Membership.everywhere.filter(user=user).exists():
        return []
    return [
        Stay(
            _("What you did for an organisation: designs, awards, decisions, its audit log"),
            _("These are the organisation's own records. Your name goes from them."),
        )
    ]
