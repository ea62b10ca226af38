"""Data Integrity, both ways: @digitalbazaar/vc, verifier-core, and us (make interop)."""

from __future__ import annotations

import copy
import random
from datetime import datetime

import orjson
import pytest

from conformance.node_peers import ask, refusals
from conformance.shapes import CREATED, NOT_BY_SCHEMA, NOW, SHAPES, badge, drawn, issued_by
from sample_keys import Shelf, key
from simulators.tampering import mutate
from stackmark.issuing.securing import badge_pointers, secure
from stackmark.keys.did import default_identity, did_web_url
from stackmark.keys.did_document import new_document
from stackmark.proofs.ecdsa_sd import derive, make_base_proof
from stackmark.status.lists import new_list, with_bits
from stackmark.verification.verifier import Verifier

pytestmark = pytest.mark.interop

AT = datetime.fromisoformat(NOW)
ED = key("ed25519", 3)
DID, METHOD = default_identity(ED.public_key)
RDFC = "eddsa-rdfc-2022"
SUITES = [
    (RDFC, "ed25519"),
    ("eddsa-jcs-2022", "ed25519"),
    ("ecdsa-rdfc-2019", "p256"),
    ("ecdsa-rdfc-2019", "p384"),
]
by_suite = pytest.mark.parametrize(("suite", "kind"), SUITES)


def samples(did):
    """Name → unsigned credential: every shape, and thirty drawn ones."""
    named = {name: shape(did) for name, shape in SHAPES.items()}
    return named | {f"drawn {n}": issued_by(tree, did) for n, tree in enumerate(drawn(30))}


def signed(tree, suite, private):
    method = default_identity(private.public_key)[1]
    made = secure(tree, suite=suite, signer=private, method=method, created=CREATED)
    return orjson.loads(made)


def node_key(private):
    public = private.public_key.to_multikey()
    return {"secretKeyMultibase": private.to_multikey(), "publicKeyMultibase": public}


def to_issue(tree, suite, private, **more):
    return {
        "op": "issue",
        "credential": tree,
        "suite": suite,
        "key": node_key(private),
        "date": CREATED,
        "now": NOW,
        **more,
    }


def to_verify(tree, **more):
    return {"op": "verify", "credential": tree, "now": NOW, **more}


def theirs(jobs):
    """The credentials that @digitalbazaar/vc makes; all of them must come."""
    answers = ask("data_integrity", jobs)
    assert [one["errors"] for one in answers if not one["ok"]] == []
    return [one["credential"] for one in answers]


def ours(tree, **more):
    return Verifier(now=AT, **more).verify(orjson.dumps(tree))


# what we issue


@by_suite
def test_vc_verifies_what_we_issue(suite, kind):
    private = key(kind, 3)
    named = samples(default_identity(private.public_key)[0])
    jobs = [to_verify(signed(tree, suite, private)) for tree in named.values()]
    assert refusals(jobs, ask("data_integrity", jobs), list(named)) == {}


# Its copy of the Open Badges context is of 2024 and lacks the term endorsementJwt.
OLDER_CONTEXT = {"endorsed by token"}


def test_verifier_core_verifies_what_we_issue_and_finds_the_same_of_its_schema():
    named = samples(DID)
    trees = {name: signed(tree, RDFC, ED) for name, tree in named.items()}
    jobs = [to_verify(tree) for tree in trees.values()]
    answers = ask("verifier_core", jobs)
    refused = refusals(jobs, answers, list(named))
    assert set(refused) == OLDER_CONTEXT
    assert all("jsonld.ValidationError" in str(errors) for errors in refused.values())
    asked = {
        name: one["schema"] for name, one in zip(named, answers, strict=True) if name not in refused
    }
    judged = {name: ours(trees[name]).check("schema").outcome == "passed" for name in asked}
    judged = {name: [passed] for name, passed in judged.items()}
    # It knows no schema for a badge that calls itself AchievementCredential only.
    known = {name for name in asked if "OpenBadgeCredential" in trees[name]["type"]}
    assert {name for name, found in asked.items() if found == "NO_SCHEMA"} == asked.keys() - known
    assert {name: asked[name] for name in known} == {name: judged[name] for name in known}
    assert {name for name in SHAPES if asked.get(name) == [False]} == NOT_BY_SCHEMA


def test_verifier_core_finds_our_did_web_document_and_reads_our_status_list():
    did = "did:web:northfield.example:badges"
    method = f"{did}#key-1"
    url = "https://northfield.example/status/1"
    unsigned = new_list(url=url, issuer=did, purpose="revocation", valid_from=CREATED)
    unsigned = with_bits(
        unsigned, b"\x01" + bytes(131_072 // 8 - 1)
    )  # the last bit of the first byte: index 7
    documents = {
        did_web_url(did): new_document(did, method, ED.public_key),
        url: orjson.loads(secure(unsigned, suite=RDFC, signer=ED, method=method, created=CREATED)),
    }
    jobs = []
    for index in ("6", "7"):
        entry = {
            "id": f"{url}#{index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": index,
            "statusListCredential": url,
        }
        tree = badge(did, credentialStatus=entry)
        made = secure(tree, suite=RDFC, signer=ED, method=method, created=CREATED)
        jobs.append(to_verify(orjson.loads(made), documents=documents))
    good, revoked = ask("verifier_core", jobs)
    assert good["ok"], good
    assert good["steps"]["revocation_status"] is True
    assert not revoked["ok"]
    assert revoked["steps"] == {**good["steps"], "revocation_status": False}
    shelf = Shelf({address: orjson.dumps(tree) for address, tree in documents.items()})
    verdicts = [ours(job["credential"], fetcher=shelf) for job in jobs]
    assert [report.check("status").reason for report in verdicts] == ["status.ok", "status.revoked"]


# what they issue


@by_suite
def test_we_verify_what_vc_issues(suite, kind):
    private = key(kind, 3)
    named = samples(default_identity(private.public_key)[0])
    made = theirs([to_issue(tree, suite, private) for tree in named.values()])
    for name, tree in zip(named, made, strict=True):
        report = ours(tree)
        assert report.check("proof").outcome == "passed", (name, report.why)
        assert report.check("issuer-key").outcome == "passed", (name, report.why)
        if not name.startswith("drawn"):
            wanted = "refused" if name in NOT_BY_SCHEMA else "verified"
            assert report.verdict == wanted, (name, report.why)
        if kind == "ed25519":  # the one signature that is the same every time
            assert tree["proof"] == signed(named[name], suite, private)["proof"], name


def test_we_verify_their_proof_set_and_refuse_it_when_one_is_spoiled():
    tree = badge(DID)
    for suite in (RDFC, "eddsa-jcs-2022"):
        (tree,) = theirs([to_issue(tree, suite, ED)])
    assert len(tree["proof"]) == 2
    assert ours(tree).verdict == "verified"
    for place in (0, 1):
        spoiled = copy.deepcopy(tree)
        spoiled["proof"][place]["created"] = "2026-01-03T00:00:00Z"
        assert ours(spoiled).check("proof").reason == "proof.signature"


def test_we_verify_their_presentation_for_this_challenge_only():
    holder = key("p256", 5)
    who = default_identity(holder.public_key)[0]
    tree = badge(DID)
    tree["credentialSubject"]["id"] = who
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": who,
        "verifiableCredential": [signed(tree, RDFC, ED)],
    }
    asked = {"challenge": "c-81", "domain": "https://verifier.example"}
    job = {
        "op": "present",
        "presentation": presentation,
        "suite": "ecdsa-rdfc-2019",
        "key": node_key(holder),
        "date": CREATED,
        "now": NOW,
        **asked,
    }
    (answer,) = ask("data_integrity", [job])
    made = answer["presentation"]
    report = ours(made, **asked)
    assert report.verdict == "verified", report.why
    assert [part.verdict for part in report.parts] == ["verified"]
    assert (
        ours(made, challenge="c-82", domain=asked["domain"]).check("proof").reason
        == "proof.challenge"
    )
    made["holder"] = default_identity(key("p256", 6).public_key)[0]
    assert ours(made, **asked).check("proof").reason == "proof.signature"


# selective disclosure

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
    changed = list(_changed(derived))
    assert len(changed) > 15
    answers = ask("data_integrity", [to_verify(tree) for _, tree in changed])
    assert [path for (path, _), answer in zip(changed, answers, strict=True) if answer["ok"]] == []
    for path, tree in changed:
        assert ours(tree).verdict == "refused", path
    for bad in (base, {**_shown(derived), "proof": base["proof"]}):
        assert ours(bad).check("proof").reason == "proof.base"


# changed credentials


def _leaves(value, path=()):
    if isinstance(value, dict):
        for name, child in value.items():
            if name not in ("@context", "type", "proof"):
                yield from _leaves(child, (*path, name))
    elif isinstance(value, list):
        for place, child in enumerate(value):
            yield from _leaves(child, (*path, place))
    else:
        yield path


def _changed(tree):
    """Every text, number and truth value changed, one at a time, the issuer's id excepted."""
    for path in _leaves(tree):
        if path[0] == "issuer" and path[-1] in ("issuer", "id"):
            continue
        other = copy.deepcopy(tree)
        place = other
        for step in path[:-1]:
            place = place[step]
        old = place[path[-1]]
        place[path[-1]] = _other(old)
        yield path, other


def _other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return (
        value.replace("2026", "2025").replace("2031", "2032") if value[:2] == "20" else f"{value}x"
    )


@by_suite
def test_a_change_anywhere_is_refused_by_both(suite, kind):
    private = key(kind, 3)
    did = default_identity(private.public_key)[0]
    trees = [signed(SHAPES[name](did), suite, private) for name in ("nested", "hashed", "numbers")]
    changed = [one for tree in trees for one in _changed(tree)]
    assert len(changed) > 60
    answers = ask("data_integrity", [to_verify(tree) for _, tree in changed])
    for (path, tree), answer in zip(changed, answers, strict=True):
        assert not answer["ok"], path
        assert any("Invalid signature" in word for word in answer["errors"]), (path, answer)
        assert ours(tree).check("proof").reason == "proof.signature", path


def test_a_change_anywhere_is_refused_by_verifier_core():
    changed = list(_changed(signed(SHAPES["nested"](DID), RDFC, ED)))
    answers = ask("verifier_core", [to_verify(tree) for _, tree in changed])
    assert {str(answer["errors"]) for answer in answers} == {
        "['invalid_signature: The signature is not valid.']"
    }


def test_a_key_of_somebody_else_is_refused_by_both():
    tree = signed(badge(DID), RDFC, key("ed25519", 4))
    (answer,) = ask("data_integrity", [to_verify(tree)])
    assert "Credential issuer must match the verification method controller" in str(
        answer["errors"]
    )
    assert ours(tree).check("issuer-key").reason == "issuer-key.not-issuer"


@pytest.mark.parametrize("suite", [RDFC, "eddsa-jcs-2022"])
def test_we_verify_no_changed_credential_that_vc_refuses(suite):
    rng = random.Random(20260601)
    original = signed(SHAPES["nested"](DID), suite, ED)
    verifier = Verifier(now=AT)
    kept = []
    for _ in range(3000):
        tree = mutate(rng, original)
        if verifier.verify(orjson.dumps(tree)).verdict == "verified":
            kept.append(tree)
    assert len(kept) > 20  # set order, one or a list, 3.0 for 3
    jobs = [to_verify(tree) for tree in kept]
    assert refusals(jobs, ask("data_integrity", jobs), [orjson.dumps(tree) for tree in kept]) == {}
