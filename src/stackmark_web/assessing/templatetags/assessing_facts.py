"""What a learner's own area shows of re-tests and fairness; the library's sentences in words."""

from __future__ import annotations

from typing import Any

from django import template

from stackmark_web import clock
from stackmark_web.assessing import declaring, wording_notes
from stackmark_web.assessing.models import RetestInvitation
from stackmark_web.assessing.wording_facts import OF

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


@register.filter
def in_words(text: Any) -> str:
    """A sentence of the library in the reader's language, or marked as English."""
    return wording_notes.marked(text)


@register.filter
def counted(of: str) -> str:
    """What a figure's n counts."""
    return str(OF.get(of, of))
