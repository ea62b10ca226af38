"""What the tour does for a visitor: Lena keeps her certificate and shows it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web.awarding.models import Award
from stackmark_web.demo import queries
from stackmark_web.passport import claiming, sharing
from stackmark_web.passport.models import Holding, Share


@transaction.atomic
def share(lena: Any) -> Share | None:
    """The open link to the tour's credential; claimed and shared now if it was not yet.

    ``None`` when that is no longer possible: visitors may have declined or revoked it.
    """
    award = Award.everywhere.filter(pk=queries.staged().get("award")).first()
    if award is not None and award.state == Award.State.OFFERED:
        claiming.keep(award, user=lena, via="demo")
    held = Holding.objects.filter(user=lena, award=award).first() if award else None
    if held is None:
        return None
    return queries.tour_share() or sharing.make_share(lena, [held], title=_("For my application"))
