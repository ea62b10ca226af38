"""Which key signed each credential: a column, and an index for the page about a lost key."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What was signed before is noted by the next migration."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("awarding", "0006_index_order"),
        ("tenancy", "0004_keys_lost_and_handover"),
    ]
    operations: ClassVar[list[object]] = [
        migrations.AddField(
            model_name="award",
            name="signed_with",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="awards",
                to="tenancy.signingkey",
            ),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(
                condition=models.Q(("signed_with__isnull", False)),
                fields=["signed_with", "signed_at", "id", "state"],
                name="award_by_key",
            ),
        ),
    ]
