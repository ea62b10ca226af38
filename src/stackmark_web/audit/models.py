"""What happened: one row for every change of state, written by actions only, never changed.

The rows of an institution are a chain: each has a number and a hash over the one before. People
stand in it as pseudonyms; whose they are is a table of its own, from which a person can be erased
without breaking the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models

SERVER: Final = "server"  # the chain of what belongs to no organisation


class Pseudonym(models.Model):
    """Whose pseudonym it is. Without its row nobody can tell; the events stay as they are.

    A person has several after two accounts became one.
    """

    code = models.CharField(primary_key=True, max_length=24)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.code


class Chain(models.Model):
    """The end of a chain: ``name`` is the id of an institution, or ``server``."""

    name = models.CharField(max_length=36, unique=True)
    seq = models.PositiveBigIntegerField(default=0)  # of the last event; 0: none yet
    hash = models.BinaryField(default=bytes(32))  # of the last event
    # How far the check that goes round has come, and what it found.
    walked = models.PositiveBigIntegerField(default=0)
    walked_hash = models.BinaryField(default=bytes(32))
    whole_at = models.DateTimeField(null=True)  # when it was last walked to its end without a fault
    fault = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.seq}"


class SignedHead(models.Model):
    """How long a chain was and its last hash, signed; ``token`` is a compact JWS."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="heads")
    seq = models.PositiveBigIntegerField()
    signed_at = models.DateTimeField()
    token = models.TextField()

    class Meta:
        ordering: ClassVar[list[str]] = ["chain", "-seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["chain", "seq"], name="head_once"),
        ]

    def __str__(self) -> str:
        return f"{self.chain_id} {self.seq}"


class Patrol(models.Model):
    """A check that goes round a table in slices, and what it found in the round it is in.

    ``findings`` are plain sentences of the last whole round; ``fresh`` those of this one so far.
    """

    name = models.CharField(primary_key=True, max_length=40)
    cursor = models.CharField(max_length=64, blank=True)  # empty: at the beginning
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    fresh = models.JSONField(default=list)
    findings = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class AuditEvent(models.Model):
    """Who did what to which thing, when, and how it was before and after.

    ``verb`` is ``thing.happened`` (``award.revoked``). ``before`` and ``after`` hold only the
    fields that changed, and no personal data beyond ids. A person is a pseudonym: the one who
    acted, the one it was done to (``target_id``), and whoever stands as ``user`` in a side.
    """

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveBigIntegerField()
    hash = models.BinaryField()
    at = models.DateTimeField(db_index=True)
    actor_code = models.CharField(max_length=24, blank=True, db_index=True)  # a pseudonym
    by_system = models.BooleanField(default=False)  # told apart from a person whose account is gone
    via = models.CharField(max_length=20, default="web")  # web, job, claim link, demo
    organisation_id = models.UUIDField(null=True, db_index=True)
    verb = models.CharField(max_length=60, db_index=True)
    target_type = models.CharField(max_length=40)
    target_id = models.CharField(max_length=64, db_index=True)
    target_label = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    # Of an event not written yet: who did it, the institution whose chain it goes to, and of one
    # that tells of many things type, id and ``after`` of each: for who listens, not for the trail.
    by: Any = None
    root: Any = None
    each: Sequence[tuple[str, str, dict[str, Any]]] = ()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["chain", "seq"], name="event_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation_id", "at", "id"], name="event_newest"),
            models.Index(fields=["organisation_id", "verb", "at", "id"], name="event_by_verb"),
            models.Index(fields=["actor_code", "at", "id"], name="event_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_label}"

    @cached_property
    def actor(self) -> Any:
        """The account of who did it; None for the system, and after that account was erased."""
        if not self.actor_code:
            return None
        found = Pseudonym.objects.select_related("user").filter(code=self.actor_code).first()
        return found.user if found else None
