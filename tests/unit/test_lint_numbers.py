"""Numbers that programs write differently are not issued."""

from __future__ import annotations

import pytest

from stackmark.errors import CheckFailed
from stackmark.issuing.lint import lint


def badge(credits_available):
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:example:i", "type": ["Profile"], "name": "I"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:s",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "urn:a:1",
                "type": ["Achievement"],
                "name": "N",
                "description": "D",
                "criteria": {"narrative": "c"},
                "creditsAvailable": credits_available,
            },
        },
    }


@pytest.mark.parametrize("value", [1000000.0009765625, 2**53 + 2, 1e-7, 0.30000000000000004])
def test_such_a_number_is_refused(value):
    with pytest.raises(CheckFailed) as caught:
        lint(badge(value))
    assert caught.value.reason == "lossless.number"


@pytest.mark.parametrize("value", [0, 3, 2.5, 0.1, 123456.789, 1e-6])
def test_an_ordinary_number_is_fine(value):
    lint(badge(value))
