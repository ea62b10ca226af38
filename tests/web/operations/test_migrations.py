"""The suite makes its tables from the models (``--nomigrations``); migrations make the same.

Here of PostgreSQL; of SQLite in tests/browser/test_tables.py, where a server has just made them.
"""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from stackmark_web.operations import connecting
from tables import differing, schema_of


@pytest.mark.django_db
def test_they_lead_to_the_tables_of_the_models(postgres, tmp_path, settings):
    wanted = schema_of(connection)
    settings.MIGRATION_MODULES = {}
    with connecting.as_default(connecting.described(postgres, tmp_path)) as other:
        call_command("migrate", verbosity=0, interactive=False)
        assert differing(schema_of(other), wanted) == []
