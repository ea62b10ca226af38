"""What a person keeps: imported credentials, folders, what is published, what is shared."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Holding(models.Model):
    """One credential in one person's passport: an award of ours, or one brought along.

    Exactly one of ``award`` and ``data`` is there. ``data`` are the bytes as they came.
    ``published`` makes the public address answer; otherwise it answers as for an unknown id.
    """

    class Provenance(models.TextChoices):
        HERE = "here", _("Issued here")
        VERIFIED = "verified", _("Imported and verified")
        UNTOLD = "could-not-tell", _("Imported; not everything could be checked")
        REFUSED = "refused", _("Imported; does not verify")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="holdings"
    )
    award = models.OneToOneField(
        "awarding.Award", null=True, on_delete=models.CASCADE, related_name="holding"
    )
    data = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=300, blank=True)  # file name or URL it came from
    provenance = models.CharField(
        max_length=20, choices=Provenance.choices, default=Provenance.HERE
    )
    report = models.JSONField(default=dict)
    checked_at = models.DateTimeField(null=True)
    published = models.BooleanField(default=False)
    on_profile = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    title = models.CharField(max_length=300, blank=True)
    issuer_name = models.CharField(max_length=300, blank=True)
    issuer_id = models.CharField(max_length=500, blank=True)
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    search = models.TextField(blank=True)  # folded words of the credential

    class Meta:
        ordering: ClassVar[list[str]] = ["-added_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "sha256"], condition=~models.Q(sha256=""), name="import_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Folder(models.Model):
    """A named set of a person's holdings."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="folders"
    )
    name = models.CharField(max_length=100)
    holdings = models.ManyToManyField(Holding, related_name="folders")

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Share(models.Model):
    """A link to one credential or a collection, with the limits its maker set.

    The token is kept as a hash and, for its maker to copy again, sealed with the server's key.
    ``kind`` print is the token inside QR codes and PDFs of one holding.
    """

    class Kind(models.TextChoices):
        LINK = "link", _("Link")
        PRINT = "print", _("Printed code")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="shares"
    )
    kind = models.CharField(max_length=5, choices=Kind.choices, default=Kind.LINK)
    token_hash = models.CharField(max_length=64, unique=True)
    token_sealed = models.CharField(max_length=300)
    title = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=300, blank=True)
    holdings = models.ManyToManyField(Holding, related_name="shares")
    pin_hash = models.CharField(max_length=200, blank=True)
    only_email = models.EmailField(blank=True)
    downloads = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    wrong_pins = models.PositiveSmallIntegerField(default=0)
    pin_locked_until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.title or str(self.pk)


class ShareDay(models.Model):
    """How often a share was opened on one day; nothing about the visitors."""

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    visits = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["share", "day"], name="share_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.visits}"


class Profile(models.Model):
    """A public page of a person, if wanted."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )
    handle = models.SlugField(max_length=40, unique=True)
    headline = models.CharField(max_length=160, blank=True)
    about = models.TextField(blank=True)
    published = models.BooleanField(default=False)
    indexed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.handle
