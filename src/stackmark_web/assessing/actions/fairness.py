"""The fairness report: what an institution asks, what people declare, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.assessing import declaring
from stackmark_web.assessing.actions._facts import Problem, note, permit, words
from stackmark_web.assessing.models import FairnessPolicy, GroupDeclaration
from stackmark_web.assessing.pseudonyms import candidate_of
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.permissions import Permission

LEAST: Final = 10  # no institution can show smaller groups


@transaction.atomic
def set_policy(
    organisation: Any,
    *,
    actor: Any,
    is_on: bool,
    categories: Sequence[str] = (),
    purpose: str = "",
    least: int = LEAST,
) -> FairnessPolicy:
    """Turn the report on with these categories, or off; what is asked no more is deleted.

    Raises ``Problem`` naming the field.
    """
    permit(actor, organisation, Permission.EDIT)
    if organisation.parent_id is not None:
        raise Problem("", _("The institution decides this for all its units."))
    known = declaring.categories_of(organisation.country)
    chosen = {one: list(known[one]["values"]) for one in categories if one in known}
    text = words("purpose", purpose, limit=2_000)
    if is_on and not chosen:
        raise Problem("categories", _("Choose what people may declare."))
    if is_on and not text:
        raise Problem(
            "purpose", _("Say what you will do with it; everybody who is asked reads it.")
        )
    if least < LEAST:
        raise Problem("least", _("Groups of fewer than %d people are never shown.") % LEAST)
    policy, _made = FairnessPolicy.everywhere.select_for_update().get_or_create(
        organisation=organisation, defaults={"changed_at": clock.now()}
    )
    policy.is_on, policy.categories = is_on, chosen if is_on else {}
    policy.purpose, policy.least, policy.changed_at = text, least, clock.now()
    policy.save()
    rows = GroupDeclaration.objects.filter(organisation=organisation)
    gone, _each = rows.exclude(category__in=policy.categories).delete()
    note(
        "fairness.policy",
        policy,
        actor=actor,
        organisation=organisation,
        label=organisation.name,
        after={"on": is_on, "categories": sorted(policy.categories), "deleted": bool(gone)},
    )
    return policy


@transaction.atomic
def declare(
    policy: FairnessPolicy, *, actor: Any, values: Mapping[str, str], consents: bool
) -> None:
    """Keep what a person says of themselves, with the words they agreed to; the rest is deleted.

    Raises ``Problem`` without explicit consent or for what is not asked.
    """
    asked = declaring.asked_by(policy)
    given = {code: value for code, value in values.items() if value}
    if not policy.is_on:
        raise Problem("", _("This institution does not ask for anything."))
    if given and not consents:
        raise Problem("consent", _("Nothing is kept without your explicit consent."))
    for code, value in given.items():
        if code not in asked or value not in asked[code]["values"]:
            raise Problem(code, _("Choose one of the list, or leave it empty."))
    who = candidate_of(policy.organisation, actor)
    GroupDeclaration.objects.filter(organisation=policy.organisation, candidate=who).delete()
    GroupDeclaration.objects.bulk_create(
        GroupDeclaration(
            organisation=policy.organisation,
            candidate=who,
            category=code,
            value=value,
            consent=consent_words(policy),
            given_at=clock.now(),
        )
        for code, value in given.items()
    )
    _trace("fairness.declared" if given else "fairness.withdrawn", actor)


@transaction.atomic
def withdraw(organisation: Any, *, actor: Any) -> None:
    """Delete everything a person declared to an institution; always possible."""
    who = candidate_of(organisation, actor)
    GroupDeclaration.objects.filter(organisation=organisation, candidate=who).delete()
    _trace("fairness.withdrawn", actor)


def consent_words(policy: FairnessPolicy) -> str:
    """What a person agrees to, word for word."""
    return _(
        "I agree that %(name)s keeps what I chose here under a pseudonym, apart from my "
        "assessments, and uses it only in totals to see whether its assessments treat groups "
        "alike. Its purpose: %(purpose)s I can take this back at any time; then it is deleted. "
        "Nothing about my assessment depends on it."
    ) % {"name": policy.organisation.name, "purpose": policy.purpose}


def _trace(verb: str, actor: Any) -> None:
    """In the person's own trail only: an institution learns not even that they answered."""
    record(verb, actor=actor, target=actor, organisation=None, via="web")
