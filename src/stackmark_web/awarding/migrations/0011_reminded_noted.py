"""Note when the reminder to claim went, as far as the steps of the awards tell."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations
from django.db.models import OuterRef, Subquery


def note(apps: Any, _editor: Any) -> None:
    """Of what may still wait to be claimed, now or once its suspension ends."""
    step = apps.get_model("awarding", "Step")
    gone = step.objects.filter(reason="claim-reminder")
    rows = apps.get_model("awarding", "Award").everywhere.filter(
        state__in=("offered", "suspended"), pk__in=gone.values("award")
    )
    rows.update(reminded_at=Subquery(gone.filter(award=OuterRef("pk")).values("at")[:1]))


class Migration(migrations.Migration):
    """Only rows change; nothing is undone on the way back but the column before it."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("awarding", "0010_reminded")]
    operations: ClassVar[list[object]] = [migrations.RunPython(note, migrations.RunPython.noop)]
