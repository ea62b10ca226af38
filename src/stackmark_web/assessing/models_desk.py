"""Marking and deciding: who marked what, what was decided, and what a meeting said of it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.scoping import Scoped


class Marking(models.Model):
    """One person's marking of one attempt.

    ``levels`` is {component: {criterion: level id}}, ``points`` {component: points} of components
    that are not marked by rubric, ``comments`` {component/criterion: text} for the learner,
    ``note`` for colleagues only. Submitted markings never change.
    """

    class Kind(models.TextChoices):
        FIRST = "first", _("First marking")
        SECOND = "second", _("Second marking")
        ADJUDICATION = "adjudication", _("Adjudication")
        APPEAL = "appeal", _("Marking after an appeal")
        ANCHOR = "anchor", _("Blind marking of an archived script")

    class Why(models.TextChoices):
        ALWAYS = "always", _("Everybody is marked first")
        SAMPLE = "sample", _("Drawn into the sample")
        NEAR_CUT = "near-cut", _("Within one SEM of the cut")
        PLAN = "plan", _("The plan asks for two markers")
        DIFFER = "differ", _("Levels differ by two or more")
        ASKED = "asked", _("A colleague asked")

    class State(models.TextChoices):
        OPEN = "open", _("To be marked")
        DRAFT = "draft", _("Begun")
        SUBMITTED = "submitted", _("Marked")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    attempt = models.ForeignKey(
        "assessing.Attempt", on_delete=models.CASCADE, related_name="markings"
    )
    marker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="markings"
    )
    marker_code = models.CharField(max_length=32, blank=True)  # a pseudonym for statistics
    kind = models.CharField(max_length=12, choices=Kind.choices)
    why = models.CharField(max_length=8, choices=Why.choices, default=Why.ALWAYS)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    levels = models.JSONField(default=dict)
    points = models.JSONField(default=dict)
    comments = models.JSONField(default=dict)
    comment = models.TextField(blank=True)  # to the learner, on the whole
    note = models.TextField(blank=True)
    total = models.FloatField(null=True)
    allotted_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["allotted_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["attempt", "kind"],
                condition=~models.Q(state="withdrawn") & ~models.Q(kind__in=["anchor", "appeal"]),
                name="marking_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.attempt_id}"


class Decision(models.Model):
    """Pass or not, with its reasons. A later one (after an appeal) replaces it; none is changed.

    Nothing adverse holds before a person confirmed it. ``scores`` and ``levels`` are the final
    ones, by component and criterion.
    """

    class Outcome(models.TextChoices):
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Not passed yet")

    class Basis(models.TextChoices):
        ONE = "one-marking", _("One marking")
        AGREED = "agreed", _("Two markings that agree")
        ADJUDICATED = "adjudicated", _("Adjudicated")
        MODERATED = "moderated", _("Moderated")
        APPEAL = "appeal", _("After an appeal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="mark_decisions"
    )
    attempt = models.ForeignKey(
        "assessing.Attempt", on_delete=models.CASCADE, related_name="decisions"
    )
    is_current = models.BooleanField(default=True)
    outcome = models.CharField(max_length=6, choices=Outcome.choices)
    basis = models.CharField(max_length=11, choices=Basis.choices)
    scores = models.JSONField(default=dict)
    levels = models.JSONField(default=dict)
    total = models.FloatField(null=True)
    cut = models.FloatField(null=True)
    cut_score = models.ForeignKey(
        "assessing.CutScore", null=True, on_delete=models.PROTECT, related_name="+"
    )
    feedback = models.TextField(blank=True)
    reason = models.TextField(blank=True)  # for colleagues
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    appeal_by = models.DateTimeField(null=True)
    next_attempt_from = models.DateTimeField(null=True)
    award = models.OneToOneField("awarding.Award", null=True, on_delete=models.SET_NULL)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["proposed_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["attempt"], condition=models.Q(is_current=True), name="one_decision"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.attempt_id}"


class Moderation(models.Model):
    """A meeting of markers over what they marked; what it found and changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    achievement = models.ForeignKey("catalogue.Achievement", on_delete=models.PROTECT)
    held_on = models.DateField()
    chaired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    present = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    attempts = models.ManyToManyField("assessing.Attempt", related_name="moderations")
    notes = models.JSONField(default=dict)  # attempt id → what was said of it
    conclusion = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"

    def __str__(self) -> str:
        return f"moderation {self.held_on}"
