"""Who an issuer is, beyond the name it gives itself: domain, identity, an organisation of ours."""

from __future__ import annotations

from typing import Any

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
    organisation = _organisation(identity)
    if organisation is None:
        return {}
    return {
        "slug": organisation.slug,
        "registered_as": organisation.name,
        "verified_domains": tenancy.verified_domains(organisation),
    }


def _organisation(identity: str) -> Any:
    """The organisation whose DID this is, in exactly that spelling."""
    host, _, slug = identity.removeprefix("did:web:").partition(":o:")
    if not identity.startswith("did:web:") or not host:
        return None
    found = tenancy.organisation_by_slug(slug) if slug else tenancy.organisation_by_host(host)
    if found is None or found.parent_id is not None:
        return None
    # One that moved to its own host keeps the identity it had here for what it signed before.
    own = (tenancy.did_of(found), tenancy.hosted_did_document(found)["id"])
    return found if identity in own else None
