"""The letters of an organisation as a page shows them: quick however many there are.

A search for an address or the beginning of one goes along an index; one for a part of an address
looks through the newest ``SEARCHED`` letters, and the page says so when there are more.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet

from stackmark_web.integrations.models import OutboxMail
from stackmark_web.tenancy.newest import Newest, among, at_most, newest_of, units_within

SEARCHED: Final = 10_000
FOUND: Final = 1_000  # letters that a search shows at most
_ASKED: Final = 5_000  # letters to addresses that begin so, whoever wrote them
_ORDER: Final = ("-queued_at", "-pk")
_HIGH: Final = "\U0010ffff"
_HEAVY: Final = ("text", "html")  # what a letter says is not on the list


@dataclass(frozen=True)
class Outbox:
    """The letters of an organisation and its units in a state, to an address; empty means all."""

    organisation: Any
    state: str = ""
    search: str = ""

    @cached_property
    def units(self) -> list[uuid.UUID]:
        """Whose letters are meant."""
        return units_within(self.organisation)

    @cached_property
    def found(self) -> tuple[list[uuid.UUID], bool] | None:
        """What a search finds, and whether all letters were looked through; None: no search."""
        return _search(self.units, self.state, self.search.lower()) if self.search else None

    @property
    def partial(self) -> bool:
        """Whether older letters than those looked through may fit as well."""
        return self.found is not None and not self.found[1]

    def counts(self) -> dict[str, int]:
        """How many letters are in each state, whatever is looked for; none above ``MOST``."""
        states = OutboxMail.State.values
        return {state: at_most(_letters(self.units, state)) for state in states}

    def page(self, number: Any, size: int) -> Any:
        """One page of a paginator."""
        if self.found is not None:
            made = Paginator(self.found[0], size).get_page(number)
            shown = _shown(made.object_list)
            made.object_list = [shown[key] for key in made.object_list if key in shown]
            return made
        rows = partial(_letters, state=self.state)
        return Newest(self.units, rows, order=_ORDER, found=_shown).page(number, size)


def _letters(units: Sequence[uuid.UUID], state: str) -> QuerySet[OutboxMail]:
    rows = OutboxMail.everywhere.filter(among(units)).order_by()
    return rows.filter(state=state) if state else rows


def _shown(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, OutboxMail]:
    return OutboxMail.everywhere.defer(*_HEAVY).in_bulk(list(keys))


def _search(units: Sequence[uuid.UUID], state: str, words: str) -> tuple[list[uuid.UUID], bool]:
    """Ids of letters to an address with this in it, newest first, and whether all were seen."""
    if "@" in words and (exact := _begun(units, state, words)):
        return exact, True
    window = _window(units, state)
    found = [pk for _when, pk, address in window if words in address.lower()]
    return [uuid.UUID(str(pk)) for pk in found[:FOUND]], len(window) < SEARCHED


def _begun(units: Sequence[uuid.UUID], state: str, words: str) -> list[uuid.UUID]:
    """Ids of letters to addresses that begin so, newest first; whose they are is looked at here.

    Asked for in the database, it would lead SQLite through all letters of the organisation.
    """
    rows = OutboxMail.everywhere.filter(to__gte=words, to__lt=words + _HIGH).order_by()
    found = rows.values_list("queued_at", "pk", "to", "organisation_id", "state")[:_ASKED]
    newest = sorted(found, key=lambda one: one[0], reverse=True)
    return [
        pk
        for _when, pk, address, owner, now in newest
        if owner in units and now == (state or now) and address.startswith(words)
    ][:FOUND]


def _window(units: Sequence[uuid.UUID], state: str) -> Sequence[Sequence[Any]]:
    """What is looked through: the newest letters as the database gives them."""
    rows = newest_of(partial(_letters, state=state), units, _ORDER, "to")[:SEARCHED]
    sql, given = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()
