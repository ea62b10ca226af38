"""Letters come in at the end of an index; none of these texts is looked up by LIKE."""

from django.db import migrations, models


LIKES = (
    "integrations_outboxmail_key_327280bd_like",
    "integrations_outboxmail_state_2a2e305b_like",
    "integrations_outboxmail_message_id_843d5810_like",
)


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0005_page_indexes'),
        ('tenancy', '0004_keys_lost_and_handover'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='outboxmail',
            name='letter_newest',
        ),
        migrations.RemoveIndex(
            model_name='outboxmail',
            name='letter_by_state',
        ),
        migrations.AddIndex(
            model_name='outboxmail',
            index=models.Index(fields=['organisation', 'queued_at', 'id'], name='letter_newest'),
        ),
        migrations.AddIndex(
            model_name='outboxmail',
            index=models.Index(fields=['organisation', 'state', 'queued_at', 'id'], name='letter_by_state'),
        ),
        *(
            migrations.RunSQL(f'DROP INDEX IF EXISTS "{name}"', migrations.RunSQL.noop)
            for name in LIKES
        ),
    ]
