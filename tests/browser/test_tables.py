"""A server makes its tables by migrations, the suite from the models: they are the same."""

from __future__ import annotations

import pytest
from django.db import connection

from stackmark_web.operations import connecting
from tables import differing, schema_of


@pytest.mark.django_db
def test_migrations_lead_to_the_tables_of_the_models(site):
    if connection.vendor != "sqlite":
        pytest.skip("the server of these tests has SQLite; tests/web/operations does the others")
    wanted = schema_of(connection)
    with connecting.as_default(connecting.sqlite_at(site.data / "stackmark.sqlite3")) as other:
        assert differing(schema_of(other), wanted) == []
