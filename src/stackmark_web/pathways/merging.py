"""Pathways two accounts follow."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.accounts.merging import mover, told
from stackmark_web.pathways.models import Following, Plan


@mover("pathways")
def move(kept: Any, gone: Any) -> None:
    """Of a pathway both follow, the account that joined first stays on it, under its version."""
    followed = Following.objects.filter(left_at__isnull=True)
    for row in followed.filter(user=gone):
        twin = followed.filter(user=kept, pathway=row.pathway).first()
        if twin is not None:
            later = row if (row.joined_on, str(row.pk)) >= (twin.joined_on, str(twin.pk)) else twin
            Following.objects.filter(pk=later.pk).update(left_at=clock.now())
    # Together they may hold what neither held alone.
    Following.objects.filter(user__in=(kept.pk, gone.pk), left_at=None).update(
        dirty_since=clock.now()
    )


@told("pathways")
def tell(user: Any) -> list[tuple[str, int]]:
    """Pathways and plans."""
    return [
        (_("Pathways"), Following.objects.filter(user=user, left_at__isnull=True).count()),
        (_("Plans"), Plan.objects.filter(user=user).count()),
    ]
