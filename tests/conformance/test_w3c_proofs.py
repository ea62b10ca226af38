"""W3C Data Integrity vectors, every step between the document and its signature.

Selective disclosure (ecdsa-sd-2023) is compared step by step in tests/unit/test_ecdsa_sd_vectors.py;
there are no files for P-384 in the suite.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from judging import bounded, reasons
from shared import need_shared
from stackmark.keys import PrivateKey, PublicKey, b58encode
from stackmark.proofs.data_integrity import check_proof, make_proof
from stackmark.proofs.suites import Canonicals, bytes_to_sign, proof_options, suite_of
from stackmark.verification.verifier import Verifier

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SUITES = [
    "vc-di-eddsa/eddsa-rdfc-2022",
    "vc-di-eddsa/eddsa-jcs-2022",
    "vc-di-eddsa/Ed25519Signature2020",
    "vc-di-ecdsa/ecdsa-rdfc-2019-p256",
    "vc-di-ecdsa/ecdsa-jcs-2019-p256",
]


class Vector:
    """One folder of the suite: its files by the start of their names."""

    def __init__(self, name):
        self.folder = need_shared() / "vectors" / name
        signed = json.loads(self.text("signed"))
        self.data = self.text("signed").encode()
        self.proof = signed.pop("proof")
        self.unsecured = signed
        self.suite = suite_of(self.proof)
        self.document = Canonicals(signed)
        keys = json.loads(next(self.folder.parent.glob("*eyPair.json")).read_bytes())
        self.public = PublicKey.from_multikey(keys["publicKeyMultibase"])
        secret = keys.get("privateKeyMultibase") or keys["secretKeyMultibase"]
        self.private = PrivateKey.from_multikey(secret)

    def text(self, start):
        (path,) = self.folder.glob(f"{start}*")
        return path.read_text(encoding="utf-8")

    def form(self, tree):
        """The canonical form this suite hashes."""
        return Canonicals(tree)._form(self.suite.canonical, "sha256").decode()

    @property
    def options(self):
        return proof_options(self.proof, self.unsecured["@context"], self.suite)


@pytest.fixture(params=SUITES)
def vector(request):
    return Vector(request.param)


def test_the_canonical_document_and_its_hash(vector):
    assert vector.form(vector.unsecured) == vector.text("canonDoc")
    assert vector.document.hash(vector.suite.canonical, "sha256").hex() == vector.text("docHash")


def test_the_proof_options_their_canonical_form_and_hash(vector):
    assert vector.options == json.loads(vector.text("proofConfig"))
    assert vector.form(vector.options) == vector.text("proofCanon")
    found = Canonicals(vector.options).hash(vector.suite.canonical, "sha256")
    assert found.hex() == vector.text("proofHash")


def test_the_bytes_that_are_signed(vector):
    found = bytes_to_sign(vector.document, vector.options, vector.suite, vector.private.algorithm)
    assert found.hex() == vector.text("combinedHash")


def test_the_signature(vector):
    signature = bytes.fromhex(vector.text("sigHex"))
    assert vector.private.public_key == vector.public
    signed = bytes.fromhex(vector.text("combinedHash"))
    assert vector.public.verify(signature, signed)
    assert not vector.public.verify(signature, signed + b"\0")
    assert f"z{b58encode(signature)}" == vector.text("sigBTC58") == vector.proof["proofValue"]
    if vector.public.algorithm == "Ed25519":  # ECDSA draws a new number each time
        assert vector.private.sign(signed) == signature


def test_the_proof_holds_and_is_made_again(vector):
    check_proof(vector.document, vector.proof, vector.public)
    if not vector.suite.makes:
        return
    made = make_proof(
        vector.document,
        suite=vector.suite.name,
        signer=vector.private,
        method=vector.proof["verificationMethod"],
        created=vector.proof["created"],
    )
    check_proof(vector.document, made, vector.public)
    if vector.public.algorithm == "Ed25519":
        assert made == vector.proof


def test_the_whole_document_fails_only_for_its_made_up_issuer(vector):
    """The vectors' issuer is an example address; the key is its own did:key."""
    with bounded():
        report = Verifier(now=NOW).verify(vector.data)
    assert report.check("proof").outcome == report.check("lossless").outcome == "passed"
    assert reasons(report) == ["issuer-key.not-issuer"]


@pytest.mark.parametrize("vector", [one for one in SUITES if "2020" not in one], indirect=True)
def test_the_document_signed_by_its_issuer_is_verified(vector):
    unsecured = {**vector.unsecured, "issuer": vector.proof["verificationMethod"].partition("#")[0]}
    proof = make_proof(
        Canonicals(unsecured),
        suite=vector.suite.name,
        signer=vector.private,
        method=vector.proof["verificationMethod"],
        created=vector.proof["created"],
    )
    report = Verifier(now=NOW).verify(json.dumps({**unsecured, "proof": proof}).encode())
    assert (report.verdict, reasons(report)) == ("verified", [])
