"""SD-JWT VCs on the page: the same answers as on the command line."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache

from sample_keys import key
from simulators.issuer import NOW
from stackmark.adapters.randomness import SystemRandom
from stackmark.issuing.sd_jwt import sign_claims
from stackmark.keys.did import default_identity
from stackmark.proofs.sd_jwt_make import sign
from stackmark.reading.received import EUDI_VCT

pytestmark = pytest.mark.django_db

ISSUER = key("p256", 3)
DID, METHOD = default_identity(ISSUER.public_key)
CLAIMS = {
    "vct": EUDI_VCT,
    "iat": int(NOW.timestamp()),
    "issuing_authority": "Northfield University",
    "date_of_issuance": "2026-05-04",
    "family_name": "Neal",
    "achievement_title": "Soil <b>sampling</b>",
}


@pytest.fixture(autouse=True)
def _uncounted():
    cache.clear()


def issued(**changes):
    whole = {**CLAIMS, **changes}
    given = {"did": DID, "method": METHOD, "signer": ISSUER}
    return sign_claims(whole, **given, random=SystemRandom(), now=NOW).decode()


def page(client, text):
    response = client.post("/verify", {"text": text}, follow=True)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_learning_credential_is_told(client):
    told = page(client, issued())
    assert "Unaltered and in force" in told
    assert "Soil &lt;b&gt;sampling&lt;/b&gt;" in told
    assert "non-qualified attestation" in told
    assert "Northfield University" in told


def test_a_tampered_one_is_refused(client):
    spoiled = issued().replace("~", "~WyJzIiwgIm4iLCAxXQ~", 1)
    assert "do not belong to what the issuer signed" in page(client, spoiled)


def test_two_lines_are_two_credentials(client):
    assert "2 credentials" in page(client, f"{issued()}\n{issued()}")


@pytest.mark.parametrize("name", ["credentialSubject", "issuer", "@context", "type", "evidence"])
@pytest.mark.parametrize("value", [[{}], {"id": 5}, "x", 7, [[1]]])
def test_members_of_other_formats_inside_break_no_page(client, name, value):
    payload = json.dumps({"iss": DID, **CLAIMS, name: value}).encode()
    token = sign({"typ": "dc+sd-jwt", "kid": METHOD}, payload, ISSUER)
    assert "Unaltered and in force" in page(client, f"{token}~")
