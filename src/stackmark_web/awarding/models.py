"""Awards and what surrounds them: steps, status lists, sheets, claim links, appeals."""

from __future__ import annotations

import uuid
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.awarding.slim import SignedField
from stackmark_web.tenancy.scoping import Scoped

# Awards whose ``dedup_key`` counts: not ended. Whoever looks a key up says the same, word for word:
# only then SQLite follows the index ``award_once``.
KEYED: Final = (
    ~models.Q(dedup_key="")
    & ~models.Q(state="declined")
    & ~models.Q(state="lapsed")
    & ~models.Q(state="revoked")
    & ~models.Q(state="superseded")
)

# Awards whose reminder to claim has not gone yet; in the same words as the index of them.
UNREMINDED: Final = models.Q(state="offered", reminded_at=None) & ~models.Q(recipient_email="")


class StatusList(models.Model):
    """A pair of published lists (revocation, suspension) with one space of indexes.

    ``seed`` orders the indexes (``stackmark.status.allocate``) and is a secret; ``next`` counts
    those given. ``version`` grows with every publication and ``stamped_at`` with it. ``changes``
    counts what was to be published so far; ``dirty_since`` is the oldest change not yet published.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.PROTECT)
    did = models.CharField(max_length=400)  # who issues it: as whoever issues what it lists
    entries = models.PositiveIntegerField()
    seed = models.CharField(max_length=64)
    next = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    stamped_at = models.DateTimeField(null=True)  # validFrom of that version
    changes = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True)
    dirty_since = models.DateTimeField(null=True, db_index=True)
    created_at = models.DateTimeField()

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"

    def __str__(self) -> str:
        return str(self.pk)


class Sheet(models.Model):
    """An uploaded file of recipients on its way to a run: bytes, mapping, choices."""

    class State(models.TextChoices):
        MAPPING = "mapping", _("Columns to be matched")
        READY = "ready", _("Checked")
        CONFIRMED = "confirmed", _("Confirmed")
        DROPPED = "dropped", _("Dropped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    version = models.ForeignKey("catalogue.AchievementVersion", on_delete=models.PROTECT)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    data = models.BinaryField()  # CSV in UTF-8, whatever was uploaded; emptied after the run
    mapping = models.JSONField(default=dict)  # column number → canonical header, or ""
    choices = models.JSONField(default=dict)  # date order, known people, good rows only, …
    counts = models.JSONField(default=dict)  # valid, warning, error
    round = models.PositiveIntegerField(default=0)  # grows with each checking of the rows
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAPPING)
    run = models.OneToOneField("jobs.Run", null=True, on_delete=models.SET_NULL)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"

    def __str__(self) -> str:
        return self.filename


class CommonPart(models.Model):
    """What the credentials of one kind share (``awarding.slim``); never changed, never deleted.

    ``id`` is the beginning of the SHA-256 of ``data``; slim rows name it inside their bytes.
    """

    id = models.CharField(primary_key=True, max_length=32)
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.id


class Award(models.Model):
    """One achievement for one person, and the signed credential when there is one.

    The row, its credential id and its status index are stored before anything is signed;
    ``bytes(award.signed)`` are the exact bytes; they never change. ``id`` is the last part of the
    credential's address. A change of state goes through ``awarding.actions`` and leaves a ``Step``.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        OFFERED = "offered", _("Waiting to be claimed")
        CLAIMED = "claimed", _("Claimed")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Claim time over")
        REVOKED = "revoked", _("Revoked")
        SUSPENDED = "suspended", _("Suspended")
        SUPERSEDED = "superseded", _("Replaced")

    class RevocationReason(models.TextChoices):
        ERROR = "issued-in-error", _("Issued in error")
        WRONG_PERSON = "wrong-person", _("Issued to the wrong person")
        MISCONDUCT = "misconduct", _("Academic misconduct found")
        REQUIREMENTS = "requirements-not-met", _("Requirements no longer met")
        HOLDER = "holder-request", _("The holder asked for it")
        KEY = "key-compromise", _("The signing key was at risk")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Without indexes of their own: each begins one of those below.
    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.PROTECT, related_name="awards", db_index=False
    )
    version = models.ForeignKey(
        "catalogue.AchievementVersion",
        on_delete=models.PROTECT,
        related_name="awards",
        db_index=False,
    )
    state = models.CharField(
        max_length=12, choices=State.choices, default=State.DRAFT, db_index=True
    )
    before_suspension = models.CharField(max_length=12, blank=True)

    recipient_email = models.EmailField(max_length=254, blank=True, db_index=True)
    recipient_name = models.CharField(max_length=300, blank=True)
    recipient_id = models.CharField(max_length=500, blank=True)  # a DID or URL
    external_id = models.CharField(max_length=200, blank=True)
    locale = models.CharField(max_length=16, blank=True)
    name_in_credential = models.BooleanField(default=True)
    suspendable = models.BooleanField(default=False)  # names the suspension list: fixed by signing
    narrative = models.TextField(blank=True)
    evidence = models.JSONField(default=list)  # [{url, name, text, genre, audience}]
    results = models.JSONField(default=list)  # [{description, value, level, status}]
    related = models.JSONField(default=list)  # sealed artefacts: [{url, sha256, media_type, name}]
    assessor = models.JSONField(default=dict)  # {name, id} where published, else empty
    custom = models.JSONField(default=dict)

    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    send_at = models.DateTimeField(null=True, blank=True)  # when scheduled
    claim_by = models.DateTimeField(null=True, blank=True)
    offered_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)  # when the reminder to claim went

    salt = models.CharField(max_length=64)
    status_list = models.ForeignKey(
        StatusList, null=True, on_delete=models.PROTECT, db_index=False
    )  # ``index_once`` begins with it
    status_index = models.PositiveIntegerField(null=True)
    signed = SignedField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True)
    signed_with = models.ForeignKey(
        "tenancy.SigningKey",
        null=True,
        on_delete=models.PROTECT,
        related_name="awards",
        db_index=False,
    )  # stays when the award is reduced; ``award_by_key`` begins with it

    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="awards",
        db_index=False,
    )
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    revoked_reason = models.CharField(
        max_length=30, choices=RevocationReason.choices, blank=True
    )  # told to the holder; the public sees status and date only
    status_changed_at = models.DateTimeField(null=True)

    run = models.ForeignKey(
        "jobs.Run", null=True, on_delete=models.SET_NULL, related_name="awards", db_index=False
    )  # ``row_once`` begins with it
    row = models.PositiveIntegerField(null=True)  # line of the sheet
    dedup_key = models.CharField(max_length=64, blank=True)  # looked up along ``award_once``
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-created_at"]
        # Newest first is read backwards: rows come in at the end of an index and fill its pages.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organisation", "state", "created_at", "-id"], name="award_in_state"
            ),
            models.Index(fields=["organisation", "created_at", "-id"], name="award_newest"),
            models.Index(fields=["organisation", "state", "valid_until"], name="award_expired"),
            models.Index(
                fields=["organisation", "version", "state", "created_at", "-id"],
                name="award_by_version",
            ),
            models.Index(fields=["version", "state", "valid_until"], name="award_holders"),
            # All that the page about a lost key counts, in the order in which it shows them.
            models.Index(
                fields=["signed_with", "signed_at", "id", "state"],
                condition=models.Q(signed_with__isnull=False),
                name="award_by_key",
            ),
            models.Index(
                fields=["recipient_id"], condition=~models.Q(recipient_id=""), name="award_by_id"
            ),
            models.Index(
                fields=["external_id"], condition=~models.Q(external_id=""), name="award_by_number"
            ),
            models.Index(
                fields=["created_at"], condition=models.Q(sha256=""), name="award_unsigned"
            ),
            # The first column is always empty: with it SQLite takes this one before all others.
            models.Index(
                fields=["reminded_at", "offered_at"], condition=UNREMINDED, name="award_to_remind"
            ),
            *(
                models.Index(
                    fields=["organisation", "status_changed_at"],
                    condition=models.Q(state=state),
                    name=f"award_{state}",
                )
                for state in ("revoked", "superseded")
            ),
            # Of what few awards have, no row for the others: a run makes many of those.
            *(
                models.Index(
                    fields=[name], condition=models.Q((f"{name}__isnull", False)), name=index
                )
                for name, index in (
                    ("holder", "award_held"),
                    ("send_at", "award_to_send"),
                    ("claim_by", "award_to_claim"),
                    ("valid_until", "award_until"),
                )
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["status_list", "status_index"], name="index_once"),
            models.UniqueConstraint(fields=["run", "row"], name="row_once"),
            # The same award to the same person is live once, unless somebody said "again".
            models.UniqueConstraint(
                fields=["dedup_key"],
                condition=KEYED,
                name="award_once",
            ),
        ]

    def __str__(self) -> str:
        return f"award {self.pk}"


class SheetRow(models.Model):
    """One row of a sheet: how it was judged, what is to be awarded, what became of it.

    ``values`` holds what the award will say and is emptied after the run. ``number`` counts from
    0 in the order of the file; ``line`` is where a person finds the row.
    """

    class Outcome(models.TextChoices):
        VALID = "valid", _("Fine")
        WARNING = "warning", _("Look again")
        ERROR = "error", _("Cannot be issued")

    class Result(models.TextChoices):
        ISSUED = "issued", _("Issued")
        SKIPPED = "skipped", _("Left out")
        REFUSED = "refused", _("Refused")

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    email = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    findings = models.JSONField(default=list)  # [{column, reason, detail}]
    values = models.JSONField(default=dict)
    held = models.BooleanField(default=False)  # the person holds this achievement already
    result = models.CharField(max_length=8, choices=Result.choices, blank=True)
    award = models.OneToOneField(Award, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sheet", "number"], name="sheet_row_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["sheet", "outcome", "number"]),
            models.Index(fields=["sheet", "result", "number"]),
        ]

    def __str__(self) -> str:
        return f"row {self.line}"


class Step(models.Model):
    """One change of an award's state: what, when, by whom, why."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    via = models.CharField(max_length=20, default="web")
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    reason = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)  # for the issuer only

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"

    @property
    def to_label(self) -> str:
        """The state it led to, in words."""
        return str(Award.State(self.to_state).label)


class ClaimLink(models.Model):
    """A link to see and claim an award; kept as a hash. Spent by a POST, never by a visit."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="claim_links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"claim link of {self.award_id}"


class Appeal(models.Model):
    """What a holder says against a revocation, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Revocation stands")
        REVERSED = "reversed", _("Issued anew")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="appeals")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.TextField(blank=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"

    def __str__(self) -> str:
        return f"appeal {self.pk}"
