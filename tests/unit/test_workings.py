"""The proof worked step by step: the same hashes and the same answer as the verifier's."""

from __future__ import annotations

import hashlib

import orjson
import pytest

from simulators.issuer import Issuer
from stackmark import canonicalize
from stackmark.reading.received import receive
from stackmark.verification.binding import KeyRing
from stackmark.verification.workings import work


@pytest.fixture
def issuer():
    return Issuer()


def worked(data, issuer):
    return work(receive(data), KeyRing(issuer.web))


def test_the_hash_is_that_of_the_canonical_text(issuer):
    badge = issuer.badge()
    (one,) = worked(issuer.sign(badge), issuer)
    assert one.fits is True
    assert one.error is None
    assert one.suite == "eddsa-rdfc-2022"
    assert one.document.value == hashlib.sha256(canonicalize(badge).encode()).hexdigest()
    assert "\n".join(one.document.lines) + "\n" == canonicalize(badge)
    assert one.key.method == issuer.method
    assert len(bytes.fromhex(one.signature)) == 64


def test_jcs(issuer):
    (one,) = worked(issuer.sign(issuer.badge(), suite="eddsa-jcs-2022"), issuer)
    assert (one.document.form, one.fits) == ("JCS", True)


def test_p384_hashes_with_its_own_digest():
    issuer = Issuer(kind="p384")
    (one,) = worked(issuer.sign(), issuer)
    assert (one.document.digest, len(one.document.value), one.fits) == ("SHA-384", 96, True)


def test_a_token(issuer):
    token = issuer.token()
    (one,) = worked(token, issuer)
    signed = token.rpartition(b".")[0]
    assert (one.suite, one.document.form, one.fits) == ("EdDSA", "JWS", True)
    assert one.document.value == hashlib.sha256(signed).hexdigest()


def test_a_changed_document_misfits(issuer):
    (one,) = worked(issuer.sign().replace(b"Five credits", b"Nine credits"), issuer)
    assert one.fits is False
    assert one.error.reason == "proof.signature"


def test_without_the_key_it_goes_as_far_as_it_can(issuer):
    data = issuer.sign()
    issuer.web.documents.clear()
    (one,) = worked(data, issuer)
    assert one.fits is None
    assert one.key is None
    assert one.document is not None
    assert one.error.code == "fetch" or one.error.reason.startswith("issuer-key")


@pytest.mark.parametrize(
    ("proof", "reason"),
    [
        (None, "proof.missing"),
        ({}, "proof.missing"),
        ({"type": "X"}, "proof.unsupported"),
        ({"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}, "issuer-key.method-url"),
    ],
)
def test_what_cannot_be_worked_says_why(issuer, proof, reason):
    badge = issuer.badge()
    if proof is not None:
        badge["proof"] = proof
    (one,) = worked(orjson.dumps(badge), issuer)
    assert one.fits is None
    assert one.error.reason == reason


def test_a_chain_is_worked_in_order(issuer):
    badge = issuer.badge()
    first = issuer.proof(badge, id="urn:uuid:1")
    second = issuer.proof(badge, before=[first], previousProof="urn:uuid:1")
    works = worked(orjson.dumps({**badge, "proof": [first, second]}), issuer)
    assert [one.fits for one in works] == [True, True]
    assert works[0].document.value != works[1].document.value
