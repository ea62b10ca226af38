"""Until now whoever made a webhook answered for its recipients."""

from django.db import migrations, models


def who_made_it(apps, _editor):
    """Who had asked is not known; who made it is, and had to be allowed to ask."""
    rows = apps.get_model("integrations", "Webhook")._base_manager
    rows.filter(include_recipient=True).update(recipients_by=models.F("made_by"))


class Migration(migrations.Migration):
    dependencies = [("integrations", "0003_recipients_by")]

    operations = [migrations.RunPython(who_made_it, migrations.RunPython.noop)]
