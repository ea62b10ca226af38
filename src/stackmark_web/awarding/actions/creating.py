"""Drafts: made, edited, thrown away. Nothing here is signed or sent."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.awarding import checks, issuing, marks, states
from stackmark_web.awarding.actions._common import permit, trace
from stackmark_web.awarding.models import KEYED, Award
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.catalogue.queries import check_awardable
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

EDITABLE: Final = (
    "recipient_email",
    "recipient_name",
    "recipient_id",
    "external_id",
    "locale",
    "name_in_credential",
    "suspendable",
    "narrative",
    "evidence",
    "results",
    "related",
    "assessor",
    "custom",
    "valid_from",
    "valid_until",
    "send_at",
    "claim_by",
)

# What a request repeated must say again; times may stand for "now" and custom is not ours.
_SAME: Final = ("version_id", "organisation_id", *EDITABLE[:12], "valid_until", "send_at")


def create_award(
    version: AchievementVersion,
    *,
    actor: Any,
    organisation: Any = None,
    recipient_email: str = "",
    recipient_name: str = "",
    recipient_id: str = "",
    external_id: str = "",
    locale: str = "",
    name_in_credential: bool = True,
    suspendable: bool = False,
    narrative: str = "",
    evidence: Sequence[Mapping[str, Any]] = (),
    results: Sequence[Mapping[str, Any]] = (),
    related: Sequence[Mapping[str, Any]] = (),
    assessor: Mapping[str, Any] | None = None,
    custom: Mapping[str, str] | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    send_at: datetime | None = None,
    claim_by: datetime | None = None,
    run: Any = None,
    row: int | None = None,
    again: bool = False,
    draft: bool = False,
    nonce: str = "",
    via: str = "web",
) -> Award:
    """A draft; scheduled when ``send_at`` lies ahead and ``draft`` is not set.

    ``results`` are of the version's plan or scale (``marks.results`` says how they are written),
    ``related`` the artefacts sealed by digest ({url, sha256, media_type, name}), ``assessor`` who
    assessed, where that is published ({name, id}).
    ``again`` awards the same to the same person once more. The same ``nonce`` of the same actor,
    or the same ``run`` and ``row``, gives the award that is there already. Raises ``Problem``
    (with the field), ``Duplicate``, ``UsedBefore``.
    """
    issuer = organisation or version.organisation
    if actor is not None:
        require(actor, Permission.AWARD, issuer)
    _check_version(version, issuer)
    fields = clean(
        {
            "recipient_email": recipient_email,
            "recipient_name": recipient_name,
            "recipient_id": recipient_id,
            "external_id": external_id,
            "locale": locale,
            "name_in_credential": name_in_credential,
            "suspendable": suspendable,
            "narrative": narrative,
            "evidence": evidence,
            "results": marks.results(version, results),
            "related": related,
            "assessor": dict(assessor or {}),
            "custom": dict(custom or {}),
            "valid_from": valid_from,
            "valid_until": valid_until,
            "send_at": send_at,
            "claim_by": claim_by,
        }
    )
    award = Award(
        id=_id(nonce, actor, issuer),
        organisation=issuer,
        version=version,
        salt=issuing.new_salt(),
        run=run,
        row=row,
        issued_by=actor,
        created_at=clock.now(),
        **fields,
    )
    there = _there(award)
    if there is not None:
        return there
    award.dedup_key = _dedup(award, again=again)
    later = send_at is not None and send_at > clock.now()
    award.state = Award.State.SCHEDULED if later and not draft else Award.State.DRAFT
    return _keep(award, actor=actor, via=via)


def _keep(award: Award, *, actor: Any, via: str) -> Award:
    """Store a new award; who is second by a moment gets the first one's, or is told."""
    try:
        with transaction.atomic():
            award.save(force_insert=True)
            trace(award, "create", "", actor=actor, via=via)
    except IntegrityError:
        there = _there(award)
        if there is not None:
            return there
        existing = live_twin(award.dedup_key)
        if existing is None:
            raise
        raise states.Duplicate(existing) from None
    return award


def _there(award: Award) -> Award | None:
    """The award this very request, or this row of a run, made before."""
    rows = Award.everywhere.select_related("version", "organisation")
    found = rows.filter(pk=award.pk).first()
    if found is None and award.run is not None:
        found = rows.filter(run=award.run, row=award.row).first()
    if found is None:
        return None
    if any(getattr(found, name) != getattr(award, name) for name in _SAME):
        raise states.UsedBefore(found)
    return found


def _id(nonce: str, actor: Any, organisation: Any) -> uuid.UUID:
    """The award's id: random, or drawn from a nonce so that a form sent twice makes one award.

    Nobody can work it out from the nonce without the server's key.
    """
    if not nonce:
        return uuid.uuid4()
    text = f"award {getattr(actor, 'pk', '')} {organisation.pk} {nonce}"
    drawn = hmac.digest(settings.SECRET_KEY.encode(), text.encode(), "sha256")
    return uuid.UUID(bytes=drawn[:16], version=4)


def award_of_nonce(nonce: str, actor: Any, organisation: Any) -> Award | None:
    """The award that a request with this nonce made in the name of ``actor``, if it did."""
    rows = Award.everywhere.select_related("version", "organisation")
    return rows.filter(pk=_id(nonce, actor, organisation)).first()


def _check_version(version: AchievementVersion, organisation: Any) -> None:
    if version.state != AchievementVersion.State.PUBLISHED:
        raise checks.Problem("version", _("Publish this version first; drafts cannot be awarded."))
    if version.achievement.retired_at is not None:
        raise checks.Problem("version", _("This achievement is retired; it is no longer awarded."))
    try:
        check_awardable(version)
    except UsageError as error:
        raise checks.Problem("version", error.detail) from error
    if version.organisation.root_id != organisation.root_id:
        raise checks.Problem("version", _("This achievement belongs to another institution."))


def clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they are kept; raises ``Problem`` for the first that cannot be."""
    found = dict(fields)
    found["recipient_email"] = checks.email(found["recipient_email"])
    found["recipient_id"] = checks.identifier(found["recipient_id"])
    found["locale"] = checks.locale(found["locale"])
    checks.somebody(found["recipient_email"], found["recipient_id"])
    for name, limit in (("recipient_name", 300), ("external_id", 200), ("locale", 16)):
        found[name] = " ".join(checks.words(name, found[name], limit).split())
    found["narrative"] = checks.words("narrative", found["narrative"], checks.MAX_TEXT)
    found["evidence"] = checks.evidence(found["evidence"])
    found["related"] = marks.related(found.get("related", ()), found["evidence"])
    found["assessor"] = marks.assessor(found.get("assessor") or {})
    starts = found["send_at"] or clock.now()
    found["valid_from"] = _whole(found["valid_from"] or starts)
    if found["valid_until"] is not None:
        found["valid_until"] = _whole(found["valid_until"])
    checks.period(found["valid_from"], found["valid_until"])
    checks.claim_time(found["claim_by"], starts)
    return found


def _whole(instant: datetime) -> datetime:
    """To the second; one that is already stays the same object, as in the rows of a file."""
    return instant.replace(microsecond=0) if instant.microsecond else instant


def dedup_key(version_id: object, *, recipient: str, external_id: str = "") -> str:
    """By what two awards are the same: version, recipient, the issuer's own number."""
    text = "\n".join((str(version_id), recipient.strip().lower(), external_id.strip()))
    return hashlib.sha256(text.encode()).hexdigest()


def key_of(award: Award) -> str:
    """The ``dedup_key`` of an award's own contents."""
    return dedup_key(
        award.version_id,
        recipient=award.recipient_email or award.recipient_id,
        external_id=award.external_id,
    )


def live_twin(key: str, *, but: object = None) -> Award | None:
    """The award with this key that is not ended, if there is one."""
    rows = Award.everywhere.filter(KEYED, dedup_key=key)
    return rows.exclude(pk=but).select_related("version", "organisation").first()


def _dedup(award: Award, *, again: bool) -> str:
    key = key_of(award)
    existing = live_twin(key, but=award.pk)
    if existing is None:
        return key
    if not again:
        raise states.Duplicate(existing)
    return hashlib.sha256(f"{key} {award.pk}".encode()).hexdigest()


@transaction.atomic
def edit_draft(award: Award, *, actor: Any, again: bool = False, **fields: Any) -> Award:
    """Change an award that was not confirmed yet; raises as ``create_award``."""
    permit(actor, Permission.AWARD, award)
    award.refresh_from_db()
    states.check("edit", award)
    if award.status_index is not None:
        raise states.changed_meanwhile()  # it is being signed
    found = clean({name: fields.get(name, getattr(award, name)) for name in EDITABLE})
    found["results"] = marks.results(award.version, found["results"])
    for name, value in found.items():
        setattr(award, name, value)
    award.dedup_key = _dedup(award, again=again)
    award.save(update_fields=[*found, "dedup_key"])
    trace(award, "edit", award.state, actor=actor, via="web")
    return award


@transaction.atomic
def discard(award: Award, *, actor: Any, via: str = "web") -> None:
    """Throw a draft or a scheduled award away; nobody was told of it."""
    permit(actor, Permission.AWARD, award)
    award.refresh_from_db()
    states.check("discard", award)
    trace(award, "discard", award.state, actor=actor, via=via)
    rows = Award.everywhere.filter(
        pk=award.pk, state__in=states.TABLE["discard"], status_index__isnull=True
    )
    if not rows.delete()[0]:
        raise states.changed_meanwhile()
