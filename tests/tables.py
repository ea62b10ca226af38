"""The tables of a program's own database, made from the models at once.

Going through the migrations takes many times longer; that they lead to the same tables is for
tests/web/operations/test_migrations.py and tests/browser/test_tables.py.
"""

from __future__ import annotations

import json
import re

_NUMBERED = re.compile(r"__unnamed\w*|fk_\d+")  # constraints without a name of their own in SQLite
# Django's own list of migrations; indexes for LIKE, which migrations took away; auth's kind of ids.
_MEANT = re.compile(r'"django_migrations|_[0-9a-f]{8}_like"|"auth_\w+", "id", 2[03]')
_DEFINED = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
    "UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace",
}


def make_tables():
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    settings.MIGRATION_MODULES = {one.label: None for one in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("createcachetable", verbosity=0)
    settings.MIGRATION_MODULES = {}
    call_command("migrate", fake=True, verbosity=0)  # a server started on them has nothing to do


def schema_of(connection):
    """Every column, constraint and index of a database, as sorted lines of text."""
    found = []
    with connection.cursor() as cursor:
        ask = connection.introspection
        for table in ask.table_names(cursor):
            for one in ask.get_table_description(cursor, table):
                found.append([table, one.name, one.type_code, one.null_ok, one.default])
            for name, told in ask.get_constraints(cursor, table).items():
                found.append([table, _NUMBERED.sub("", name), told])
        cursor.execute(_DEFINED[connection.vendor])
        found += cursor.fetchall()
    return sorted(json.dumps(one, sort_keys=True, default=str) for one in found)


def differing(made, wanted):
    """What one schema has and the other has not, but for what is meant to be so."""
    return [one for one in sorted(set(made) ^ set(wanted)) if not _MEANT.search(one)]
