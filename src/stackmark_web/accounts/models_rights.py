"""What stands behind the rights of people: erasures, outside identities, consents, merges, rules.

Nothing here points at another capability: organisations and gone accounts are kept by their id.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """An account that was erased: its id, when, how many things of each kind went. No name.

    ``files`` are ``[store, name]`` still to be removed from disk; ``wiped_at`` is when the
    database file itself was cleaned of what had been deleted.
    """

    person = models.UUIDField(db_index=True)
    done_at = models.DateTimeField()
    removed = models.JSONField(default=dict)
    files = models.JSONField(default=list)
    wiped_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return f"erasure of {self.person}"


class Identity(models.Model):
    """A person as an institution's sign-in knows them: issuer and subject, never an address."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="identities"
    )
    provider = models.CharField(max_length=40)  # its word in the settings
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=500)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} identity"


class SpentAnswer(models.Model):
    """An answer of an institution's sign-in that was used; it never works a second time."""

    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest[:8]


class GuardianConsent(models.Model):
    """What a guardian was asked and said. The link's secret is kept as a hash, used by a POST.

    ``text`` are the very words agreed to, ``version`` their name.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents"
    )
    email = models.EmailField(max_length=254)
    token_hash = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    name = models.CharField(max_length=200, blank=True)
    relation = models.CharField(max_length=20, blank=True)
    version = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    given_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-asked_at"]

    def __str__(self) -> str:
        return f"consent for {self.user_id}"


class Merge(models.Model):
    """An account that became part of another one; approvals by either are by the same person."""

    former = models.UUIDField(unique=True)
    person = models.UUIDField(db_index=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.former} → {self.person}"


class RegisterRule(models.Model):
    """How long an organisation keeps names in its register of awards, as it publishes it."""

    class Keeps(models.TextChoices):
        ERASE = "erase", _("Until the person has their data erased")
        YEARS = "years", _("For a number of years after the award")
        ALWAYS = "always", _("For as long as the register exists")

    organisation_id = models.UUIDField(unique=True)
    keeps = models.CharField(max_length=10, choices=Keeps.choices, default=Keeps.ERASE)
    years = models.PositiveSmallIntegerField(default=10)
    reason = models.TextField(blank=True)  # the law or duty behind it, in the organisation's words
    contact = models.CharField(max_length=254, blank=True)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.keeps} {self.organisation_id}"


__all__ = [
    "Erasure",
    "GuardianConsent",
    "Identity",
    "Merge",
    "RegisterRule",
    "SpentAnswer",
]
