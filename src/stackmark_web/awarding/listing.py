"""The list of awards as a page shows it: quick however many there are.

Pages and counts end at ``MOST``: beyond that the page says "10,000 and more", and a filter or the
CSV file serve better. Rows come newest first along an index of the organisation's, a search for an
address or number along theirs. A search for words of a name or title looks through the newest
``SEARCHED`` awards, and the page says so when there are more.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet

from stackmark_web import clock
from stackmark_web.awarding.models import Award
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.tenancy.models import Organisation

MOST: Final = 10_000
SEARCHED: Final = 20_000
FOUND: Final = 1_000  # awards that a search for words shows at most
_LIVE: Final = (Award.State.OFFERED, Award.State.CLAIMED)
_HIGH: Final = "\U0010ffff"


def units_of(organisation: Any) -> list[uuid.UUID]:
    """The ids of an organisation and of the units below it."""
    rows = Organisation.objects.filter(path__startswith=organisation.path)
    return list(rows.values_list("pk", flat=True))


@dataclass(frozen=True)
class Listing:
    """The awards of an organisation and its units that fit; see ``queries.Filters``."""

    organisation: Any
    words: str
    state: str
    achievement: str

    @cached_property
    def units(self) -> list[uuid.UUID]:
        """Whose awards are meant."""
        return units_of(self.organisation)

    @cached_property
    def found(self) -> tuple[list[uuid.UUID], bool] | None:
        """What a search finds, and whether all awards were looked through; None: no search."""
        return _search(self.units, self.words.split()[:6]) if self.words else None

    @property
    def partial(self) -> bool:
        """Whether older awards than those looked through may fit as well."""
        return self.found is not None and not self.found[1]

    def rows(self, state: str, units: Sequence[uuid.UUID] | None = None) -> QuerySet[Award]:
        """The awards in a state (``expired`` and none among them), in no order."""
        rows = Award.everywhere.filter(_among(self.units if units is None else units)).order_by()
        if self.found is not None:
            rows = rows.filter(pk__in=self.found[0])
        if self.achievement:
            versions = AchievementVersion.everywhere.filter(achievement_id=self.achievement)
            rows = rows.filter(version__in=list(versions.values_list("pk", flat=True)))
        if state == "expired":
            return rows.filter(state__in=_LIVE, valid_until__lte=clock.now())
        return rows.filter(state=state) if state else rows

    def counts(self) -> dict[str, int]:
        """How many are in each state, whatever state is chosen; none above ``MOST``."""
        states = (*Award.State.values, "expired")
        found = {state: self.rows(state)[:MOST].count() for state in states}
        return {state: number for state, number in found.items() if number or state == "expired"}

    def page(self, number: Any, size: int) -> Any:
        """One page of a paginator, its awards with what a row shows."""
        return Paginator(_Rows(self), size).get_page(number)


class _Rows:
    """What a paginator asks of a list: how long it is, and a slice of it."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing

    @cached_property
    def _length(self) -> int:
        return self._listing.rows(self._listing.state)[:MOST].count()

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice) -> list[Award]:
        first, last = part.start or 0, min(part.stop, self._length)
        keys = [pk for _when, pk in self._keys(last)[first:last]]
        rows = Award.everywhere.select_related("version", "version__image", "organisation")
        found = rows.defer("signed").in_bulk(keys)
        return [found[pk] for pk in keys if pk in found]

    def _keys(self, last: int) -> list[tuple[Any, uuid.UUID]]:
        """Time and id of the first ``last`` awards, newest first: those of each unit, merged."""
        found: list[tuple[Any, uuid.UUID]] = []
        for unit in self._listing.units:
            rows = self._listing.rows(self._listing.state, [unit]).order_by("-created_at", "pk")
            found += rows.values_list("created_at", "pk")[:last]
        return sorted(found, key=lambda one: (-one[0].timestamp(), one[1]))[:last]


def _among(units: Sequence[uuid.UUID]) -> Q:
    """One unit is asked for by equality: then an index gives its rows in their order."""
    return Q(organisation_id=units[0]) if len(units) == 1 else Q(organisation_id__in=units)


def _search(units: Sequence[uuid.UUID], words: Sequence[str]) -> tuple[list[uuid.UUID], bool]:
    """Ids of awards that every word fits, newest first, and whether all were looked through."""
    exact = _by_address_or_number(units, words)
    if exact is not None:
        return exact, True
    newest = Award.everywhere.filter(_among(units)).order_by("-created_at", "pk")
    window = newest.values("pk", "recipient_name", "recipient_email", "external_id", "version_id")
    titles = [_titled(units, word) for word in words]
    found, seen = [], 0
    for one in window[:SEARCHED].iterator(2_000):
        seen += 1
        if all(
            _fits(one, word.casefold(), versions)
            for word, versions in zip(words, titles, strict=True)
        ):
            found.append(one["pk"])
    return found[:FOUND], seen < SEARCHED


def _by_address_or_number(
    units: Sequence[uuid.UUID], words: Sequence[str]
) -> list[uuid.UUID] | None:
    """The awards to an address that begins so, or of this own number; None if there is none."""
    if len(words) != 1:
        return None
    (word,) = words
    low = word.lower()
    wanted = Q(external_id=word)
    if "@" in word:
        wanted = Q(recipient_email__gte=low, recipient_email__lt=low + _HIGH)
    rows = Award.everywhere.filter(wanted, organisation_id__in=units).order_by()
    return list(rows.values_list("pk", flat=True)[:FOUND]) or None


def _titled(units: Sequence[uuid.UUID], word: str) -> set[uuid.UUID]:
    """The versions with this word in their title that were awarded here."""
    rows = awarded_versions(units).filter(title__icontains=word)
    return set(rows.values_list("pk", flat=True))


def _fits(one: dict[str, Any], word: str, versions: set[uuid.UUID]) -> bool:
    return (
        word in one["recipient_name"].casefold()
        or word in one["recipient_email"]
        or word == one["external_id"].casefold()
        or one["version_id"] in versions
    )


def awarded_versions(units: Sequence[uuid.UUID]) -> QuerySet[AchievementVersion]:
    """The versions of which somebody here was awarded one."""
    awards = Award.everywhere.filter(_among(units), version_id=OuterRef("pk")).order_by()
    return AchievementVersion.everywhere.filter(Exists(awards)).order_by()
