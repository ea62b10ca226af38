"""How a body recognises, and which bodies take requests."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from stackmark_web.recognising.models import Policy
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.queries import lineage


def policy_of(organisation: Any) -> Policy:
    """The policy of a body; one that was not saved yet is closed and has the usual days."""
    found = Policy.objects.filter(organisation=organisation).first()
    return found or Policy(organisation=organisation, open=False)


def route_of(policy: Policy) -> str:
    """Where to appeal, as a decision says it: the body's own words, else our page."""
    return policy.appeal_route or _("Appeal on the page of the decision, in your passport.")


def open_bodies() -> QuerySet[Organisation]:
    """The organisations and units that take requests, by name."""
    rows = Organisation.objects.filter(recognition_policy__open=True)
    return rows.select_related("parent", "logo").order_by("name")


def body_for(organisation: Any) -> Organisation | None:
    """Who decides about an achievement of a unit: the nearest open body, itself first."""
    ids = lineage(organisation)
    found = {one.pk: one for one in open_bodies().filter(pk__in=ids)}
    return next((found[one] for one in reversed(ids) if one in found), None)
