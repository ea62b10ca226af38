"""ecdsa-sd-2023: the W3C vectors step by step, and a badge derived by foreign software."""

import hashlib
import json

import pytest

from shared import need_shared
from stackmark.canonical import contexts
from stackmark.canonical.active_context import INITIAL
from stackmark.canonical.emitter import to_quads
from stackmark.canonical.rdfc import canonicalize_quads
from stackmark.errors import CheckFailed
from stackmark.keys.multibase import multibase_decode
from stackmark.keys.private import PrivateKey
from stackmark.keys.public import PublicKey
from stackmark.proofs import ecdsa_sd
from stackmark.proofs.ecdsa_sd import derive, make_base_proof, verify_base, verify_derived
from stackmark.proofs.sd_select import select
from stackmark.proofs.sd_statements import (
    Statements,
    hidden_labels,
    label,
    secret_digest,
    shown_lines,
)
from stackmark.proofs.sd_values import BaseValue, DerivedValue, parse_value
from stackmark.proofs.suites import SUITES, Canonicals, proof_options

# -- the W3C vectors ---------------------------------------------------------------------

CITIZENSHIP = "https://w3id.org/citizenship/v4rc1"
CITIZENSHIP_TERMS = {  # ours: just the terms that the vectors' statements show
    **{
        name: f"https://schema.org/{name}"
        for name in ("familyName", "gender", "givenName", "identifier", "Person")
    },
    **{
        name: f"https://w3id.org/citizenship#{name}"
        for name in (
            "PermanentResidentCardCredential",
            "PermanentResidentCard",
            "PermanentResident",
            "permanentResidentCard",
            "birthCountry",
            "commuterClassification",
            "lprCategory",
            "lprNumber",
        )
    },
    "image": {"@id": "https://schema.org/image", "@type": "@id"},
    "birthDate": {
        "@id": "https://schema.org/birthDate",
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
    },
    "residentSince": {
        "@id": "https://w3id.org/citizenship#residentSince",
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
    },
}


class Vectors:
    """The files of one vector; the credential, its proof and its keys."""

    def __init__(self):
        suite = need_shared() / "vectors" / "vc-di-ecdsa"
        self.folder = suite / "ecdsa-sd-2023" / "prc"
        keys = json.loads((suite / "ecdsa-sd-2023" / "SDKeyMaterial.json").read_text())
        self.base_key = PrivateKey.from_multikey(keys["baseKeyPair"]["secretKeyMultibase"])
        self.proof_key = PrivateKey.from_multikey(keys["proofKeyPair"]["secretKeyMultibase"])
        self.hmac_key = bytes.fromhex(keys["hmacKeyString"])
        self.mandatory = json.loads((suite / "prCredMandatory.json").read_text())
        self.selective = json.loads((suite / "prCredSelective.json").read_text())
        self.secured = self["addSignedSDBase"]
        self.proof = self.secured["proof"]
        self.document = {k: v for k, v in self.secured.items() if k != "proof"}

    def __getitem__(self, name):
        return json.loads((self.folder / f"{name}.json").read_text())

    def statements(self):
        return Statements(self.document, hidden_labels(self.hmac_key), strict=False)


@pytest.fixture
def prc(monkeypatch):
    vectors = Vectors()
    pinned = contexts.load

    def load(url):
        return {"@context": CITIZENSHIP_TERMS} if url == CITIZENSHIP else pinned(url)

    monkeypatch.setattr(contexts, "load", load)
    monkeypatch.setattr(INITIAL, "memo", {})  # nothing made from our stand-in may live on
    return vectors


def as_map(entry):
    assert entry["dataType"] == "Map"
    return dict(entry["value"])


def test_vector_canonical_document(prc):
    lines = canonicalize_quads(to_quads(prc.document)).lines
    assert sorted(lines) == sorted(prc["addBaseDocCanon"])


def test_vector_secret_labels(prc):
    assert prc.statements().lines == prc["addBaseDocHMACCanon"]


def test_vector_mandatory_and_other_statements(prc):
    expected = prc["addBaseTransform"]
    assert expected["mandatoryPointers"] == prc.mandatory
    statements = prc.statements()
    chosen = statements.group(prc.mandatory).lines
    numbered = dict(enumerate(statements.lines))
    assert {k: v for k, v in numbered.items() if v in chosen} == as_map(expected["mandatory"])
    assert {k: v for k, v in numbered.items() if v not in chosen} == as_map(
        expected["nonMandatory"]
    )


def test_vector_pointer_values(prc):
    for entry in prc["addPointerValues"]:
        chosen = select(prc.document, [entry["pointer"]]).tree
        assert chosen[entry["pointer"][1:]] == entry["value"]


def test_vector_proof_options(prc):
    options = proof_options(prc.proof, prc.document["@context"], SUITES["ecdsa-sd-2023"])
    assert options == prc["addProofConfig"]
    canonical = (prc.folder / "addProofConfigCanon.txt").read_text().strip()
    assert "".join(Canonicals(options).lines()).strip() == canonical


def test_vector_hashes(prc):
    expected = prc["addHashData"]
    options = proof_options(prc.proof, prc.document["@context"], SUITES["ecdsa-sd-2023"])
    assert Canonicals(options).hash("rdfc", "sha256").hex() == expected["proofHash"]
    statements = prc.statements()
    chosen = statements.group(prc.mandatory).lines
    joined = "".join(line for line in statements.lines if line in chosen)
    assert hashlib.sha256(joined.encode()).hexdigest() == expected["mandatoryHash"]


def test_vector_base_signatures(prc):
    raw = prc["addRawBaseSignatureInfo"]
    value = parse_value(prc.proof["proofValue"])
    assert isinstance(value, BaseValue)
    assert value.signature.hex() == raw["baseSignature"]
    assert value.proof_key == multibase_decode(raw["publicKey"])
    assert [signature.hex() for signature in value.signatures] == raw["signatures"]
    others = as_map(prc["addBaseTransform"]["nonMandatory"]).values()
    for line, signature in zip(others, value.signatures, strict=True):
        assert prc.proof_key.public_key.verify(signature, line.encode())
    hashes = prc["addHashData"]
    data = (
        bytes.fromhex(hashes["proofHash"])
        + value.proof_key
        + bytes.fromhex(hashes["mandatoryHash"])
    )
    assert prc.base_key.public_key.verify(value.signature, data)


def test_vector_base_proof_is_made_bit_for_bit(prc):
    if prc.base_key.sign(b"same") != prc.base_key.sign(b"same"):
        pytest.skip("this build of the crypto library signs with fresh nonces only")
    options = {name: value for name, value in prc.proof.items() if name != "proofValue"}
    made = make_base_proof(
        prc.document,
        options=options,
        signer=prc.base_key,
        mandatory_pointers=prc.mandatory,
        hmac_key=prc.hmac_key,
        proof_private=prc.proof_key,
        strict=False,
    )
    assert made == prc.proof


def test_vector_base_proof_verifies(prc):
    verify_base(prc.document, prc.proof, prc.base_key.public_key, strict=False)


def test_vector_recovered_base_data(prc):
    expected = prc["derivedRecoveredBaseData"]
    value = parse_value(prc.proof["proofValue"])
    assert isinstance(value, BaseValue)
    assert value.signature.hex() == expected["baseSignature"]
    assert value.proof_key == multibase_decode(expected["proofPublicKey"])
    assert value.hmac_key.hex() == expected["hmacKey"]
    assert [signature.hex() for signature in value.signatures] == expected["signatures"]
    assert value.pointers == expected["mandatoryPointers"]


def test_vector_groups(prc):
    expected = prc["derivedAllGroupData"]
    statements = prc.statements()
    assert statements.lines == expected["nquads"]
    groups = {
        "mandatory": statements.group(prc.mandatory),
        "selective": statements.group(prc.selective),
        "combined": statements.group(prc.mandatory + prc.selective),
    }
    for name, group in groups.items():
        matching = {k: v for k, v in enumerate(statements.lines) if v in group.lines}
        assert matching == as_map(expected["groups"][name]["matching"])
        assert len(group.quads) == len(expected["groups"][name]["deskolemizedNQuads"])
    canonical = canonicalize_quads(to_quads(prc.document)).labels.values()
    labels = {label(secret_digest(prc.hmac_key, name))[2:] for name in canonical}
    assert labels == set(as_map(expected["labelMap"]).values())


def test_vector_group_indexes(prc):
    expected = prc["derivedGroupIndexes"]
    statements = prc.statements()

    def places(pointers):
        chosen = statements.group(pointers).lines
        return [place for place, line in enumerate(statements.lines) if line in chosen]

    mandatory = places(prc.mandatory)
    assert mandatory == expected["mandatoryIndexes"]
    assert places(prc.selective) == expected["selectiveIndexes"]
    assert places(prc.mandatory + prc.selective) == expected["combinedIndexes"]
    others = [place for place in range(len(statements.lines)) if place not in mandatory]
    assert others == expected["nonMandatoryIndexes"]


def test_vector_disclosure_data(prc):
    expected = prc["derivedDisclosureData"]
    derived = derive(prc.secured, proof=prc.proof, selective_pointers=prc.selective, strict=False)
    value = parse_value(derived["proof"]["proofValue"])
    assert isinstance(value, DerivedValue)
    assert value.signature.hex() == expected["baseSignature"]
    assert value.proof_key == multibase_decode(expected["publicKey"])
    assert [signature.hex() for signature in value.signatures] == expected["signatures"]
    adjusted = prc["derivedAdjSignatures"]
    assert expected["signatures"] == adjusted["filteredSignatures"]
    names = {f"c14n{rank}": label(digest)[2:] for rank, digest in enumerate(value.labels)}
    assert names == as_map(expected["labelMap"])
    assert value.mandatory == expected["mandatoryIndexes"]
    assert value.mandatory == prc["derivedAdjMandatoryIndexes"]["adjMandatoryIndexes"]


def test_vector_reveal_document(prc):
    derived = derive(prc.secured, proof=prc.proof, selective_pointers=prc.selective, strict=False)
    assert derived == prc["derivedRevealDocument"]
    del derived["proof"]
    assert derived == prc["derivedUnsignedReveal"]


def test_vector_verification_data(prc):
    shown = prc["derivedRevealDocument"]
    proof = shown.pop("proof")
    value = parse_value(proof["proofValue"])
    assert isinstance(value, DerivedValue)
    parsed = prc["verifyDerivedProofValue"]
    assert value.signature.hex() == parsed["baseSignature"]
    assert value.proof_key == multibase_decode(parsed["publicKey"])
    assert [signature.hex() for signature in value.signatures] == parsed["signatures"]
    assert [label(digest)[2:] for digest in value.labels] == [
        name for _, name in parsed["labelMap"]
    ]
    assert value.mandatory == parsed["mandatoryIndexes"]
    lines = shown_lines(shown, [label(one) for one in value.labels], strict=False)
    assert lines == prc["verifyNQuads"]
    data = prc["verifyCreateVerifyData"]
    mandatory = [line for place, line in enumerate(lines) if place in value.mandatory]
    assert hashlib.sha256("".join(mandatory).encode()).hexdigest() == data["mandatoryHash"]
    assert [line for line in lines if line not in mandatory] == data["nonMandatory"]
    assert ecdsa_sd._options_hash(shown, proof, strict=False).hex() == data["proofHash"]


def test_vector_derived_proof_verifies_strictly_too(prc):
    shown = prc["derivedRevealDocument"]
    proof = shown.pop("proof")
    verify_derived(shown, proof, prc.base_key.public_key, strict=True)


def test_stand_in_context_does_not_stay():
    with pytest.raises(CheckFailed) as caught:
        to_quads({"@context": CITIZENSHIP, "type": "Person"})
    assert caught.value.reason == "context.unknown"


# -- a badge derived by somebody else's software ------------------------------------------

FOREIGN_KEY = "zDnaekGZTbQBerwcehBSXLqAg6s55hVEBms1zFy89VHXtJSa9"


def foreign():
    path = need_shared() / "vectors/1edtech-validator/ob30/sd/derivedcredential.json"
    document = json.loads(path.read_text())
    (proof,) = document.pop("proof")
    return document, proof, PublicKey.from_multikey(FOREIGN_KEY)


def test_foreign_derived_badge_verifies():
    document, proof, key = foreign()
    verify_derived(document, proof, key)


def test_foreign_derived_badge_changed():
    document, proof, key = foreign()
    document["credentialSubject"]["achievement"]["name"] = "Leadership"
    with pytest.raises(CheckFailed, match="Leadership") as caught:
        verify_derived(document, proof, key)
    assert caught.value.reason == "proof.signature"
