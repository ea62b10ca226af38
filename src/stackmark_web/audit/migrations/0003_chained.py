"""After the events are chained: nothing of a chain may be missing, and people are gone from it.

A migration of its own, since PostgreSQL changes no table in a transaction that wrote to it.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_chain")]

    operations = [
        migrations.RemoveField(model_name="auditevent", name="actor"),
        migrations.AlterField(
            model_name="auditevent",
            name="chain",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="audit.chain",
            ),
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="seq",
            field=models.PositiveBigIntegerField(),
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="hash",
            field=models.BinaryField(),
        ),
        migrations.AddConstraint(
            model_name="auditevent",
            constraint=models.UniqueConstraint(fields=("chain", "seq"), name="event_once"),
        ),
    ]
