"""Every row of every table, read and written in constant memory, the same on both databases.

A table's digest is the sum of the SHA-256 of its rows: it does not depend on their order, which
the two databases see differently.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson
from django.apps import apps
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models, transaction
from django.db.models.expressions import Value

from stackmark.errors import UsageError
from stackmark_web.awarding.slim import Slim

_READ: Final = 500  # rows fetched at a time; fewer where a row may hold a file
_READ_BIG: Final = 25
_BYTES: Final = 2 * 1024 * 1024  # of encoded rows that are inserted together
_MODULUS: Final = 1 << 256


@dataclass(slots=True)
class Sum:
    """Rows counted and added up."""

    count: int = 0
    total: int = 0

    def add(self, encoded: bytes) -> None:
        """One more row."""
        self.count += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(encoded).digest())) % _MODULUS

    @property
    def word(self) -> str:
        """The digest in hexadecimal."""
        return f"{self.total:064x}"

    def told(self) -> dict[str, Any]:
        """For a manifest."""
        return {"rows": self.count, "sha256sum": self.word}


def tables(registry: Any = apps) -> list[type[models.Model]]:
    """The models of all tables, by name; ``registry``: of an earlier state of the code."""
    found = registry.get_models(include_auto_created=True)
    own = [one for one in found if one._meta.managed and not one._meta.proxy]
    return sorted(own, key=lambda one: one._meta.label_lower)


def columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns of a table, in the order of a row."""
    return list(model._meta.local_concrete_fields)


def read(model: type[models.Model], *, using: str = DEFAULT_DB_ALIAS) -> Iterator[tuple[Any, ...]]:
    """The rows of a table as Python values."""
    names = [field.attname for field in columns(model)]
    rows = model._base_manager.using(using).order_by().values_list(*names)
    return rows.iterator(chunk_size=_READ_BIG if _is_big(model) else _READ)


def _is_big(model: type[models.Model]) -> bool:
    return any(isinstance(field, models.BinaryField) for field in columns(model))


def encode(model: type[models.Model], row: Iterable[Any]) -> bytes:
    """A row as one line of JSON (without its end), the same whichever database it came from."""
    plain = [_plain(value) for _, value in zip(columns(model), row, strict=True)]
    try:
        return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a whole number of more than 64 bits
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Slim):
        value = value.stored  # its common part is a row of its own
    if isinstance(value, bytes | memoryview | bytearray):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    if isinstance(value, UUID | Decimal | timedelta):
        return str(value)
    raise UsageError(
        "database.value",
        f"A {type(value).__name__} cannot be written as a row: stackmark_web.operations.rows does "
        "not know it.",
    )


def decode(model: type[models.Model], line: bytes) -> tuple[Any, ...]:
    """A row from its line. Raises ``ValueError`` when it does not fit the table."""
    fields, values = columns(model), json.loads(line)
    if not isinstance(values, list) or len(values) != len(fields):
        raise ValueError("another number of columns")
    return tuple(_value(field, value) for field, value in zip(fields, values, strict=True))


def _value(field: models.Field[Any, Any], value: Any) -> Any:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value, validate=True)
    return field.to_python(value)


def write(
    model: type[models.Model], rows: Iterable[tuple[Any, ...]], *, using: str = DEFAULT_DB_ALIAS
) -> Sum:
    """Put rows in as they are, nothing filled in. Raises ``UsageError`` naming the table."""
    fields, done = columns(model), Sum()
    most = connections[using].ops.bulk_batch_size(fields, [None] * _READ) or 1
    waiting: list[models.Model] = []
    size = 0
    for row in rows:
        encoded = encode(model, row)
        done.add(encoded)
        waiting.append(_object(model, fields, row))
        size += len(encoded)
        if len(waiting) >= most or size > _BYTES:
            _insert(model, waiting, fields, using)
            waiting, size = [], 0
    if waiting:
        _insert(model, waiting, fields, using)
    return done


def _object(
    model: type[models.Model], fields: list[models.Field[Any, Any]], row: tuple[Any, ...]
) -> models.Model:
    made = model()
    for field, value in zip(fields, row, strict=True):
        is_json_null = value is None and isinstance(field, models.JSONField) and not field.null
        setattr(made, field.attname, Value(None, models.JSONField()) if is_json_null else value)
    return made


def _insert(
    model: type[models.Model],
    objects: list[models.Model],
    fields: list[models.Field[Any, Any]],
    using: str,
) -> None:
    manager: Any = model._base_manager
    try:
        manager._insert(objects, fields=fields, using=using, raw=True)
    except (DatabaseError, ValueError) as error:
        told = " ".join(str(error).split())[:300]
        raise UsageError(
            "database.row",
            f"A row of {model._meta.db_table} does not fit the other database: {told}",
        ) from None


def clear(*, using: str, of: Iterable[Any] | None = None) -> None:
    """Empty every table, rows that migrations made included."""
    connection = connections[using]
    names = [model._meta.db_table for model in (tables() if of is None else of)]
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), names, allow_cascade=True):
            cursor.execute(statement)


@contextmanager
def one_moment(using: str) -> Iterator[None]:
    """Everything read within the block is of one and the same moment."""
    connection = connections[using]
    with transaction.atomic(using=using):
        if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def sum_of(model: type[models.Model], *, using: str) -> Sum:
    """Count and digest of a table as it stands."""
    done = Sum()
    for row in read(model, using=using):
        done.add(encode(model, row))
    return done


# -- numbers that the database gives itself --------------------------------------------------


def counters(using: str) -> dict[str, int]:
    """By table, the highest number its rows have ever had."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            return {str(name): int(number) for name, number in cursor.fetchall()}
        return {table: _last(cursor, table, column) for table, column in _numbered()}


def _last(cursor: Any, table: str, column: str) -> int:
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', column])
    (name,) = cursor.fetchone()
    if name is None:
        return 0
    cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}")  # noqa: S608
    return int(cursor.fetchone()[0])


def set_counters(numbers: dict[str, int], *, using: str) -> None:
    """Go on after these numbers: none is given a second time, to no row."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for table, column in _numbered():
            number = numbers.get(table, 0)
            if number and connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number]
                )
            elif number:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                    [f'"{table}"', column, number],
                )


def _numbered() -> list[tuple[str, str]]:
    """Tables whose key the database counts, with the name of the key."""
    found = []
    for model in tables():
        key = model._meta.pk
        if isinstance(key, models.AutoField | models.BigAutoField | models.SmallAutoField):
            found.append((model._meta.db_table, key.column))
    return found
