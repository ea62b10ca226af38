"""Records of checks, tables of many checks, and the registers of trusted issuers."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class VerificationRecord(models.Model):
    """What was found about one document at one time; the document itself is not kept.

    ``report`` and ``facts`` hold what the page showed, so that the record still reads when
    everything is gone. The address is a secret token, kept as a hash.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    verdict = models.CharField(max_length=16)
    report = models.JSONField()
    facts = models.JSONField(default=dict)
    expires_at = models.DateTimeField(null=True, db_index=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["-at"]

    def __str__(self) -> str:
        return f"{self.verdict} {self.at}"


def as_issuer() -> list[str]:
    """What an entry of a register is accepted as unless somebody says otherwise."""
    return ["issuer"]


class TrustEntry(models.Model):
    """An issuer or agency that the operator (no organisation) or one organisation vouches for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", null=True, on_delete=models.CASCADE, related_name="trusts"
    )
    issuer = models.CharField(max_length=500)  # DID or URL, exact
    name = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)
    accepted_as = models.JSONField(default=as_issuer)  # issuer, agency, or both
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "issuer"], name="trusted_once"),
            models.UniqueConstraint(
                fields=["issuer"],
                condition=models.Q(organisation__isnull=True),
                name="trusted_once_by_operator",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_issuer(self) -> bool:
        """Whether it is accepted as an issuer."""
        return "issuer" in self.accepted_as

    @property
    def is_agency(self) -> bool:
        """Whether its accreditations and rights to issue count."""
        return "agency" in self.accepted_as


class SignedRegister(models.Model):
    """A register somebody else publishes, taken over as it was signed, until its time is over.

    ``data`` are the exact bytes. Whether it is believed was checked when it came; when it has run
    out its entries do not count any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", null=True, on_delete=models.CASCADE, related_name="+"
    )
    by = models.CharField(max_length=500)  # the DID that signed it
    name = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    data = models.BinaryField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "-added_at"]

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """Many documents checked at once, shown as a table at an unguessable address for a while.

    The token is kept as a hash. What came is deleted from each item when it is checked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    register_of = models.ForeignKey(
        "tenancy.Organisation", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    recipient = models.CharField(max_length=320, blank=True)  # emptied when all is checked
    total = models.PositiveIntegerField()
    run = models.OneToOneField("jobs.Run", null=True, on_delete=models.SET_NULL)

    def __str__(self) -> str:
        return f"batch of {self.total}"


class BatchItem(models.Model):
    """One document of a batch: what came, until it is checked, then what was found."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()  # from 0, in the order they came
    source = models.CharField(max_length=300)
    url = models.TextField(blank=True)  # to be fetched; emptied after
    data = models.BinaryField(null=True)  # emptied after
    verdict = models.CharField(max_length=16, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["batch", "number"], name="batch_item_once"),
        ]

    def __str__(self) -> str:
        return self.source
