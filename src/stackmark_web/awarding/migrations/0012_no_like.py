"""The second index of PostgreSQL over addresses, for LIKE, goes: nobody asks so, and each row paid."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

_LIKE = "awarding_award_recipient_email_2fe176dd_like"


class Migration(migrations.Migration):
    """Of an index alone; SQLite never had it."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("awarding", "0011_reminded_noted")]
    operations: ClassVar[list[object]] = [
        migrations.RunSQL(f'DROP INDEX IF EXISTS "{_LIKE}"', migrations.RunSQL.noop)
    ]
