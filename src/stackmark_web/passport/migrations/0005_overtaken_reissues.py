"""Requests to reissue end with their credential; those that were left open before are ended."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models
from django.utils import timezone

ENDED = {"superseded": "replaced", "revoked": "revoked"}


def end(apps: Any, _editor: Any) -> None:
    """Nobody could do anything about them any more."""
    rows = apps.get_model("passport", "ReissueRequest").everywhere.filter(state="open")
    for award, state in ENDED.items():
        rows.filter(award__state=award).update(state=state, decided_at=timezone.now())


class Migration(migrations.Migration):
    """Two more states; the column is as before."""

    dependencies: ClassVar[list[object]] = [
        ("passport", "0004_erased_answers"),
        ("awarding", "0010_reminded"),
    ]
    operations: ClassVar[list[object]] = [
        migrations.AlterField(
            model_name="reissuerequest",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Waits for the issuer"),
                    ("done", "Reissued"),
                    ("refused", "Refused"),
                    ("withdrawn", "Taken back"),
                    ("replaced", "Over: the credential was replaced in another way"),
                    ("revoked", "Over: the credential was revoked"),
                ],
                default="open",
                max_length=9,
            ),
        ),
        migrations.RunPython(end, migrations.RunPython.noop),
    ]
