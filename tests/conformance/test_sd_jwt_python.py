"""The package sd-jwt (OpenWallet Foundation), both ways."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from conformance.sd_jwt_samples import (
    ALGORITHMS,
    AT,
    AUDIENCE,
    CLAIMS,
    NONCE,
    issued,
    ours,
    signer,
)
from sample_keys import key
from stackmark.keys.multibase import b64url_encode
from stackmark.proofs import sd_jwt
from stackmark.proofs.jose import parse_compact
from stackmark.proofs.sd_jwt_binding import bind, choose
from stackmark.verification.verifier import Verifier

HOLDER = key("p256", 8)  # the package checks holders with ES256 only
by_key = pytest.mark.parametrize("kind", ALGORITHMS)


def jwk(private, *, public=False):
    return JWK.from_json(json.dumps(private.public_key.to_jwk() if public else private.to_jwk()))


def theirs(token, kind, **asked):
    """What the package reads, its own check of the signature included."""
    private = signer(kind)[0]
    verifier = SDJWTVerifier(token, lambda *_: jwk(private, public=True), **asked)
    return verifier.get_verified_payload()


@by_key
def test_the_package_verifies_what_we_issue(kind):
    told = theirs(issued(kind), kind)
    assert told == {**CLAIMS, "iss": signer(kind)[1]}


@by_key
@pytest.mark.parametrize(
    "pointers", [[], ["/learning_outcomes/1"], ["/address/geo/lat"], ["/family_name"]]
)
def test_it_reads_the_same_of_what_is_chosen(kind, pointers):
    shown = choose(sd_jwt.parse(issued(kind).encode()), pointers)
    assert theirs(shown, kind) == sd_jwt.recreate(sd_jwt.parse(shown.encode())).claims


@by_key
def test_the_package_accepts_our_holder(kind):
    shown = choose(sd_jwt.parse(issued(kind, HOLDER.public_key).encode()), ["/given_name"])
    text = bind(shown, signer=HOLDER, nonce=NONCE, aud=AUDIENCE, at=AT, hash_="sha256")
    told = theirs(text, kind, expected_nonce=NONCE, expected_aud=AUDIENCE)
    assert told["given_name"] == "Tyler"
    assert "family_name" not in told


def made_by_them(kind, **more):
    private, did, method = signer(kind)
    claims = {
        **{name: CLAIMS[name] for name in ("vct", "iat", "achievement_title")},
        "iss": did,
        SDObj("family_name"): "Néal 山",
        SDObj("given_name"): "Tyler",
        "learning_outcomes": [SDObj("Take samples"), SDObj("Keep records")],
        SDObj("address"): {"city": "Cork", SDObj("geo"): {SDObj("lat"): 51.5}},
    }
    return SDJWTIssuer(
        claims,
        jwk(private),
        holder_key=jwk(HOLDER, public=True),
        sign_alg=ALGORITHMS[kind],
        extra_header_parameters={"typ": "dc+sd-jwt", "kid": method},
        **more,
    ).sd_jwt_issuance


@by_key
@pytest.mark.parametrize("decoys", [False, True])
def test_we_verify_what_the_package_issues(kind, decoys):
    token = made_by_them(kind, add_decoy_claims=decoys)
    report = ours(token)
    assert (report.verdict, report.format) == ("verified", "eudi+sd-jwt"), report.why
    found = sd_jwt.recreate(sd_jwt.parse(token.encode()))
    assert found.claims["learning_outcomes"] == ["Take samples", "Keep records"]
    assert found.claims["address"] == {"city": "Cork", "geo": {"lat": 51.5}}
    assert bool(found.withheld) == decoys


@by_key
def test_we_accept_their_holder_and_notice_a_replay(kind):
    holder = SDJWTHolder(made_by_them(kind))
    holder.create_presentation({"given_name": True}, NONCE, AUDIENCE, jwk(HOLDER))
    token = holder.sd_jwt_presentation
    told = json.loads(parse_compact(sd_jwt.parse(token.encode()).binding).payload)
    made = datetime.fromtimestamp(told["iat"], UTC)  # the package takes the machine's own clock
    verifier = Verifier(now=made, challenge=NONCE, domain=AUDIENCE)
    assert verifier.verify(token.encode()).verdict == "verified"
    assert verifier.verify(token.encode()).check("proof").reason == "proof.challenge-used"
    other = Verifier(now=made, challenge="other", domain=AUDIENCE).verify(token.encode())
    assert other.check("proof").reason == "proof.challenge"


@by_key
def test_a_tampered_disclosure_is_refused_by_us_and_not_shown_by_them(kind):
    token = issued(kind)
    first = token.split("~")[1]
    changed = token.replace(first, b64url_encode(b'["salt","given_name","Eve"]'))
    assert ours(changed).check("proof").reason == "proof.disclosure-unknown"
    assert "Eve" not in json.dumps(theirs(changed, kind))
