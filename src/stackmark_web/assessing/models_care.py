"""What is nobody else's business: adjustments, circumstances, misconduct, conflicts, appeals.

Nothing of these ever enters a credential, a fact, a statistic or an export of the organisation.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.scoping import Scoped


class Adjustment(models.Model):
    """A reasonable adjustment for a learner: more time, another form of the same assessment."""

    class Kind(models.TextChoices):
        EXTRA_TIME = "extra-time", _("Extra time")
        LATER = "later-deadline", _("A later deadline")
        FORMAT = "format", _("Another format")
        ASSISTANCE = "assistance", _("Assistance or technology")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        ASKED = "asked", _("Asked for")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        ENDED = "ended", _("Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    application = models.ForeignKey(
        "assessing.Application", on_delete=models.CASCADE, related_name="adjustments"
    )
    kind = models.CharField(max_length=14, choices=Kind.choices)
    text = models.TextField()
    extra_percent = models.PositiveSmallIntegerField(null=True)
    extra_days = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.TextField(blank=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["asked_at"]

    def __str__(self) -> str:
        return f"adjustment {self.pk}"


class Circumstance(models.Model):
    """Extenuating circumstances of one attempt: told by the learner, decided by a person."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Remedy(models.TextChoices):
        EXTENSION = "extension", _("A later deadline")
        NOT_COUNTED = "not-counted", _("The attempt does not count")
        NONE = "none", _("Nothing further")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    attempt = models.ForeignKey(
        "assessing.Attempt", on_delete=models.CASCADE, related_name="circumstances"
    )
    text = models.TextField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    remedy = models.CharField(max_length=11, choices=Remedy.choices, blank=True)
    extended_to = models.DateTimeField(null=True)
    told_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.TextField(blank=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["told_at"]

    def __str__(self) -> str:
        return f"circumstance {self.pk}"


class Misconduct(models.Model):
    """A case of suspected misconduct: raised with evidence, answered, decided by another person.

    The verdict of a detector of AI text is no evidence.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        FOUNDED = "founded", _("Founded")
        UNFOUNDED = "unfounded", _("Unfounded")

    class Outcome(models.TextChoices):
        NONE = "none", _("No consequence")
        WARNING = "warning", _("Warning")
        VOID = "void", _("The attempt does not count")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    attempt = models.ForeignKey(
        "assessing.Attempt", on_delete=models.CASCADE, related_name="misconduct"
    )
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    raised_at = models.DateTimeField()
    ground = models.TextField()  # what was seen, by a person
    answer_by = models.DateTimeField()
    learner_answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(max_length=7, choices=Outcome.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # told to the learner

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["raised_at"]

    def __str__(self) -> str:
        return f"misconduct {self.pk}"


class Conflict(models.Model):
    """A marker's conflict of interest with a candidate: they never meet at the desk."""

    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    marker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conflicts"
    )
    candidate = models.CharField(max_length=32)
    why = models.CharField(max_length=300, blank=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    declared_at = models.DateTimeField()

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "marker", "candidate"], name="conflict_once"
            ),
        ]

    def __str__(self) -> str:
        return f"conflict {self.pk}"


class MarkAppeal(models.Model):
    """What a learner says against a decision; decided by somebody who had no part in it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        REJECTED = "rejected", _("The decision stands")
        ALLOWED = "allowed", _("Decided anew")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    decision = models.OneToOneField(
        "assessing.Decision", on_delete=models.CASCADE, related_name="appeal"
    )
    text = models.TextField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.TextField(blank=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["opened_at"]

    def __str__(self) -> str:
        return f"appeal {self.pk}"
