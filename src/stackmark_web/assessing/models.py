"""Assessing: how an achievement is assessed, who applied, what was handed in, marked, decided.

Scores are percent from 0 to 100 as floats, never rounded; attempts are kept, failures included,
because learning gain and drift can only be known later if they are kept now. Personal data stand
in ``Application`` (name, address), ``Artefact``, ``Authorship``, comments and the care models; a
statistic knows ``candidate`` only, a pseudonym that cannot be worked back without the server's key.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.assessing.models_care import (
    Adjustment,
    Circumstance,
    Conflict,
    MarkAppeal,
    Misconduct,
)
from stackmark_web.assessing.models_desk import Decision, Marking, Moderation
from stackmark_web.assessing.models_facts import (
    AnchorItem,
    AttemptImport,
    FactsPanel,
    FairnessPolicy,
    GroupDeclaration,
    Retest,
    RetestInvitation,
)
from stackmark_web.assessing.models_standard import CutScore, Judge, Rating, Workshop
from stackmark_web.tenancy.scoping import Scoped

__all__ = [
    "Adjustment",
    "AnchorItem",
    "Application",
    "Artefact",
    "Attempt",
    "AttemptImport",
    "Authorship",
    "Circumstance",
    "Conflict",
    "CutScore",
    "Decision",
    "FactsPanel",
    "FairnessPolicy",
    "GroupDeclaration",
    "Judge",
    "MarkAppeal",
    "Marking",
    "Misconduct",
    "Moderation",
    "Rating",
    "Retest",
    "RetestInvitation",
    "Setup",
    "Workshop",
]


class Setup(models.Model):
    """How assessing an achievement is run; it may change without a new version.

    What is assessed and what a mark means stands in the version's plan, which never changes.
    """

    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    achievement = models.OneToOneField(
        "catalogue.Achievement", on_delete=models.CASCADE, related_name="assessing"
    )
    takes_applications = models.BooleanField(default=False)
    accepts_by_itself = models.BooleanField(default=True)  # an application needs nobody's yes
    is_blind = models.BooleanField(default=True)  # markers see no names
    second_share = models.PositiveSmallIntegerField(default=10)  # percent marked twice, 10 or more
    second_least = models.PositiveSmallIntegerField(default=20)  # or so many, whichever is more
    seconds_near_cut = models.BooleanField(default=True)  # everyone within one SEM of the cut
    publishes_assessor = models.BooleanField(default=False)
    appeal_days = models.PositiveSmallIntegerField(default=21)
    marking_days = models.PositiveSmallIntegerField(default=15)
    resit_wait_days = models.PositiveSmallIntegerField(default=0)
    keep_months = models.PositiveSmallIntegerField(default=36)  # what was handed in, after the end
    guidance = models.TextField(blank=True)  # for learners: Markdown

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"

    def __str__(self) -> str:
        return f"assessing {self.achievement_id}"


class Application(models.Model):
    """A learner's wish to be assessed for an achievement, and what became of it."""

    class State(models.TextChoices):
        APPLIED = "applied", _("Waiting for an answer")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        FINISHED = "finished", _("Finished")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    achievement = models.ForeignKey("catalogue.Achievement", on_delete=models.PROTECT)
    version = models.ForeignKey("catalogue.AchievementVersion", on_delete=models.PROTECT)
    offering = models.ForeignKey("catalogue.Offering", null=True, on_delete=models.SET_NULL)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="applications"
    )
    candidate = models.CharField(max_length=32, db_index=True)
    name = models.CharField(max_length=300, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.APPLIED)
    message = models.TextField(blank=True)  # the learner's own words
    applied_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.TextField(blank=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-applied_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["achievement", "learner"],
                condition=models.Q(state__in=["applied", "accepted"]),
                name="one_open_application",
            ),
        ]

    def __str__(self) -> str:
        return f"application {self.pk}"


class Attempt(models.Model):
    """One attempt of one candidate, made here or imported; kept whatever came of it.

    ``scores`` holds percent by component, ``responses`` points by item, ``choices`` the option
    chosen by item where a platform gave it. ``cut`` is the cut in force when it was decided.
    ``is_archived`` marks a script that is kept to be marked again blind in later cycles.
    """

    class Purpose(models.TextChoices):
        BASELINE = "baseline", _("Baseline")
        PRACTICE = "practice", _("Practice")
        FIRST = "first", _("First attempt")
        RESIT = "resit", _("Resit")
        RETEST = "retest", _("Re-test of a holder")

    class State(models.TextChoices):
        OPEN = "open", _("Being prepared")
        SUBMITTED = "submitted", _("Handed in")
        MARKING = "marking", _("Being marked")
        DECIDED = "decided", _("Decided")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        VOID = "void", _("Does not count")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    achievement = models.ForeignKey("catalogue.Achievement", on_delete=models.PROTECT)
    version = models.ForeignKey("catalogue.AchievementVersion", on_delete=models.PROTECT)
    application = models.ForeignKey(
        Application, null=True, on_delete=models.SET_NULL, related_name="attempts"
    )
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="attempts"
    )
    candidate = models.CharField(max_length=32, db_index=True)
    number = models.PositiveSmallIntegerField()  # from 1, over all attempts of the candidate
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    form = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    sat_on = models.DateField(null=True)  # the day it was sat: what cohorts are made of
    hours = models.FloatField(null=True)
    scores = models.JSONField(default=dict)
    responses = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    total = models.FloatField(null=True)
    cut = models.FloatField(null=True)
    passed = models.BooleanField(null=True)
    is_archived = models.BooleanField(default=False)
    source = models.ForeignKey(
        AttemptImport, null=True, on_delete=models.SET_NULL, related_name="attempts"
    )

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["opened_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["achievement", "candidate", "number"], name="attempt_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "state"]),
            models.Index(fields=["achievement", "sat_on"]),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class Artefact(models.Model):
    """Something handed in for a component. After submission neither row nor bytes change.

    Files lie in ``DATA/artefacts`` under their SHA-256. ``sha256`` is of the bytes kept (of the
    text or address itself where there is no file), ``uploaded_sha256`` of what was sent when it
    was re-encoded. A quarantined file can be marked by nobody until somebody released it.
    """

    class Kind(models.TextChoices):
        FILE = "file", _("File")
        TEXT = "text", _("Text")
        LINK = "link", _("Link")
        REPOSITORY = "repository", _("Repository")

    class State(models.TextChoices):
        KEPT = "kept", _("As it was sent")
        REENCODED = "re-encoded", _("Re-encoded")
        QUARANTINED = "quarantined", _("In quarantine")
        REFUSED = "refused", _("Refused")
        ERASED = "erased", _("Erased when its time was over")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="artefacts")
    component = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=300, blank=True)
    url = models.URLField(max_length=2_000, blank=True)
    text = models.TextField(blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, db_index=True)
    uploaded_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=11, choices=State.choices, default=State.KEPT)
    why = models.CharField(max_length=300, blank=True)  # of a quarantine or refusal
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["added_at"]

    def __str__(self) -> str:
        return self.name or self.kind


class Authorship(models.Model):
    """The learner's signed statement: whose work it is, what help was had."""

    attempt = models.OneToOneField(Attempt, on_delete=models.CASCADE, related_name="authorship")
    text = models.TextField()  # the very words that were shown
    name = models.CharField(max_length=300)  # as typed
    help_had = models.TextField(blank=True)  # people, sources, AI tools: in their own words
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"authorship {self.attempt_id}"
