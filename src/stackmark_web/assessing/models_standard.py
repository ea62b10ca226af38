"""Standard setting: workshops, their judges and ratings, and the cuts that come of them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.scoping import Scoped


class Workshop(models.Model):
    """Judges set a standard, round by round; locked when the cut is confirmed.

    ``items`` is [{"id", "text"}]: items of a test for Angoff; attempts, each with its "score" in
    percent, for borderline regression.
    """

    class Method(models.TextChoices):
        ANGOFF = "angoff", _("Modified Angoff")
        BORDERLINE = "borderline-regression", _("Borderline regression")

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        OPEN = "open", _("Round open")
        PAUSED = "paused", _("Between rounds")
        LOCKED = "locked", _("Cut confirmed")
        DROPPED = "dropped", _("Dropped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    achievement = models.ForeignKey("catalogue.Achievement", on_delete=models.PROTECT)
    version = models.ForeignKey("catalogue.AchievementVersion", on_delete=models.PROTECT)
    method = models.CharField(max_length=24, choices=Method.choices)
    title = models.CharField(max_length=200)
    component = models.CharField(max_length=60, blank=True)  # empty: the whole assessment
    candidate_text = models.TextField(blank=True)  # who is just good enough, in words
    items = models.JSONField(default=list)
    rounds = models.PositiveSmallIntegerField(default=2)
    round = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=7, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-made_at"]

    def __str__(self) -> str:
        return self.title


class Judge(models.Model):
    """Somebody who rates; ``code`` is what is published of them."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="judges")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    code = models.CharField(max_length=20)
    added_at = models.DateTimeField()
    ready_in = models.PositiveSmallIntegerField(default=0)  # the last round they handed in
    withdrawn_at = models.DateTimeField(null=True)  # what they rated is left out from then on

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workshop", "user"], name="judge_once"),
            models.UniqueConstraint(fields=["workshop", "code"], name="judge_code_once"),
        ]

    def __str__(self) -> str:
        return self.code


class Rating(models.Model):
    """What a judge says of an item in a round: a probability 0–1 (Angoff) or a rating 1–5."""

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="ratings")
    round = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=60)
    value = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["judge", "round", "item"], name="rating_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.value}"


class CutScore(models.Model):
    """A cut and how it was come by; one for all candidates, in force from a moment on.

    ``cut`` and ``standard_error`` are percent of the total (of the component where one is
    named). ``impact`` is what was shown before confirming. Never changed, only followed.
    """

    class Method(models.TextChoices):
        ANGOFF = "angoff", _("Modified Angoff")
        BORDERLINE = "borderline-regression", _("Borderline regression")
        STATED = "stated", _("Stated without a method")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    achievement = models.ForeignKey(
        "catalogue.Achievement", on_delete=models.PROTECT, related_name="cuts"
    )
    workshop = models.OneToOneField(Workshop, null=True, on_delete=models.PROTECT)
    component = models.CharField(max_length=60, blank=True)
    method = models.CharField(max_length=24, choices=Method.choices)
    cut = models.FloatField()
    standard_error = models.FloatField(null=True)
    judges = models.JSONField(default=list)  # their codes
    rounds = models.PositiveSmallIntegerField(null=True)
    impact = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    set_at = models.DateTimeField()
    in_force_from = models.DateTimeField()

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["in_force_from"]

    def __str__(self) -> str:
        return f"{self.cut}"
