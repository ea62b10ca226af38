"""Which tables this code expects, which the database has, and whether the two fit (F36).

A web process and a worker of different releases may meet the same database. Both compare the
names of all migrations, so that neither writes into tables it does not know.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Names = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class State:
    """What the database lacks, and what it has that this code does not know (``app.name``)."""

    pending: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether code and tables belong together."""
        return not (self.pending or self.unknown)


@cache
def product_version() -> str:
    """The version of the installed product."""
    try:
        return installed("stackmark")
    except PackageNotFoundError:
        return "unpackaged"


@cache
def known() -> Names:
    """The migrations in the code, those a squashed one stands for included."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    found = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        found |= set(migration.replaces)
    return frozenset(found)


@cache
def needed() -> Names:
    """The migrations a database must have: squashed ones count as themselves or as their parts."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


@cache
def digest() -> str:
    """One word for all of them."""
    names = "\n".join(sorted(f"{app}.{name}" for app, name in needed()))
    return hashlib.sha256(names.encode()).hexdigest()


def applied() -> Names:
    """The migrations the database has; none when it is empty."""
    return frozenset(MigrationRecorder(connection).applied_migrations())


def state() -> State:
    """How code and database compare."""
    there = applied()
    ours = {app for app, _ in known()}
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    pending = set(loader.graph.nodes) - there
    unknown = {one for one in there - known() if one[0] in ours}
    return State(_words(pending), _words(unknown))


def _words(names: set[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted(f"{app}.{name}" for app, name in names))
