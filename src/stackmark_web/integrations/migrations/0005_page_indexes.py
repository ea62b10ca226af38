"""Indexes that pages of long lists follow, and those of keys that begin another index let go.

The latter go by name, not by altering the column: SQLite would copy the whole table for that.
"""

from django.db import migrations, models
import django.db.models.deletion


def gone(table, column, name):
    """The index that Django made for a foreign key, under the name it has in every database."""
    return migrations.RunSQL(
        f'DROP INDEX IF EXISTS "{name}"', f'CREATE INDEX "{name}" ON "{table}" ("{column}")'
    )


class Migration(migrations.Migration):

    dependencies = [
        ("integrations", "0004_recipients_by_maker"),
        ("tenancy", "0003_withheld"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="outboxmail",
            index=models.Index(fields=["organisation", "-queued_at", "id"], name="letter_newest"),
        ),
        migrations.AddIndex(
            model_name="outboxmail",
            index=models.Index(
                fields=["organisation", "state", "-queued_at", "id"], name="letter_by_state"
            ),
        ),
        migrations.AddIndex(
            model_name="outboxmail",
            index=models.Index(fields=["to"], name="letter_by_address"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                gone("integrations_outboxmail", "organisation_id", "integrations_outboxmail_organisation_id_1395f82c"),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="outboxmail",
                    name="organisation",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="tenancy.organisation",
                    ),
                ),
            ],
        ),
    ]
