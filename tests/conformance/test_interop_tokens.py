"""Compact JWS, both ways: jose and us, in both profiles (make interop)."""

from __future__ import annotations

from datetime import datetime

import orjson
import pytest

from conformance.node_peers import ask, refusals
from conformance.shapes import CREATED, NOT_BY_SCHEMA, NOW, SHAPES, samples
from sample_keys import key
from stackmark.issuing.securing import JWT, VC_JWT, secure, token_payload
from stackmark.keys.did import default_identity
from stackmark.keys.multibase import b64url_decode, b64url_encode
from stackmark.verification.verifier import Verifier

pytestmark = pytest.mark.interop

AT = datetime.fromisoformat(NOW)
ALGORITHMS = {"ed25519": "EdDSA", "p256": "ES256", "p384": "ES384", "rsa": "RS256"}
TYPES = {JWT: "JWT", VC_JWT: "vc+jwt"}
by_key = pytest.mark.parametrize("kind", ALGORITHMS)
by_profile = pytest.mark.parametrize("profile", TYPES)


def signer(kind):
    private = key(kind, 1 if kind == "rsa" else 3)
    return private, *default_identity(private.public_key)


def to_verify(token, kind, profile, private):
    return {
        "op": "verify",
        "token": token,
        "alg": ALGORITHMS[kind],
        "typ": TYPES[profile],
        "jwk": private.public_key.to_jwk(),
        "now": NOW,
    }


def to_sign(payload, kind, profile, private, method):
    header = {"alg": ALGORITHMS[kind], "typ": TYPES[profile], "kid": method}
    return {"op": "sign", "payload": payload, "header": header, "jwk": private.to_jwk()}


def ours(token):
    return Verifier(now=AT).verify(token.encode())


@by_key
@by_profile
def test_jose_verifies_what_we_issue_and_reads_the_same(kind, profile):
    private, did, method = signer(kind)
    named = samples(did)
    tokens = [
        secure(tree, suite=profile, signer=private, method=method, created=CREATED).decode()
        for tree in named.values()
    ]
    jobs = [to_verify(token, kind, profile, private) for token in tokens]
    answers = ask("tokens", jobs)
    assert refusals(jobs, answers, list(named)) == {}
    for (name, tree), answer in zip(named.items(), answers, strict=True):
        assert answer["header"] == {"alg": ALGORITHMS[kind], "typ": TYPES[profile], "kid": method}
        claims = answer["payload"].keys() - tree.keys()
        assert {member: answer["payload"][member] for member in tree} == orjson.loads(
            orjson.dumps(tree)
        ), name
        assert claims == (
            set()
            if profile == VC_JWT
            else token_payload(tree, suite=JWT, created=CREATED).keys() - tree.keys()
        )


@by_key
@by_profile
def test_we_verify_what_jose_issues(kind, profile):
    private, did, method = signer(kind)
    named = samples(did)
    jobs = [
        to_sign(token_payload(tree, suite=profile, created=CREATED), kind, profile, private, method)
        for tree in named.values()
    ]
    answers = ask("tokens", jobs)
    assert refusals(jobs, answers, list(named)) == {}
    for name, answer in zip(named, answers, strict=True):
        report = ours(answer["token"])
        assert report.check("proof").outcome == "passed", (name, report.why)
        assert report.check("issuer-key").outcome == "passed", (name, report.why)
        if not name.startswith("drawn"):
            wanted = "refused" if name in NOT_BY_SCHEMA else "verified"
            assert report.verdict == wanted, (name, report.why)


@by_key
def test_a_changed_token_is_refused_by_both(kind):
    private, did, method = signer(kind)
    tree = SHAPES["hashed"](did)
    token = secure(tree, suite=JWT, signer=private, method=method, created=CREATED).decode()
    header, payload, signature = token.split(".")
    spoiled = bytearray(b64url_decode(signature.encode()))
    spoiled[0] ^= 1
    changed = {
        "header": ".".join(
            [b64url_encode(b64url_decode(header.encode()) + b" "), payload, signature]
        ),
        "payload": ".".join(
            [
                header,
                b64url_encode(b64url_decode(payload.encode()).replace(b"Soil", b"Silk")),
                signature,
            ]
        ),
        "signature": ".".join([header, payload, b64url_encode(bytes(spoiled))]),
    }
    answers = ask("tokens", [to_verify(one, kind, JWT, private) for one in changed.values()])
    assert {str(answer.get("errors")) for answer in answers} == {
        "['JWSSignatureVerificationFailed: signature verification failed']"
    }
    assert {
        what: ours(one).check("proof").reason for what, one in changed.items()
    } == dict.fromkeys(changed, "proof.signature")


def test_a_token_that_ran_out_is_refused_by_both():
    private, did, method = signer("p256")
    tree = {**SHAPES["plain"](did), "validUntil": "2026-05-01T00:00:00Z"}
    token = secure(tree, suite=JWT, signer=private, method=method, created=CREATED).decode()
    (answer,) = ask("tokens", [to_verify(token, "p256", JWT, private)])
    assert answer["errors"] == ['JWTExpired: "exp" claim timestamp check failed']
    assert ours(token).why == "The token ran out at 2026-05-01T00:00:00Z."


@by_profile
def test_a_token_of_another_kind_is_refused_by_both(profile):
    private, did, method = signer("p256")
    payload = token_payload(SHAPES["plain"](did), suite=profile, created=CREATED)
    job = to_sign(payload, "p256", profile, private, method)
    job["header"]["typ"] = "at+jwt"
    token = ask("tokens", [job])[0]["token"]
    (answer,) = ask("tokens", [to_verify(token, "p256", profile, private)])
    assert answer["errors"] == ['JWTClaimValidationFailed: unexpected "typ" JWT header value']
    assert ours(token).check("proof").reason == "proof.typ"
