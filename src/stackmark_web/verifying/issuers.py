"""Who an issuer is, beyond the name it gives itself: domain, identity, an organisation of ours."""

from __future__ import annotations

from typing import Any

from stackmark_web.tenancy import handovers
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.verifying.names import domain_of, marks, visible
from stackmark_web.verifying.plain import plain


def describe(identity: Any, name: Any) -> dict[str, Any]:
    """Name, identity and domain of an issuer, with what a reader should be warned of."""
    known = plain(identity) or ""
    called = plain(name) or ""
    found: dict[str, Any] = {
        "id": visible(known),
        "name": visible(called),
        "domain": domain_of(known),
        "marks": marks(called),
    }
    return found | _ours(known)


def _ours(identity: str) -> dict[str, Any]:
    """The organisation here that holds this identity, and the domains it has shown to be its."""
    organisation = tenancy.organisation_by_did(identity)
    if organisation is None:
        return {}
    return {
        "slug": organisation.slug,
        "registered_as": organisation.name,
        "verified_domains": tenancy.verified_domains(organisation),
        "successor": _successor(organisation),
    }


def _successor(organisation: Any) -> dict[str, Any] | None:
    """Who answers for it now, as plain JSON."""
    found = handovers.told(organisation)
    return None if found is None else {name: one for name, one in found.items() if name != "day"}
