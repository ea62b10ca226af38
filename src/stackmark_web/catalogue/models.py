"""Achievements, their immutable published versions, and what is on offer around them."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.catalogue.quality_models import Decision, OwnProfile, QualityPolicy, Review
from stackmark_web.tenancy.scoping import Scoped
from stackmark_web.ui.text import best_text

__all__ = [
    "Achievement",
    "AchievementVersion",
    "Decision",
    "Facet",
    "FrozenError",
    "Offering",
    "OwnProfile",
    "QualityPolicy",
    "Review",
    "SearchTerm",
]


class FrozenError(RuntimeError):
    """Something tried to change or delete a published version: a fault in the program."""


class Versions(models.QuerySet["AchievementVersion"]):
    """Rows of which the published ones can be read and never written."""

    def update(self, **values: Any) -> int:
        """Refuse when a published version is among them."""
        self._refuse_frozen()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse when a published version is among them."""
        self._refuse_frozen()
        return super().delete()

    def _refuse_frozen(self) -> None:
        if self.filter(state="published").exists():
            raise FrozenError("A published version never changes; make a new version.")


class Achievement(models.Model):
    """A lineage of versions: what a learner can earn, under one public address for ever."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.PROTECT, related_name="achievements"
    )
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    current = models.ForeignKey(
        "AchievementVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"

    def __str__(self) -> str:
        return str(self.current or self.pk)


class AchievementVersion(models.Model):
    """A draft, or a published version that never changes again.

    ``content`` is the canonical descriptor (``stackmark.model.achievement``) as JSON. ``signable``
    is the Open Badges 3.0 Achievement that credentials of this version carry, fixed at
    publication. The columns below it repeat facts of the content for search and facets.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEW = "review", _("Waiting for a second person")
        PUBLISHED = "published", _("Published")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.PROTECT)
    achievement = models.ForeignKey(Achievement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(null=True)  # from 1, when published
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    content = models.JSONField(default=dict)
    art = models.JSONField(default=dict)  # stackmark.rendering.badge_art, or empty when uploaded
    image = models.ForeignKey(
        "tenancy.Asset", null=True, on_delete=models.PROTECT, related_name="+"
    )
    image_svg = models.ForeignKey(
        "tenancy.Asset", null=True, on_delete=models.PROTECT, related_name="+"
    )
    signable = models.JSONField(default=dict)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    edited_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)  # grows with each save: no lost updates
    contributors = models.ManyToManyField(  # none of them may be the second person
        settings.AUTH_USER_MODEL, related_name="+"
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True)
    review_note = models.TextField(blank=True)  # why a second person sent it back
    # Why it is there beside others that say the same: {"text": …, "achievements": [ids]}.
    justification = models.JSONField(default=dict)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_at = models.DateTimeField(null=True)

    title = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=40, blank=True, db_index=True)
    language = models.CharField(max_length=16, blank=True)
    level = models.PositiveSmallIntegerField(null=True)  # EQF 1–8
    workload_hours = models.DecimalField(max_digits=8, decimal_places=2, null=True)  # the most

    everywhere = models.Manager.from_queryset(Versions)()
    objects = Scoped.from_queryset(Versions)()

    class Meta:
        default_manager_name = "everywhere"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["achievement", "number"], name="version_once"),
            models.UniqueConstraint(
                fields=["achievement"], condition=~models.Q(state="published"), name="one_draft"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="published")
                | models.Q(number__isnull=False, published_at__isnull=False),
                name="published_is_numbered",
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
    def told(self) -> str:
        """Its title in the reader's language, where it was published in that."""
        return best_text(self.content.get("title") or {})[:300] or self.title

    @property
    def is_published(self) -> bool:
        """Whether it is frozen."""
        return self.state == self.State.PUBLISHED

    def _refuse_frozen(self) -> None:
        stored = AchievementVersion.everywhere.filter(pk=self.pk, state=self.State.PUBLISHED)
        if not self._state.adding and stored.exists():
            raise FrozenError("A published version never changes; make a new version.")


class SearchTerm(models.Model):
    """One word of a published version: the catalogue's full-text index on any database."""

    version = models.ForeignKey(AchievementVersion, on_delete=models.CASCADE, related_name="terms")
    term = models.CharField(max_length=60, db_index=True)
    weight = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "term"], name="term_once"),
        ]

    def __str__(self) -> str:
        return self.term


class Facet(models.Model):
    """One value by which a listed version can be narrowed down, and how people call it.

    Only current versions of achievements that are not retired have any. What comes from an
    offering counts up to and including its last day.
    """

    version = models.ForeignKey(AchievementVersion, on_delete=models.CASCADE, related_name="facets")
    name = models.CharField(max_length=20)
    value = models.CharField(max_length=200)
    label = models.CharField(max_length=200)
    until = models.DateField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["name", "value"], name="facet_value"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class Offering(models.Model):
    """When, where and for how much an achievement can be earned; changes need no new version."""

    class Delivery(models.TextChoices):
        ONLINE = "online", _("Online")
        ONSITE = "onsite", _("On site")
        BLENDED = "blended", _("Blended")
        WORKPLACE = "work-based", _("Work-based")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.PROTECT)
    achievement = models.ForeignKey(Achievement, on_delete=models.CASCADE, related_name="offerings")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    apply_by = models.DateField(null=True, blank=True)
    seats = models.PositiveIntegerField(null=True, blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    delivery = models.CharField(max_length=12, choices=Delivery.choices)
    title = models.CharField(max_length=120, blank=True)  # such as "Evening group"
    place = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=16, blank=True)
    enrol_url = models.URLField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["starts_on"]

    def __str__(self) -> str:
        return f"{self.delivery} {self.starts_on or ''}"
