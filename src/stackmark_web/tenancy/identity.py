"""What the world reads about an organisation: its DID document and its Open Badges profile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings

from stackmark.keys.did_document import DID_CONTEXT, new_document
from stackmark.keys.public import PublicKey
from stackmark.verification.dates import stamp
from stackmark_web.tenancy.models import Organisation, SigningKey

# Open Badges 3.0 has no words for these; its schema allows them as extensions.
_IDENTIFIERS: Final = (
    ("legal_name", "ext:LegalName"),
    ("ror", "ext:ROR"),
    ("erasmus_code", "ext:ErasmusCode"),
    ("deqar_id", "ext:DEQAR"),
)


def hosted_did(root: Organisation) -> str:
    """The DID an institution has on this server, whether it uses it or its own host's."""
    host = settings.IDENTITY_URL.removeprefix("https://").replace(":", "%3A")
    return f"did:web:{host}:o:{root.slug}"


def own_did(host: str) -> str:
    """The DID of an institution on its own host."""
    return f"did:web:{host.replace(':', '%3A')}"


def page(organisation: Organisation) -> str:
    """The address of an organisation's public page, which is an id too."""
    return f"{settings.IDENTITY_URL}/o/{organisation.slug}"


def document(did: str, keys: Iterable[SigningKey]) -> dict[str, Any]:
    """The DID document of ``did`` with every key it ever had.

    A retired key keeps its place with its end, so that what it signed still verifies; a revoked
    one says so.
    """
    made: dict[str, Any] = {
        "@context": [DID_CONTEXT],
        "id": did,
        "verificationMethod": [],
        "assertionMethod": [],
    }
    for key in keys:
        if key.did == did:
            _add(made, key)
    return made


def _add(made: dict[str, Any], key: SigningKey) -> None:
    """One key, described as the engine describes keys."""
    public = PublicKey.from_multikey(key.public_multibase)
    alone = new_document(made["id"], key.method_id, public)
    (method,) = alone["verificationMethod"]
    if key.retired_at:
        method["expires"] = stamp(key.retired_at)
    if key.revoked_at:
        method["revoked"] = stamp(key.revoked_at)
    made["@context"] += [one for one in alone["@context"] if one not in made["@context"]]
    made["verificationMethod"].append(method)
    made["assertionMethod"].append(key.method_id)


def profile(organisation: Organisation, *, identifier: str) -> dict[str, Any]:
    """An Open Badges 3.0 Profile (section B.1.26) without its context and parent."""
    made: dict[str, Any] = {"id": identifier, "type": ["Profile"], "name": organisation.name}
    made["url"] = organisation.website or page(organisation)
    for member in ("email", "description"):
        if value := getattr(organisation, member):
            made[member] = value
    if organisation.country:
        made["address"] = {"type": ["Address"], "addressCountryCode": organisation.country}
    if organisation.logo_id:
        address = f"{settings.IDENTITY_URL}/assets/{organisation.logo_id}"
        made["image"] = {"id": address, "type": "Image", "caption": organisation.name}
    if entries := _identifiers(organisation):
        made["otherIdentifier"] = entries
    return made


def _identifiers(organisation: Organisation) -> list[dict[str, str]]:
    return [
        {"type": "IdentifierEntry", "identifier": value, "identifierType": kind}
        for field, kind in _IDENTIFIERS
        if (value := getattr(organisation, field))
    ]
