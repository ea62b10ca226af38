"""Proof that somebody asks for and a holder gives; a holder's own DIDs; reissuing to them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.scoping import Scoped


class ProofRequest(models.Model):
    """Somebody asks a person for credentials. Nothing about that person is in it.

    Two secret addresses belong to it, both kept as hashes: the one for the person who is asked
    (sealed too, so that the asker can copy it again) and the asker's own. ``nonce`` is the
    challenge of a signed presentation and serves once. It ends at ``expires_at``, with its answer.
    """

    class Wanted(models.TextChoices):
        ANY = "any", _("Any credentials the person chooses")
        ACHIEVEMENTS = "achievements", _("Particular credentials, by the address of each")
        WORDS = "words", _("Whatever shows a skill or is of a kind, by words")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    token_sealed = models.CharField(max_length=300)
    result_hash = models.CharField(max_length=64, unique=True)
    nonce = models.CharField(max_length=64, unique=True)
    asker = models.CharField(max_length=120)
    reason = models.CharField(max_length=500)
    wanted = models.CharField(max_length=12, choices=Wanted.choices, default=Wanted.ANY)
    terms = models.JSONField(default=list)  # addresses of achievements, or words
    organisation = models.ForeignKey(
        "tenancy.Organisation", null=True, on_delete=models.CASCADE, related_name="+"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    withdrawn_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)  # when its answer went with an account

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"request for proof {self.pk}"


class ProofAnswer(models.Model):
    """What a person answered: given, refused, or withdrawn afterwards.

    ``presentation`` are the exact bytes the holder signed, when the proof is by a DID;
    ``holdings`` are what was chosen, when it is by signing in here at ``proved_at``.
    """

    class State(models.TextChoices):
        GIVEN = "given", _("Given")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Proof(models.TextChoices):
        NONE = "", _("None")
        ACCOUNT = "account", _("Signed in to the passport")
        DID = "did", _("Signed with a key of the holder's own")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(ProofRequest, on_delete=models.CASCADE, related_name="answer")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="proof_answers"
    )
    state = models.CharField(max_length=9, choices=State.choices)
    proof = models.CharField(max_length=7, choices=Proof.choices, blank=True)
    did = models.CharField(max_length=500, blank=True)
    method = models.CharField(max_length=20, blank=True)  # how the person signed in last
    proved_at = models.DateTimeField(null=True)
    presentation = models.BinaryField(null=True)
    holdings = models.ManyToManyField("passport.Holding", related_name="proof_answers")
    with_name = models.BooleanField(default=False)
    answered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-answered_at"]

    def __str__(self) -> str:
        return f"answer to a request for proof {self.pk}"


class HolderDid(models.Model):
    """A DID that a person showed to control, by a signature over a challenge."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="holder_dids"
    )
    did = models.CharField(max_length=500)
    key_id = models.CharField(max_length=1000, blank=True)  # the method that signed
    proved_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["proved_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "did"], name="holder_did_once"),
        ]

    def __str__(self) -> str:
        return self.did


class ReissuePolicy(models.Model):
    """Whether an institution reissues to a holder's own DID by itself; else staff agree."""

    organisation = models.OneToOneField(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="+"
    )
    automatic = models.BooleanField(default=False)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"

    def __str__(self) -> str:
        return f"reissue policy {self.pk}"


class ReissueRequest(models.Model):
    """A holder asks to have a credential of ours name a DID of theirs."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for the issuer")
        DONE = "done", _("Reissued")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")
        REPLACED = "replaced", _("Over: the credential was replaced in another way")
        REVOKED = "revoked", _("Over: the credential was revoked")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE)
    award = models.ForeignKey(
        "awarding.Award", on_delete=models.CASCADE, related_name="reissue_requests"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reissue_requests"
    )
    did = models.CharField(max_length=500)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.CharField(max_length=300, blank=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        ordering: ClassVar[list[str]] = ["-asked_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["award"], condition=models.Q(state="open"), name="one_open_reissue"
            ),
        ]

    def __str__(self) -> str:
        return f"reissue request {self.pk}"


class BroughtDocument(models.Model):
    """A document that came inside an imported passport, such as its issuer's keys of that day.

    Never believed when something is checked here; it goes along when the passport leaves again,
    for the case that its own address answers no more.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="brought_documents"
    )
    url = models.CharField(max_length=2000)
    url_hash = models.CharField(max_length=64)
    data = models.BinaryField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "url_hash"], name="brought_document_once"),
        ]

    def __str__(self) -> str:
        return f"document {self.pk}"
