"""What a link shows of itself in a chat or a post: page tags and the drawn card.

A page that is locked, withdrawn, revoked or holds several credentials gets the neutral card; no
learner's name is ever in the tags.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stackmark.adapters.raster import svg_to_png
from stackmark.rendering.card import HEIGHT, WIDTH, CardFacts, credential_card_svg, neutral_card_svg
from stackmark_web.passport.downloads import Source
from stackmark_web.passport.models import Holding, Share
from stackmark_web.passport.standing import standing_of

_PLAIN: Final = "#1a2558"


@dataclass(frozen=True, slots=True)
class Preview:
    """The page tags of a link."""

    title: str
    description: str
    url: str
    image: str
    image_alt: str
    locale: str
    issued: datetime | None = None
    width: int = WIDTH
    height: int = HEIGHT


def neutral(token: str) -> Preview:
    """Tags that tell nothing."""
    return Preview(
        title=_("A shared credential"),
        description=_("Open it to see what was shared with you."),
        url=_absolute("passport:share", token),
        image=_absolute("passport:card", token),
        image_alt=_("A digital credential"),
        locale=(get_language() or "en").replace("-", "_"),
    )


def of_share(token: str, share: Share, held: list[Holding]) -> Preview:
    """The tags of an open share."""
    plain = neutral(token)
    if not _tells(share, held):
        return plain
    one = held[0]
    return Preview(
        title=one.told,
        description=_("Issued by %(issuer)s. See what it says, and check it yourself.")
        % {"issuer": one.issuer_name},
        url=plain.url,
        image=plain.image,
        image_alt=_("Badge of %(title)s") % {"title": one.told},
        locale=plain.locale,
        issued=one.valid_from,
    )


def picture(share: Share, held: list[Holding]) -> bytes:
    """The card as PNG."""
    if not _tells(share, held):
        return _neutral_png(_("A digital credential"))
    return svg_to_png(credential_card_svg(_facts(held[0])), WIDTH)


@lru_cache(maxsize=8)
def _neutral_png(line: str) -> bytes:
    return svg_to_png(neutral_card_svg(line=line), WIDTH)


def _tells(share: Share, held: list[Holding]) -> bool:
    """Whether a service that fetches the link may show what it is."""
    locked = bool(share.pin_hash or share.only_email)
    if locked or share.kind == Share.Kind.PRINT or len(held) != 1:
        return False
    return standing_of(held[0]).status in ("active", "expired")


def _facts(one: Holding) -> CardFacts:
    standing = standing_of(one)
    over = standing.status == "expired"
    return CardFacts(
        title=one.told,
        issuer=one.issuer_name or _("Issuer without a name"),
        issued=_("Issued %(day)s") % {"day": _day(one.valid_from)} if one.valid_from else "",
        status="expired" if over else "valid",
        status_text=_("Expired %(day)s") % {"day": _day(one.valid_until)} if over else "",
        badge_png=Source.of(one).image("png"),
        accent=one.award.organisation.accent if one.award is not None else _PLAIN,
    )


def _day(moment: datetime | None) -> str:
    return formats.date_format(moment, "j F Y") if moment is not None else ""


def _absolute(name: str, token: str) -> str:
    return settings.PUBLIC_URL + reverse(name, args=[token])
