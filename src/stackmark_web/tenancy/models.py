"""Organisations, their units, who works for them, and their keys and domains."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.countries import COUNTRIES
from stackmark_web.tenancy.scoping import Scoped


class Organisation(models.Model):
    """An issuer, employer or agency, or a unit of one (institution → faculty → programme).

    ``path`` is the chain of ids from the root, each of 32 hexadecimal digits and a slash: what
    begins with it is the organisation and everything below.
    """

    class Kind(models.TextChoices):
        UNIVERSITY = "university", _("University")
        COLLEGE = "college", _("College")
        PROVIDER = "provider", _("Training provider")
        ASSOCIATION = "association", _("Industry association")
        EMPLOYER = "employer", _("Employer")
        AGENCY = "agency", _("Quality agency")

    class UnitKind(models.TextChoices):
        INSTITUTION = "institution", _("Institution")
        FACULTY = "faculty", _("Faculty")
        PROGRAMME = "programme", _("Programme")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="units")
    path = models.CharField(max_length=200, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    unit_kind = models.CharField(
        max_length=20, choices=UnitKind.choices, default=UnitKind.INSTITUTION
    )
    name = models.CharField(max_length=200)
    legal_name = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1 alpha-2
    website = models.URLField(blank=True)
    email = models.EmailField(blank=True)
    ror = models.CharField("ROR", max_length=40, blank=True)
    erasmus_code = models.CharField(max_length=20, blank=True)
    deqar_id = models.CharField("DEQAR", max_length=40, blank=True)
    accent = models.CharField(max_length=7, default="#1f4b99")
    logo = models.ForeignKey("Asset", null=True, blank=True, on_delete=models.PROTECT)
    # Who signs certificates by name; a unit without one uses that of the unit above.
    signatory_name = models.CharField(max_length=90, blank=True)
    signatory_post = models.CharField(max_length=90, blank=True)
    signature = models.ForeignKey(
        "Asset", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    did_host = models.CharField(max_length=253, blank=True)  # own host; empty: hosted here
    did_host_wanted = models.CharField(max_length=253, blank=True)  # not yet seen published there
    linkedin_id = models.CharField(max_length=20, blank=True)
    four_eyes = models.BooleanField(default=False)  # a second person publishes
    # Figures the facts label says are withheld; what an institution withholds, its units do.
    withholds_holders = models.BooleanField(default=False)
    withholds_results = models.BooleanField(default=False)  # pass rate, agreement of markers
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep ``path`` in step with the parent."""
        self.path = f"{self.parent.path if self.parent else ''}{self.pk.hex}/"
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature

    @property
    def country_name(self) -> str:
        """The country in the reader's language; the code where it is no country of the list."""
        return str(COUNTRIES.get(self.country, self.country))

    @property
    def root_id(self) -> uuid.UUID:
        """The institution this unit belongs to; itself for an institution."""
        return uuid.UUID(self.path.split("/", 1)[0])


class Asset(models.Model):
    """A picture of ours by content: re-encoded PNG or clean SVG, safe to show."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    media_type = models.CharField(max_length=40)
    data = models.BinaryField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return self.sha256


class Domain(models.Model):
    """A host name an organisation says is its own, and whether that was shown."""

    class Method(models.TextChoices):
        DNS = "dns", _("DNS record")
        FILE = "file", _("File on the website")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253)
    token = models.CharField(max_length=64)
    method = models.CharField(max_length=4, choices=Method.choices, default=Method.FILE)
    verified_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)  # what the last check found

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "name"], name="domain_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person may be for an organisation or unit."""

    OWNER = "owner", _("Owner")
    DESIGNER = "designer", _("Designer")
    REVIEWER = "reviewer", _("Reviewer")
    ASSESSOR = "assessor", _("Assessor")
    ISSUER = "issuer", _("Issuer")
    RECOGNISER = "recogniser", _("Recogniser")
    RECRUITER = "recruiter", _("Recruiter")
    ANALYST = "analyst", _("Analyst")


class Membership(models.Model):
    """One role of one person at one organisation or unit; ended, never deleted."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="roles"
    )
    role = models.CharField(max_length=20, choices=Role.choices)
    since = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "user", "role"],
                condition=models.Q(ended_at__isnull=True),
                name="role_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id}"


class Invitation(models.Model):
    """An offer of roles to an address; the token is kept as a hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(max_length=254)
    roles = models.JSONField(default=list)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class SigningKey(models.Model):
    """A public key of an institution and where its private half is; never the half itself.

    ``location`` is understood by the signer named in ``signer`` (``file``: a file of the key
    folder; ``process``: a name the separate signer knows; ``pkcs11``: the id of a key on the
    device). ``method_id`` is the verification
    method's DID URL. On an own host a key waits until it has been seen in the published did.json.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be published")
        ACTIVE = "active", _("Signs")
        RETIRED = "retired", _("Retired")
        REVOKED = "revoked", _("Revoked")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="keys")
    method_id = models.CharField(max_length=400, unique=True)
    algorithm = models.CharField(max_length=10)
    public_multibase = models.CharField(max_length=600)
    signer = models.CharField(max_length=20, default="file")
    location = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    created_at = models.DateTimeField()
    active_from = models.DateTimeField(null=True)  # began to sign; none while it waits
    retired_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    lost_from = models.DateTimeField(null=True)  # others may have had it since then

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(state="active"), name="one_active_key"
            ),
        ]

    def __str__(self) -> str:
        return self.method_id

    @property
    def did(self) -> str:
        """The DID this key belongs to; an institution that moved hosts has keys of two."""
        return self.method_id.partition("#")[0]

    @property
    def began_at(self) -> datetime | None:
        """When it began to sign, as far as is known; None for one that never did."""
        if self.active_from is None and self.state != self.State.WAITING:
            return self.created_at
        return self.active_from

    @property
    def ended_at(self) -> datetime | None:
        """When it signed for the last time at the latest; None while it is in use."""
        ends = [one for one in (self.retired_at, self.revoked_at) if one is not None]
        return min(ends) if ends else None


class Handover(models.Model):
    """Who answers for an institution's credentials after it: offered, and taken on or not.

    ``statement`` is what both signed, as it is published; while it is only offered it carries the
    signature of the institution that hands over. ``successor`` is set where it is an institution
    here; ``successor_did`` names it in any case.
    """

    class State(models.TextChoices):
        OFFERED = "offered", _("Waits for the successor")
        ACCEPTED = "accepted", _("In force")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Taken back")

    class Why(models.TextChoices):
        CLOSING = "closing", _("It closes")
        MERGED = "merged", _("It merges with another")
        RENAMED = "renamed", _("It goes on under another identity")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="handovers"
    )
    successor = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="taken_over"
    )
    successor_did = models.CharField(max_length=400)
    successor_name = models.CharField(max_length=200)
    why = models.CharField(max_length=10, choices=Why.choices)
    from_day = models.DateField()  # from this day on the successor answers
    statement = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    everywhere = models.Manager()
    objects = Scoped()

    class Meta:
        default_manager_name = "everywhere"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(state__in=["offered", "accepted"]),
                name="one_handover",
            ),
        ]

    def __str__(self) -> str:
        return f"handover {self.pk}"
