"""What a learner's own area shows of re-tests and of the fairness report."""

from __future__ import annotations

from typing import Any

from django import template

from stackmark_web import clock
from stackmark_web.assessing import declaring
from stackmark_web.assessing.models import RetestInvitation

register = template.Library()


@register.inclusion_tag("assessing/facts/parts/invitations.html")
def retest_invitations(user: Any) -> dict[str, Any]:
    """Invitations that can still be answered, and who asks for a declaration."""
    rows = RetestInvitation.objects.filter(
        holder=user,
        attempt__isnull=True,
        retest__closed_at__isnull=True,
        retest__closes_at__gt=clock.now(),
    ).select_related("retest__version", "retest__organisation")
    return {"invitations": list(rows), "declares": bool(declaring.policies_for(user))}
