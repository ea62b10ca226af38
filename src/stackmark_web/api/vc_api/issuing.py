"""``credentials/issue`` and ``credentials/derive``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from stackmark.adapters.randomness import SystemRandom
from stackmark.canonical.nquads import IRI
from stackmark.errors import CheckFailed, StackmarkError, UsageError
from stackmark.issuing.lint import lint
from stackmark.issuing.securing import SELECTIVE, VC_JWT, secure, secure_selective
from stackmark.issuing.selfcheck import all_shown
from stackmark.proofs.data_integrity import make_proof
from stackmark.proofs.selective import SEED_BYTES, base_proof
from stackmark.proofs.selective import derive as derive_shown
from stackmark.proofs.suites import Canonicals
from stackmark.reading.received import VC1_CONTEXT, VC2_CONTEXT, contexts_of
from stackmark.status.entry import read_entry
from stackmark.verification.data_model import DataModelVerifier
from stackmark.verification.dates import parse_stamp, stamp
from stackmark.verification.proving import list_proofs
from stackmark.verification.related import check_related
from stackmark.verification.structure import as_list
from stackmark_web import clock
from stackmark_web.api.vc_api import statuses
from stackmark_web.api.vc_api.asking import object_of, options_of, text_of, texts_of
from stackmark_web.api.vc_api.issuers import Issuer, chosen
from stackmark_web.api.vc_api.problems import bad_request
from stackmark_web.api.vc_api.resources import Resources

DI_CONTEXT: Final = "https://w3id.org/security/data-integrity/v2"
_KNOWS_DI: Final = (
    VC2_CONTEXT,
    DI_CONTEXT,
    "https://w3id.org/security/data-integrity/v1",
)
# What our own verifier is not asked of a credential that was just made here.
_LEFT: Final = frozenset(
    {"status", "related", "schema", "endorsements", "refresh", "trust", "validity", "recipient"}
)
_SIMPLE: Final = re.compile(r"[A-Za-z][\w.+-]*\Z", re.ASCII)


def issue(issuer: Issuer, body: Mapping[str, Any]) -> dict[str, Any]:
    """The secured credential for a request; an enveloped one for tokens.

    Raises ``Refused`` and ``StackmarkError`` with what is wrong about it.
    """
    credential, options = object_of(body, "credential"), options_of(body)
    issuer = chosen(issuer, _suite(options), _stated(credential))
    unsecured, before = _completed(credential, issuer, options)
    _check(unsecured, inline=issuer.suite != VC_JWT or bool(before))
    if wanted := _status_wanted(issuer, options, unsecured):
        unsecured["credentialStatus"] = statuses.take(issuer, unsecured.get("id"), wanted)
    signed = _secured(unsecured, issuer, options)
    _self_check(signed)
    if issuer.suite == VC_JWT:
        return enveloped(signed)
    made: dict[str, Any] = orjson.loads(signed)
    return {**made, "proof": [*before, made["proof"]]} if before else made


def enveloped(token: bytes) -> dict[str, Any]:
    """A token in the form that VC Data Model 2.0 section 4.13.2 gives it."""
    return {
        "@context": VC2_CONTEXT,
        "id": f"data:application/vc+jwt,{token.decode('ascii')}",
        "type": "EnvelopedVerifiableCredential",
    }


def derive(body: Mapping[str, Any]) -> dict[str, Any]:
    """The parts that ``options.selectivePointers`` choose of a credential with a base proof."""
    tree, options = object_of(body, "verifiableCredential"), options_of(body)
    proof = base_proof(list_proofs(tree))
    pointers = texts_of(options, "selectivePointers")
    seed = SystemRandom().bytes(SEED_BYTES)
    return derive_shown(tree, proof=proof, selective_pointers=pointers, seed=seed)


def _suite(options: Mapping[str, Any]) -> Any:
    """The suite a request asks for, under either name that callers use."""
    kind = options.get("type")
    kind = None if kind == "DataIntegrityProof" else kind
    return options.get("cryptosuite", kind)


def _stated(credential: Mapping[str, Any]) -> str | None:
    issuer = credential.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    return found if isinstance(found, str) else None


def _completed(
    credential: Mapping[str, Any], issuer: Issuer, options: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Any]]:
    """What will be signed, and proofs that stood there before.

    Whoever is asked to issue is the issuer: its DID is put in where there is none or another's.
    A malformed issuer stays what it is, so that it is refused.
    """
    made = {name: value for name, value in credential.items() if name != "proof"}
    before = list_proofs(credential) if "proof" in credential else []
    _check_before(before, issuer)
    made["issuer"] = _issuer(credential.get("issuer", issuer.key.did), issuer.key.did)
    contexts = contexts_of(made)
    if VC1_CONTEXT in contexts[:1]:
        made.setdefault("issuanceDate", _created(options))
        if not any(one in contexts for one in _KNOWS_DI) and issuer.suite != VC_JWT:
            made["@context"] = [*contexts, DI_CONTEXT]  # Data Integrity 1.0, context injection
    return made, before


def _check_before(before: list[Any], issuer: Issuer) -> None:
    if before and issuer.suite in (*SELECTIVE, VC_JWT):
        raise CheckFailed(
            "format.proof", f"It has a proof already, and {issuer.suite} stands alone; remove it."
        )
    for proof in before:
        if not isinstance(proof.get("type"), str) or not _SIMPLE.match(proof["type"]):
            raise CheckFailed("format.proof", "A proof in it has no type.")


def _issuer(stated: Any, did: str) -> Any:
    if isinstance(stated, dict):
        found = stated.get("id", did)
        return {**stated, "id": did} if isinstance(found, str) and IRI.match(found) else stated
    return did if isinstance(stated, str) and IRI.match(stated) else stated


def _check(unsecured: dict[str, Any], *, inline: bool) -> None:
    """Everything the data models ask of a credential, and its related resources."""
    _check_members(unsecured)
    lint(unsecured, inline=inline)
    check_related(unsecured, Resources())


def _check_members(unsecured: Mapping[str, Any]) -> None:
    """VC DM 2.0: what must be a list of objects with certain members, one by one."""
    for name in ("issuanceDate", "expirationDate", "validFrom", "validUntil"):
        if name in unsecured:
            parse_stamp(unsecured[name], name, reason="validity.malformed")
    for schema in as_list(unsecured.get("credentialSchema")):
        found = schema.get("id") if isinstance(schema, dict) else None
        if not isinstance(found, str) or not IRI.match(found):
            raise CheckFailed("format.typed", "A credentialSchema has no id that is a URL.")
    for resource in as_list(unsecured.get("relatedResource")):
        found = resource.get("id") if isinstance(resource, dict) else None
        if not isinstance(found, str) or not IRI.match(found):
            raise CheckFailed("related.malformed", "A relatedResource has no id that is a URL.")
    for entry in as_list(unsecured.get("credentialStatus")):
        if isinstance(entry, dict) and entry.get("type") == "BitstringStatusListEntry":
            read_entry(entry)


def _status_wanted(
    issuer: Issuer, options: Mapping[str, Any], unsecured: Mapping[str, Any]
) -> list[str]:
    """The purposes of the entries that are put in; those of the caller are left alone."""
    asked = options.get("credentialStatus")
    if not asked and not issuer.status:
        return []
    if "credentialStatus" in unsecured:
        return []
    entries = as_list(asked) if asked not in (None, True, False) else [{}]
    purposes = []
    for entry in entries:
        kind = entry.get("type", statuses.ENTRY) if isinstance(entry, dict) else None
        if kind not in (statuses.ENTRY, "BitstringStatusList"):
            raise bad_request(f'The option "credentialStatus" takes the type {statuses.ENTRY}.')
        purposes.append(statuses.purpose_of(entry))
    return list(dict.fromkeys(purposes))


def _created(options: Mapping[str, Any]) -> str:
    found = text_of(options, "created")
    if found is None:
        return stamp(clock.now())
    parse_stamp(found, 'The option "created"', reason="usage.created")
    return found


def _more(options: Mapping[str, Any]) -> dict[str, Any]:
    """Further members of the proof that a request may ask for."""
    found = {name: text_of(options, name) for name in ("expires", "domain", "challenge", "nonce")}
    if found["expires"] is not None:
        parse_stamp(found["expires"], 'The option "expires"', reason="usage.expires")
    return {name: value for name, value in found.items() if value is not None}


def _secured(unsecured: dict[str, Any], issuer: Issuer, options: Mapping[str, Any]) -> bytes:
    key, created, more = issuer.key, _created(options), _more(options)
    if options.get("proofPurpose", "assertionMethod") != "assertionMethod":
        raise UsageError("usage.purpose", "A credential is signed for assertionMethod.")
    if options.get("verificationMethod", key.method_id) != key.method_id:
        raise UsageError("usage.key-id", "The verification method is not that of this issuer.")
    mandatory = texts_of(options, "mandatoryPointers")
    how: dict[str, Any] = {"signer": key.private, "method": key.method_id, "created": created}
    if issuer.suite in SELECTIVE:
        how |= {"mandatory": mandatory, "blinding": SystemRandom().bytes(32), "more": more}
        return secure_selective(unsecured, suite=issuer.suite, **how)
    if issuer.suite == VC_JWT:
        if "expires" in more:
            raise UsageError("usage.expires", "A token ends with its credential: say validUntil.")
        return secure(unsecured, suite=VC_JWT, **how)
    proof = make_proof(Canonicals(unsecured), suite=issuer.suite, more=more, **how)
    return orjson.dumps({**unsecured, "proof": proof})


def _self_check(signed: bytes) -> None:
    """Our own verifier's word on the signature; nothing else is handed out."""
    report = _judge(all_shown(signed) if signed.startswith(b"{") else signed)
    for check in report.checks:
        if check.code not in _LEFT and check.outcome in ("failed", "could-not-tell"):
            raise StackmarkError(check.reason, check.detail)


def _judge(data: bytes) -> Any:
    tree = orjson.loads(data) if data.startswith(b"{") else {}
    proof = tree.get("proof", {})
    verifier = DataModelVerifier(
        now=clock.now(), challenge=proof.get("challenge"), domain=proof.get("domain")
    )
    return verifier.verify(data)
