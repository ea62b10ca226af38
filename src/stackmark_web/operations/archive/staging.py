"""The database of a backup, made ready in a file of its own before anything is touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from stackmark.errors import UsageError
from stackmark_web.operations import connecting, rows, schema
from stackmark_web.operations.archive import frame, making
from stackmark_web.operations.archive.members import Manifest


def check(manifest: Manifest, identity: str) -> None:
    """Whether this system may take that backup. Raises ``UsageError`` saying why not."""
    about = manifest.about
    if about.get("identity") != identity:
        raise UsageError(
            "restore.identity",
            f"The backup signs for {about.get('identity')}, this system for {identity}. Set "
            "STACKMARK_IDENTITY_URL to the first.",
        )
    names = {tuple(str(one).split(".", 1)) for one in about.get("migrations", [])}
    ours = {app for app, _ in schema.known()}
    newer = sorted(".".join(one) for one in names - set(schema.known()) if one[0] in ours)
    if newer:
        raise UsageError(
            "restore.newer",
            f"The backup was made by a newer version ({about.get('product')}): this one does not "
            f"know {newer[0]}. Install that version first.",
        )


def stage(unpacked: Path, manifest: Manifest, target: Path) -> None:
    """Make the database of an unpacked backup in the SQLite file ``target``, at our tables."""
    if manifest.about.get("database") == "sqlite":
        (unpacked / making.SQLITE).replace(target)
        _check_pages(target)
    with connecting.as_default(connecting.sqlite_at(target)):
        if manifest.about.get("database") == "rows":
            _load(unpacked, manifest)
        if not schema.state().fits:
            call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        if not schema.state().fits:
            raise frame.damaged("its tables are not those its manifest names")
        _compare(manifest)


def _check_pages(path: Path) -> None:
    try:
        other = sqlite3.connect(path)
        try:
            answer = other.execute("PRAGMA quick_check").fetchone()
        finally:
            other.close()
    except sqlite3.DatabaseError:
        answer = ("not a database",)
    if answer != ("ok",):
        raise frame.damaged("its database cannot be read")


def _load(unpacked: Path, manifest: Manifest) -> None:
    """Rows into tables as they were when the backup was made."""
    models = _models_of(manifest)
    with transaction.atomic():  # whose end is when foreign keys are looked at
        rows.clear(using=DEFAULT_DB_ALIAS, of=models)
        for model in models:
            path = unpacked / f"{making.ROWS}{model._meta.label_lower}.jsonl"
            if path.exists():
                rows.write(model, _decoded(model, path))
    numbers = orjson.loads((unpacked / making.COUNTERS).read_bytes())
    rows.set_counters(numbers, using=DEFAULT_DB_ALIAS)


def _models_of(manifest: Manifest) -> list[Any]:
    """The tables of the backup's own version, made in the database at hand."""
    names = [tuple(str(one).split(".", 1)) for one in manifest.about.get("migrations", [])]
    if {one for one in names if one in schema.needed()} == set(schema.needed()):
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        return rows.tables(apps)
    executor = MigrationExecutor(connection)
    targets: Any = [one for one in names if one in executor.loader.graph.nodes]
    executor.migrate(targets)
    executor.loader.build_graph()
    return rows.tables(executor.loader.project_state(targets).apps)


def _decoded(model: Any, path: Path) -> Iterator[tuple[Any, ...]]:
    with path.open("rb") as file:
        for line in file:
            try:
                yield rows.decode(model, line)
            except ValueError:
                raise frame.damaged(f"a row of {model._meta.db_table} cannot be read") from None


def _compare(manifest: Manifest) -> None:
    """The credentials are those the backup was made of, to the byte."""
    if making.credentials(DEFAULT_DB_ALIAS).told() != manifest.about.get("credentials"):
        raise frame.damaged("its credentials are not those its manifest counts")
