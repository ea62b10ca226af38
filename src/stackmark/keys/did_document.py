"""DID documents for issuers: a new one, a rotated key, a revoked key.

Plain data in, plain data out; nothing given is changed. A rotated key stays listed with its end
date, so that what it signed before still verifies; only revocation takes that away.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.keys.public import PublicKey

DID_CONTEXT: Final = "https://www.w3.org/ns/did/v1"
MULTIKEY_CONTEXT: Final = "https://w3id.org/security/multikey/v1"
JWK_CONTEXT: Final = "https://w3id.org/security/jwk/v1"
_PURPOSE: Final = "assertionMethod"  # an issuer's key signs credentials and does nothing else
_ANSWERS: Final = "authentication"  # a holder's key answers challenges as well


def new_document(
    did: str, method_id: str, public: PublicKey, *, holder: bool = False
) -> dict[str, Any]:
    """The DID document of ``did`` with one key for assertions (DID Core v1.0 section 5).

    ``method_id`` is the whole DID URL. A ``holder`` of credentials answers challenges with it as
    well (section 5.3.1). Raises ``UsageError("usage.key-id")``.
    """
    document: dict[str, Any] = {
        "@context": [DID_CONTEXT],
        "id": did,
        "verificationMethod": [],
        _PURPOSE: [],
    }
    if holder:
        document[_ANSWERS] = []
    return _with_method(document, method_id, public)


def rotate(
    document: dict[str, Any], *, method_id: str, public: PublicKey, now: str, old: str | None = None
) -> dict[str, Any]:
    """A new document in which ``method_id`` takes over from ``old`` at ``now`` (RFC 3339).

    ``old`` may be left out when one key only is in force. The old method gets ``expires`` and
    stays in assertionMethod. Raises ``UsageError``: ``usage.key-id``, ``usage.did-document``.
    """
    changed = _with_method(deepcopy(document), method_id, public)
    before = [entry for entry in _methods(changed) if entry["id"] != method_id]
    in_force = [entry for entry in before if "expires" not in entry and "revoked" not in entry]
    if old is not None:
        in_force = [entry for entry in in_force if entry["id"] == old]
    if len(in_force) != 1:
        raise UsageError(
            "usage.key-id",
            f"{len(in_force)} keys in force fit; name the one key that is to be replaced.",
        )
    in_force[0]["expires"] = now
    return changed


def revoke(document: dict[str, Any], method_id: str, now: str) -> dict[str, Any]:
    """A new document in which ``method_id`` is revoked since ``now`` (RFC 3339), for good.

    Raises ``UsageError``: ``usage.key-id`` (not there), ``usage.key-revoked`` (already is),
    ``usage.did-document``.
    """
    changed = deepcopy(document)
    for entry in _methods(changed):
        if entry["id"] == method_id:
            if "revoked" in entry:
                raise UsageError(
                    "usage.key-revoked", f"{method_id} is revoked since {entry['revoked']}."
                )
            entry["revoked"] = now
            return changed
    raise UsageError("usage.key-id", f"{method_id} is not in the DID document.")


def _methods(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The list of methods, after a look at the parts that are changed here."""
    methods = document.get("verificationMethod")
    lists = methods, document.get("@context"), document.get(_PURPOSE)
    if (
        not isinstance(methods, list)
        or not all(isinstance(part, list) for part in lists)
        or not all(isinstance(entry, dict) and "id" in entry for entry in methods)
    ):
        raise UsageError(
            "usage.did-document",
            f"The DID document needs the lists @context, verificationMethod and {_PURPOSE}.",
        )
    return methods


def _with_method(document: dict[str, Any], method_id: str, public: PublicKey) -> dict[str, Any]:
    """``document`` itself, with one method more."""
    did = str(document.get("id"))
    methods = _methods(document)
    if not method_id.startswith(f"{did}#") or method_id.count("#") != 1 or method_id.endswith("#"):
        raise UsageError("usage.key-id", f'A key of {did} is named "{did}#" and a short word.')
    if any(entry["id"] == method_id for entry in methods):
        raise UsageError("usage.key-id", f"{method_id} is taken; a key never reuses a name.")
    context, method = _describe(method_id, did, public)
    if context not in document["@context"]:
        document["@context"].append(context)
    methods.append(method)
    document[_PURPOSE].append(method_id)
    if isinstance(document.get(_ANSWERS), list):
        document[_ANSWERS].append(method_id)
    return document


def _describe(method_id: str, did: str, public: PublicKey) -> tuple[str, dict[str, Any]]:
    """The context a method needs, and the method."""
    if public.algorithm == "RSA":
        kind, context = "JsonWebKey", JWK_CONTEXT
        key: dict[str, Any] = {"publicKeyJwk": public.to_jwk()}
    else:
        kind, context = "Multikey", MULTIKEY_CONTEXT
        key = {"publicKeyMultibase": public.to_multikey()}
    return context, {"id": method_id, "type": kind, "controller": did, **key}
