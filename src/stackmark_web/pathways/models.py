"""Pathways and their versions, who follows them, what completed them, and learners' plans."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.pathways.models_planner import Framework, FrameworkSkill, Plan, RoleProfile
from stackmark_web.tenancy.scoping import Scoped

__all__ = [
    "Completion",
    "ConferralList",
    "Following",
    "Framework",
    "FrameworkSkill",
    "FrozenError",
    "Pathway",
    "PathwayVersion",
    "Plan",
    "RoleProfile",
    "Sample",
    "Trial",
    "Trialled",
]


class FrozenError(RuntimeError):
    """Something tried to change or delete a published version: a fault in the program."""


class Pathway(models.Model):
    """A larger credential earned by combining smaller ones: a lineage of versions of its rules.

    ``achievement`` is what is awarded when the rules are met. ``conferral`` says by whom: the
    software awards only where the body opted in, and never a degree.
    """

    class Kind(models.TextChoices):
        CERTIFICATE = "certificate", _("Certificate")
        SERIES = "course-series", _("Course series (nano-degree)")
        MICRO = "micro-certification", _("Micro-certification")
        MODULE = "degree-module", _("Degree module")

    class Conferral(models.TextChoices):
        BOARD = "board", _("By a board, from a conferral list")
        AUTOMATIC = "automatic", _("Automatically, as soon as the rules are met")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.PROTECT, related_name="pathways"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    achievement = models.ForeignKey(
        "catalogue.Achievement", null=True, on_delete=models.PROTECT, related_name="pathways"
    )
    conferral = models.CharField(max_length=10, choices=Conferral.choices, default=Conferral.BOARD)
    current = models.ForeignKey(
        "PathwayVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return str(self.current or self.pk)


class PathwayVersion(models.Model):
    """The rules of a pathway: a draft, or a published version that never changes again.

    ``rules`` is the requirement language (``stackmark.stacking``), ``layout`` where the parts
    stand in the drawing: ``{rule id: [x, y]}``. ``applies_from`` is the catalogue year: whoever
    joins on that day or later, and before the next version's, falls under this one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    pathway = models.ForeignKey(Pathway, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(null=True)  # from 1, when published
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    language = models.CharField(max_length=16, default="en")
    rules = models.JSONField(default=dict)
    layout = models.JSONField(default=dict)
    applies_from = models.DateField(null=True)
    note = models.TextField(blank=True)  # what changed, for those who follow
    # Of a micro-certification: how long it lasts and what has to be earned to renew it.
    renewal_months = models.PositiveSmallIntegerField(null=True)
    continuing_credits = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of the rules as published
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    edited_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)  # grows with each save: no lost updates
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_at = models.DateTimeField(null=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["pathway", "number"], name="pathway_version_once"),
            models.UniqueConstraint(
                fields=["pathway"], condition=models.Q(state="draft"), name="one_pathway_draft"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="published")
                | models.Q(
                    number__isnull=False, published_at__isnull=False, applies_from__isnull=False
                ),
                name="published_pathway_is_numbered",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to change what is published, whatever the caller believes."""
        self._refuse_frozen()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse to delete what is published."""
        self._refuse_frozen()
        return super().delete(*args, **kwargs)

    @property
    def is_published(self) -> bool:
        """Whether it is frozen."""
        return self.state == self.State.PUBLISHED

    def _refuse_frozen(self) -> None:
        stored = PathwayVersion.everywhere.filter(pk=self.pk, state=self.State.PUBLISHED)
        if not self._state.adding and stored.exists():
            raise FrozenError("A published version never changes; make a new version.")


class Sample(models.Model):
    """An imagined learner to try rules on: holdings in the form of the contracts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="+"
    )
    pathway = models.ForeignKey(Pathway, on_delete=models.CASCADE, related_name="samples")
    name = models.CharField(max_length=100)
    holdings = models.JSONField(default=list)
    expected = models.CharField(max_length=10, blank=True)  # yes, no, undecided; or not said

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["pathway", "name"], name="sample_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Following(models.Model):
    """A learner on a pathway, under one version of its rules, and the last audit of it.

    ``version`` is that of the day they joined (catalogue year); they may move to a newer one and
    never back. ``audit`` is ``stackmark.stacking``'s answer as JSON, ``inputs`` the SHA-256 of
    what it was made from, ``look_again`` the day on which time alone may change it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="followings"
    )
    pathway = models.ForeignKey(Pathway, on_delete=models.PROTECT, related_name="followings")
    version = models.ForeignKey(PathwayVersion, on_delete=models.PROTECT, related_name="followings")
    joined_on = models.DateField()
    left_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=10, blank=True)
    audit = models.JSONField(default=dict)
    inputs = models.CharField(max_length=64, blank=True)
    audited_at = models.DateTimeField(null=True)
    look_again = models.DateField(null=True, db_index=True)
    dirty_since = models.DateTimeField(null=True, db_index=True)  # to be audited again

    class Meta:
        ordering: ClassVar[list[str]] = ["-joined_on"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "pathway"],
                condition=models.Q(left_at__isnull=True),
                name="follow_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pathway_id} {self.user_id}"


class ConferralList(models.Model):
    """What a board decides at once: completions of one pathway."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    pathway = models.ForeignKey(Pathway, on_delete=models.PROTECT, related_name="lists")
    name = models.CharField(max_length=120)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    minute = models.TextField(blank=True)  # of the board's meeting

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-made_at"]

    def __str__(self) -> str:
        return self.name


class Completion(models.Model):
    """Somebody met the rules: with the witness, and the holdings it speaks of as they were.

    ``holdings`` is the file that ``stackmark audit --check`` takes. ``award`` is the draft or
    signed credential that came of it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for the board")
        AWARDED = "awarded", _("Awarded")
        REFUSED = "refused", _("Not conferred")
        LOST = "lost", _("No longer complete")
        RENEWED = "renewed", _("Awarded, and renewed since")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    following = models.ForeignKey(
        Following, null=True, on_delete=models.SET_NULL, related_name="completions"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="completions"
    )
    version = models.ForeignKey(PathwayVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.WAITING, db_index=True
    )
    completed_on = models.DateField()
    witness = models.JSONField()
    holdings = models.JSONField()
    automatic = models.BooleanField(default=False)
    list = models.ForeignKey(
        ConferralList, null=True, on_delete=models.SET_NULL, related_name="completions"
    )
    award = models.OneToOneField(
        "awarding.Award", null=True, on_delete=models.SET_NULL, related_name="completion"
    )
    reason = models.TextField(blank=True)  # told to the learner when not conferred
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["completed_on", "made_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["following"],
                condition=models.Q(state__in=["waiting", "awarded"]),
                name="complete_once",
            ),
        ]

    def __str__(self) -> str:
        return f"completion {self.pk}"


class Trial(models.Model):
    """Rules of a draft tried on everyone at once: a run of jobs, and what each audit said.

    ``rules`` are those of that moment. ``bounds`` are the users at which its chunks end, so that
    a chunk finds the same learners again after a crash.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="+"
    )
    pathway = models.ForeignKey(Pathway, on_delete=models.CASCADE, related_name="trials")
    run = models.OneToOneField("jobs.Run", null=True, on_delete=models.SET_NULL, related_name="+")
    revision = models.PositiveIntegerField()
    rules = models.JSONField()
    at = models.DateField()
    bounds = models.JSONField(default=list)
    made_at = models.DateTimeField()

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-made_at"]

    def __str__(self) -> str:
        return f"trial {self.pk}"


class Trialled(models.Model):
    """What the tried rules say of one learner, and what their present version says."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="rows")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10)  # yes, no, undecided
    before = models.CharField(max_length=10, blank=True)  # empty: follows no version yet

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["trial", "user"], name="tried_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["trial", "verdict", "before"], name="trial_verdict"),
        ]

    def __str__(self) -> str:
        return f"{self.trial_id} {self.user_id}"
