"""The log becomes a chain: people turn into pseudonyms, and every event gets number and hash.

Existing events are chained in the order in which they were written, each in the chain of its
institution. Before this there was nothing to find a change by; from here on there is.
"""

import secrets
import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from stackmark.verification.audit_log import next_hash
from stackmark_web.audit.chaining import fields_of

PIECE = 2_000


def chain(apps, _editor):
    event = apps.get_model("audit", "AuditEvent")
    people = _People(apps)
    roots = _roots(apps)
    ends = {}
    first = 0
    while rows := list(event.objects.filter(pk__gt=first).order_by("pk")[:PIECE]):
        for row in rows:
            people.rename(row)
            _link(row, ends, roots, apps)
        columns = ["chain", "seq", "hash", "actor_code", "target_id", "target_label"]
        event.objects.bulk_update(rows, [*columns, "before", "after"], batch_size=200)
        first = rows[-1].pk
    for held in ends.values():
        held.save()


def _link(row, ends, roots, apps):
    name = str(roots.get(row.organisation_id, row.organisation_id) or "server")
    if name not in ends:
        ends[name] = apps.get_model("audit", "Chain").objects.create(name=name)
    end = ends[name]
    fields = fields_of(
        (
            row.at,
            row.actor_code,
            row.by_system,
            row.via,
            row.organisation_id,
            row.verb,
            row.target_type,
            row.target_id,
            row.target_label,
            row.before,
            row.after,
        )
    )
    end.hash = next_hash(bytes(end.hash), name, end.seq + 1, fields)
    end.seq += 1
    row.chain, row.seq, row.hash = end, end.seq, end.hash


def _roots(apps):
    """The institution of every organisation, where the table is there already."""
    try:
        rows = apps.get_model("tenancy", "Organisation").objects.values_list("pk", "path")
    except LookupError:
        return {}
    return {pk: uuid.UUID(path.split("/", 1)[0]) for pk, path in rows}


class _People:
    """Pseudonyms of accounts by id; one of nobody for an account that is gone."""

    def __init__(self, apps):
        self.model = apps.get_model("audit", "Pseudonym")
        self.users = apps.get_model("accounts", "User").objects
        self.codes = {}

    def code(self, pk):
        if str(pk) not in self.codes:
            made = f"p-{secrets.token_hex(10)}"
            if self.users.filter(pk=pk).exists():
                self.model.objects.create(code=made, user_id=pk)
            self.codes[str(pk)] = made
        return self.codes[str(pk)]

    def rename(self, row):
        row.actor_code = self.code(row.actor_id) if row.actor_id else ""
        if row.target_type == "user":
            row.target_id, row.target_label = self.code(row.target_id), ""
        for side in (row.before, row.after):
            if side.get("user"):
                side["user"] = self.code(side["user"])


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("accounts", "0001_initial"),
        ("tenancy", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Chain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=36, unique=True)),
                ("seq", models.PositiveBigIntegerField(default=0)),
                ("hash", models.BinaryField(default=bytes(32))),
                ("walked", models.PositiveBigIntegerField(default=0)),
                ("walked_hash", models.BinaryField(default=bytes(32))),
                ("whole_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="Patrol",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("cursor", models.CharField(blank=True, max_length=64)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("fresh", models.JSONField(default=list)),
                ("findings", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="Pseudonym",
            fields=[
                ("code", models.CharField(max_length=24, primary_key=True, serialize=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SignedHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveBigIntegerField()),
                ("signed_at", models.DateTimeField()),
                ("token", models.TextField()),
                (
                    "chain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="heads",
                        to="audit.chain",
                    ),
                ),
            ],
            options={
                "ordering": ["chain", "-seq"],
                "constraints": [
                    models.UniqueConstraint(fields=("chain", "seq"), name="head_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="auditevent",
            name="actor_code",
            field=models.CharField(blank=True, db_index=True, default="", max_length=24),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditevent",
            name="chain",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="audit.chain",
            ),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="seq",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="hash",
            field=models.BinaryField(null=True),
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
    ]
