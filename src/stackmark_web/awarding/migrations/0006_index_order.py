"""Lists read newest first along indexes that grow at their end.

Rows that come in at the front of an index leave its pages half empty. The index of a foreign key
that begins another one goes by name: altering the column would copy the whole table on SQLite.
So go the second indexes that PostgreSQL gets for LIKE on a column of text, where nobody asks so.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


LIKES = (
    "awarding_award_state_0e666000_like",
    "awarding_award_sha256_5d96028f_like",
    "awarding_award_dedup_key_b025438f_like",
    "awarding_claimlink_token_hash_cc248beb_like",
)


class Migration(migrations.Migration):

    dependencies = [
        ("awarding", "0005_page_indexes"),
        ("catalogue", "0002_quality"),
        ("jobs", "0001_initial"),
        ("tenancy", "0004_keys_lost_and_handover"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="award", name="award_newest"),
        migrations.RemoveIndex(model_name="award", name="award_in_state"),
        migrations.RemoveIndex(model_name="award", name="award_by_version"),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(
                fields=["organisation", "state", "created_at", "-id"], name="award_in_state"
            ),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(fields=["organisation", "created_at", "-id"], name="award_newest"),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(
                fields=["organisation", "version", "state", "created_at", "-id"],
                name="award_by_version",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    'DROP INDEX IF EXISTS "awarding_sheetrow_sheet_id_3441accd"',
                    'CREATE INDEX "awarding_sheetrow_sheet_id_3441accd" '
                    'ON "awarding_sheetrow" ("sheet_id")',
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="sheetrow",
                    name="sheet",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="awarding.sheet",
                    ),
                ),
            ],
        ),
        *(
            migrations.RunSQL(f'DROP INDEX IF EXISTS "{name}"', migrations.RunSQL.noop)
            for name in LIKES
        ),
    ]
