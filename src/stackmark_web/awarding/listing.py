"""The list of awards as a page shows it: quick however many there are.

Pages and counts end at ``MOST``: beyond that the page says "10,000+", and a filter or the CSV file
serve better. Rows come newest first along an index of the organisation's, a search for an address
or number along theirs. A search for words of a name or title looks through the newest ``SEARCHED``
awards, and the page says so when there are more.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from itertools import islice
from operator import itemgetter
from typing import Any, Final, NamedTuple

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet

from stackmark_web import clock
from stackmark_web.awarding.models import Award
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.tenancy.newest import (
    MOST,
    Newest,
    among,
    as_stored,
    as_time,
    at_most,
    newest_of,
    stored,
    units_within,
)

__all__ = ["MOST", "Listing", "awarded_versions"]

SEARCHED: Final = 10_000
FOUND: Final = 1_000  # awards that a search for words shows at most
_ASKED: Final = 5_000  # awards to addresses that begin so, whoever made them
_LIVE: Final = (Award.State.OFFERED, Award.State.CLAIMED)
_HIGH: Final = "\U0010ffff"
_ORDER: Final = ("-created_at", "pk")
_SEARCHED_IN: Final = ("recipient_name", "recipient_email", "external_id")
_HELD: Final = ("state", "valid_until", "version_id")
_COLUMNS: Final = (
    *("state", "recipient_name", "recipient_email", "recipient_id"),
    *("valid_from", "valid_until", "signed_at", "version"),
)
_TITLED: Final = ("title", "content")  # of a version: its title is told in the reader's language


class Hit(NamedTuple):
    """What a search found, with what it is counted by, as the database keeps it."""

    pk: Any
    state: str
    valid_until: Any
    version: Any

    def fits(self, state: str, now: datetime) -> bool:
        """Whether it is in a state; ``expired`` and none among them."""
        if state != "expired":
            return state in ("", self.state)
        return (
            self.state in _LIVE
            and self.valid_until is not None
            and as_time(self.valid_until) <= now
        )


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
        return units_within(self.organisation)

    @cached_property
    def _versions(self) -> list[uuid.UUID]:
        rows = AchievementVersion.everywhere.filter(achievement_id=self.achievement)
        return list(rows.values_list("pk", flat=True))

    @cached_property
    def found(self) -> tuple[list[Hit], bool] | None:
        """What a search finds, and whether all awards were looked through; None: no search."""
        if not self.words:
            return None
        hits, whole = _search(self.units, self.words.split()[:6])
        if self.achievement:
            asked = {stored(AchievementVersion, "id", one) for one in self._versions}
            hits = [one for one in hits if one.version in asked]
        return hits, whole

    @property
    def partial(self) -> bool:
        """Whether older awards than those looked through may fit as well."""
        return self.found is not None and not self.found[1]

    def rows(self, state: str, units: Sequence[uuid.UUID]) -> QuerySet[Award]:
        """The awards of these units in a state (``expired`` and none among them), in no order."""
        rows = Award.everywhere.filter(among(units)).order_by()
        if self.achievement:
            rows = rows.filter(version__in=self._versions)
        if state == "expired":
            return rows.filter(state__in=_LIVE, valid_until__lte=clock.now())
        return rows.filter(state=state) if state else rows

    def _hits(self, state: str) -> list[Any]:
        now = clock.now()
        return [one.pk for one in (self.found or ([],))[0] if one.fits(state, now)]

    def counts(self) -> dict[str, int]:
        """How many are in each state, whatever state is chosen; none above ``MOST``."""
        if self.found is not None:
            seen = Counter(one.state for one in self.found[0])
            return {**seen, "expired": len(self._hits("expired"))}
        states = (*Award.State.values, "expired")
        found = {state: at_most(self.rows(state, self.units)) for state in states}
        return {state: number for state, number in found.items() if number or state == "expired"}

    def page(self, number: Any, size: int) -> Any:
        """One page of a paginator, its awards with what a row shows."""
        if self.found is not None:
            made = Paginator(self._hits(self.state), size).get_page(number)
            keys = [uuid.UUID(str(key)) for key in made.object_list]
            shown = _shown(keys)
            made.object_list = [shown[key] for key in keys if key in shown]
            return made
        every = Newest(self.units, partial(self.rows, self.state), order=_ORDER, found=_shown)
        return every.page(number, size)


def _shown(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, Award]:
    """These awards with what a row shows of them."""
    found: dict[uuid.UUID, Award] = Award.everywhere.only(*_COLUMNS).in_bulk(list(keys))
    wanted = {award.version_id for award in found.values()}
    versions = AchievementVersion.everywhere.only(*_TITLED).in_bulk(wanted)
    for award in found.values():
        award.version = versions[award.version_id]
    return found


def _search(units: Sequence[uuid.UUID], words: Sequence[str]) -> tuple[list[Hit], bool]:
    """The awards that every word fits, newest first, and whether all were looked through."""
    exact = _by_address_or_number(units, words)
    if exact is not None:
        return exact, True
    asked = [(word.casefold(), _titled(units, word)) for word in words]
    window = _window(units)
    fitting = (
        Hit(pk, *held)
        for _when, pk, *held, name, email, number in window
        if _fits(name, email, number, held[-1], asked)
    )
    return list(islice(fitting, FOUND)), len(window) < SEARCHED


def _window(units: Sequence[uuid.UUID]) -> list[tuple[Any, ...]]:
    """What is looked through: the newest awards."""
    every = Award.everywhere
    rows = newest_of(lambda some: every.filter(among(some)), units, _ORDER, *_HELD, *_SEARCHED_IN)
    return list(as_stored(rows[:SEARCHED]))


def _by_address_or_number(units: Sequence[uuid.UUID], words: Sequence[str]) -> list[Hit] | None:
    """The awards to an address that begins so, or of this own number; None if there is none.

    Whose they are is looked at here: asked for in the database, it would lead SQLite through all
    awards of the organisation.
    """
    if len(words) != 1:
        return None
    (word,) = words
    low = word.lower()
    rows = Award.everywhere.exclude(external_id="").filter(external_id=word)  # the index is partial
    if "@" in word:
        rows = Award.everywhere.filter(recipient_email__gte=low, recipient_email__lt=low + _HIGH)
    wanted = ("created_at", "organisation_id", "pk", *_HELD)
    ours = {stored(Award, "organisation", unit) for unit in units}
    found = [
        row for row in as_stored(rows.order_by().values_list(*wanted)[:_ASKED]) if row[1] in ours
    ]
    found.sort(key=itemgetter(0), reverse=True)
    return [Hit(*held) for _when, _owner, *held in found[:FOUND]] or None


def _titled(units: Sequence[uuid.UUID], word: str) -> set[Any]:
    """The versions awarded here with this word in their title, as the database has their ids."""
    rows = awarded_versions(units).filter(title__icontains=word).order_by()
    return {pk for (pk,) in as_stored(rows.values_list("pk"))}


def _fits(
    name: str, email: str, number: str, version: Any, asked: Sequence[tuple[str, set[Any]]]
) -> bool:
    text = f"{name}\n{email}".casefold()
    for word, versions in asked:
        if word not in text and version not in versions and word != number.casefold():
            return False
    return True


def awarded_versions(units: Sequence[uuid.UUID]) -> QuerySet[AchievementVersion]:
    """The versions of which somebody here was awarded one."""
    awards = Award.everywhere.filter(among(units), version_id=OuterRef("pk")).order_by()
    return AchievementVersion.everywhere.filter(Exists(awards)).order_by()
