"""Events come in at the end of an index."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_page_indexes'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='auditevent',
            name='event_newest',
        ),
        migrations.RemoveIndex(
            model_name='auditevent',
            name='event_by_verb',
        ),
        migrations.RemoveIndex(
            model_name='auditevent',
            name='event_by_actor',
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['organisation_id', 'at', 'id'], name='event_newest'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['organisation_id', 'verb', 'at', 'id'], name='event_by_verb'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['actor_code', 'at', 'id'], name='event_by_actor'),
        ),
    ]
