"""What the product knows of itself: facts about this database, and who works on it."""

from __future__ import annotations

from django.db import models


class Fact(models.Model):
    """One fact about this database: its instance, the address it signs for, the code it fits."""

    key = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField(default=dict)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Process(models.Model):
    """A worker or web process and when it last gave a sign of life."""

    name = models.CharField(max_length=60, primary_key=True)  # host:process id
    kind = models.CharField(max_length=10)  # worker, web
    version = models.CharField(max_length=40)
    schema = models.CharField(max_length=64)  # what its code takes the tables to be
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
