"""Public figures of recognition: by pair of institutions, and past decisions about a version.

Small numbers are withheld by ``stackmark.recognition.statistics``. Lines that are withheld are left
out altogether: that an institution once decided about somebody's small provider is told to nobody.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.conf import settings

from stackmark.recognition.decision import REFUSED
from stackmark.recognition.statistics import LEAST_CELL, Line, Table, protect, recognition_rates
from stackmark_web.recognising.counting import Counted, counted, decided
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Organisation

_OURS: Final = re.compile(r"/achievements/([0-9a-f-]{36})(?:/[0-9]+)?/?")
# The rate of few decisions is told in steps, from the largest that it reaches.
NINE_TENTHS, THREE_QUARTERS, HALF, FEWER = "nine-tenths", "three-quarters", "half", "fewer"
_STEPS: Final = (
    (Fraction(9, 10), NINE_TENTHS),
    (Fraction(3, 4), THREE_QUARTERS),
    (Fraction(1, 2), HALF),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The table of one institution: its lines without those that are withheld."""

    organisation: Organisation
    table: Table
    names: dict[str, str]

    @property
    def lines(self) -> list[tuple[Line, str]]:
        """Each line with the issuer's name; the largest first."""
        shown = [one for one in self.table.lines if one.decisions is not None]
        ordered = sorted(shown, key=lambda one: (-(one.decisions or 0), one.issuer))
        return [(one, self.names[one.issuer]) for one in ordered]

    @property
    def withholds(self) -> bool:
        """Whether there are further issuers, which are not told."""
        return any(one.decisions is None for one in self.table.lines)

    @property
    def did(self) -> str:
        """The institution's id."""
        return tenancy.did_of(self.organisation)


def tables(organisation: Organisation | None = None) -> list[Shown]:
    """The table of each institution that publishes and has decided; of one, if it is named."""
    found = counted(decided(organisation.root_id if organisation else None))
    given = ((one.issuer, one.recogniser.hex, one.verdict) for one in found)
    names = _names(found)
    places = _institutions({one.recogniser for one in found})
    made = [
        Shown(places[uuid.UUID(one.recogniser)], one, names) for one in recognition_rates(given)
    ]
    return sorted(made, key=lambda one: one.organisation.name.casefold())


def _names(found: Iterable[Counted]) -> dict[str, str]:
    """Issuers by the name they have here, else the one in the newest of their credentials."""
    names: dict[str, str] = {}
    for one in found:
        if one.issuer_name or one.issuer not in names:
            names[one.issuer] = one.issuer_name or one.issuer
    here = {issuer: tenancy.organisation_by_did(issuer) for issuer in names}
    return names | {issuer: one.name for issuer, one in here.items() if one is not None}


def _institutions(pks: set[uuid.UUID]) -> dict[uuid.UUID, Organisation]:
    return {one.pk: one for one in Organisation.objects.filter(pk__in=pks)}


# -- about one achievement ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Past:
    """What one institution decided: how many, and how often it recognised, in steps."""

    organisation: Organisation
    decisions: int
    rate: str


@dataclass(frozen=True, slots=True)
class PastDecisions:
    """Decisions ``about`` credentials of an achievement, and ``toward`` it; enough of them only."""

    about: tuple[Past, ...]
    toward: tuple[Past, ...]
    least: int = LEAST_CELL

    def __bool__(self) -> bool:
        return bool(self.about or self.toward)


def past_decisions(version: Any) -> PastDecisions:
    """Past decisions about and toward all versions of an achievement, safe to show to anybody.

    Each number is protected among its neighbours in the public table, so that the two together
    tell no more; rates stand in steps, as verdicts of so few are not told.
    """
    return PastDecisions(about=_about(version), toward=_toward(version))


def _toward(version: Any) -> tuple[Past, ...]:
    home = tenancy.root_of(version.organisation)
    rows = decided(home.pk)
    if rows.filter(target__achievement=version.achievement_id).count() < LEAST_CELL:
        return ()
    own = str(version.achievement_id)
    return tuple(
        _past(home, group) for key, group in _protected(counted(rows), _aimed) if key == own
    )


def _about(version: Any) -> tuple[Past, ...]:
    """Of every institution that decided about credentials of this achievement."""
    own, issuers = str(version.achievement_id), tenancy.dids_of(version.organisation)
    rows = decided(issuers=issuers)
    if rows.filter(source_achievement__contains=own).count() < LEAST_CELL:
        return ()
    fit = {
        pair[0].recogniser: group
        for pair in _pairs(counted(rows))
        for key, group in _protected(pair, _held)
        if key == own
    }
    places = _institutions(set(fit))
    return _ordered(_past(places[key], group) for key, group in fit.items())


def _aimed(one: Counted) -> str:
    return str(one.target)


def _held(one: Counted) -> str:
    """An achievement of ours by its key, whichever version; one of others by its address."""
    address = one.achievement.removeprefix(str(settings.IDENTITY_URL))
    ours = _OURS.fullmatch(address) if address != one.achievement else None
    return ours[1] if ours else one.achievement


def _pairs(found: Iterable[Counted]) -> list[list[Counted]]:
    pairs: dict[tuple[uuid.UUID, str], list[Counted]] = defaultdict(list)
    for one in found:
        pairs[one.recogniser, one.issuer].append(one)
    return list(pairs.values())


def _protected(found: list[Counted], key: Any) -> list[tuple[str, list[Counted]]]:
    """Groups whose number may be shown beside the total of all of them."""
    shown, _total = protect(Counter(key(one) for one in found))
    fit = {name for name, number in shown.items() if number is not None}
    return [(name, [one for one in found if key(one) == name]) for name in sorted(fit)]


def _past(organisation: Organisation, rows: list[Counted]) -> Past:
    refused = sum(1 for one in rows if one.verdict == REFUSED)
    share = 1 - Fraction(refused, len(rows))
    rate = next((word for least, word in _STEPS if share >= least), FEWER)
    return Past(organisation, len(rows), rate)


def _ordered(rows: Iterable[Past]) -> tuple[Past, ...]:
    return tuple(sorted(rows, key=lambda one: (-one.decisions, one.organisation.name)))
