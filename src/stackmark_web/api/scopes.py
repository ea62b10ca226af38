"""What a token may be made for. Its maker's rights are asked besides, each time."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.permissions import Permission

SCOPES: Final[dict[str, Any]] = {
    "achievements:read": _("Read achievements and their drafts"),
    "achievements:write": _("Draft and publish achievements"),
    "awards:read": _("Read awards, with names and addresses of recipients"),
    "awards:write": _("Award, and send again"),
    "awards:revoke": _("Revoke, suspend and reinstate"),
    "runs:read": _("Follow bulk runs and read their rows"),
    "runs:write": _("Start bulk runs"),
    "verify": _("Check documents at a higher rate"),
    "webhooks": _("Register webhooks and read what they were sent"),
}

# What a maker must still hold, one of each, to be given a kept answer again.
RIGHTS: Final[dict[str, frozenset[Permission]]] = {
    "achievements:write": frozenset({Permission.DESIGN, Permission.REVIEW, Permission.PUBLISH}),
    "awards:read": frozenset({Permission.AWARDS_VIEW}),
    "awards:write": frozenset({Permission.AWARD}),
    "awards:revoke": frozenset({Permission.REVOKE}),
    "runs:write": frozenset({Permission.AWARD}),
    "webhooks": frozenset({Permission.API}),
}
