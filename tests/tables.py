"""The tables of a program's own database, made from the models at once.

Going through the migrations takes many times longer; that they lead to the same tables is for
tests/architecture/test_migrations.py and for the servers of the browser tests.
"""

from __future__ import annotations


def make_tables():
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    settings.MIGRATION_MODULES = {one.label: None for one in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("createcachetable", verbosity=0)
    settings.MIGRATION_MODULES = {}
    call_command("migrate", fake=True, verbosity=0)  # a server started on them has nothing to do
