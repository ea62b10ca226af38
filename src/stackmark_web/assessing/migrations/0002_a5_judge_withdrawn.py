"""A judge may withdraw."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessing", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="judge",
            name="withdrawn_at",
            field=models.DateTimeField(null=True),
        ),
    ]
