"""From a verification method's URL to its key, through the document of whoever controls it.

Follows "Retrieve Verification Method" (Controlled Identifiers v1.0 section 3.3): the key counts
only if the document says of itself that it is the controller's, holds the method, and lists it
for the purpose. Everything is compared as exact text. The caller still has to compare the
document's id with the issuer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from stackmark.errors import CheckFailed, CouldNotTell, ReadError
from stackmark.keys.did import DidUrl, did_web_url
from stackmark.keys.multibase import MultibaseError, b64url_decode
from stackmark.keys.public import PublicKey
from stackmark.limits import MAX_KEY_ID
from stackmark.model import parse_json
from stackmark.ports import Fetcher

RELATIONSHIPS: Final = (
    "authentication",
    "assertionMethod",
    "keyAgreement",
    "capabilityInvocation",
    "capabilityDelegation",
)
_SIGNING: Final = tuple(name for name in RELATIONSHIPS if name != "keyAgreement")
_MULTIKEY_TYPES: Final = {"Multikey": None, "Ed25519VerificationKey2020": "Ed25519"}
_JWK_TYPES: Final = frozenset({"JsonWebKey", "JsonWebKey2020"})
_SECRETS: Final = ("secretKeyMultibase", "secretKeyJwk", "privateKeyMultibase", "privateKeyJwk")
# Printable ASCII without what a URL must escape; the fetcher judges host and port.
_PLAIN: Final = r"[^\x00-\x20\x7f-\U0010ffff\"#<>\\^`{|}]"
_HTTPS: Final = re.compile(rf"https://(?:(?![@/?]){_PLAIN})+(?:[/?]{_PLAIN}*)?")
_DATE_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class VerificationMethod:
    """A verification method as its controller's document states it.

    ``expires`` and ``revoked`` are date-times with zone, as written there, or ``None``; what
    they mean for a signature is the caller's to decide.
    """

    id: str
    controller: str
    public_key: PublicKey
    expires: str | None
    revoked: str | None


def resolve_method(
    method_url: str, fetcher: Fetcher, *, relationship: str = "assertionMethod"
) -> tuple[VerificationMethod, str]:
    """The method behind ``method_url``, and the id of the document that holds it.

    Raises ``CheckFailed`` as ``find_method`` and ``did_web_url`` do, and ``CouldNotTell``
    (``issuer-key.unresolvable``) when the document cannot be had.
    """
    if method_url.startswith(("did:key:", "did:jwk:")):
        return _computed_method(method_url, relationship)
    document_id = _document_part(method_url)
    document = document_for(document_id, fetcher)
    return find_method(document, method_url, relationship=relationship), document_id


def document_for(did_or_url: str, fetcher: Fetcher) -> Mapping[str, Any]:
    """The controlled identifier document of a DID or of an https URL without fragment.

    did:key and did:jwk are computed, did:web and https are fetched. Raises ``CheckFailed``
    (``issuer-key.method-url``, ``issuer-key.did-web``, for did:key and did:jwk also the reasons
    of ``PublicKey``) and ``CouldNotTell("issuer-key.unresolvable")``.
    """
    if not did_or_url.startswith("did:"):
        return _fetch_object(_https(did_or_url), fetcher)
    parts = DidUrl.parse(did_or_url)
    if parts.did != did_or_url:
        raise _bad_url(did_or_url, "path, query and fragment have no place in a DID")
    if parts.method == "web":
        return _fetch_object(did_web_url(did_or_url), fetcher)
    if parts.method == "key":
        return _key_document(parts)
    if parts.method == "jwk":
        return _jwk_document(parts)
    raise CouldNotTell(
        "issuer-key.unresolvable",
        f'DIDs of the method "{parts.method[:40]}" cannot be looked up here; known are did:key,'
        " did:jwk and did:web.",
    )


def find_method(
    document: Mapping[str, Any], method_url: str, *, relationship: str = "assertionMethod"
) -> VerificationMethod:
    """The method ``method_url`` of a document, if it is there for ``relationship``.

    Raises ``CheckFailed``: ``issuer-key.method-url``, ``issuer-key.document-id``,
    ``issuer-key.method``, ``issuer-key.relationship``, and as ``PublicKey`` does.
    """
    document_id = _document_part(method_url)
    if document.get("id") != document_id:
        raise CheckFailed(
            "issuer-key.document-id",
            f"The document found for {document_id[:200]!a} calls itself"
            f" {str(document.get('id'))[:200]!a} (INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID).",
        )
    found = [entry for entry in _methods(document) if _is(entry.get("id"), method_url, document_id)]
    if not found:
        raise _bad_method(method_url, "its document does not hold it")
    if any(entry != found[0] for entry in found):
        raise _bad_method(method_url, "its document holds it twice, with different contents")
    if found[0].get("controller") != document_id:
        raise _bad_method(method_url, "its controller is not the subject of the document")
    _check_relationship(document, method_url, relationship)
    return _read_method(found[0], method_url)


def fetch_jwk(url: str, fetcher: Fetcher) -> PublicKey:
    """The key behind an https URL without fragment whose content is a bare JWK.

    Open Badges 3.0 section 8.2.4.1 (``kid`` of a token). That it is the issuer's is for the
    caller to find out. Raises ``CheckFailed`` (``issuer-key.method-url`` and as
    ``PublicKey.from_jwk``) and ``CouldNotTell("issuer-key.unresolvable")``.
    """
    return PublicKey.from_jwk(_fetch_object(_https(url), fetcher))


def _document_part(method_url: str) -> str:
    """What stands before the fragment of a method URL, after a look at both."""
    document_id, mark, fragment = method_url.partition("#")
    if not mark or not fragment:
        raise _bad_url(method_url, 'it has no fragment (a part after "#") that names the key')
    if not document_id.startswith("did:"):
        if not _HTTPS.fullmatch(f"{document_id}/{fragment}"):
            raise _bad_url(method_url, "its fragment has a character not allowed")
        return _https(document_id)
    if DidUrl.parse(method_url).did != document_id:
        raise _bad_url(method_url, "it has a path or a query")
    return document_id


def _https(url: str) -> str:
    if len(url) > MAX_KEY_ID or not _HTTPS.fullmatch(url):
        raise _bad_url(url, "it is neither a DID nor a plain https URL")
    return url


def _fetch_object(url: str, fetcher: Fetcher) -> Mapping[str, Any]:
    try:
        tree = parse_json(fetcher.fetch(url))
    except (CouldNotTell, ReadError) as error:
        raise _unresolvable(url, error.detail) from error
    if not isinstance(tree, dict):
        raise _unresolvable(url, "It is not a JSON object.")
    return tree


@lru_cache(maxsize=2048)
def _computed_method(method_url: str, relationship: str) -> tuple[VerificationMethod, str]:
    """did:key and did:jwk never change, so neither does the answer."""
    parts = DidUrl.parse(_document_part(method_url))
    document = _key_document(parts) if parts.method == "key" else _jwk_document(parts)
    return find_method(document, method_url, relationship=relationship), parts.did


def _key_document(parts: DidUrl) -> dict[str, Any]:
    """The document of a did:key (did:key method section 3.1.1)."""
    PublicKey.from_multikey(parts.identifier)
    method = {"type": "Multikey", "publicKeyMultibase": parts.identifier}
    return _computed_document(parts.did, parts.identifier, method)


def _jwk_document(parts: DidUrl) -> dict[str, Any]:
    """The document of a did:jwk (did:jwk method, "To create the DID document")."""
    try:
        members = parse_json(b64url_decode(parts.identifier))
    except (MultibaseError, ReadError) as error:
        raise _malformed(parts.did, f"it does not hold a JWK ({error})") from None
    if not isinstance(members, dict):
        raise _malformed(parts.did, "it does not hold a JSON object")
    return _computed_document(parts.did, "0", {"type": "JsonWebKey", "publicKeyJwk": members})


def _computed_document(did: str, fragment: str, method: dict[str, Any]) -> dict[str, Any]:
    method_id = f"{did}#{fragment}"
    whole = {"id": method_id, "controller": did, **method}
    return {"id": did, "verificationMethod": [whole]} | {name: [method_id] for name in _SIGNING}


def _methods(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All methods of a document: listed, or embedded in a relationship."""
    for name in ("verificationMethod", *RELATIONSHIPS):
        for entry in _list(document, name):
            if isinstance(entry, Mapping):
                yield entry
            elif name == "verificationMethod" or not isinstance(entry, str):
                raise _malformed(str(document["id"]), f'an entry of "{name}" is of the wrong kind')


def _list(document: Mapping[str, Any], name: str) -> list[Any]:
    entries = document.get(name, [])
    if not isinstance(entries, list):
        raise _malformed(str(document["id"]), f'its "{name}" is not a list')
    return entries


def _is(candidate: object, method_url: str, document_id: str) -> bool:
    """Whether an id inside the document means ``method_url``; only "#…" is relative."""
    if not isinstance(candidate, str):
        return False
    return candidate == method_url or (
        candidate.startswith("#") and document_id + candidate == method_url
    )


def _check_relationship(document: Mapping[str, Any], method_url: str, relationship: str) -> None:
    document_id = method_url.partition("#")[0]
    for entry in _list(document, relationship):
        name = entry.get("id") if isinstance(entry, Mapping) else entry
        if _is(name, method_url, document_id):
            return
    raise CheckFailed(
        "issuer-key.relationship",
        f"The key {method_url[:200]!a} is not listed for {relationship} by its controller"
        " (INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD).",
    )


def _read_method(entry: Mapping[str, Any], method_url: str) -> VerificationMethod:
    return VerificationMethod(
        id=method_url,
        controller=entry["controller"],
        public_key=_read_key(entry, method_url),
        expires=_date_time(entry, "expires", method_url),
        revoked=_date_time(entry, "revoked", method_url),
    )


def _read_key(entry: Mapping[str, Any], method_url: str) -> PublicKey:
    if any(name in entry for name in _SECRETS):
        raise CheckFailed(
            "issuer-key.private", f"The document shows the secret key of {method_url[:200]!a}."
        )
    kind = entry.get("type")
    kind = kind if isinstance(kind, str) else ""
    multikey, members = entry.get("publicKeyMultibase"), entry.get("publicKeyJwk")
    if kind in _MULTIKEY_TYPES and isinstance(multikey, str) and members is None:
        key = PublicKey.from_multikey(multikey)
        if _MULTIKEY_TYPES[kind] not in (None, key.algorithm):
            raise _bad_method(
                method_url,
                f"a {kind} cannot hold a key of type {key.algorithm}",
                "issuer-key.malformed",
            )
        return key
    if kind in _JWK_TYPES and isinstance(members, Mapping) and multikey is None:
        return PublicKey.from_jwk(members)
    if kind in _MULTIKEY_TYPES or kind in _JWK_TYPES:
        raise _bad_method(
            method_url,
            f"a {kind} must hold its one key member and no other",
            "issuer-key.malformed",
        )
    raise CheckFailed(
        "issuer-key.unsupported",
        f"Verification methods of type {kind[:60]!a} are not supported; use Multikey or"
        " JsonWebKey.",
    )


def _date_time(entry: Mapping[str, Any], name: str, method_url: str) -> str | None:
    value = entry.get(name)
    if value is None and name not in entry:
        return None
    if not isinstance(value, str) or not _is_date_time(value):
        raise _bad_method(
            method_url, f'its "{name}" is not a date-time with zone', "issuer-key.malformed"
        )
    return value


def _is_date_time(text: str) -> bool:
    """xsd:dateTimeStamp, as far as a calendar has that moment."""
    try:
        return bool(_DATE_TIME.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _bad_url(url: str, why: str) -> CheckFailed:
    return CheckFailed(
        "issuer-key.method-url",
        f"{url[:200]!a} is not the URL of a key: {why} (INVALID_VERIFICATION_METHOD_URL).",
    )


def _bad_method(url: str, why: str, reason: str = "issuer-key.method") -> CheckFailed:
    return CheckFailed(
        reason, f"The key {url[:200]!a} cannot be used: {why} (INVALID_VERIFICATION_METHOD)."
    )


def _malformed(url: str, why: str) -> CheckFailed:
    return CheckFailed(
        "issuer-key.malformed",
        f"The document of {url[:200]!a} cannot be used: {why}"
        " (INVALID_CONTROLLED_IDENTIFIER_DOCUMENT).",
    )


def _unresolvable(url: str, why: str) -> CouldNotTell:
    return CouldNotTell("issuer-key.unresolvable", f"No key could be had from {url[:200]!a}: {why}")
