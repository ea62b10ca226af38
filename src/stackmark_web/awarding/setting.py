"""Different values for many rows by one statement that is prepared once and run for each.

Django's ``bulk_update`` writes one long CASE for all rows; building that text takes longer than
all else that is done with an award.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models, router


def set_each(rows: Iterable[models.Model], names: Sequence[str]) -> None:
    """Store the fields ``names`` of each row; all rows are of one model and were saved before."""
    rows = list(rows)
    if not rows:
        return
    meta = rows[0]._meta  # noqa: SLF001 - Django's documented Model._meta API
    fields = [meta.get_field(name) for name in (*names, meta.pk.name)]
    connection = connections[router.db_for_write(type(rows[0]))]
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_statement(connection.ops.quote_name, meta.db_table, fields), values)


def _statement(quote: Any, table: str, fields: Sequence[Any]) -> str:
    """``UPDATE … SET … WHERE`` with the last field as the key; every name is a model's own."""
    *placed, key = (f"{quote(field.column)} = %s" for field in fields)
    return f"UPDATE {quote(table)} SET {', '.join(placed)} WHERE {key}"  # noqa: S608 - no input
