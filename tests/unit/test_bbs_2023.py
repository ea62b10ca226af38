"""bbs-2023 on own badges and on W3C's vectors: what can be shown, and what is refused."""

import dataclasses
import json

import pytest

from sample_keys import key
from sd_badges import (
    BADGE,
    CHOSEN,
    MANDATORY,
    POINTERS,
    SECRET,
    changed,
    expected_reason,
    leaves,
    other,
    pointer_error,
)
from sd_badges import OPTIONS as OPTIONS_OF_SD
from shared import need_shared
from stackmark.errors import CheckFailed, UsageError
from stackmark.keys.multibase import b64url_decode, b64url_encode
from stackmark.keys.private import PrivateKey
from stackmark.keys.public import PublicKey
from stackmark.limits import MAX_BBS_STATEMENTS
from stackmark.proofs import bbs_2023, selective
from stackmark.proofs.bbs_2023 import derive, make_base_proof, verify_base, verify_derived
from stackmark.proofs.bbs_values import BaseValue, DerivedValue, parse_value
from stackmark.proofs.cbor import encode
from stackmark.proofs.sd_statements import Statements, shown_lines, shuffled_labels

ISSUER = key("bls12381")
KEY = ISSUER.public_key
OPTIONS = {**OPTIONS_OF_SD, "cryptosuite": "bbs-2023"}
SEED = bytes(range(32, 64))


def issued(document=BADGE, mandatory=MANDATORY, **more):
    how = {"options": OPTIONS, "signer": ISSUER, "hmac_key": SECRET, **more}
    return {**document, "proof": make_base_proof(document, mandatory_pointers=mandatory, **how)}


def shown(pointers, secured=None, **more):
    secured = secured or issued()
    made = derive(
        secured, proof=secured["proof"], selective_pointers=pointers, **{"seed": SEED, **more}
    )
    return {name: value for name, value in made.items() if name != "proof"}, made["proof"]


def refusal(document, proof, public=KEY, check=verify_derived):
    with pytest.raises(CheckFailed) as caught:
        check(document, proof, public)
    return caught.value.reason


def forged(proof, **members):
    value = dataclasses.replace(parse_value(proof["proofValue"]), **members)
    return {**proof, "proofValue": value.to_text()}


def test_round_trip():
    secured = issued()
    assert secured["proof"]["proofValue"].startswith("u2V0C")
    verify_base(BADGE, secured["proof"], KEY)
    document, proof = shown(CHOSEN, secured)
    assert proof["proofValue"].startswith("u2V0D")
    verify_derived(document, proof, KEY)
    assert "name" not in document
    assert document["credentialSubject"].keys() == {"type", "identifier", "achievement"}


def test_nothing_hidden_and_nothing_to_link_is_in_the_derived_text():
    secured = issued()
    base = parse_value(secured["proof"]["proofValue"])
    document, proof = shown(["/credentialSubject/identifier/1"], secured)
    held = b64url_decode(proof["proofValue"][1:])
    assert "ana@example.org" not in json.dumps([document, proof])
    for secret in (SECRET, SEED, base.signature[:48], base.signature[48:], b"ana@example.org"):
        assert secret not in held
    _, again = shown(["/credentialSubject/identifier/1"], secured, seed=bytes(32))
    one, two = parse_value(proof["proofValue"]).proof, parse_value(again["proofValue"]).proof
    assert all(one[at : at + 16] != two[at : at + 16] for at in range(0, len(one), 16))


def test_the_same_seed_gives_the_same_proof():
    assert shown(CHOSEN) == shown(CHOSEN)


@pytest.mark.parametrize("pointers", [[], [""]], ids=["mandatory", "all"])
def test_least_and_most(pointers):
    document, proof = shown(pointers)
    verify_derived(document, proof, KEY)
    assert (document == BADGE) == bool(pointers)


def test_everything_mandatory():
    secured = issued(mandatory=[""])
    document, proof = shown([], secured)
    assert document == BADGE
    assert parse_value(proof["proofValue"]).statements == 0
    verify_derived(document, proof, KEY)


def test_nothing_mandatory():
    secured = issued(mandatory=[])
    document, proof = shown(["/name"], secured)
    verify_derived(document, proof, KEY)
    assert "choose" in pointer_error(lambda: shown([], secured))


@pytest.mark.parametrize("pointer", POINTERS)
def test_every_part_can_be_shown(pointer):
    document, proof = shown([pointer])
    verify_derived(document, proof, KEY)


def test_a_presentation_header_is_bound_to_the_proof():
    document, proof = shown(CHOSEN, presentation_header=b"for you, today")
    verify_derived(document, proof, KEY)
    assert parse_value(proof["proofValue"]).presentation_header == b"for you, today"
    assert refusal(document, forged(proof, presentation_header=b"")) == "proof.signature"


@pytest.mark.parametrize("pointers", [CHOSEN, [""]], ids=["part", "all"])
def test_every_changed_value_is_refused(pointers):
    document, proof = shown(pointers)

    def change(place, step):
        place[step] = other(place[step])

    for path in leaves(document):
        assert refusal(changed(document, path, change), proof) == expected_reason(path), path


def test_every_changed_option_is_refused():
    document, proof = shown(CHOSEN)
    for name, value in {
        "created": "2026-03-01T09:00:01Z",
        "expires": "2027-03-01T09:00:00Z",
    }.items():
        assert refusal(document, {**proof, name: value}) == "proof.signature", name
    assert refusal(document, {**proof, "cryptosuite": "ecdsa-sd-2023"}) == "proof.unsupported"


def test_added_and_removed_statements():
    document, proof = shown(CHOSEN)
    assert refusal({**document, "description": "added"}, proof) == "proof.signature"
    less = {name: value for name, value in document.items() if name != "validFrom"}
    assert refusal(less, proof) == "proof.signature"


def test_a_mandatory_statement_cannot_be_taken_out_with_the_proof_adapted():
    document, proof = shown([])
    value = parse_value(proof["proofValue"])
    lines = shown_lines(document, [f"_:b{one}" for one in value.labels])
    gone = next(place for place, line in enumerate(lines) if "validFrom" in line)
    del document["validFrom"]
    mandatory = [place - (place > gone) for place in value.mandatory if place != gone]
    assert refusal(document, forged(proof, mandatory=mandatory)) == "proof.signature"


def test_mandatory_and_chosen_cannot_be_swapped():
    document, proof = shown(["/name"])
    value = parse_value(proof["proofValue"])
    swapped = forged(proof, mandatory=value.mandatory[1:], shown=[0, *value.shown])
    assert refusal(document, swapped) == "proof.signature"
    past = forged(proof, mandatory=[*value.mandatory, 10_000])
    assert refusal(document, past) == "proof.signature"


def test_labels_that_change_places():
    document, proof = shown([""])
    labels = parse_value(proof["proofValue"]).labels
    assert refusal(document, forged(proof, labels=labels[::-1])) == "proof.signature"
    assert refusal(document, forged(proof, labels=labels[:-1])) == "proof.signature"


def test_another_key_and_another_kind_of_key():
    document, proof = shown(CHOSEN)
    assert refusal(document, proof, key("bls12381", 2).public_key) == "proof.signature"
    assert refusal(document, proof, key("p256").public_key) == "proof.key-type"


def test_a_base_proof_is_not_for_showing():
    secured = issued()
    assert refusal(BADGE, secured["proof"]) == "proof.base"


def test_a_base_proof_of_another_document():
    proof = issued()["proof"]
    foreign = {**BADGE, "name": "Brain surgery", "proof": proof}
    assert refusal({**BADGE, "name": "x"}, proof, check=verify_base) == "proof.signature"
    with pytest.raises(CheckFailed) as caught:
        shown(["/name"], foreign)
    assert caught.value.reason == "proof.signature"


def test_a_base_proof_with_another_key_inside():
    proof = forged(issued()["proof"], public_key=key("bls12381", 2).public_key.raw)
    assert refusal(BADGE, proof, check=verify_base) == "proof.signature"
    with pytest.raises(CheckFailed) as caught:
        shown(["/name"], {**BADGE, "proof": forged(proof, public_key=bytes(96))})
    assert caught.value.reason == "issuer-key.malformed"


def usage(call):
    with pytest.raises(UsageError) as caught:
        call()
    return caught.value.reason


def test_wrong_ingredients():
    assert usage(lambda: issued(signer=key("p256"))) == "usage.key"
    assert usage(lambda: issued(hmac_key=bytes(31))) == "usage.key"
    assert usage(lambda: issued(options=OPTIONS_OF_SD)) == "usage.suite"
    assert usage(lambda: shown(CHOSEN, seed=b"")) == "usage.key"
    secured = issued()
    _, derived = shown(CHOSEN, secured)
    assert usage(lambda: shown(CHOSEN, {**BADGE, "proof": derived})) == "usage.proof"
    assert usage(lambda: shown(["/nowhere"], secured)) == "usage.pointer"


def test_too_many_statements_are_refused_before_signing(monkeypatch):
    monkeypatch.setattr(bbs_2023, "MAX_BBS_STATEMENTS", 5)
    assert usage(lambda: issued(mandatory=[])) == "usage.too-large"


def test_one_door_for_both_suites():
    secured = issued()
    assert selective.base_proof([{"type": "x"}, secured["proof"]]) == secured["proof"]
    assert usage(lambda: selective.base_proof([secured["proof"]] * 2)) == "usage.proof"
    assert usage(lambda: selective.base_proof(["x"])) == "usage.proof"
    made = selective.derive(
        secured, proof=secured["proof"], selective_pointers=CHOSEN, seed=bytes(32)
    )
    assert [selective.is_base(one["proof"]) for one in (secured, made)] == [True, False]
    document = {name: value for name, value in made.items() if name != "proof"}
    selective.verify_derived(document, made["proof"], KEY)
    selective.verify_base(BADGE, secured["proof"], KEY)


# The values.

PROOF = b"\1" * (272 + 32)  # of one hidden statement
BASE = [b"\1" * 80, b"\2" * 64, b"\3" * 96, b"\4" * 32, ["/issuer"]]
DERIVED = [PROOF, {0: 4, 1: 2}, [0, 2], [0, 1], b"hello"]


def text(last, parts):
    return "u" + b64url_encode(b"\xd9\x5d" + bytes([last]) + encode(parts))


def value_refusal(value):
    with pytest.raises(CheckFailed) as caught:
        parse_value(value)
    return f"{caught.value.reason}: {caught.value.detail}"


def test_values_there_and_back():
    assert parse_value(text(2, BASE)) == BaseValue(*BASE)
    derived = parse_value(text(3, DERIVED))
    assert derived == DerivedValue(PROOF, [4, 2], [0, 2], [0, 1], b"hello")
    assert derived.statements == 3
    assert (BaseValue(*BASE).to_text(), derived.to_text()) == (text(2, BASE), text(3, DERIVED))


@pytest.mark.parametrize(
    ("place", "part", "word"),
    [
        (0, b"\1" * 79, "80 bytes"),
        (1, b"\2" * 63, "64 bytes"),
        (2, b"\3" * 95, "96 bytes"),
        (3, "4" * 32, "32 bytes"),
        (4, "/issuer", "no list"),
        (4, [b"/issuer"], "not text"),
    ],
)
def test_malformed_base(place, part, word):
    assert word in value_refusal(text(2, [*BASE[:place], part, *BASE[place + 1 :]]))


@pytest.mark.parametrize(
    ("place", "part", "word"),
    [
        (0, "text", "some bytes"),
        (0, PROOF[1:], "which no proof has"),
        (0, PROOF[:240], "which no proof has"),
        (0, bytes(272 + 32 * MAX_BBS_STATEMENTS), "are read"),
        (1, [4, 2], "label map"),
        (1, {1: 4, 2: 2}, "without a gap"),
        (1, {0: 4, 1: 4}, "not different numbers"),
        (1, {0: b"4"}, "not different numbers"),
        (2, [2, 0], "ascending"),
        (3, [1, 1], "ascending"),
        (3, [0, 3], "beyond"),
        (4, "hello", "some bytes"),
    ],
)
def test_malformed_derived(place, part, word):
    assert word in value_refusal(text(3, [*DERIVED[:place], part, *DERIVED[place + 1 :]]))


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (None, "proof.encoding: The proofValue is missing"),
        (text(0, DERIVED), "proof.encoding: The proofValue does not start"),
        (text(3, DERIVED[:4]), "five parts"),
        (text(3, 5), "five parts"),
        (text(4, [*BASE, 1]), "proof.unsupported"),
        (text(9, [*DERIVED, 1, 2]), "proof.unsupported"),
    ],
)
def test_malformed_text(value, word):
    assert word in value_refusal(value)


# W3C "Data Integrity BBS Cryptosuites v1.0", appendix A, the baseline proof step by step.


class Vector:
    def __init__(self):
        self.folder = need_shared() / "vectors" / "vc-di-bbs"
        keys = self.read("BBSKeyMaterial")
        self.private = PrivateKey.from_bytes(bytes.fromhex(keys["privateKeyHex"]))
        self.public = self.private.public_key
        self.hmac_key = bytes.fromhex(keys["hmacKeyString"])
        self.document = self.read("windDoc")
        self.mandatory = self.read("windMandatory")
        self.base = self.read("addSignedSDBase")
        self.derived = self.read("derivedRevealDocument")

    def read(self, name):
        return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def vector():
    return Vector()


def test_the_key_of_w3c(vector):
    assert vector.public.raw.hex() == vector.read("BBSKeyMaterial")["publicKeyHex"]
    method = vector.base["proof"]["verificationMethod"]
    assert PublicKey.from_multikey(method.partition("#")[2]) == vector.public


def test_shuffled_statements_of_w3c(vector):
    statements = Statements(vector.document, shuffled_labels(vector.hmac_key), strict=False)
    assert statements.lines == vector.read("addBaseDocHMACCanon")
    parted = vector.read("addBaseTransform")
    mandatory = statements.group(vector.mandatory).lines
    for name, inside in (("mandatory", True), ("nonMandatory", False)):
        wanted = [line for _, line in parted[name]["value"]]
        assert [line for line in statements.lines if (line in mandatory) == inside] == wanted


def test_base_proof_of_w3c(vector):
    options = {name: value for name, value in vector.base["proof"].items() if name != "proofValue"}
    proof = make_base_proof(
        vector.document,
        options=options,
        signer=vector.private,
        mandatory_pointers=vector.mandatory,
        hmac_key=vector.hmac_key,
        strict=False,
    )
    value = parse_value(proof["proofValue"])
    hashes = vector.read("addHashData")
    assert value.header.hex() == hashes["proofHash"] + hashes["mandatoryHash"]
    assert value.signature.hex() == vector.read("addRawBaseSignatureInfo")["bbsSignature"]
    assert {**vector.document, "proof": proof} == vector.base
    verify_base(vector.document, proof, vector.public, strict=False)


def test_derived_proof_of_w3c(vector):
    theirs = dict(vector.derived)
    proof = theirs.pop("proof")
    verify_derived(theirs, proof, vector.public, strict=False)
    value, told = parse_value(proof["proofValue"]), vector.read("derivedDisclosureData")
    assert value.proof.hex() == told["bbsProof"]
    mine = derive(
        vector.base,
        proof=vector.base["proof"],
        selective_pointers=vector.read("windSelective"),
        seed=SEED,
        presentation_header=value.presentation_header,
        strict=False,
    )
    ours = parse_value(mine["proof"]["proofValue"])
    assert dataclasses.replace(ours, proof=value.proof) == value
    assert {name: part for name, part in mine.items() if name != "proof"} == theirs
