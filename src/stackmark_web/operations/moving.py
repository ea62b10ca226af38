"""Move everything from one database to another: SQLite to PostgreSQL and back, row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from stackmark.errors import UsageError
from stackmark_web.operations import connecting, instance, places, rows, schema, sqlite_file
from stackmark_web.operations.models import Fact

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """How many tables and rows were moved, and what all credentials' bytes add up to."""

    tables: int
    rows: int
    credentials: int
    digest: str


def move(url: str, *, tell: Tell = lambda _: None) -> Moved:
    """Copy everything into the empty database at ``url`` and check that it is the same there.

    The database in use is only read. Afterwards it may not sign any more: the key store belongs
    to the other one. Cut off at any moment, it is ended by calling it again. Raises ``UsageError``
    before or without any change of the other database.
    """
    target = connecting.described(url, places.data())
    if not schema.state().fits:
        raise UsageError("move.schema", "Run “stackmark-web migrate” first: tables are missing.")
    with instance.alone(), connecting.beside(target) as other:
        _check_other(other)
        _make_tables(target)
        with transaction.atomic(using=connecting.OTHER):
            moved = copy_all(DEFAULT_DB_ALIAS, connecting.OTHER, tell=tell)
            instance.disown_copy(connecting.OTHER)  # until it has taken over
        with connecting.as_default(target):
            instance.take_over()
            sqlite_file.note_closed()
    return moved


def fill_from(source: str) -> Moved:
    """Replace everything in the database in use by what is in ``source``, in one transaction."""
    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    return copy_all(source, DEFAULT_DB_ALIAS)


def _check_other(other: Any) -> None:
    here = connections[DEFAULT_DB_ALIAS].settings_dict
    there = other.settings_dict
    if all(here[name] == there[name] for name in ("ENGINE", "NAME", "HOST", "PORT")):
        raise UsageError("move.same", "That is the database in use.")
    names = set(other.introspection.table_names())
    if Fact._meta.db_table in names and not _is_to_be_filled():
        return
    for model in rows.tables():
        table = model._meta.db_table
        if table in names and model._meta.app_label not in ("contenttypes", "auth"):
            with other.cursor() as cursor:
                cursor.execute(f"SELECT 1 FROM {other.ops.quote_name(table)} LIMIT 1")  # noqa: S608
                if cursor.fetchone():
                    raise UsageError(
                        "move.full", f"The other database is not empty: {table} has rows. Empty it."
                    )


def _is_to_be_filled() -> bool:
    """Not a copy of ours: one that was cut off may be written over, one that lives may not."""
    if instance.lives(connecting.OTHER) and not instance.lives():
        raise UsageError(
            "move.done",
            "Everything was moved there already, and only that database may sign. Set DATABASE_URL "
            "to it and start the server.",
        )
    return not instance.is_unfinished(connecting.OTHER)


def _make_tables(target: dict[str, Any]) -> None:
    with connecting.as_default(target) as other:
        there = set(other.introspection.table_names())
        wanted = {model._meta.db_table for model in rows.tables()}
        if not (wanted <= there and schema.state().fits):
            call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        if not schema.state().fits:
            raise UsageError("move.schema", "The other database has tables of another version.")


def copy_all(source: str, target: str, *, tell: Tell = lambda _: None) -> Moved:
    """Every row; read back and compared before it counts. All or nothing."""
    from stackmark_web.operations.archive.making import credentials

    done = 0
    with rows.one_moment(source), transaction.atomic(using=target):
        rows.clear(using=target)
        for model in rows.tables():
            read = rows.write(model, rows.read(model, using=source), using=target)
            there = rows.sum_of(model, using=target)
            if (read.count, read.total) != (there.count, there.total):
                raise UsageError(
                    "move.differs",
                    f"{model._meta.db_table} reads differently there: {there.count} rows of "
                    f"{read.count}. Nothing was moved.",
                )
            done += read.count
            if read.count:
                tell(f"{model._meta.db_table}: {read.count}")
        rows.set_counters(rows.counters(source), using=target)
        before, after = credentials(source), credentials(target)
        if before != after:
            raise UsageError("move.differs", "The credentials differ there. Nothing was moved.")
    return Moved(len(rows.tables()), done, after.count, after.word)
