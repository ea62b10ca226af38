"""Slim rows: credentials of a run keep what sets them apart; what is stored stays as it is."""

from typing import ClassVar

from django.db import migrations, models

import stackmark_web.awarding.slim


class Migration(migrations.Migration):
    """One new, empty table. The column ``signed`` is not touched: its rows are read as before."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("awarding", "0002_assessed")]
    operations: ClassVar[list[object]] = [
        migrations.CreateModel(
            name="CommonPart",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("data", models.BinaryField()),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="award",
                    name="signed",
                    field=stackmark_web.awarding.slim.SignedField(null=True),
                ),
            ],
        ),
    ]
