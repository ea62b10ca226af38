"""No change of a signed credential is ever verified (security 7.1).

The suite makes some thousand changes; ``make fuzz`` a million (STACKMARK_CHANGES=1000000).
"""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime

import orjson
import pytest

from simulators.tampering import meaning, mutate
from stackmark.keys.did import did_key, did_key_method_id
from stackmark.keys.private import PrivateKey
from stackmark.proofs.data_integrity import make_proof
from stackmark.proofs.jose import sign_compact
from stackmark.proofs.suites import Canonicals
from stackmark.verification.verifier import Verifier

CHANGES = int(os.environ.get("STACKMARK_CHANGES", "4000"))
NOW = datetime(2026, 6, 1, tzinfo=UTC)
KEY = PrivateKey.from_seed(b"\x07" * 32)
ISSUER = did_key(KEY.public_key)
METHOD = did_key_method_id(KEY.public_key)


def badge(**more):
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:7b1c1f4e-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Soil Science",
        "issuer": {
            "id": ISSUER,
            "type": ["Profile"],
            "name": "Faculty",
            "url": "https://uni.example/",
        },
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2031-01-01T00:00:00Z",
        "image": {"id": "https://uni.example/badge.png", "type": "Image"},
        "evidence": [{"id": "https://uni.example/e/1", "type": ["Evidence"], "name": "Field book"}],
        "credentialSubject": {
            "id": "did:example:learner",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityHash": "a@b.example",
                    "identityType": "emailAddress",
                    "hashed": False,
                }
            ],
            "achievement": {
                "id": "https://uni.example/a/7",
                "type": ["Achievement"],
                "name": "Soil Science I",
                "description": "Five credits.",
                "creditsAvailable": 5,
                "criteria": {"narrative": "Passed."},
                "image": {"id": "https://uni.example/badge.png", "type": "Image"},
                "tag": ["soil", "field work"],
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": "EQF 6",
                        "targetUrl": "https://eqf.example/6",
                    },
                    {
                        "type": ["Alignment"],
                        "targetName": "Soil",
                        "targetUrl": "https://esco.example/s",
                    },
                ],
                "resultDescription": [
                    {
                        "id": "urn:uuid:1",
                        "type": ["ResultDescription"],
                        "name": "Grade",
                        "resultType": "LetterGrade",
                        "allowedValue": ["A", "B", "C"],
                    }
                ],
            },
            "result": [{"type": ["Result"], "resultDescription": "urn:uuid:1", "value": "B"}],
        },
        **more,
    }


def secured(suite):
    plain = badge()
    proof = make_proof(
        Canonicals(plain), suite=suite, signer=KEY, method=METHOD, created="2026-01-02T00:00:00Z"
    )
    return {**plain, "proof": proof}


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_no_changed_credential_is_verified(suite):
    original = secured(suite)
    verifier = Verifier(now=NOW)
    for _ in range(5):  # so that the fast tier is the one under attack
        assert verifier.verify(orjson.dumps(original)).verdict == "verified"
    said = meaning(original)
    rng = random.Random(20260601)
    same = 0
    for number in range(CHANGES):
        tree = mutate(rng, original)
        report = verifier.verify(orjson.dumps(tree))
        assert report.check("read").reason != "read.internal", (number, tree)
        if report.verdict == "verified":
            assert meaning(tree) == said, (number, tree)
            same += 1
    assert same < CHANGES / 4


def test_no_changed_token_is_verified():
    plain = badge()
    claims = {
        **plain,
        "iss": ISSUER,
        "jti": plain["id"],
        "sub": "did:example:learner",
        "nbf": 1767225600,
        "exp": 1924992000,
    }
    token = sign_compact(orjson.dumps(claims), signer=KEY, typ="JWT", kid=METHOD)
    verifier = Verifier(now=NOW)
    assert verifier.verify(token.encode()).verdict == "verified"
    rng = random.Random(7)
    for _ in range(max(500, CHANGES // 20)):
        place = rng.randrange(len(token))
        changed = token[:place] + rng.choice("ABCxyz019-_.=") + token[place + 1 :]
        if changed != token:
            assert verifier.verify(changed.encode()).verdict != "verified", place
