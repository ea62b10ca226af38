"""Requests for recognition, what they are about, decisions, appeals, and the ledger of uses."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.scoping import Scoped


class Request(models.Model):
    """A learner asks a body what credentials or experience count for there.

    Always the learner's own act. ``target`` is the achievement's version it is to count for.
    Each ``Source`` is decided by itself.
    """

    class Kind(models.TextChoices):
        CREDENTIAL = "credential", _("Credentials")
        PORTFOLIO = "portfolio", _("Prior learning (RPL)")

    class State(models.TextChoices):
        DRAFT = "draft", _("Not sent yet")
        SENT = "sent", _("Sent")
        ASKED = "asked", _("Question to you")
        DECIDED = "decided", _("Decided")
        WITHDRAWN = "withdrawn", _("Taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(  # who is to decide
        "tenancy.Organisation", on_delete=models.PROTECT, related_name="recognition_requests"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recognition_requests"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CREDENTIAL)
    target = models.ForeignKey(
        "catalogue.AchievementVersion", on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True)
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.DRAFT, db_index=True
    )
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True, db_index=True)
    question = models.TextField(blank=True)
    asked_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    reader = models.ForeignKey(  # who took it
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["due_on", "-made_at"]

    def __str__(self) -> str:
        return f"recognition request {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether the body has still to answer."""
        return self.state in (self.State.SENT, self.State.ASKED)


class Source(models.Model):
    """One credential of a request, as exact bytes at the moment of sending; or one portfolio.

    ``report`` is ``verifying.checking.Checked.to_json`` of that moment. ``portfolio`` is
    ``stackmark.recognition.portfolio``'s JSON, once an evaluator set its pieces against outcomes;
    ``claims`` is what its learner says before. ``working`` is the evaluator's unsigned draft.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="sources")
    holding = models.ForeignKey(
        "passport.Holding", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    number = models.PositiveSmallIntegerField(default=1)
    data = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    credential_id = models.CharField(max_length=500, blank=True)
    title = models.CharField(max_length=300, blank=True)
    issuer_id = models.CharField(max_length=500, blank=True)
    issuer_name = models.CharField(max_length=300, blank=True)
    report = models.JSONField(default=dict)
    checked_at = models.DateTimeField(null=True)
    portfolio = models.JSONField(default=dict)
    claims = models.JSONField(default=dict)  # what the learner says: account, outcome by outcome
    working = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)  # of the draft: no lost updates

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]

    def __str__(self) -> str:
        return self.title or str(self.pk)


class Piece(models.Model):
    """A file of evidence in a portfolio; the bytes lie in ``DATA/recognition`` by digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="pieces")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    about = models.TextField(blank=True)  # what the learner says it shows
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["added_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "sha256"], name="piece_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Decision(models.Model):
    """What a body decided and signed; ``signed`` are the exact bytes and never change.

    ``content`` is ``stackmark.recognition.decision.Decision`` as JSON; the columns below repeat
    facts of it to find precedents. A decision after an appeal replaces the one before. One whose
    source was revoked or ran out falls into review by itself; withdrawing it flips its bit on the
    body's revocation list.
    """

    class Verdict(models.TextChoices):
        FULL = "full", _("Recognised in full")
        PARTIAL = "partial", _("Recognised in part")
        CONDITIONAL = "conditional", _("Recognised under conditions")
        REFUSED = "refused", _("Not recognised")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.PROTECT, related_name="recognition_decisions"
    )
    source = models.ForeignKey(
        Source, null=True, on_delete=models.SET_NULL, related_name="decisions"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    target = models.ForeignKey(
        "catalogue.AchievementVersion", on_delete=models.PROTECT, related_name="+"
    )
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    content = models.JSONField()
    kind = models.CharField(max_length=10, default="credential")  # or portfolio
    source_id_text = models.CharField(max_length=500, db_index=True)  # the credential's id
    source_sha256 = models.CharField(max_length=64)
    source_issuer = models.CharField(max_length=500, blank=True, db_index=True)
    source_issuer_name = models.CharField(max_length=300, blank=True)
    source_achievement = models.CharField(max_length=500, blank=True, db_index=True)
    source_content = models.CharField(max_length=64, blank=True, db_index=True)
    signed = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    status_list = models.ForeignKey("awarding.StatusList", on_delete=models.PROTECT)
    status_index = models.PositiveIntegerField()
    holding = models.ForeignKey(  # where it lies in the learner's passport
        "passport.Holding", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField()
    appeal_until = models.DateField()
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    review_since = models.DateTimeField(null=True, db_index=True)
    review_reasons = models.JSONField(default=list)  # [[reason, sentence]]
    looked_at = models.DateTimeField(null=True)  # when its source was last checked
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_reason = models.TextField(blank=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-decided_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["status_list", "status_index"], name="recognition_index_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.source_id_text}"

    @property
    def in_force(self) -> bool:
        """Whether it may be relied on: neither withdrawn nor in review (nor replaced)."""
        replaced = Decision.everywhere.filter(replaces=self).exists()
        return self.withdrawn_at is None and self.review_since is None and not replaced


class Appeal(models.Model):
    """A learner objects to a decision; somebody else than who decided answers by a day."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Decided anew")
        DISMISSED = "dismissed", _("The decision stands")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="appeals")
    text = models.TextField()
    sent_at = models.DateTimeField()
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reasons = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["due_on"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["decision"], condition=models.Q(state="open"), name="one_open_objection"
            ),
        ]

    def __str__(self) -> str:
        return f"appeal {self.pk}"


class Policy(models.Model):
    """How a body recognises: which default rule, how many days, and where to appeal."""

    organisation = models.OneToOneField(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="recognition_policy"
    )
    default = models.CharField(max_length=60, blank=True)  # of recognition.decision.DEFAULT_RULES
    days = models.PositiveSmallIntegerField(default=60)
    appeal_days = models.PositiveSmallIntegerField(default=30)
    appeal_route = models.TextField(blank=True)
    open = models.BooleanField(default=True)  # whether requests are taken
    publishes = models.BooleanField(default=True)  # its statistics

    def __str__(self) -> str:
        return f"policy of {self.organisation_id}"


class LedgerSecret(models.Model):
    """A learner's secret behind the commitments of the ledger; its being there is the opt-in."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="ledger_secret"
    )
    sealed = models.CharField(max_length=300)  # with the server's key
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"ledger secret of {self.user_id}"


class LedgerEntry(models.Model):
    """One act in the ledger of uses (``stackmark.recognition.commitments.Entry``), append only.

    Nothing in a row names a person or a credential: ``commitment`` is salted.
    """

    number = models.PositiveIntegerField(unique=True)
    act = models.CharField(max_length=20)
    commitment = models.CharField(max_length=64, db_index=True)
    day = models.DateField()
    content = models.JSONField()  # the whole entry, as its digest takes it
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.act}"
