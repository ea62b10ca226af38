"""One index for the letters that are due instead of two; the columns are not touched."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

GONE = {
    "integrations_outboxmail_state_2a2e305b": "state",
    "integrations_outboxmail_not_before_b068b5e3": "not_before",
}


class Migration(migrations.Migration):
    """No row changes."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("integrations", "0006_index_order")]
    operations: ClassVar[list[object]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f'DROP INDEX IF EXISTS "{name}"',
                    f'CREATE INDEX "{name}" ON "integrations_outboxmail" ("{column}")',
                )
                for name, column in GONE.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="outboxmail",
                    name="not_before",
                    field=models.DateTimeField(),
                ),
                migrations.AlterField(
                    model_name="outboxmail",
                    name="state",
                    field=models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("failed", "Refused"),
                            ("doubt", "Perhaps sent"),
                            ("bounced", "Came back"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="outboxmail",
            index=models.Index(fields=["state", "not_before"], name="letter_due"),
        ),
    ]
