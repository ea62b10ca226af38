"""Long lists of an organisation and its units, newest first: a page costs the same however long.

Pages and counts end at ``MOST``; a page of people says "10,000+" there, and a filter finds what is
older. Each unit is asked for by equality, so that an index on (organisation, …, time, id) gives its
rows in their order; the database merges them and stops at the end of the page.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Paginator
from django.db import connections, router
from django.db.models import Model, Q, QuerySet

from stackmark_web.tenancy.models import Organisation

MOST: Final = 10_000
_MERGED: Final = 200  # SQLite merges at most 500 lists; with more units than this all are sorted


def units_within(organisation: Any) -> list[uuid.UUID]:
    """The ids of an organisation and of the units below it."""
    rows = Organisation.objects.filter(path__startswith=organisation.path)
    return list(rows.values_list("pk", flat=True))


def among(units: Sequence[uuid.UUID]) -> Q:
    """One unit is asked for by equality: then an index gives its rows in their order."""
    return Q(organisation_id=units[0]) if len(units) == 1 else Q(organisation_id__in=units)


def at_most(rows: QuerySet[Any]) -> int:
    """How many there are; never more than ``MOST``, and never more are counted.

    By a column that every index of these lists begins with, so that no row is looked up.
    """
    return int(rows.order_by().values("organisation_id")[:MOST].count())


def newest_of(
    rows: Callable[[Sequence[uuid.UUID]], QuerySet[Any]],
    units: Sequence[uuid.UUID],
    order: tuple[str, ...],
    *more: str,
) -> QuerySet[Any]:
    """The values of ``order`` and ``more`` of what ``rows`` gives of the units, in that order."""
    names = [*(name.removeprefix("-") for name in order), *more]
    if not 1 < len(units) <= _MERGED:
        return rows(units).order_by(*order).values_list(*names)
    first, *others = [rows([unit]).order_by().values_list(*names) for unit in units]
    return first.union(*others, all=True).order_by(*order)


def as_stored(rows: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    """Rows of values as the database keeps them: quick where most are not looked at further.

    Ids and times differ from one database to another: see ``stored`` and ``as_time``.
    """
    try:
        sql, given = rows.query.sql_with_params()
    except EmptyResultSet:  # nothing could be among them
        return
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, given)
        yield from cursor


def stored(model: type[Model], name: str, value: Any) -> Any:
    """A value of a field as the database keeps it."""
    field = model._meta.get_field(name)  # noqa: SLF001 - Django's documented Model._meta API
    return field.get_db_prep_value(value, connections[router.db_for_read(model)])


def as_time(value: Any) -> datetime:
    """A time as the database keeps it: SQLite has texts and times without a zone, all of UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def in_order(
    keys: QuerySet[Any], found: Callable[[list[Any]], dict[Any, Any]], size: int = 500
) -> Iterator[Any]:
    """What ``found`` gives of the keys (last of each row), in their order, ``size`` at a time."""
    rows = keys.iterator(chunk_size=size)
    while some := [row[-1] for row in islice(rows, size)]:
        there = found(some)
        yield from (there[key] for key in some if key in there)


class Newest:
    """What a paginator asks of such a list: how long it is, and a slice of it.

    ``rows`` gives the rows of some units, in no order. ``order`` ends with the key. ``found`` gives
    rows by their keys, as a page shows them.
    """

    def __init__(
        self,
        units: Sequence[uuid.UUID],
        rows: Callable[[Sequence[uuid.UUID]], QuerySet[Any]],
        *,
        order: tuple[str, ...],
        found: Callable[[list[Any]], dict[Any, Any]],
    ) -> None:
        self._units, self._rows, self._order, self._found = units, rows, order, found

    @cached_property
    def _length(self) -> int:
        return at_most(self._rows(self._units))

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice) -> list[Any]:
        first, last = part.start or 0, min(part.stop, self._length)
        keys = [row[-1] for row in newest_of(self._rows, self._units, self._order)[first:last]]
        found = self._found(keys)
        return [found[key] for key in keys if key in found]

    def page(self, number: Any, size: int) -> Any:
        """One page of it; ``page.more`` says that there are older rows than the last page has."""
        page = Paginator(self, size).get_page(number)
        page.more = self._length >= MOST
        return page
