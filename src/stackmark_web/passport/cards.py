"""Holdings as credential cards, and what may be told of them to whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark_web.awarding import queries as awarding
from stackmark_web.awarding.models import Award
from stackmark_web.passport.models import Holding
from stackmark_web.passport.standing import standing_of
from stackmark_web.ui.cards import Card
from stackmark_web.ui.site import address
from stackmark_web.verifying.names import domain_of

_KEY = 24  # characters shown of an identity that is a key


def card_of(holding: Holding, *, url: str = "", image_url: str = "", lines: Any = ()) -> Card:
    """The credential card; ``image_url`` is where an imported picture may be seen by the reader."""
    standing = standing_of(holding)
    return Card(
        title=holding.told,
        issuer=holding.issuer_name or _("Issuer without a name"),
        issuer_id=identity(holding.issuer_id),
        image_url=image_of(holding) or (image_url if holding.picture else ""),
        image_alt=_("Badge of %(title)s") % {"title": holding.told},
        status=standing.status,
        status_label=standing.label,
        issued=holding.valid_from,
        expires=holding.valid_until,
        url=url,
        lines=list(lines),
    )


def own_card(holding: Holding) -> Card:
    """The card in its holder's passport."""
    line = [] if holding.award_id else [holding.get_provenance_display()]
    return card_of(
        holding,
        url=reverse("passport:holding", args=[holding.pk]),
        image_url=reverse("passport:picture", args=[holding.pk]),
        lines=line,
    )


def image_of(holding: Holding) -> str:
    """The address of our own picture of an award's achievement."""
    award = holding.award
    return award_image(award) if award is not None else ""


def award_card(award: Award, *, holder: bool = True) -> Card:
    """An award that nobody has taken yet, for its recipient."""
    made = awarding.card(award, holder=holder)
    return replace(made, issuer_id=identity(made.issuer_id))


def award_image(award: Award) -> str:
    """The same for an award; pictures of achievements are public by their contents."""
    image = award.version.image_id or award.version.image_svg_id
    return address("registry:asset", f"/assets/{image}", image) if image else ""


def identity(did: str) -> str:
    """An issuer's identity in short: its domain, or the beginning of its key."""
    return domain_of(did) or (did if len(did) <= _KEY else f"{did[:_KEY]}…")
