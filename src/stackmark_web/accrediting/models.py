"""Requests to agencies, the rows of their reviews, and the statements they signed."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.scoping import Scoped


class Wanted(models.TextChoices):
    """What can be stated (``stackmark.trust.statements``); never one for another."""

    ACCREDITATION = "accreditation", _("Accreditation")
    RIGHT = "right-to-issue", _("Right to issue")
    ENDORSEMENT = "endorsement", _("Endorsement")


class Request(models.Model):
    """What an organisation asks of another, and how far that got.

    ``organisation`` asks, ``agency`` reviews. ``version`` is empty when it is about the
    organisation itself. What the reviewer proposes stands in ``proposal`` until a person (with
    four eyes: another one) confirms it; the requester does not see it before.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Being looked at")
        ASKED = "asked", _("Question to you")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="+"
    )
    agency = models.ForeignKey("tenancy.Organisation", on_delete=models.PROTECT, related_name="+")
    wanted = models.CharField(max_length=20, choices=Wanted.choices)
    version = models.ForeignKey(
        "catalogue.AchievementVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True)
    evidence = models.JSONField(default=list)  # https addresses
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.PENDING, db_index=True
    )
    question = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    profile = models.CharField(max_length=100, blank=True)
    reasons = models.TextField(blank=True)
    proposal = models.JSONField(default=dict)  # {grant, scope, start, end, review_due, comment}
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.get_wanted_display()}: {self.about_name}"

    @property
    def about_name(self) -> str:
        """What it is about, by name."""
        return self.version.title if self.version is not None else self.organisation.name

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return self.state in (self.State.PENDING, self.State.ASKED)


class ReviewRow(models.Model):
    """One requirement of the chosen profile: what the check found, what the reviewer says."""

    class Judgement(models.TextChoices):
        OPEN = "", _("Not yet judged")
        ACCEPT = "accept", _("Accepted")
        ASK = "ask", _("Question")
        REFUSE = "refuse", _("Not met")

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    requirement = models.CharField(max_length=100)
    element = models.CharField(max_length=300)
    severity = models.CharField(max_length=20)
    clause = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=20)  # of stackmark.quality
    found = models.TextField(blank=True)
    judgement = models.CharField(max_length=10, choices=Judgement.choices, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["request", "number"], name="review_row_once"),
        ]

    def __str__(self) -> str:
        return self.element


class Statement(models.Model):
    """What an organisation stated and signed; ``signed`` are the exact bytes and never change.

    ``about`` is the id in the signed document: the DID of an institution or the address of an
    achievement's version. It is withdrawn by its bit on the agency's revocation list.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(  # who states it: always an institution
        "tenancy.Organisation", on_delete=models.PROTECT, related_name="statements"
    )
    request = models.OneToOneField(
        Request, null=True, on_delete=models.SET_NULL, related_name="statement"
    )
    kind = models.CharField(max_length=20, choices=Wanted.choices)
    about = models.CharField(max_length=500, db_index=True)
    subject = models.ForeignKey(  # the organisation it is about, or whose achievement it is
        "tenancy.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    version = models.ForeignKey(
        "catalogue.AchievementVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    scope = models.JSONField(default=dict)
    profile = models.CharField(max_length=100, blank=True)
    comment = models.TextField(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    review_due = models.DateField(null=True)
    status_list = models.ForeignKey("awarding.StatusList", on_delete=models.PROTECT)
    status_index = models.PositiveIntegerField()
    signed = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_reason = models.TextField(blank=True)  # public

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-made_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["status_list", "status_index"], name="statement_index_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.about_name}"

    @property
    def about_name(self) -> str:
        """What it is about, by name."""
        return self.version.title if self.version is not None else self.subject.name
