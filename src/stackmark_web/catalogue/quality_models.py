"""What an organisation asks of its designs, who decided about them, and until when that counts."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.scoping import Scoped


class QualityPolicy(models.Model):
    """The profiles of an organisation or unit, and how often its designs are looked at again.

    ``profiles`` maps a profile's id to ``shown`` or ``required``. What an organisation requires
    holds for all its units; a unit can only ask for more.
    """

    organisation = models.OneToOneField("tenancy.Organisation", on_delete=models.CASCADE)
    profiles = models.JSONField(default=dict)
    review_months = models.PositiveSmallIntegerField(null=True)  # empty: as the unit above

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        verbose_name_plural = "quality policies"

    def __str__(self) -> str:
        return f"policy of {self.organisation_id}"


class OwnProfile(models.Model):
    """A rule set an organisation wrote itself, as the text that was uploaded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    name = models.CharField(max_length=60)  # the profile's own id
    title = models.CharField(max_length=300)
    text = models.TextField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField()

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "name"], name="own_profile_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Decision(models.Model):
    """What a reviewer decided about exactly one content, signed by the institution's key."""

    class Kind(models.TextChoices):
        APPROVED = "approved", _("Approved")
        SENT_BACK = "sent-back", _("Sent back")
        RENEWED = "renewed", _("Looked at again")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.PROTECT)
    version = models.ForeignKey(
        "AchievementVersion", on_delete=models.CASCADE, related_name="decisions"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    digest = models.CharField(max_length=64)  # SHA-256 of what was decided about
    profiles = models.JSONField(default=list)  # ids of those it was judged by
    reasons = models.TextField()
    role = models.CharField(max_length=20)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewer_name = models.CharField(max_length=200, blank=True)  # as signed; empty: not published
    review_due = models.DateField(null=True)
    decided_at = models.DateTimeField()
    document = models.BinaryField()  # the signed bytes, as they were signed

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-decided_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.version_id}"

    @property
    def judged_by(self) -> list[str]:
        """The titles of the rule sets it was judged by."""
        from stackmark_web.catalogue.profiles import titles  # which reads these models

        return titles(self.organisation, self.profiles)


class Review(models.Model):
    """Until when a published version counts as looked at; beside it, because it is renewed."""

    version = models.OneToOneField(
        "AchievementVersion", on_delete=models.CASCADE, related_name="review"
    )
    due = models.DateField(db_index=True)
    set_at = models.DateTimeField()
    reminded = models.CharField(max_length=20, blank=True)  # the last letter about this date

    def __str__(self) -> str:
        return f"{self.version_id} until {self.due}"
