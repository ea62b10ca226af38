"""Changes to what an organisation's designs are judged by. Each: right, transaction, event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark.quality import profile as library
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.catalogue import profiles
from stackmark_web.catalogue.models import OwnProfile, QualityPolicy
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

_HOW = (profiles.SHOWN, profiles.REQUIRED)


@transaction.atomic
def set_policy(
    organisation: Organisation,
    *,
    actor: Any,
    chosen: Mapping[str, str],
    review_months: int | None = None,
) -> QualityPolicy:
    """Which profiles are ``shown`` and which ``required``, and how often designs are reviewed.

    A readiness checklist can only be shown: nothing conforms to it. Raises ``UsageError``
    ``policy.profile``, ``policy.checklist`` or ``policy.review-months``.
    """
    _allow(actor, organisation)
    _check_chosen(organisation, chosen)
    low, high = profiles.MONTHS
    if review_months is not None and not low <= review_months <= high:
        raise UsageError(
            "policy.review-months",
            _("Designs are reviewed every %(low)s to %(high)s months.")
            % {"low": low, "high": high},
        )
    row = QualityPolicy.everywhere.filter(organisation=organisation).first()
    row = row or QualityPolicy(organisation=organisation)
    before = {"profiles": row.profiles, "review_months": row.review_months}
    row.profiles, row.review_months = dict(sorted(chosen.items())), review_months
    after = {"profiles": row.profiles, "review_months": row.review_months}
    if before != after:
        row.save()
        _note("organisation.quality", organisation, actor, before=before, after=after)
    return row


@transaction.atomic
def add_profile(organisation: Organisation, *, actor: Any, data: bytes, name: str) -> OwnProfile:
    """Keep a profile of one's own; one of the same id is replaced.

    Raises ``UsageError`` ``profile.…`` with file, row and field (``quality.profile.parse``), or
    ``profile.taken`` when a profile of ours, or of a unit above, has its id.
    """
    _allow(actor, organisation)
    profile = library.parse(data, name)
    above = [
        row.name
        for row in profiles.own_profiles(organisation)
        if row.organisation_id != organisation.pk
    ]
    if profile.id in library.NAMES or profile.id in above:
        raise UsageError(
            "profile.taken",
            _("%(name)s is the id of another rule set here; give yours an id of its own.")
            % {"name": profile.id},
        )
    row, made = OwnProfile.everywhere.update_or_create(
        organisation=organisation,
        name=profile.id,
        defaults={
            "title": profile.title[:300],
            "text": data.decode("utf-8"),
            "added_by": actor,
            "added_at": clock.now(),
        },
    )
    after = {"profile": profile.id, "rows": len(profile.rows), "replaced": not made}
    _note("organisation.profile-added", organisation, actor, after=after)
    return row


@transaction.atomic
def remove_profile(profile: OwnProfile, *, actor: Any) -> None:
    """Take a profile of one's own away; ``UsageError`` ``profile.in-use`` while it is chosen."""
    _allow(actor, profile.organisation)
    if profiles.in_use(profile):
        raise UsageError(
            "profile.in-use",
            _("This rule set is chosen here or in a unit below. Choose “not used” first."),
        )
    before = {"profile": profile.name}
    _note("organisation.profile-removed", profile.organisation, actor, before=before)
    profile.delete()


def _check_chosen(organisation: Organisation, chosen: Mapping[str, str]) -> None:
    known = {one.id: one for one in profiles.available(organisation)}
    for name, how in chosen.items():
        if name not in known or how not in _HOW:
            raise UsageError("policy.profile", _("Choose among the rule sets that are listed."))
        if how == profiles.REQUIRED and known[name].is_checklist:
            raise UsageError(
                "policy.checklist",
                _("%(title)s is a readiness checklist; it can be shown and not be required.")
                % {"title": known[name].title},
            )


def _allow(actor: Any, organisation: Organisation) -> None:
    if actor is not None:
        require(actor, Permission.EDIT, organisation)


def _note(verb: str, organisation: Organisation, actor: Any, **parts: Any) -> None:
    record(
        verb,
        actor=actor,
        target=organisation,
        organisation=organisation,
        label=organisation.name,
        **parts,
    )
