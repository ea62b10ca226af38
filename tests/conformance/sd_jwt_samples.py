"""Claims and keys that the interop tests of SD-JWT share."""

from __future__ import annotations

from datetime import UTC, datetime

from sample_keys import key
from stackmark.adapters.randomness import SystemRandom
from stackmark.issuing.sd_jwt import sign_claims
from stackmark.keys.did import default_identity
from stackmark.reading.received import EUDI_VCT
from stackmark.verification.verifier import Verifier

AT = datetime(2026, 5, 4, 10, tzinfo=UTC)
NOW = int(AT.timestamp())
NONCE, AUDIENCE = "n-1", "https://employer.example"
ALGORITHMS = {"ed25519": "EdDSA", "p256": "ES256", "p384": "ES384"}
CLAIMS = {
    "vct": EUDI_VCT,
    "iat": NOW,
    "exp": NOW + 1000,
    "issuing_authority": "Northfield University",
    "issuing_country": "IE",
    "date_of_issuance": "2026-05-04",
    "family_name": "Néal 山",
    "given_name": "Tyler",
    "achievement_title": "Soil / sampling ~1",
    "learning_outcomes": ["Take samples", "Keep records"],
    "level_of_learning_experience": 6,
    "types_of_quality_assurance": ["Internal review"],
    "address": {"city": "Cork", "geo": {"lat": 51.5, "lon": -8}},
}
HIDDEN = [
    *("/family_name", "/given_name", "/learning_outcomes/*", "/level_of_learning_experience"),
    *("/types_of_quality_assurance/*", "/address", "/address/geo", "/address/geo/lat"),
]


def signer(kind):
    private = key(kind, 3)
    return private, *default_identity(private.public_key)


def issued(kind, holder=None):
    """An SD-JWT VC of ours with nested and hidden parts."""
    private, did, method = signer(kind)
    return sign_claims(
        CLAIMS,
        did=did,
        method=method,
        signer=private,
        random=SystemRandom(),
        now=AT,
        disclose=HIDDEN,
        holder=holder,
    ).decode()


def ours(token, **asked):
    return Verifier(now=AT, **asked).verify(token.encode())
