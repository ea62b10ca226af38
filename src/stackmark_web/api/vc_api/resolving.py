"""``identifiers/{did}``: DID resolution results (DID Resolution; did:key method section 3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from stackmark.errors import CheckFailed, CouldNotTell, StackmarkError
from stackmark.keys.controller import document_for, resolve_method
from stackmark.keys.did import DidUrl
from stackmark.keys.did_document import DID_CONTEXT, JWK_CONTEXT, MULTIKEY_CONTEXT
from stackmark.keys.multibase import MultibaseError, b58decode
from stackmark.keys.public import PublicKey
from stackmark_web.verifying.fetching import server_fetcher

RESULT_CONTEXT: Final = "https://w3id.org/did-resolution/v1"
_METHODS: Final = frozenset({"key", "jwk", "web"})
# Methods that exist elsewhere; by any other name there is none, so the DID is no DID.
_ELSEWHERE: Final = frozenset(
    {
        *("btcr", "cheqd", "dht", "ebsi", "elem", "ethr", "example", "indy", "ion", "iota"),
        *("keri", "ling", "oyd", "peer", "pkh", "plc", "sol", "sov", "tdw", "tz", "v1"),
        *("webs", "webvh"),
    }
)
_SHAPE: Final = re.compile(r"did:[a-z0-9]+:[\w.:%-]+\Z", re.ASCII)
_DID_PART: Final = re.compile(r"(did:[a-z0-9]+:[\w.:%-]+)[/?#]", re.ASCII)
_ED2020_CONTEXT: Final = "https://w3id.org/security/suites/ed25519-2020/v1"
_FORMATS: Final = {  # publicKeyFormat → context, None for one that goes with encryption only
    "Multikey": MULTIKEY_CONTEXT,
    "JsonWebKey": JWK_CONTEXT,
    "JsonWebKey2020": "https://w3id.org/security/suites/jws-2020/v1",
    "Ed25519VerificationKey2020": _ED2020_CONTEXT,
    "X25519KeyAgreementKey2020": None,
}
_EXPERIMENTAL: Final = frozenset(
    {
        *("Ed25519VerificationKey2018", "X25519KeyAgreementKey2019"),
        *("EcdsaSecp256k1VerificationKey2019", "EcdsaSecp256r1VerificationKey2019"),
        *("P256Key2021", "P384Key2021", "Bls12381G2Key2020"),
    }
)


class _Trouble(Exception):  # noqa: N818 - it never leaves this module
    def __init__(self, error: str, detail: str) -> None:
        super().__init__(detail)
        self.error, self.detail = error, detail


def resolve(did: str, query: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """Status and result for a DID, or for a DID URL with a fragment that names a key.

    An error has the same members; its name stands in ``didResolutionMetadata.error``.
    """
    try:
        form = _format(query)
        if "#" in did or _DID_PART.match(did):
            return 200, _result(_dereferenced(did, form))
        return 200, _result(_document(did, form))
    except _Trouble as error:
        return 400 if error.error != "notFound" else 404, _failed(error)


def _result(document: Mapping[str, Any]) -> dict[str, Any]:
    about = {"contentType": "application/did+ld+json"}
    return {
        "@context": RESULT_CONTEXT,
        "didDocument": document,
        "didDocumentMetadata": {},
        "didResolutionMetadata": about,
        "didDereferencingMetadata": about,
    }


def _failed(error: _Trouble) -> dict[str, Any]:
    about = {"error": error.error, "message": error.detail}
    return {
        "@context": RESULT_CONTEXT,
        "didDocument": {},
        "didDocumentMetadata": {},
        "didResolutionMetadata": about,
        "didDereferencingMetadata": about,
    }


def _format(query: Mapping[str, str]) -> str:
    """The wanted form of keys (did:key method, ``publicKeyFormat``)."""
    wanted = query.get("publicKeyFormat", "Multikey")
    if wanted in _FORMATS:
        return wanted
    if wanted in _EXPERIMENTAL and query.get("enableExperimentalPublicKeyTypes") != "true":
        raise _Trouble("invalidPublicKeyType", f"Keys are not given as {wanted[:60]}.")
    raise _Trouble("unsupportedPublicKeyType", f"The key format {wanted[:60]} is not known here.")


def _document(did: str, form: str) -> dict[str, Any]:
    """The DID document, its keys in the wanted form. Raises ``_Trouble``."""
    if len(did) > 4_000 or not _SHAPE.match(did):
        raise _Trouble("invalidDid", "That is not written as a DID is.")
    method = did.split(":")[1]
    if method not in _METHODS:
        word = "methodNotSupported" if method in _ELSEWHERE else "invalidDid"
        raise _Trouble(word, f'DIDs of the method "{method[:40]}" are not resolved here.')
    if method == "key":
        _check_key(did.removeprefix("did:key:"))
    try:
        found = document_for(did, server_fetcher())
        if method == "jwk":
            _check_jwk(found)
        if found.get("id") != did:
            raise _Trouble("notFound", "The document found calls itself something else.")
        if method != "key":
            return dict(found)
        return _formed(found, PublicKey.from_multikey(did.removeprefix("did:key:")), form)
    except CouldNotTell as error:
        raise _Trouble("notFound", error.detail) from None
    except StackmarkError as error:
        raise _Trouble("invalidDid", error.detail) from None


def _check_key(text: str) -> None:
    """did:key method section 3.1.1, with the names it has for what can be wrong."""
    try:
        PublicKey.from_multikey(text)
    except CheckFailed as error:
        raise _Trouble(_name(text, error), error.detail) from None


def _check_jwk(found: Mapping[str, Any]) -> None:
    """A document is computed for any JSON object; one that is no key known here is none."""
    try:
        PublicKey.from_jwk(found["verificationMethod"][0]["publicKeyJwk"])
    except CheckFailed as error:
        wrong = error.reason != "issuer-key.unsupported"
        word = "invalidPublicKey" if wrong else "unsupportedPublicKeyType"
        raise _Trouble(word, error.detail) from None


def _name(text: str, error: CheckFailed) -> str:
    if not text.startswith("z"):
        return "invalidDid"
    try:
        data = b58decode(text[1:])
    except MultibaseError:
        data = b""
    if len(data) < 3:
        return "invalidDid"
    if error.reason == "issuer-key.unsupported":
        return "unsupportedPublicKeyType"
    lengths = {b"\xed\x01": 32, b"\x80\x24": 33, b"\x81\x24": 49, b"\xeb\x01": 96}
    wrong = len(data) - 2 != lengths.get(data[:2], len(data) - 2)
    return "invalidPublicKeyLength" if wrong else "invalidPublicKey"


def _formed(found: Mapping[str, Any], key: PublicKey, form: str) -> dict[str, Any]:
    made = {name: value for name, value in found.items() if name != "verificationMethod"}
    methods = [_method(one, key, form) for one in found["verificationMethod"]]
    contexts = [DID_CONTEXT, *([_FORMATS[form]] if _FORMATS[form] else [])]
    return {"@context": contexts, **made, "verificationMethod": methods}


def _method(method: Mapping[str, Any], key: PublicKey, form: str) -> dict[str, Any]:
    bare = {"id": method["id"], "type": form, "controller": method["controller"]}
    as_jwk = form.startswith("JsonWebKey")
    wrong = form == "Ed25519VerificationKey2020" and key.algorithm != "Ed25519"
    wrong = wrong or (as_jwk and key.algorithm == "BLS12-381")
    if wrong or form.startswith("X25519"):
        raise _Trouble("invalidPublicKeyType", f"A {key.algorithm} key is not given as {form}.")
    if as_jwk:
        return {**bare, "publicKeyJwk": key.to_jwk()}
    return {**bare, "publicKeyMultibase": key.to_multikey()}


def _dereferenced(url: str, form: str) -> dict[str, Any]:
    """The verification method that a DID URL names. Raises ``_Trouble``."""
    try:
        parts = DidUrl.parse(url)
    except CheckFailed as error:
        raise _Trouble("invalidDidUrl", error.detail) from None
    if parts.path or parts.query or not parts.fragment:
        raise _Trouble("invalidDidUrl", "Only a fragment that names a key is looked up here.")
    document = _document(parts.did, form)
    for method in document.get("verificationMethod", []):
        if isinstance(method, dict) and method.get("id") in (url, f"#{parts.fragment}"):
            _confirm(url)
            context = document.get("@context", DID_CONTEXT)
            return {"@context": context, **method}
    raise _Trouble("notFound", "The document holds nothing by this name.")


def _confirm(url: str) -> None:
    try:
        resolve_method(url, server_fetcher())
    except StackmarkError as error:
        raise _Trouble("notFound", error.detail) from None
