"""ecdsa-sd-2023: whatever is changed in a derived badge or its proof is refused."""

import pytest

from sd_badges import (
    BADGE,
    CHOSEN,
    DID,
    ISSUER,
    KEY,
    changed,
    expected_reason,
    issued,
    leaves,
    other,
    refusal,
    shown,
)
from stackmark.errors import CheckFailed, UsageError
from stackmark.keys.multibase import b64url_decode, b64url_encode
from stackmark.keys.private import PrivateKey
from stackmark.limits import MAX_PROOF_VALUE
from stackmark.proofs import ecdsa_sd
from stackmark.proofs.ecdsa_sd import derive, verify_base, verify_derived
from stackmark.proofs.sd_statements import label, shown_lines
from stackmark.proofs.sd_values import DerivedValue, parse_value


@pytest.mark.parametrize("pointers", [CHOSEN, [""]], ids=["part", "all"])
def test_every_changed_value_is_refused(pointers):
    document, proof = shown(pointers)

    def change(place, step):
        place[step] = other(place[step])

    seen = 0
    for path in leaves(document):
        assert refusal(changed(document, path, change), proof) == expected_reason(path), path
        seen += 1
    assert seen > 20


def test_every_removed_member_is_refused():
    document, proof = shown(CHOSEN)

    def change(place, step):
        del place[step]

    for path in leaves(document):
        if path[0] != "@context":
            reason = refusal(changed(document, path, change), proof)
            assert reason in ("proof.signature", "lossless.undefined-term", "lossless.empty"), path


def test_removed_mandatory_statement():
    document, proof = shown([])
    del document["validFrom"]
    assert refusal(document, proof) == "proof.signature"


def test_removed_mandatory_statement_with_the_proof_adapted():
    document, proof = shown([])
    value = parse_value(proof["proofValue"])
    lines = shown_lines(document, [label(one) for one in value.labels], strict=True)
    gone = next(place for place, line in enumerate(lines) if "validFrom" in line)
    del document["validFrom"]
    mandatory = [place - (place > gone) for place in value.mandatory if place != gone]
    forged = DerivedValue(
        value.signature, value.proof_key, value.signatures, value.labels, mandatory
    )
    with pytest.raises(CheckFailed, match="issuer's signature") as caught:
        verify_derived(document, {**proof, "proofValue": forged.to_text()}, KEY)
    assert caught.value.reason == "proof.signature"


def test_mandatory_position_past_the_end():
    document, proof = shown([])
    value = parse_value(proof["proofValue"])
    mandatory = [*value.mandatory, value.mandatory[-1] + 100]
    forged = DerivedValue(
        value.signature, value.proof_key, value.signatures, value.labels, mandatory
    )
    with pytest.raises(CheckFailed, match="is missing") as caught:
        verify_derived(document, {**proof, "proofValue": forged.to_text()}, KEY)
    assert caught.value.reason == "proof.signature"


def test_removed_chosen_statement_with_its_signature_is_just_another_choice():
    wide, _ = shown(["/name", "/credentialSubject/identifier/1"])
    narrow, proof = shown(["/name"])
    assert narrow.keys() == wide.keys()
    verify_derived(narrow, proof, KEY)


def test_added_statement():
    document, proof = shown(CHOSEN)
    document["description"] = "added"
    assert refusal(document, proof) == "proof.signature"


def test_statement_of_another_badge_with_its_signature():
    document, proof = shown(["/name"])
    foreign_badge = {**BADGE, "name": "Brain surgery"}
    own_key = PrivateKey.generate("p256")
    _, foreign_proof = shown(["/name"], issued(foreign_badge, proof_private=own_key))
    value, stolen = (parse_value(one["proofValue"]) for one in (proof, foreign_proof))
    forged = DerivedValue(
        value.signature, value.proof_key, stolen.signatures, value.labels, value.mandatory
    )
    document["name"] = "Brain surgery"
    assert refusal(document, {**proof, "proofValue": forged.to_text()}) == "proof.signature"


def test_values_that_change_places():
    document, proof = shown(["/credentialSubject/identifier"])
    first, second = document["credentialSubject"]["identifier"]
    first["identityHash"], second["identityHash"] = second["identityHash"], first["identityHash"]
    assert refusal(document, proof) == "proof.signature"


def test_two_objects_under_one_label():
    document, proof = shown(["/credentialSubject/identifier"])
    value = parse_value(proof["proofValue"])
    forged = DerivedValue(
        value.signature,
        value.proof_key,
        value.signatures,
        [value.labels[0], *value.labels[:-1]],
        value.mandatory,
    )
    assert refusal(document, {**proof, "proofValue": forged.to_text()}) == "proof.encoding"


@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [
        ("created", "2026-03-01T09:00:01Z", "proof.signature"),
        ("verificationMethod", f"{DID}#other", "proof.signature"),
        ("proofPurpose", "authentication", "proof.signature"),
        ("expires", "2030-01-01T00:00:00Z", "proof.signature"),
        ("cryptosuite", "ecdsa-rdfc-2019", "proof.unsupported"),
        ("type", "Ed25519Signature2020", "proof.unsupported"),
        ("surprise", "x", "lossless.undefined-term"),
        ("proofValue", None, "proof.encoding"),
        ("proofValue", "z2V0B", "proof.encoding"),
        ("proofValue", "u2V0B", "proof.encoding"),
        ("proofValue", "u" + "A" * MAX_PROOF_VALUE, "proof.encoding"),
    ],
)
def test_changed_proof_member(member, value, reason):
    document, proof = shown(CHOSEN)
    assert refusal(document, {**proof, member: value}) == reason


def test_every_changed_byte_of_the_value_is_refused():
    document, proof = shown(["/name"])
    data = b64url_decode(proof["proofValue"][1:])
    reasons = set()
    for place in range(len(data)):
        forged = bytearray(data)
        forged[place] ^= 1
        text = "u" + b64url_encode(bytes(forged))
        reasons.add(refusal(document, {**proof, "proofValue": text}))
    assert reasons == {"proof.encoding", "proof.signature"}


def test_cut_value():
    document, proof = shown(["/name"])
    data = b64url_decode(proof["proofValue"][1:])
    for length in range(len(data)):
        text = "u" + b64url_encode(data[:length])
        assert refusal(document, {**proof, "proofValue": text}) == "proof.encoding"
    text = "u" + b64url_encode(data + b"\0")
    assert refusal(document, {**proof, "proofValue": text}) == "proof.encoding"


def test_base_proof_is_not_for_verifiers():
    secured = issued()
    with pytest.raises(CheckFailed, match="derive") as caught:
        verify_derived(BADGE, secured["proof"], KEY)
    assert caught.value.reason == "proof.base"


def test_derived_proof_is_not_derived_again():
    document, proof = shown(["/name"])
    for call in (
        lambda: derive(document, proof=proof, selective_pointers=[]),
        lambda: verify_base(document, proof, KEY),
    ):
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.reason == "usage.proof"


def test_another_issuers_key():
    document, proof = shown(["/name"])
    assert refusal(document, proof, PrivateKey.generate("p256").public_key) == "proof.signature"


@pytest.mark.parametrize("algorithm", ["ed25519", "p384"])
def test_key_of_another_kind(algorithm):
    document, proof = shown(["/name"])
    assert refusal(document, proof, PrivateKey.generate(algorithm).public_key) == "proof.key-type"


def test_proof_key_that_is_no_point():
    document, proof = shown(["/name"])
    value = parse_value(proof["proofValue"])
    broken = b"\x80\x24\x02" + b"\xff" * 32
    options_hash = ecdsa_sd._options_hash(document, proof, strict=True)
    lines = shown_lines(document, [label(one) for one in value.labels], strict=True)
    mandatory = [lines[place] for place in value.mandatory]
    signature = ISSUER.sign(ecdsa_sd._signed_bytes(options_hash, broken, mandatory))
    forged = DerivedValue(signature, broken, value.signatures, value.labels, value.mandatory)
    assert refusal(document, {**proof, "proofValue": forged.to_text()}) == "proof.encoding"


def test_changed_document_is_noticed_by_issuer_and_holder():
    secured = issued()
    proof = secured["proof"]
    for name, value in (("name", "x"), ("validFrom", "2020-01-01T00:00:00Z")):
        assert refusal({**BADGE, name: value}, proof, check=verify_base) == "proof.signature"
    longer = {**secured, "description": "added"}
    with pytest.raises(CheckFailed) as caught:
        derive(longer, proof=proof, selective_pointers=["/name"])
    assert caught.value.reason == "proof.signature"


def test_what_a_strict_reader_refuses_is_not_signed():
    document = {**BADGE, "surprise": "not in a context"}
    with pytest.raises(CheckFailed) as caught:
        issued(document)
    assert caught.value.reason == "lossless.undefined-term"
