"""Reads about hand-overs: who answers for an institution now, and for whom it does itself."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from stackmark_web import clock
from stackmark_web.tenancy import identity
from stackmark_web.tenancy.models import Handover, Organisation

_State = Handover.State


def handover_of(root: Organisation) -> Handover | None:
    """The hand-over of an institution that is offered or in force."""
    rows = Handover.everywhere.filter(
        organisation_id=root.root_id, state__in=(_State.OFFERED, _State.ACCEPTED)
    )
    return rows.select_related("successor", "organisation").first()


def in_force(organisation: Organisation) -> Handover | None:
    """The hand-over both have signed, whether its day has come or not."""
    found = handover_of(organisation)
    return found if found is not None and found.state == _State.ACCEPTED else None


def is_over(organisation: Organisation) -> bool:
    """Whether nothing new is awarded in this institution's name: its successor answers now."""
    found = in_force(organisation)
    return found is not None and found.from_day <= clock.now().date()


def asked_of(root: Organisation) -> QuerySet[Handover]:
    """What others offer an institution, and what it has taken on."""
    rows = Handover.everywhere.filter(
        successor_id=root.root_id, state__in=(_State.OFFERED, _State.ACCEPTED)
    )
    return rows.select_related("organisation").order_by("-offered_at")


def told(organisation: Organisation) -> dict[str, Any] | None:
    """What anybody may know of a hand-over in force, as plain JSON."""
    found = in_force(organisation)
    if found is None:
        return None
    return {
        "name": found.successor_name,
        "id": found.successor_did,
        "slug": found.successor.slug if found.successor else "",
        "why": found.why,
        "from_day": found.from_day.isoformat(),
        "day": found.from_day,
        "over": found.from_day <= clock.now().date(),
        "statement": f"{identity.page(found.organisation)}/handover.json",
    }


def in_document(document: dict[str, Any], root: Organisation) -> dict[str, Any]:
    """A DID document with the successor, and the institutions this one has succeeded.

    ``alsoKnownAs`` (DID Core 1.0 section 5.1.3) names the other side in both documents; the
    service leads to what both have signed.
    """
    known, services = [], []
    found = in_force(root)
    if found is not None:
        known.append(found.successor_did)
        services.append(
            {
                "id": f"{document['id']}#successor",
                "type": "StackmarkHandover",
                "serviceEndpoint": f"{identity.page(root)}/handover.json",
            }
        )
    known += [
        str(one.statement["from"]["id"]) for one in asked_of(root) if one.state == _State.ACCEPTED
    ]
    return {
        **document,
        **({"alsoKnownAs": known} if known else {}),
        **({"service": services} if services else {}),
    }
