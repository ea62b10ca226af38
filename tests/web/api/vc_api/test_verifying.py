"""Verifying, resolving and status over the VC API, and who may ask at all."""

from __future__ import annotations

import pytest

from stackmark.keys.did import did_key
from stackmark.keys.private import PrivateKey
from stackmark.proofs.data_integrity import make_proof
from stackmark.proofs.suites import Canonicals
from stackmark_web.api.vc_api import asking
from stackmark_web.api.vc_api.issuers import key_of

VC2 = "https://www.w3.org/ns/credentials/v2"


def reasons(answer):
    return [one["reason"] for one in answer["errors"]]


CHANGED = [  # member of the proof, its value (... takes it away), and the reason
    ("type", ..., "proof.unsupported"),
    ("type", "UnknownProofType", "proof.unsupported"),
    ("cryptosuite", ..., "proof.unsupported"),
    ("cryptosuite", "invalid-cryptosuite", "proof.unsupported"),
    ("cryptosuite", 5, "proof.unsupported"),
    ("verificationMethod", ..., "issuer-key.method-url"),
    ("verificationMethod", "did:key:not-a-key", "issuer-key.method-url"),
    ("verificationMethod", 5, "issuer-key.method-url"),
    ("proofPurpose", ..., "proof.purpose"),
    ("proofPurpose", "authentication", "proof.purpose"),
    ("proofValue", ..., "proof.encoding"),
    ("proofValue", None, "proof.encoding"),
    ("proofValue", "not multibase", "proof.encoding"),
    ("created", ..., "proof.signature"),
    ("created", "yesterday", "proof.time"),
    ("created", "2026-01-01T00:00:00", "proof.time"),
    ("expires", "2020-01-01T00:00:00Z", "proof.expired"),
    ("previousProof", "urn:uuid:nowhere", "proof.chain"),
    ("previousProof", ["urn:uuid:nowhere"], "proof.chain"),
    ("previousProof", 5, "proof.chain"),
]


@pytest.mark.parametrize(("name", "value", "reason"), CHANGED)
@pytest.mark.parametrize("word", ["eddsa-rdfc-2022", "ecdsa-jcs-2019-p384"])
def test_a_changed_proof_is_refused(caller, credential, word, name, value, reason):
    made = caller.issue(credential, word)
    made["proof"][name] = value
    if value is ...:
        del made["proof"][name]
    status, answer = caller.verify(made)
    assert (status, answer["verified"]) == (400, False)
    assert reason in reasons(answer)


@pytest.mark.parametrize("proof", [None, "text", 10, True, [], {}, [{}], [None]])
def test_a_proof_that_is_none_is_refused(caller, credential, proof):
    made = {**caller.issue(credential), "proof": proof}
    assert caller.verify(made)[1]["errors"][0]["reason"] == "proof.missing"


def test_a_chain_of_proofs_names_the_one_before(caller, credential):
    """previousProof may be one text or a list of them."""
    key = key_of("Ed25519")
    unsecured = {**credential, "issuer": key.did}
    how = {"signer": key.private, "method": key.method_id, "created": "2026-01-01T00:00:00Z"}
    first = make_proof(
        Canonicals(unsecured), suite="eddsa-rdfc-2022", more={"id": "urn:uuid:p1"}, **how
    )
    for named in ("urn:uuid:p1", ["urn:uuid:p1"]):
        second = make_proof(
            Canonicals({**unsecured, "proof": [first]}),
            suite="eddsa-rdfc-2022",
            more={"previousProof": named},
            **how,
        )
        status, answer = caller.verify({**unsecured, "proof": [first, second]})
        assert (status, answer["errors"]) == (200, [])


def test_another_s_signature_is_refused(caller, credential):
    made = caller.issue(credential)
    thief = PrivateKey.generate("ed25519")
    bare = {name: value for name, value in made.items() if name != "proof"}
    method = f"{did_key(thief.public_key)}#{thief.public_key.to_multikey()}"
    proof = make_proof(
        Canonicals(bare),
        suite="eddsa-rdfc-2022",
        signer=thief,
        method=method,
        created="2026-01-01T00:00:00Z",
    )
    status, answer = caller.verify({**bare, "proof": proof})
    assert (status, reasons(answer)) == (400, ["issuer-key.not-issuer"])


def test_an_expected_purpose_is_asked_for(caller, credential):
    made = caller.issue(credential)
    assert caller.verify(made, expectedProofPurpose="assertionMethod")[0] == 200
    status, answer = caller.verify(made, expectedProofPurpose="authentication")
    assert (status, reasons(answer)) == (400, ["proof.purpose"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "request.malformed"),
        ({"verifiableCredential": None}, "request.malformed"),
        ({"verifiableCredential": "no token"}, "request.malformed"),
        ({"verifiableCredential": []}, "request.malformed"),
        ({"verifiableCredential": {}, "options": []}, "request.malformed"),
        ({"verifiableCredential": {}, "options": {"checks": "proof"}}, "request.malformed"),
        ({"verifiableCredential": {"type": ["NonconformingDocument"]}}, "format.type"),
        ({"verifiableCredential": {}}, "format.type"),
        ({"verifiableCredential": "eyJhbGciOiJub25lIn0.e30."}, "read.jws"),
    ],
)
def test_what_is_no_credential_is_refused_and_never_a_fault_of_ours(caller, body, reason):
    status, answer = caller.post("credentials/verify", body)
    assert status == 400
    assert reason in [one["reason"] for one in answer["errors"]] or reason == "read.jws"
    assert answer["verified"] is False


NO_REQUESTS = [b"", b"{", b"null", b"5", b"[]", b"\xff", b'{"a":NaN}', b'{"a":' * 200 + b"{}"]


@pytest.mark.parametrize("path", ["credentials/verify", "presentations/verify"])
def test_what_is_no_request_is_not_verified_either(caller, monkeypatch, path):
    """A caller that looks at nothing but ``verified`` finds it, whatever was wrong."""
    for data in NO_REQUESTS:
        status, answer = caller.post(path, data)
        assert (status, answer["verified"]) == (400, False), data
    status, answer = caller.post(path, b"{}", kind="text/plain")
    assert (status, answer["verified"]) == (400, False)
    monkeypatch.setattr(asking, "MAX_BODY", 100)
    status, answer = caller.post(path, b" " * 200)
    assert (status, answer["verified"]) == (413, False)


def test_old_and_future_credentials_are_refused(caller, credential):
    for dates, reason in (
        ({"validUntil": "2020-01-01T00:00:00Z"}, "validity.expired"),
        ({"validFrom": "2099-01-01T00:00:00Z"}, "validity.not-yet"),
    ):
        made = caller.issue({**credential, **dates})
        status, answer = caller.verify(made)
        assert (status, reasons(answer)) == (400, [reason])
        assert answer["errors"][0]["type"].endswith("#RANGE_ERROR")


# -- presentations -----------------------------------------------------------------------------


@pytest.fixture
def present():
    """Signs a presentation as the data model's suite does."""
    holder = PrivateKey.generate("ed25519")
    did = did_key(holder.public_key)

    def sign(tree, **more):
        stated = {name: one for name, one in tree.items() if one != []}
        proof = make_proof(
            Canonicals(tree, inline=True, stated=stated),
            suite=more.pop("suite", "eddsa-rdfc-2022"),
            signer=holder,
            method=f"{did}#{holder.public_key.to_multikey()}",
            created="2026-01-01T00:00:00Z",
            purpose=more.pop("purpose", "authentication"),
            more=more,
        )
        return {**tree, "proof": proof}

    sign.did = did
    return sign


def presentation(*inside, **more):
    tree = {"@context": [VC2], "type": ["VerifiablePresentation"], **more}
    return {**tree, "verifiableCredential": list(inside)} if inside else tree


def test_a_presentation_verifies_with_its_challenge_and_domain(caller, credential, present):
    bound = {"challenge": "c-1", "domain": "https://ask.example"}
    made = present(presentation(caller.issue(credential)), **bound)
    status, answer = caller.verify_vp(made, **bound)
    assert (status, answer["verified"]) == (200, True)
    assert any("not the holder" in one for one in answer["warnings"])
    assert caller.verify_vp(made, checks=[])[0] == 200, "nothing was asked for"
    for wrong, kind in (
        ({**bound, "challenge": "c-2"}, "INVALID_CHALLENGE_ERROR"),
        ({**bound, "domain": "https://x.example"}, "INVALID_DOMAIN_ERROR"),
    ):
        status, answer = caller.verify_vp(made, **wrong)
        assert status == 400
        assert answer["errors"][0]["type"].endswith(f"#{kind}")


def test_a_context_inside_a_context_is_read_when_it_stands_there_alone(caller, licence):
    """As the suite of eddsa-rdfc-2022 sends its proof chains, and as jsonld.js reads them."""
    made = caller.issue(licence)
    inner = made["@context"][1]
    for wrapped in ({"@context": inner}, {"@context": [{"@context": inner}]}):
        made["@context"][1] = wrapped
        assert caller.verify(made)[0] == 200, wrapped
    made["@context"][1] = {"@context": {**inner, "driverLicense": "urn:example:other"}}
    status, answer = caller.verify(made)
    assert (status, reasons(answer)) == (400, ["proof.signature"])
    made["@context"][1] = {"@context": inner, "more": "urn:example:more"}
    status, answer = caller.verify(made)
    assert (status, reasons(answer)) == (400, ["context.unsupported"])


def test_credentials_inside_may_bring_contexts_of_their_own(caller, licence, present):
    made = present(presentation(caller.issue(licence)))
    assert caller.verify_vp(made)[0] == 200
    made["verifiableCredential"][0]["@context"][1]["driverLicense"] = "urn:example:other"
    status, answer = caller.verify_vp(made)
    assert (status, "proof.signature" in reasons(answer)) == (400, True)


def test_an_asked_challenge_must_be_in_the_proof(caller, credential, present):
    made = present(presentation(caller.issue(credential)))
    status, answer = caller.verify_vp(made, challenge="c-1")
    assert (status, reasons(answer)) == (400, ["proof.challenge"])


def test_holders_and_empty_presentations(caller, present):
    for more in ({}, {"holder": present.did}, {"holder": {"id": present.did, "name": "Ann"}}):
        assert caller.verify_vp(present(presentation(**more)))[0] == 200
    for holder, reason in (
        ({"name": "Ann"}, "format.holder"),
        ("not a url", "format.holder"),
        ("did:example:acme", "issuer-key.not-issuer"),
    ):
        tree = presentation(holder=holder)
        with_proof = {**tree, "proof": present(presentation())["proof"]}
        signed = with_proof if reason == "format.holder" else present(tree)
        status, answer = caller.verify_vp(signed)
        assert (status, reasons(answer)) == (400, [reason])


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_a_presentation_may_say_that_it_holds_nothing(caller, present, suite):
    """As the W3C suites send it, signed in RDF, where an empty list is no statement, or in JSON."""
    made = present({**presentation(), "verifiableCredential": []}, suite=suite)
    status, answer = caller.verify_vp(made)
    assert (status, answer["verified"]) == (200, True), reasons(answer)
    made["verifiableCredential"] = [None]
    assert caller.verify_vp(made)[0] == 400


def test_elsewhere_an_empty_list_is_refused(caller, present):
    made = present({**presentation(), "termsOfUse": []})
    status, answer = caller.verify_vp(made)
    assert (status, reasons(answer)) == (400, ["lossless.empty"])


def test_an_envelope_has_the_context_that_defines_it(caller, credential):
    made = caller.issue(credential, "vc-jwt")
    assert caller.verify(made)[0] == 200
    del made["@context"]
    status, answer = caller.verify(made)
    assert (status, reasons(answer)) == (400, ["read.envelope"])


def test_an_unsigned_presentation_is_told_from_a_signed_one(caller, credential):
    made = caller.issue(credential, "vc-jwt")
    status, answer = caller.verify_vp(presentation(made))
    assert status == 200
    assert "Nobody signed the presentation" in answer["warnings"][0]
    status, answer = caller.verify_vp(presentation(made), challenge="c-1")
    assert (status, reasons(answer)) == (400, ["proof.challenge"])
    for tree, reason in (
        (presentation(credential | {"issuer": "did:example:i"}), "proof.missing"),
        (presentation(), "format.empty"),
        (presentation("a text"), "read.part"),
        ({**presentation(made), "@context": ["https://x.example/1", VC2]}, "context.order"),
        (presentation({**made, "type": "Other"}), "format.type"),
        (presentation({**credential, "type": ["Other"]}), "format.type"),
    ):
        status, answer = caller.verify_vp(tree)
        assert status == 400
        assert reason in reasons(answer), (reason, reasons(answer))


@pytest.mark.parametrize("tree", [{"type": ["NonconformingDocument"]}, {}, {"type": 5}])
def test_what_is_no_presentation_is_refused(caller, tree):
    status, answer = caller.verify_vp(tree)
    assert (status, answer["verified"]) == (400, False)


def test_a_credential_is_no_presentation_and_the_reverse(caller, credential, present):
    made = caller.issue(credential)
    assert reasons(caller.verify_vp(made)[1]) == ["format.type"]
    status, _answer = caller.verify(present(presentation(made)))
    assert status == 400
