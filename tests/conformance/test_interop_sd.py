"""Selective disclosure (ecdsa-sd-2023), both ways: @digitalbazaar/vc and us (make interop)."""

from __future__ import annotations

from datetime import datetime

import orjson
import pytest

from conformance.node_peers import ask, refusals, theirs, to_issue, to_verify
from conformance.shapes import CREATED, NOT_BY_SCHEMA, NOW, SHAPES, changed
from sample_keys import key
from stackmark.issuing.securing import badge_pointers
from stackmark.keys.did import default_identity
from stackmark.proofs.ecdsa_sd import derive, make_base_proof
from stackmark.verification.verifier import Verifier

pytestmark = pytest.mark.interop

SD = "ecdsa-sd-2023"
P256 = key("p256", 3)
CHOSEN = ["/credentialSubject/id", "/credentialSubject/identifier", "/evidence/1", "/description"]
FOR_SD = [name for name in SHAPES if name not in NOT_BY_SCHEMA]


def sd_samples():
    did = default_identity(P256.public_key)[0]
    return {name: SHAPES[name](did) for name in FOR_SD}


def chosen(tree):
    """Those of the pointers that lead somewhere in this credential."""

    def leads(pointer):
        place = tree
        for step in pointer[1:].split("/"):
            if isinstance(place, list):
                place = place[int(step)] if int(step) < len(place) else None
            else:
                place = place.get(step) if isinstance(place, dict) else None
            if place is None:
                return False
        return True

    return [pointer for pointer in CHOSEN if leads(pointer)]


def our_base(tree):
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": SD,
        "created": CREATED,
        "verificationMethod": default_identity(P256.public_key)[1],
        "proofPurpose": "assertionMethod",
    }
    proof = make_base_proof(
        tree,
        options=options,
        signer=P256,
        mandatory_pointers=badge_pointers(tree),
        hmac_key=bytes(range(32)),
        proof_private=key("p256", 8),
    )
    return {**tree, "proof": proof}


def their_bases(trees):
    return theirs(
        [to_issue(tree, SD, P256, mandatoryPointers=badge_pointers(tree)) for tree in trees]
    )


def our_derived(base):
    return derive(base, proof=base["proof"], selective_pointers=chosen(base))


def their_derived(bases):
    return theirs(
        [{"op": "derive", "credential": base, "selectivePointers": chosen(base)} for base in bases]
    )


# Its skolemisation gives every object an id, lists included, so it can neither issue nor derive
# what holds an ordered list (allowedValue); verifying it can.
NO_LISTS = {"nested"}


@pytest.mark.parametrize("base_by", ["us", "them"])
def test_a_part_shown_by_either_is_verified_by_both(base_by):
    named = {name: tree for name, tree in sd_samples().items() if name not in NO_LISTS}
    make = {"us": lambda trees: list(map(our_base, trees)), "them": their_bases}[base_by]
    bases = make(named.values())
    by_us = [our_derived(base) for base in bases]
    by_them = their_derived(bases)
    for name, mine, other in zip(named, by_us, by_them, strict=True):
        assert _shown(mine) == _shown(other), name
        assert mine["proof"] == other["proof"], name
        report = ours(other)
        assert report.verdict == "verified", (name, report.why)
    jobs = [to_verify(tree) for tree in by_us]
    assert refusals(jobs, ask("data_integrity", jobs), list(named)) == {}


def test_ordered_lists_are_shown_by_us_and_verified_by_both():
    named = {name: tree for name, tree in sd_samples().items() if name in NO_LISTS}
    bases = {name: our_base(tree) for name, tree in named.items()}
    asked = [
        {"op": "derive", "credential": base, "selectivePointers": ["/name"]}
        for base in bases.values()
    ]
    asked += [to_issue(tree, SD, P256, mandatoryPointers=["/name"]) for tree in named.values()]
    assert ["@list" in str(answer.get("errors")) for answer in ask("data_integrity", asked)] == [
        True
    ] * len(asked)
    shown = [our_derived(base) for base in bases.values()]
    jobs = [to_verify(tree) for tree in shown]
    assert refusals(jobs, ask("data_integrity", jobs), list(named)) == {}
    assert [ours(tree).verdict for tree in shown] == ["verified"] * len(shown)


def _shown(derived):
    return {name: value for name, value in derived.items() if name != "proof"}


def test_a_changed_part_is_refused_by_both():
    base = our_base(SHAPES["hashed"](default_identity(P256.public_key)[0]))
    derived = our_derived(base)
    spoiled = list(changed(derived))
    assert len(spoiled) > 15
    answers = ask("data_integrity", [to_verify(tree) for _, tree in spoiled])
    assert [path for (path, _), answer in zip(spoiled, answers, strict=True) if answer["ok"]] == []
    for path, tree in spoiled:
        assert ours(tree).verdict == "refused", path
    for bad in (base, {**_shown(derived), "proof": base["proof"]}):
        assert ours(bad).check("proof").reason == "proof.base"


def ours(tree):
    return Verifier(now=datetime.fromisoformat(NOW)).verify(orjson.dumps(tree))
