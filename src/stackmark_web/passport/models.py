"""What a person keeps: credentials of ours and brought along, folders, shares, a public page."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.scoping import Scoped


class Holding(models.Model):
    """One credential in one person's passport: an award of ours, or one brought along.

    Exactly one of ``award`` and ``data`` is there. ``data`` are the bytes as they came.
    ``published`` makes the public address answer; otherwise it answers as for an unknown id.
    """

    class Provenance(models.TextChoices):
        HERE = "here", _("Issued here")
        VERIFIED = "verified", _("Imported and verified")
        WAITING = "waiting", _("Imported; not checked yet")
        UNTOLD = "could-not-tell", _("Imported; not everything could be checked")
        REFUSED = "refused", _("Imported; does not verify")

    class Standing(models.TextChoices):
        """What an imported credential's issuer says of it now; dates come on top."""

        NONE = "", _("Nothing against it")
        REVOKED = "revoked", _("Revoked")
        SUSPENDED = "suspended", _("Suspended")

    class Match(models.TextChoices):
        """Whether an imported credential names one of this person's verified addresses."""

        UNKNOWN = "", _("It does not say whom it is about in a way that can be compared")
        YES = "yes", _("It was issued to one of your addresses")
        NO = "no", _("It was issued to another address than yours")

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
    standing = models.CharField(max_length=10, choices=Standing.choices, blank=True)
    match = models.CharField(max_length=3, choices=Match.choices, blank=True)
    report = models.JSONField(default=dict)  # verifying.checking.Checked.to_json
    checked_at = models.DateTimeField(null=True)
    published = models.BooleanField(default=False)
    on_profile = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    credential_id = models.CharField(max_length=500, blank=True, db_index=True)
    title = models.CharField(max_length=300, blank=True)
    issuer_name = models.CharField(max_length=300, blank=True)
    issuer_id = models.CharField(max_length=500, blank=True)
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    search = models.TextField(blank=True)  # folded words of the credential
    picture = models.BinaryField(null=True)  # of an imported one: a small PNG, drawn anew

    class Meta:
        ordering: ClassVar[list[str]] = ["-added_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "sha256"], condition=~models.Q(sha256=""), name="import_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def told(self) -> str:
        """Its title in the reader's language, where its issuer published it here in that."""
        return self.award.version.told if self.award is not None else self.title


class HoldingSkill(models.Model):
    """A skill a credential says its holder has, taken from its alignments."""

    holding = models.ForeignKey(Holding, on_delete=models.CASCADE, related_name="skills")
    name = models.CharField(max_length=200)
    folded = models.CharField(max_length=200, db_index=True)
    uri = models.CharField(max_length=500, blank=True)
    framework = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["folded"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["holding", "folded"], name="holding_skill_once"),
        ]

    def __str__(self) -> str:
        return self.name


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
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "name"], name="folder_once"),
        ]

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
    evidence = models.BooleanField(default=False)  # the files sealed in it may be opened too
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    wrong_pins = models.PositiveSmallIntegerField(default=0)
    pauses = models.PositiveSmallIntegerField(default=0)  # each is twice as long as the one before
    pin_locked_until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.title or str(self.pk)


class ShareCode(models.Model):
    """A one-time code mailed to the address a share is locked to; kept as a hash."""

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-sent_at"]

    def __str__(self) -> str:
        return f"code of {self.share_id}"


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


class AddressReport(models.Model):
    """Somebody with a claim link says that it went to the wrong person or address.

    With an ``email`` it asks for the award to be sent there; the issuer decides.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SENT = "sent", _("Sent to another address")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    award = models.ForeignKey(
        "awarding.Award", on_delete=models.CASCADE, related_name="address_reports"
    )
    email = models.EmailField(max_length=254, blank=True)
    reported_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-reported_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["award"], condition=models.Q(state="open"), name="one_open_report"
            ),
        ]

    def __str__(self) -> str:
        return f"address report {self.pk}"


class LinkRequest(models.Model):
    """Somebody asked for new claim links to an address.

    Answered by a duty, so that asking takes the same time and says the same whether or not
    anything waits for that address.
    """

    email = models.EmailField(max_length=254, db_index=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return f"link request {self.pk}"


from stackmark_web.passport.models_proofs import (  # noqa: E402 - Django looks for models here
    BroughtDocument,
    HolderDid,
    ProofAnswer,
    ProofRequest,
    ReissuePolicy,
    ReissueRequest,
)

__all__ = [
    "AddressReport",
    "BroughtDocument",
    "Folder",
    "HolderDid",
    "Holding",
    "HoldingSkill",
    "LinkRequest",
    "Profile",
    "ProofAnswer",
    "ProofRequest",
    "ReissuePolicy",
    "ReissueRequest",
    "Share",
    "ShareCode",
    "ShareDay",
]
