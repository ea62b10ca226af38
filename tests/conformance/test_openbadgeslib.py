"""A third reader and issuer: openbadgeslib from PyPI. It asks the machine for the time."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import orjson
import pytest
from openbadgeslib.ob3 import (
    Achievement,
    Evidence,
    IdentityObject,
    Issuer,
    OB3LdpSigner,
    OB3LdpVerifier,
    OB3Signer,
    OB3VerificationError,
    OB3Verifier,
    OpenBadgeCredential,
)
from openbadgeslib.verify import verify_badge
from pyld import jsonld  # noqa: F401 - imported late, it looks for a network amid a test

from conformance.shapes import SHAPES, badge
from sample_keys import key
from stackmark.issuing.securing import JWT, secure
from stackmark.keys.did import default_identity
from stackmark.rendering.art import default_image
from stackmark.rendering.bake import bake
from stackmark.verification.verifier import Verifier

KEY = key("ed25519", 3)
DID, METHOD = default_identity(KEY.public_key)
LATER = datetime(2100, 1, 1, tzinfo=UTC)
ANY_TIME = {"validFrom": "2020-01-01T00:00:00Z", "validUntil": "2999-01-01T00:00:00Z"}
RDFC = "eddsa-rdfc-2022"

# What it refuses of ours, and in which words.
EMBEDDED = {
    "controls": "signature mismatch",  # trap 7: PyLD writes older escapes
    "empty text": "missing required field vc.credentialSubject.achievement.name",
    "languages": "at /name/1/@language",  # a language tag in capitals
}
TOKENS = {"empty text": EMBEDDED["empty text"]}


def signed(tree, suite=RDFC):
    return secure(tree, suite=suite, signer=KEY, method=METHOD, created="2020-01-02T03:04:05Z")


def ours(data):
    return Verifier(now=LATER).verify(data)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("suite", [RDFC, JWT])
def test_it_verifies_what_we_issue(name, suite):
    tree = SHAPES[name](DID) | ANY_TIME
    verifier = OB3LdpVerifier() if suite == RDFC else OB3Verifier.for_issuer_did(DID)
    refusal = (EMBEDDED if suite == RDFC else TOKENS).get(name)
    text = signed(tree, suite).decode()
    if refusal is None:
        found = verifier.verify(text)
        assert found.issuer.id == DID
        assert found.achievement.name == tree["credentialSubject"]["achievement"]["name"]
        return
    with pytest.raises(OB3VerificationError, match=refusal):
        verifier.verify(text)


@pytest.mark.parametrize("container", ["png", "svg"])
@pytest.mark.parametrize(("suite", "form"), [(RDFC, "ldp"), (JWT, "vc-jwt")])
def test_it_reads_the_images_we_bake(container, suite, form):
    credential = signed(SHAPES["hashed"](DID) | ANY_TIME, suite)
    image = bake(default_image(container), credential)
    found = verify_badge(image, resolve_did=True)
    assert (found.valid, found.proof_format, found.issuer_did) == (True, form, DID)
    wrong = bake(default_image(container), signed(badge("did:web:other.example") | ANY_TIME, suite))
    pem = key("ed25519", 4).public_key.to_pem()
    refused = verify_badge(wrong, pubkey_pem=pem)
    assert not refused.valid
    assert "signature" in refused.reason.lower()


def theirs():
    """A credential of its making, with all that its model has in common with ours."""
    return OpenBadgeCredential(
        issuer=Issuer(id=DID, name="Northfield University"),
        recipient_id="mailto:ana@example.org",
        achievement=Achievement(
            id="https://northfield.example/achievements/soil",
            name="Soil sampling",
            description='Takes "samples"\nthat a laboratory can use.',
            criteria_narrative="Ten samples.",
        ),
        issuance_date=datetime(2020, 1, 1, tzinfo=UTC),
        evidence=[Evidence(id="https://northfield.example/e/1", name="Field book")],
        credits_earned=2.5,
        identifiers=[IdentityObject.create("ana@example.org", salt="9a1fd4f5")],
    )


def spoiled(tree):
    other = copy.deepcopy(tree)
    other["credentialSubject"]["achievement"]["name"] = "Silk sampling"
    return other


def test_we_verify_what_it_issues_and_neither_verifies_a_change():
    made = OB3LdpSigner(KEY.to_pem()).sign(theirs())
    report = ours(orjson.dumps(made))
    assert report.verdict == "verified", report.why
    assert ours(orjson.dumps(spoiled(made))).check("proof").reason == "proof.signature"
    with pytest.raises(OB3VerificationError, match="signature mismatch"):
        OB3LdpVerifier().verify(spoiled(orjson.loads(signed(badge(DID) | ANY_TIME))))


@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_we_verify_the_tokens_it_issues(kind):
    private = key(kind, 1)
    token = OB3Signer(private.to_pem(), {"p256": "ES256", "rsa": "RS256"}[kind]).sign(theirs())
    report = ours(token.encode())
    # Its header brings the key along, which anybody can do; we never take it from there.
    assert report.check("issuer-key").reason == "issuer-key.header-key"


@pytest.mark.parametrize("container", ["png", "svg"])
def test_we_read_the_images_it_bakes(container):
    signer = OB3LdpSigner(KEY.to_pem())
    made = getattr(signer, f"sign_into_{container}")(theirs(), default_image(container))
    report = ours(made)
    assert report.verdict == "verified", report.why
    assert container.upper() in report.check("read").detail
