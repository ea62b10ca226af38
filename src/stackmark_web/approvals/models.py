"""What needs a second person where, and the changes that wait for one."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stackmark_web.approvals.registry import kind_of
from stackmark_web.tenancy.scoping import Scoped


class Policy(models.Model):
    """What needs four eyes at an organisation and in its units; nothing without a row."""

    organisation = models.OneToOneField(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="+"
    )
    publishing = models.BooleanField(default=False)
    keys = models.BooleanField(default=False)
    revoking = models.BooleanField(default=False)
    bulk_over = models.PositiveIntegerField(null=True)  # credentials by one person in 24 hours
    watched = models.JSONField(default=list)  # ids of achievements that always need two
    changed_at = models.DateTimeField()

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"

    def __str__(self) -> str:
        return f"four eyes at {self.organisation_id}"


class Change(models.Model):
    """A change somebody asked for that waits for a second person, or did.

    ``digest`` is over everything that is approved: kind, arguments, who asked, and the state of
    the thing at that time. It stands in the audit log too. Arguments go when the change has ended.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for a second person")
        DONE = "done", _("Approved and done")
        FAILED = "failed", _("Approved, but it could not be done")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")
        EXPIRED = "expired", _("Not decided in time")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    subject = models.CharField(max_length=120, db_index=True)  # model and key
    arguments = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    why = models.TextField(blank=True, max_length=1_000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_code = models.CharField(max_length=24, blank=True)  # a pseudonym: survives a merge
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, max_length=1_000)  # why refused, or why it failed
    result = models.JSONField(default=dict)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-asked_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["digest"],
                condition=models.Q(state="waiting"),
                name="waiting_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def told(self) -> str:
        """What was asked for, in the reader's language; ``title`` is kept in that of the code."""
        wording = kind_of(self.kind).title
        head, _hole, tail = wording.partition("%(what)s")
        if not (self.title.startswith(head) and self.title.endswith(tail)):
            return self.title  # cut to its length, or kept by an earlier version
        what = self.title[len(head) : len(self.title) - len(tail)]
        return gettext(wording) % {"what": what}

    @property
    def is_waiting(self) -> bool:
        """Whether it can still be decided."""
        return self.state == self.State.WAITING
