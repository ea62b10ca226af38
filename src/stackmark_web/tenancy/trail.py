"""What happened in an organisation and its units, newest first: a page, a file, and who did it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from stackmark_web.audit import queries as audit
from stackmark_web.audit.models import AuditEvent
from stackmark_web.tenancy.models import Membership, Organisation
from stackmark_web.tenancy.newest import Newest, in_order, newest_of, units_within
from stackmark_web.tenancy.queries import lineage

_ORDER: Final = ("-at", "-pk")
_LATELY: Final = 200  # events whose actors can be chosen, besides everybody who has a role


def trail(organisation: Organisation, filters: audit.Filters) -> Newest:
    """The events for a page of people."""
    rows = partial(audit.events, filters=filters)
    return Newest(units_within(organisation), rows, order=_ORDER, found=_events)


def exported(organisation: Organisation, filters: audit.Filters, most: int) -> Iterator[AuditEvent]:
    """The newest ``most`` of them one after the other, never all in memory."""
    rows = partial(audit.events, filters=filters)
    keys = newest_of(rows, units_within(organisation), _ORDER)
    return in_order(keys[:most], _events)


def _events(keys: list[int]) -> dict[int, AuditEvent]:
    return AuditEvent.objects.defer("hash").in_bulk(keys)


def verbs(organisation: Organisation) -> list[str]:
    """The kinds of events that occurred, by name."""
    return audit.verbs(units_within(organisation))


def actors(organisation: Organisation, chosen: str = "") -> list[tuple[uuid.UUID, str]]:
    """Who can be chosen: whoever acted and has or had a role here, or acted lately; by name.

    Whoever claims something has acted too; a list of all of them would have no end. ``chosen`` is
    in it, whoever that is.
    """
    units = units_within(organisation)
    roles = Membership.everywhere.filter(organisation_id__in={*units, *lineage(organisation)})
    people: set[Any] = set(roles.values_list("user_id", flat=True))
    lately = newest_of(audit.events, units, _ORDER, "actor_code")[:_LATELY]
    codes = {code for _at, _pk, code in lately if code}
    if chosen:
        people.add(chosen)
    return audit.actors(units, people, codes)
