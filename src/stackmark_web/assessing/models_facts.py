"""What is made of many attempts: imports, facts panels, re-tests, anchors, fairness."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.scoping import Scoped


class AttemptImport(models.Model):
    """A file of results from another platform on its way to attempts."""

    class Kind(models.TextChoices):
        GENERIC = "generic", _("Long CSV: one row an item response or attempt")
        MOODLE = "moodle", _("Moodle quiz responses")
        CANVAS = "canvas", _("Canvas student analysis")
        OPENEDX = "openedx", _("Open edX grade report")

    class State(models.TextChoices):
        READ = "read", _("Checked, waiting for your yes")
        DONE = "done", _("Imported")
        DROPPED = "dropped", _("Dropped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    achievement = models.ForeignKey("catalogue.Achievement", on_delete=models.CASCADE)
    version = models.ForeignKey("catalogue.AchievementVersion", on_delete=models.PROTECT)
    component = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    data = models.BinaryField()  # emptied when imported or dropped
    choices = models.JSONField(default=dict)  # form, purpose, day, maximum, how people are matched
    counts = models.JSONField(default=dict)
    findings = models.JSONField(default=list)  # [{line, column, reason, detail}]
    state = models.CharField(max_length=7, choices=State.choices, default=State.READ)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.filename


class AnchorItem(models.Model):
    """An item kept back, used in every form, so that drift can be told from abler candidates."""

    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    achievement = models.ForeignKey(
        "catalogue.Achievement", on_delete=models.CASCADE, related_name="anchors"
    )
    item = models.CharField(max_length=60)
    reserved_at = models.DateTimeField()
    reserved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    released_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["achievement", "item"],
                condition=models.Q(released_at__isnull=True),
                name="anchor_once",
            ),
        ]

    def __str__(self) -> str:
        return self.item


class FactsPanel(models.Model):
    """The assessment facts of a cohort as they were published: exact signed bytes, never changed.

    ``number`` counts the panels of an achievement from 1. ``summary`` repeats the figures for
    pages: [{code, …Statistic}].
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    achievement = models.ForeignKey(
        "catalogue.Achievement", on_delete=models.PROTECT, related_name="panels"
    )
    version = models.ForeignKey("catalogue.AchievementVersion", on_delete=models.PROTECT)
    cohort = models.CharField(max_length=60)  # "all", "2026", "2026-S1", a form
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    signed = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    summary = models.JSONField(default=list)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["achievement", "number"], name="panel_once"),
        ]

    def __str__(self) -> str:
        return f"facts {self.number}"


class Retest(models.Model):
    """A call of a random share of holders to a supervised re-test; voluntary, without effect."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    achievement = models.ForeignKey(
        "catalogue.Achievement", on_delete=models.CASCADE, related_name="retests"
    )
    version = models.ForeignKey("catalogue.AchievementVersion", on_delete=models.PROTECT)
    share = models.PositiveSmallIntegerField()  # percent of those who earned it in the window
    window_days = models.PositiveSmallIntegerField(default=90)
    seed = models.CharField(max_length=64)  # so that the draw can be shown to have been random
    supervision = models.CharField(max_length=20)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-made_at"]

    def __str__(self) -> str:
        return f"re-test {self.pk}"


class RetestInvitation(models.Model):
    """A holder who was drawn, and their answer."""

    class Answer(models.TextChoices):
        NONE = "none", _("No answer yet")
        YES = "yes", _("Takes part")
        NO = "no", _("Does not take part")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    retest = models.ForeignKey(Retest, on_delete=models.CASCADE, related_name="invitations")
    award = models.ForeignKey("awarding.Award", on_delete=models.CASCADE, related_name="+")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    candidate = models.CharField(max_length=32)
    sent_at = models.DateTimeField()
    answer = models.CharField(max_length=4, choices=Answer.choices, default=Answer.NONE)
    answered_at = models.DateTimeField(null=True)
    attempt = models.OneToOneField("assessing.Attempt", null=True, on_delete=models.SET_NULL)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["retest", "award"], name="invited_once"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class FairnessPolicy(models.Model):
    """Whether an institution looks at award decisions by group, and which groups; off by default.

    ``categories`` is {code: [values]}, chosen among those of its country.
    """

    organisation = models.OneToOneField(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="fairness"
    )
    is_on = models.BooleanField(default=False)
    categories = models.JSONField(default=dict)
    purpose = models.TextField(blank=True)  # told to everybody who is asked
    least = models.PositiveSmallIntegerField(default=10)  # fewest people of a group shown
    changed_at = models.DateTimeField()

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"

    def __str__(self) -> str:
        return f"fairness {self.organisation_id}"


class GroupDeclaration(models.Model):
    """What a person said of themselves for the fairness report, until they take it back.

    Kept apart from everything else under ``candidate``; no page shows a single one to staff.
    Withdrawn means deleted.
    """

    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    candidate = models.CharField(max_length=32)
    category = models.CharField(max_length=40)
    value = models.CharField(max_length=60)
    consent = models.TextField()  # the very words agreed to
    given_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "candidate", "category"], name="declared_once"
            ),
        ]

    def __str__(self) -> str:
        return self.category
