"""Plans of learners; role profiles to plan for, and the skill frameworks they are made from."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from stackmark_web.tenancy.scoping import Scoped


class Framework(models.Model):
    """A framework as its file says it is; what the file does not state is empty.

    ``attribution`` is to be shown wherever its skills are.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="skill_frameworks"
    )
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    version = models.CharField(max_length=60, blank=True)
    licence = models.TextField(blank=True)
    attribution = models.TextField(blank=True)
    language = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)  # the file's name
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(default=0)  # skills in it
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    loaded_at = models.DateTimeField()

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["title", "-loaded_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "sha256"], name="framework_once"),
        ]

    def __str__(self) -> str:
        return self.title


class FrameworkSkill(models.Model):
    """One skill of a loaded framework, under one name."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="skills")
    uri = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    folded = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """What it is known by: its address, else its code."""
        return self.uri or self.code


class RoleProfile(models.Model):
    """What a role asks for: skills of a named framework, as a target of plans."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="role_profiles"
    )
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    framework = models.CharField(max_length=200)
    framework_version = models.CharField(max_length=60, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    attribution = models.TextField(blank=True)  # to be shown wherever the skills are
    loaded = models.ForeignKey(Framework, null=True, on_delete=models.SET_NULL, related_name="+")
    skills = models.JSONField(default=list)  # [{"uri", "code", "name", "confidence" in percent}]
    published = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["title"]

    def __str__(self) -> str:
        return self.title


class Plan(models.Model):
    """A learner's plan: target, limits, and the answer of ``stackmark.planning`` as it was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="plans"
    )
    title = models.CharField(max_length=200)
    pathway = models.ForeignKey("Pathway", null=True, on_delete=models.SET_NULL, related_name="+")
    role = models.ForeignKey(RoleProfile, null=True, on_delete=models.SET_NULL, related_name="+")
    limits = models.JSONField(default=dict)  # budget, currency, hours, by, delivery, language …
    answer = models.JSONField(default=dict)
    chosen = models.CharField(max_length=20, blank=True)  # a label of one of its plans
    made_at = models.DateTimeField()
    followed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at"]

    def __str__(self) -> str:
        return self.title
