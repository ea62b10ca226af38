"""Indexes that nobody follows go, and those over what few awards have leave out the others.

``award_once`` now says the same in terms that SQLite compares one by one, so keys are looked up
along it. Indexes of columns go by name: altering the column would copy the table on SQLite.
"""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

GONE = {
    "awarding_award_dedup_key_b025438f": "dedup_key",
    "awarding_award_sha256_5d96028f": "sha256",
    "awarding_award_holder_id_925323fd": "holder_id",
}


def index(name: str, *fields: str, condition: Q) -> migrations.AddIndex:
    """A partial index of awards."""
    return migrations.AddIndex(
        model_name="award",
        index=models.Index(condition=condition, fields=list(fields), name=name),
    )


def altered(name: str, field: models.Field) -> migrations.AlterField:
    """A column as before, without its index."""
    return migrations.AlterField(model_name="award", name=name, field=field)


class Migration(migrations.Migration):
    """Changes of indexes; no row changes."""

    dependencies: ClassVar[list[object]] = [
        ("awarding", "0008_signed_with_noted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar[list[object]] = [
        *(
            migrations.RemoveIndex(model_name="award", name=name)
            for name in (
                "awarding_aw_send_at_e0c219_idx",
                "awarding_aw_claim_b_22af53_idx",
                "awarding_aw_valid_u_3e9f7e_idx",
            )
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f'DROP INDEX IF EXISTS "{name}"',
                    f'CREATE INDEX "{name}" ON "awarding_award" ("{column}")',
                )
                for name, column in GONE.items()
            ],
            state_operations=[
                altered("dedup_key", models.CharField(blank=True, max_length=64)),
                altered("sha256", models.CharField(blank=True, max_length=64)),
                altered(
                    "holder",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="awards",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(model_name="award", name="award_once"),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.UniqueConstraint(
                condition=~Q(dedup_key="")
                & ~Q(state="declined")
                & ~Q(state="lapsed")
                & ~Q(state="revoked")
                & ~Q(state="superseded"),
                fields=("dedup_key",),
                name="award_once",
            ),
        ),
        index("award_unsigned", "created_at", condition=Q(sha256="")),
        index("award_revoked", "organisation", "status_changed_at", condition=Q(state="revoked")),
        index(
            "award_superseded", "organisation", "status_changed_at", condition=Q(state="superseded")
        ),
        index("award_held", "holder", condition=Q(holder__isnull=False)),
        index("award_to_send", "send_at", condition=Q(send_at__isnull=False)),
        index("award_to_claim", "claim_by", condition=Q(claim_by__isnull=False)),
        index("award_until", "valid_until", condition=Q(valid_until__isnull=False)),
    ]
