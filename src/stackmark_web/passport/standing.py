"""How a credential in a passport stands now: one word, and the same words as a filter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stackmark.limits import CLOCK_SKEW
from stackmark_web import clock
from stackmark_web.awarding import queries as awarding
from stackmark_web.awarding.models import Award
from stackmark_web.passport.models import Holding

LABELS: Final[dict[str, str | Promise]] = {
    "active": _("Active"),
    "expired": _("Expired"),
    "suspended": _("Suspended"),
    "revoked": _("Revoked"),
    "superseded": _("Replaced by a newer one"),
    "unknown": _("Not confirmed"),
}
_STATES: Final[dict[str, str]] = {
    Award.State.REVOKED: "revoked",
    Award.State.SUSPENDED: "suspended",
    Award.State.SUPERSEDED: "superseded",
    Award.State.DECLINED: "declined",
    Award.State.LAPSED: "lapsed",
}
_SKEW: Final = timedelta(seconds=CLOCK_SKEW)
_UNSURE: Final = (
    Holding.Provenance.UNTOLD,
    Holding.Provenance.REFUSED,
    Holding.Provenance.WAITING,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A status of ``ui.cards`` and its words; ``since`` is when it became so, if known."""

    status: str
    label: str | Promise = ""
    since: datetime | None = None

    @property
    def live(self) -> bool:
        """In force now: what may be shown as such to others."""
        return self.status == "active"

    @property
    def withdrawn(self) -> bool:
        """Taken back by its issuer, for good or for now."""
        return self.status in ("revoked", "suspended")

    @property
    def over(self) -> bool:
        """Taken back for good: no way leads back."""
        return self.status in ("revoked", "superseded")


def standing_of(holding: Holding) -> Standing:
    """How it stands."""
    if holding.award is not None:
        return award_standing(holding.award)
    if holding.standing:
        return Standing(holding.standing)
    if holding.provenance == Holding.Provenance.REFUSED:
        return Standing("refused", _("Does not verify"))
    if holding.provenance in _UNSURE:
        return Standing("unknown", _("Not confirmed"))
    return _dated(holding)


def award_standing(award: Award) -> Standing:
    """The same for an award."""
    status, since = awarding.status_of(award)
    return Standing(status, since=since)


def _dated(holding: Holding) -> Standing:
    now = clock.now()
    if holding.valid_until is not None and holding.valid_until < now:
        return Standing("expired", since=holding.valid_until)
    if holding.valid_from is not None and holding.valid_from > now + _SKEW:
        return Standing("unknown", _("Not valid yet"), since=holding.valid_from)
    return Standing("active")


def with_status(rows: QuerySet[Holding], status: str) -> QuerySet[Holding]:
    """Only the holdings that stand so; an unknown word filters nothing."""
    if status not in LABELS:
        return rows
    return rows.filter(_condition(status))


def _condition(status: str) -> Q:
    states = [state for state, word in _STATES.items() if word == status]
    if status in ("revoked", "suspended"):
        return Q(award__state__in=states) | Q(standing=status)
    if status == "superseded":
        return Q(award__state__in=states)
    plain = Q(standing="") & (Q(award=None) | ~Q(award__state__in=list(_STATES)))
    if status == "unknown":
        return plain & Q(provenance__in=_UNSURE)
    over: Any = Q(valid_until__lt=clock.now())
    sure = plain & ~Q(provenance__in=_UNSURE)
    return sure & over if status == "expired" else sure & ~over
