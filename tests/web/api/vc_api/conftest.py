"""The VC API, switched on, and a caller that speaks as the suites do."""

from __future__ import annotations

import json

import pytest
from django.test import Client

VC2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
DRIVER = {
    "@protected": True,
    "DriverLicenseCredential": "urn:example:DriverLicenseCredential",
    "DriverLicense": {
        "@id": "urn:example:DriverLicense",
        "@context": {
            "@protected": True,
            "id": "@id",
            "type": "@type",
            "documentIdentifier": "urn:example:documentIdentifier",
            "issuingAuthority": "urn:example:issuingAuthority",
        },
    },
    "driverLicense": {"@id": "urn:example:driverLicense", "@type": "@id"},
}


class Caller:
    """Posts JSON and answers status and body; no redirect, no cookie, no CSRF token."""

    def __init__(self, **headers):
        self.client = Client(enforce_csrf_checks=True, headers=headers)

    def post(self, path, body, **more):
        data = body if isinstance(body, bytes) else json.dumps(body)
        answer = self.client.post(
            f"/vc-api/{path}", data, content_type=more.pop("kind", "application/json"), **more
        )
        assert not answer.cookies, "the VC API sets no cookie"
        return answer.status_code, (json.loads(answer.content) if answer.content else None)

    def get(self, path, **headers):
        answer = self.client.get(f"/vc-api/{path}", headers=headers)
        return answer.status_code, json.loads(answer.content)

    def issue(self, credential, issuer="", **options):
        path = f"{issuer}/credentials/issue" if issuer else "credentials/issue"
        status, answer = self.post(path, {"credential": credential, "options": options})
        assert status == 201, answer
        return answer["verifiableCredential"]

    def verify(self, document, **options):
        body = {"verifiableCredential": document, "options": {"checks": ["proof"], **options}}
        return self.post("credentials/verify", body)

    def verify_vp(self, document, **options):
        body = {"verifiablePresentation": document, "options": options}
        return self.post("presentations/verify", body)


@pytest.fixture
def caller(settings, db):
    settings.VC_API = True
    return Caller()


@pytest.fixture
def credential():
    return {
        "@context": [VC2, EXAMPLES],
        "id": "urn:uuid:0f4a2b1c-6a56-4d4f-8d2c-1c5f3a0b9e01",
        "type": ["VerifiableCredential"],
        "credentialSubject": {"id": "did:example:subject", "alumniOf": "The School of Examples"},
    }


@pytest.fixture
def licence():
    """As the Data Integrity suites send it: its meanings are written into it."""
    return {
        "@context": [VC2, DRIVER],
        "id": "urn:uuid:36245ee9-9074-4b05-a777-febff2e69758",
        "type": ["VerifiableCredential", "DriverLicenseCredential"],
        "credentialSubject": {
            "id": "urn:uuid:1a0e4ef5-091f-4060-842e-18e519ab9440",
            "driverLicense": {
                "type": "DriverLicense",
                "documentIdentifier": "T21387yc328c7y32h23f23",
                "issuingAuthority": "VA",
            },
        },
    }
