"""Claim links: who has one may see, download and claim an award, without an account.

The token goes into a letter once and is kept as a hash. A visit spends nothing (mail scanners
visit); claiming or declining does, by POST.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from stackmark_web import clock
from stackmark_web.awarding.models import Award, ClaimLink
from stackmark_web.jobs.storing import Maker

LIFE: Final = timedelta(days=90)


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def draw(award: Award) -> tuple[ClaimLink, str]:
    """A link, not saved yet, and its address."""
    (drawn,) = draw_many([award])
    return drawn


def draw_many(awards: Iterable[Award]) -> list[tuple[ClaimLink, str]]:
    """A link for each, not saved yet, and its address."""
    now, base = clock.now(), f"{settings.PUBLIC_URL}/claim/"
    links = Maker(ClaimLink(created_at=now))
    found = []
    for award in awards:
        token = secrets.token_urlsafe(32)
        link = links.make(
            award_id=award.pk, token_hash=token_hash(token), expires_at=_end(award, now)
        )
        found.append((link, base + token))
    return found


def _end(award: Award, now: datetime) -> datetime:
    """When a link made now ends: with the claim time where there is one to keep."""
    if award.claim_by is not None and award.claim_by > now:
        return award.claim_by
    return now + LIFE


def new_link(award: Award) -> str:
    """The address of a new link to an award."""
    link, url = draw(award)
    link.save(force_insert=True)
    return url


def find(token: str) -> ClaimLink | None:
    """The link of a token, whatever has become of it; ``standing`` says what."""
    if not 20 <= len(token) <= 100:
        return None
    rows = ClaimLink.objects.select_related("award__version", "award__organisation")
    return rows.filter(token_hash=token_hash(token)).first()


def standing(link: ClaimLink) -> str:
    """``open``, ``spent``, ``expired`` or ``withdrawn``.

    A spent link still shows what was claimed with it; the other two show nothing.
    """
    if link.withdrawn_at is not None:
        return "withdrawn"
    if link.expires_at <= clock.now():
        return "expired"
    return "open" if link.spent_at is None else "spent"


def spend(award: Award) -> None:
    """Mark every link to an award as used."""
    rows = ClaimLink.objects.filter(award=award, spent_at__isnull=True)
    rows.update(spent_at=clock.now())


def withdraw(award: Award) -> None:
    """No link to this award opens any more."""
    rows = ClaimLink.objects.filter(award=award, withdrawn_at__isnull=True)
    rows.update(withdrawn_at=clock.now())
