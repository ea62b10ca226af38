"""Selective disclosure (ecdsa-sd-2023, bbs-2023), both ways: @digitalbazaar/vc and us (make interop)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import orjson
import pytest

from conformance.node_peers import ask, refusals, theirs, to_issue, to_verify
from conformance.shapes import CREATED, NOT_BY_SCHEMA, NOW, SHAPES, changed
from sample_keys import key
from stackmark.issuing.securing import badge_pointers
from stackmark.keys.did import default_identity
from stackmark.proofs import bbs_2023, bbs_values, ecdsa_sd
from stackmark.proofs.selective import derive, value_of
from stackmark.verification.verifier import Verifier

pytestmark = pytest.mark.interop

CHOSEN = ["/credentialSubject/id", "/credentialSubject/identifier", "/evidence/1", "/description"]
FOR_SD = [name for name in SHAPES if name not in NOT_BY_SCHEMA]
KEYS = {"ecdsa-sd-2023": key("p256", 3), "bbs-2023": key("bls12381")}


class Suite:
    """One of the two suites with our key, as we make and derive."""

    def __init__(self, name):
        self.name, self.key = name, KEYS[name]
        self.did, self.method = default_identity(self.key.public_key)

    def samples(self):
        return {name: SHAPES[name](self.did) for name in FOR_SD}

    def base(self, tree):
        options = {
            "type": "DataIntegrityProof",
            "cryptosuite": self.name,
            "created": CREATED,
            "verificationMethod": self.method,
            "proofPurpose": "assertionMethod",
        }
        how = {"signer": self.key, "mandatory_pointers": badge_pointers(tree)}
        how |= {"options": options, "hmac_key": bytes(range(32))}
        if self.name == "bbs-2023":
            proof = bbs_2023.make_base_proof(tree, **how)
        else:
            proof = ecdsa_sd.make_base_proof(tree, proof_private=key("p256", 8), **how)
        return {**tree, "proof": proof}

    def their_bases(self, trees):
        def job(tree):
            return to_issue(tree, self.name, self.key, mandatoryPointers=badge_pointers(tree))

        return theirs(list(map(job, trees)))


@pytest.fixture(params=KEYS)
def suite(request):
    return Suite(request.param)


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


def our_derived(base):
    return derive(base, proof=base["proof"], selective_pointers=chosen(base), seed=bytes(32))


def their_derived(bases):
    return theirs(
        [{"op": "derive", "credential": base, "selectivePointers": chosen(base)} for base in bases]
    )


# Its skolemisation gives every object an id, lists included, so it can neither issue nor derive
# what holds an ordered list (allowedValue); verifying it can.
NO_LISTS = {"nested"}


@pytest.mark.parametrize("base_by", ["us", "them"])
def test_a_part_shown_by_either_is_verified_by_both(suite, base_by):
    named = {name: tree for name, tree in suite.samples().items() if name not in NO_LISTS}
    make = {"us": lambda trees: list(map(suite.base, trees)), "them": suite.their_bases}[base_by]
    bases = make(named.values())
    by_us = [our_derived(base) for base in bases]
    by_them = their_derived(bases)
    for name, mine, other in zip(named, by_us, by_them, strict=True):
        assert _shown(mine) == _shown(other), name
        assert _told(mine["proof"]) == _told(other["proof"]), name
        report = ours(other)
        assert report.verdict == "verified", (name, report.why)
    jobs = [to_verify(tree) for tree in by_us]
    assert refusals(jobs, ask("data_integrity", jobs), list(named)) == {}


def test_ordered_lists_are_shown_by_us_and_verified_by_both(suite):
    named = {name: tree for name, tree in suite.samples().items() if name in NO_LISTS}
    bases = {name: suite.base(tree) for name, tree in named.items()}
    asked = [
        {"op": "derive", "credential": base, "selectivePointers": ["/name"]}
        for base in bases.values()
    ]
    asked += [
        to_issue(tree, suite.name, suite.key, mandatoryPointers=["/name"])
        for tree in named.values()
    ]
    assert ["@list" in str(answer.get("errors")) for answer in ask("data_integrity", asked)] == [
        True
    ] * len(asked)
    shown = [our_derived(base) for base in bases.values()]
    jobs = [to_verify(tree) for tree in shown]
    assert refusals(jobs, ask("data_integrity", jobs), list(named)) == {}
    assert [ours(tree).verdict for tree in shown] == ["verified"] * len(shown)


def _shown(derived):
    return {name: value for name, value in derived.items() if name != "proof"}


def _told(proof):
    """The proof, but for what bbs-2023 makes anew each time."""
    value = value_of(proof)
    told = asdict(value) | {"proof": b"" if isinstance(value, bbs_values.DerivedValue) else None}
    return {**proof, "proofValue": told}


def test_a_changed_part_is_refused_by_both(suite):
    base = suite.base(SHAPES["hashed"](suite.did))
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
