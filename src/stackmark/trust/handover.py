"""A hand-over: an issuer names who answers for its credentials after it, and both sign that.

The statement is a JSON object under two Data Integrity proofs over its JCS form (RFC 8785), which
covers every member: one by a key of the issuer that hands over, one by a key of its successor.
Each is resolved through its controller's document, as keys of credentials are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from stackmark.errors import CheckFailed, UsageError
from stackmark.keys.controller import resolve_method
from stackmark.ports import Fetcher, Signer
from stackmark.proofs.data_integrity import check_proof, make_proof
from stackmark.proofs.suites import Canonicals

TYPE: Final = "StackmarkHandover"
WHY: Final = ("closing", "merged", "renamed")
_SUITES: Final = {
    "Ed25519": "eddsa-jcs-2022",
    "P-256": "ecdsa-jcs-2019",
    "P-384": "ecdsa-jcs-2019",
}
_MEMBERS: Final = frozenset({"type", "id", "from", "to", "why", "fromDay", "made", "proof"})


@dataclass(frozen=True, slots=True)
class Handover:
    """What was stated: DIDs and names of both, why, and from which day on (``YYYY-MM-DD``)."""

    old: str
    old_name: str
    new: str
    new_name: str
    why: str
    from_day: str


def new_statement(what: Handover, *, identifier: str, made: str) -> dict[str, Any]:
    """The statement, not signed yet; ``made`` is RFC 3339. Raises ``UsageError``."""
    if what.why not in WHY:
        raise UsageError("usage.handover", f"{what.why!r} is none of {', '.join(WHY)}.")
    if what.old == what.new:
        raise UsageError("usage.handover", "Nobody hands over to itself.")
    return {
        "type": TYPE,
        "id": identifier,
        "from": {"id": what.old, "name": what.old_name},
        "to": {"id": what.new, "name": what.new_name},
        "why": what.why,
        "fromDay": what.from_day,
        "made": made,
    }


def sign(
    statement: Mapping[str, Any], *, signer: Signer, method: str, created: str
) -> dict[str, Any]:
    """The same with one more proof. Raises ``UsageError`` ``usage.suite`` for an RSA key."""
    bare = _bare(statement)
    suite = _SUITES.get(signer.algorithm)
    if suite is None:
        raise UsageError("usage.suite", f"A {signer.algorithm} key does not sign statements.")
    proof = make_proof(
        Canonicals(bare, strict=False), suite=suite, signer=signer, method=method, created=created
    )
    return {**bare, "proof": [*_proofs(statement), proof]}


def check(statement: Any, fetcher: Fetcher, *, whole: bool = True) -> Handover:
    """What a statement says, once the keys of both sides have been seen to stand behind it.

    ``whole=False`` asks for the side that hands over only. A key that its owner revoked counts
    for nothing. Raises ``CheckFailed`` ``format.handover``, ``proof.…``, ``issuer-key.…``,
    ``key-time.revoked``; ``CouldNotTell`` when a key cannot be had.
    """
    found = read(statement)
    bare = _bare(statement)
    signed = {_owner(bare, proof, fetcher) for proof in _proofs(statement)}
    for did in (found.old, found.new) if whole else (found.old,):
        if did not in signed:
            raise CheckFailed("proof.missing", f"No key of {did[:200]} has signed this hand-over.")
    return found


def read(statement: Any) -> Handover:
    """What a statement says; nobody's signature is asked. Raises ``CheckFailed``."""
    if not isinstance(statement, Mapping) or statement.get("type") != TYPE:
        raise _bad("it is no hand-over")
    if odd := sorted(statement.keys() - _MEMBERS):
        raise _bad(f"the member {odd[0]!r} has no place in it")
    old, new = _party(statement.get("from")), _party(statement.get("to"))
    why, day = statement.get("why"), statement.get("fromDay")
    if why not in WHY or not isinstance(why, str):
        raise _bad(f"its reason is none of {', '.join(WHY)}")
    if not isinstance(day, str) or not _is_day(day):
        raise _bad("its day is not written YYYY-MM-DD")
    if old[0] == new[0]:
        raise _bad("nobody hands over to itself")
    return Handover(*old, *new, why, day)


def _owner(bare: dict[str, Any], proof: Mapping[str, Any], fetcher: Fetcher) -> str:
    """Whose key made a proof that fits."""
    method = proof.get("verificationMethod")
    if not isinstance(method, str) or proof.get("proofPurpose") != "assertionMethod":
        raise CheckFailed("proof.purpose", "A proof of the hand-over is for something else.")
    if proof.get("cryptosuite") not in _SUITES.values():
        raise CheckFailed("proof.unsupported", "A proof of the hand-over is of an unknown suite.")
    key, owner = resolve_method(method, fetcher)
    if key.revoked is not None:
        raise CheckFailed("key-time.revoked", f"The key {method[:200]} was declared lost.")
    check_proof(Canonicals(bare, strict=False), proof, key.public_key)
    return owner


def _bare(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if name != "proof"}


def _proofs(statement: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = statement.get("proof", [])
    entries = found if isinstance(found, list) else [found]
    if len(entries) > 4 or not all(isinstance(one, dict) for one in entries):
        raise _bad("its proofs are not a list of at most four objects")
    return entries


def _party(value: Any) -> tuple[str, str]:
    did = value.get("id") if isinstance(value, Mapping) else None
    name = value.get("name") if isinstance(value, Mapping) else None
    if not isinstance(did, str) or not did.startswith("did:") or not isinstance(name, str):
        raise _bad("a side is no object with a DID as id, and a name")
    return did, name


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _bad(why: str) -> CheckFailed:
    return CheckFailed("format.handover", f"The hand-over cannot be used: {why}.")
