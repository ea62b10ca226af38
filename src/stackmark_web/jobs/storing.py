"""Different values for many rows by one statement that is prepared once and run for each.

Django's ``bulk_update`` writes one long CASE for all rows; building that text takes longer than
all else that is done with an award.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any, Final, Generic, TypeVar

from django.db import connections, models, router
from django.db.models.base import ModelState

M = TypeVar("M", bound=models.Model)


def set_each(
    rows: Iterable[models.Model], names: Sequence[str], *, only: str = "", given: Sequence[Any] = ()
) -> int:
    """Store the fields ``names`` of each row; all rows are of one model and were saved before.

    ``only`` is a condition in SQL of our own that a row must still meet, ``given`` its values. How
    many rows were changed.
    """
    return changes_of(rows, names, only=only, given=given).run()


def changes_of(
    rows: Iterable[models.Model], names: Sequence[str], *, only: str = "", given: Sequence[Any] = ()
) -> Writing:
    """``set_each``, worked out and not stored yet: of the rows as they are now."""
    rows = list(rows)
    if not rows:
        return Writing(None)
    meta = rows[0]._meta  # noqa: SLF001 - Django's documented Model._meta API
    fields = [meta.get_field(name) for name in (*names, meta.pk.name)]
    connection = connections[router.db_for_write(type(rows[0]))]
    quote = connection.ops.quote_name
    *placed, key = (f"{quote(field.column)} = %s" for field in fields)
    # Every name is a model's own, and the condition is of our code: no input.
    statement = f"UPDATE {quote(meta.db_table)} SET {', '.join(placed)} WHERE {key}"  # noqa: S608
    columns: list[Iterable[Any]] = [_column(field, rows, connection) for field in fields]
    columns += [[value] * len(rows) for value in given]
    return Writing(connection, statement + (f" AND {only}" if only else ""), columns)


def insert_each(
    rows: Iterable[Any], *, model: type[models.Model] | None = None, ignore_conflicts: bool = False
) -> None:
    """Store new rows of one model; keys that the database gives are not read back.

    With ``model`` the rows may be any objects that have its columns as attributes, and no key.

    One prepared statement run for each row, COPY on PostgreSQL: Django's ``bulk_create`` writes
    one long statement, and building its text takes longer than storing the rows.
    ``ignore_conflicts`` leaves out rows whose unique values are there already.
    """
    inserts_of(rows, model=model, ignore_conflicts=ignore_conflicts).run()


def inserts_of(
    rows: Iterable[Any],
    *,
    model: type[models.Model] | None = None,
    ignore_conflicts: bool = False,
    late: Collection[str] = (),
) -> Writing:
    """``insert_each``, worked out and not stored yet; but ``late`` fields are read when it is."""
    rows = list(rows)
    if not rows:
        return Writing(None)
    kind = model or type(rows[0])
    meta = kind._meta  # noqa: SLF001 - Django's documented Model._meta API
    keyless = model is not None or rows[0].pk is None
    fields = [one for one in meta.concrete_fields if not (one.primary_key and keyless)]
    connection = connections[router.db_for_write(kind)]
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    into = f"{quote(meta.db_table)} ({names})"
    columns = [
        partial(_column, field, rows, connection)
        if field.name in late
        else _column(field, rows, connection)
        for field in fields
    ]
    if connection.vendor == "postgresql" and not ignore_conflicts:
        return Writing(connection, f"COPY {into} FROM STDIN", columns)
    holes = ", ".join(["%s"] * len(fields))
    end = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    statement = f"INSERT INTO {into} VALUES ({holes}){end}"  # noqa: S608 - a model's names
    return Writing(connection, statement, columns)


class Writing:
    """One statement, and its values for each of many rows by column.

    Whoever writes to SQLite is waited for: so what can be worked out before is.
    """

    def __init__(
        self,
        connection: Any,
        statement: str = "",
        columns: Sequence[Iterable[Any] | Callable[[], Iterable[Any]]] = (),
    ) -> None:
        self._connection, self._statement, self._columns = connection, statement, columns

    def run(self) -> int:
        """Store them, in the caller's transaction. How many rows were written, if it is known."""
        if self._connection is None:
            return 0
        values = zip(*(one() if callable(one) else one for one in self._columns), strict=True)
        with self._connection.cursor() as cursor:
            if not self._statement.startswith("COPY "):
                cursor.executemany(self._statement, list(values))
                return int(cursor.rowcount)
            with cursor.copy(self._statement) as copy:
                for one in values:
                    copy.write_row(one)
            return int(cursor.rowcount)


def ordered_uuid() -> uuid.UUID:
    """A new id that is larger than those made before: UUID version 7 (RFC 9562 5.7, 6.2 method 3).

    48 bits of milliseconds, 12 of their fraction, 62 random ones. Rows of a run come to stand side
    by side in every index over their ids; with random ones each row fills another page of each.
    """
    moment, rest = divmod(time.time_ns(), 1_000_000)
    high = (moment & (1 << 48) - 1) << 16 | 7 << 12 | (rest << 12) // 1_000_000
    return uuid.UUID(int=high << 64 | 2 << 62 | secrets.randbits(62))


def _column(field: Any, rows: Sequence[Any], connection: Any) -> list[Any]:
    """The values of one field as the database takes them; what repeats is worked out once."""
    name = field.attname
    if isinstance(field, _TEXTS):  # a text goes to the database as it is
        texts = [getattr(row, name) for row in rows]
        if all(text.__class__ is str for text in texts):
            return texts
    found: list[Any] = []
    last, made = _NOTHING, None
    for row in rows:
        value = getattr(row, name)
        # Each row has its own empty list, and they all look the same in JSON.
        if value is not last and (value or value != last or value.__class__ not in _EMPTY):
            last, made = value, field.get_db_prep_save(value, connection)
        found.append(made)
    return found


_NOTHING: Final = object()
_EMPTY: Final = (list, dict)
_TEXTS: Final = (models.CharField, models.TextField)


class Maker(Generic[M]):
    """Makes rows of one model that are alike but for a few fields, a tenth of the work of ``M(…)``.

    As Django makes a row of a pickled one, no signal is sent. What is not given is the sample's own
    value, and the rows that belong to it: nothing of that may be changed in place.
    """

    def __init__(self, sample: M) -> None:
        fields = sample._meta.concrete_fields  # noqa: SLF001 - Django's documented Model._meta API
        self._kind = type(sample)
        self._values = {field.attname: getattr(sample, field.attname) for field in fields}
        self._tied = dict(sample._state.fields_cache)  # noqa: SLF001 - Django's documented Model._state

    def make(self, **changes: Any) -> M:
        """A row with these columns; its key must be among them unless the database gives it."""
        if not changes.keys() <= self._values.keys():
            raise KeyError(*changes.keys() - self._values.keys())
        made = self._kind.__new__(self._kind)
        state = ModelState()
        state.fields_cache = self._tied.copy()
        made.__dict__ = {"_state": state, **self._values, **changes}
        return made
