"""SD-JWT VC, both ways: @sd-jwt/sd-jwt-vc and us (make interop)."""

from __future__ import annotations

import pytest

from conformance.node_peers import ask
from conformance.sd_jwt_samples import (
    ALGORITHMS,
    AT,
    AUDIENCE,
    CLAIMS,
    NONCE,
    NOW,
    issued,
    ours,
    signer,
)
from sample_keys import key
from stackmark.keys.multibase import b64url_encode
from stackmark.proofs import sd_jwt
from stackmark.proofs.sd_jwt_binding import bind, choose

pytestmark = pytest.mark.interop

HOLDER = key("p256", 8)
by_key = pytest.mark.parametrize("kind", ALGORITHMS)


def keys(kind):
    jwk = signer(kind)[0].to_jwk()
    return {"alg": ALGORITHMS[kind], "jwk": jwk, "holderAlg": "ES256"}


def to_verify(token, kind, **more):
    public = signer(kind)[0].public_key.to_jwk()
    return {"op": "verify", "token": token, "now": NOW, **keys(kind), "jwk": public, **more}


def to_issue(kind):
    _, did, method = signer(kind)
    return {
        "op": "issue",
        "claims": {**CLAIMS, "iss": did, "cnf": {"jwk": HOLDER.public_key.to_jwk()}},
        "frame": {
            "_sd": ["family_name", "given_name"],
            "_sd_decoy": 2,
            "learning_outcomes": {"_sd": [0, 1]},
            "address": {"_sd": ["city"], "geo": {"_sd": ["lat"]}},
        },
        "kid": method,
        **keys(kind),
    }


@by_key
def test_the_package_verifies_what_we_issue_and_reads_the_same(kind):
    whole = issued(kind)
    parts = [choose(sd_jwt.parse(whole.encode()), one) for one in ([], ["/address/geo/lat"])]
    tokens = [whole, *parts]
    for token, answer in zip(
        tokens, ask("sd_jwt", [to_verify(one, kind) for one in tokens]), strict=True
    ):
        assert answer.get("errors") is None
        assert answer["payload"] == sd_jwt.recreate(sd_jwt.parse(token.encode())).claims
        assert answer["header"]["typ"] == "dc+sd-jwt"


@by_key
def test_the_package_accepts_our_holder(kind):
    shown = choose(sd_jwt.parse(issued(kind, HOLDER.public_key).encode()), ["/given_name"])
    text = bind(shown, signer=HOLDER, nonce=NONCE, aud=AUDIENCE, at=AT, hash_="sha256")
    good, bad = ask("sd_jwt", [to_verify(text, kind, nonce=one) for one in (NONCE, "other")])
    assert good.get("errors") is None
    assert (good["kb"]["aud"], good["payload"]["given_name"]) == (AUDIENCE, "Tyler")
    assert not bad["ok"]


@by_key
def test_we_verify_what_the_package_issues_and_presents(kind):
    (answer,) = ask("sd_jwt", [to_issue(kind)])
    assert answer.get("errors") is None
    token = answer["token"]
    report = ours(token)
    assert (report.verdict, report.format) == ("verified", "eudi+sd-jwt"), report.why
    found = sd_jwt.recreate(sd_jwt.parse(token.encode()))
    assert {name: found.claims[name] for name in CLAIMS} == CLAIMS
    assert found.withheld == 2
    job = {
        "op": "present",
        "token": token,
        "frame": {"given_name": True, "address": {"geo": {"lat": True}}},
        "kb": {"iat": NOW, "aud": AUDIENCE, "nonce": NONCE},
        **keys(kind),
        "holderJwk": HOLDER.to_jwk(),
    }
    (answer,) = ask("sd_jwt", [job])
    assert answer.get("errors") is None
    asked = {"challenge": NONCE, "domain": AUDIENCE}
    assert ours(answer["token"], **asked).verdict == "verified"
    shown = sd_jwt.recreate(sd_jwt.parse(answer["token"].encode())).claims
    assert shown["address"] == {"geo": {"lat": 51.5, "lon": -8}}
    assert "family_name" not in shown
    assert ours(answer["token"], **asked | {"challenge": "x"}).check("proof").reason == (
        "proof.challenge"
    )


@by_key
def test_changed_ones_are_refused_by_both(kind):
    token = issued(kind)
    head, payload, rest = token.split(".", 2)
    signature, _, disclosures = rest.partition("~")
    spoiled = b64url_encode(bytes(len(signature) * 3 // 4))
    changed = {
        "proof.signature": f"{head}.{payload}.{spoiled}~{disclosures}",
        "proof.disclosure-unknown": f"{token}{b64url_encode(b'[1,2]')}~".replace(
            b64url_encode(b"[1,2]"), b64url_encode(b'["s","given_name","Eve"]')
        ),
    }
    answers = ask("sd_jwt", [to_verify(one, kind) for one in changed.values()])
    assert [ours(one).check("proof").reason for one in changed.values()] == list(changed)
    assert not answers[0]["ok"]
    assert "Eve" not in str(answers[1].get("payload"))
