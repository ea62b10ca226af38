"""Step "proof" for embedded Data Integrity proofs: every proof, sets and chains.

W3C Data Integrity 1.0 sections 4.4 and 4.5; Open Badges 3.0 section 8.1 step 4, narrowed by
security section 2 items 2 and 9: every proof must fit, and at least one must be the issuer's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.limits import CLOCK_SKEW, MAX_PROOFS
from stackmark.proofs.data_integrity import check_proof
from stackmark.proofs.suites import Canonicals, suite_of
from stackmark.verification.binding import FoundKey, KeyRing
from stackmark.verification.dates import parse_stamp, stamp
from stackmark.verification.structure import as_list


@dataclass(frozen=True, slots=True)
class Expected:
    """What the verifier asks of a proof."""

    purpose: str = "assertionMethod"
    challenge: str | None = None
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """One proof that fits: by which key, and when it says it was made."""

    key: FoundKey
    created: datetime | None


def list_proofs(tree: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The proofs, well-formed as a set; raises ``CheckFailed`` ``proof.missing`` and others."""
    proofs = as_list(tree.get("proof"))
    if not proofs or any(proof.__class__ is not dict or not proof for proof in proofs):
        raise CheckFailed("proof.missing", "There is no proof: nobody has signed this.")
    if len(proofs) > MAX_PROOFS:
        raise CheckFailed(
            "proof.too-many", f"There are {len(proofs)} proofs; at most {MAX_PROOFS}."
        )
    ids = [proof["id"] for proof in proofs if "id" in proof]
    if any(not isinstance(one, str) for one in ids) or len(set(ids)) != len(ids):
        raise CheckFailed("proof.ids", "Two proofs have one id, or an id is not text.")
    _check_chain({proof.get("id"): _previous(proof) for proof in proofs if "id" in proof}, proofs)
    return proofs


def _previous(proof: Mapping[str, Any]) -> list[str]:
    found = as_list(proof.get("previousProof"))
    if any(not isinstance(one, str) for one in found):
        raise CheckFailed("proof.chain", "A previousProof is neither an id nor a list of ids.")
    return found


def _check_chain(links: Mapping[Any, list[str]], proofs: Sequence[Mapping[str, Any]]) -> None:
    """Every previous proof is there, and no proof comes before itself."""
    for proof in proofs:
        for wanted in _previous(proof):
            if wanted not in links:
                raise CheckFailed("proof.chain", f"The previous proof {wanted[:80]} is not there.")
    done: set[str] = set()
    for _ in links:
        done |= {one for one, needs in links.items() if done.issuperset(needs)}
    if len(done) != len(links):
        raise CheckFailed("proof.chain", "The proofs name each other as the previous one.")


def check_proofs(
    unsecured: Mapping[str, Any],
    proofs: Sequence[dict[str, Any]],
    canonicals: Canonicals,
    *,
    ring: KeyRing,
    now: datetime,
    expected: Expected,
) -> list[Signed]:
    """Every proof, in order.

    Raises what the first bad one deserves: ``CheckFailed`` ``proof.…``, ``issuer-key.…``,
    ``lossless.…``; ``CouldNotTell`` when a key cannot be had.
    """
    signed: list[Signed] = []
    by_id = {proof["id"]: proof for proof in proofs if "id" in proof}
    for proof in proofs:
        created = check_proof_members(proof, now=now, expected=expected)
        key = ring.method(proof.get("verificationMethod"), expected.purpose)
        before = [by_id[one] for one in _previous(proof)]
        document = canonicals
        if before:
            document = Canonicals(
                {**unsecured, "proof": before},
                strict=canonicals.strict,
                inline=canonicals.inline,
                stated={**canonicals.stated, "proof": before},
            )
        _check_one(document, unsecured, proof, key)
        signed.append(Signed(key, created))
    return signed


def _check_one(
    document: Canonicals, unsecured: Mapping[str, Any], proof: dict[str, Any], key: FoundKey
) -> None:
    if suite_of(proof).canonical == "sd":
        from stackmark.proofs.selective import verify_derived

        verify_derived(dict(unsecured), proof, key.public)
        return
    check_proof(document, proof, key.public)


def check_proof_members(
    proof: Mapping[str, Any], *, now: datetime, expected: Expected
) -> datetime | None:
    """The proof's own members but its value; returns when it says it was made."""
    suite_of(proof)
    purpose = proof.get("proofPurpose")
    if purpose != expected.purpose:
        raise CheckFailed(
            "proof.purpose", f"The proof is for {purpose!r}, not for {expected.purpose}."
        )
    created = _time(proof, "created")
    if created is not None and created - now > timedelta(seconds=CLOCK_SKEW):
        raise CheckFailed(
            "proof.time", f"The proof says it was made in the future, {stamp(created)}."
        )
    expires = _time(proof, "expires")
    if expires is not None and expires < now:
        raise CheckFailed("proof.expired", f"The proof ran out at {stamp(expires)}.")
    _check_audience(proof, expected)
    return created


def _time(proof: Mapping[str, Any], name: str) -> datetime | None:
    if name not in proof:
        return None
    return parse_stamp(proof[name], f"The proof's {name}", reason="proof.time")


def _check_audience(proof: Mapping[str, Any], expected: Expected) -> None:
    """Data Integrity 4.4: domain and challenge guard against replay.

    A presentation must carry what the verifier gave; a credential need not, but what it carries
    must fit.
    """
    bound = expected.purpose == "authentication"
    for name, wanted in (("domain", expected.domain), ("challenge", expected.challenge)):
        found = proof.get(name)
        if found is not None and wanted is None:
            raise CouldNotTell(
                f"proof.{name}",
                f"The proof is bound to the {name} {str(found)[:80]!r}; say which one is yours.",
            )
        if wanted is not None and found != wanted and (bound or found is not None):
            raise CheckFailed(f"proof.{name}", f"The proof is bound to another {name}, or to none.")
