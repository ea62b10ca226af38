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
        ("awarding", "0004_quick_lists"),
        ("catalogue", "0002_quality"),
        ("jobs", "0001_initial"),
        ("tenancy", "0003_withheld"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="award", name="award_by_state"),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(
                fields=["organisation", "state", "-created_at", "id"], name="award_in_state"
            ),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(
                fields=["organisation", "state", "valid_until"], name="award_expired"
            ),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(
                fields=["organisation", "version", "state", "-created_at", "id"],
                name="award_by_version",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                gone("awarding_award", "organisation_id", "awarding_award_organisation_id_e7bac743"),
                gone("awarding_award", "version_id", "awarding_award_version_id_84f6a7e6"),
                gone("awarding_award", "run_id", "awarding_award_run_id_b387075c"),
                gone("awarding_award", "status_list_id", "awarding_award_status_list_id_00e1ace7"),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="award",
                    name="organisation",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="tenancy.organisation",
                    ),
                ),
                migrations.AlterField(
                    model_name="award",
                    name="version",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="catalogue.achievementversion",
                    ),
                ),
                migrations.AlterField(
                    model_name="award",
                    name="run",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="awards",
                        to="jobs.run",
                    ),
                ),
                migrations.AlterField(
                    model_name="award",
                    name="status_list",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="awarding.statuslist",
                    ),
                ),
            ],
        ),
    ]
