"""Data Integrity, both ways: @digitalbazaar/vc, verifier-core, and us (make interop)."""

from __future__ import annotations

import copy
import random
from datetime import datetime

import orjson
import pytest

from conformance.node_peers import ask, node_key, refusals, theirs, to_issue, to_verify
from conformance.shapes import CREATED, NOT_BY_SCHEMA, NOW, SHAPES, badge, changed, samples, signed
from sample_keys import Shelf, key
from simulators.tampering import mutate
from stackmark.issuing.securing import secure
from stackmark.keys.did import default_identity, did_web_url
from stackmark.keys.did_document import new_document
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
    set_at_7 = b"\x01" + bytes(131_072 // 8 - 1)  # index 0 is the left-most bit
    unsigned = with_bits(unsigned, set_at_7)
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


# changed credentials


@by_suite
def test_a_change_anywhere_is_refused_by_both(suite, kind):
    private = key(kind, 3)
    did = default_identity(private.public_key)[0]
    trees = [signed(SHAPES[name](did), suite, private) for name in ("nested", "hashed", "numbers")]
    spoiled = [one for tree in trees for one in changed(tree)]
    assert len(spoiled) > 60
    answers = ask("data_integrity", [to_verify(tree) for _, tree in spoiled])
    for (path, tree), answer in zip(spoiled, answers, strict=True):
        assert not answer["ok"], path
        assert any("Invalid signature" in word for word in answer["errors"]), (path, answer)
        assert ours(tree).check("proof").reason == "proof.signature", path


def test_a_change_anywhere_is_refused_by_verifier_core():
    spoiled = list(changed(signed(SHAPES["nested"](DID), RDFC, ED)))
    answers = ask("verifier_core", [to_verify(tree) for _, tree in spoiled])
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
