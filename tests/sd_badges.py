"""An own badge, its keys, and short ways to issue, show and spoil it (ecdsa-sd-2023)."""

import copy

import pytest

from stackmark.errors import CheckFailed, UsageError
from stackmark.keys.private import PrivateKey
from stackmark.proofs.ecdsa_sd import derive, make_base_proof, verify_derived

ISSUER = PrivateKey.from_multikey("z42twTcNeSYcnqg1FLuSFs2bsGH3ZqbRHFmvS9XMsYhjxvHN")
ONCE = PrivateKey.from_multikey("z42tqvNGyzyXRzotAYn43UhcFtzDUVdxJ7461fwrfhBPLmfY")
KEY = ISSUER.public_key
DID = f"did:key:{KEY.to_multikey()}"
SECRET = bytes(range(32))
OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": "ecdsa-sd-2023",
    "created": "2026-03-01T09:00:00Z",
    "verificationMethod": f"{DID}#{KEY.to_multikey()}",
    "proofPurpose": "assertionMethod",
}
BADGE = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "id": "urn:uuid:5d1c1e9a-6d0f-4a53-8a5c-0f6b0d0a9c11",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": DID, "type": ["Profile"], "name": "Northfield University"},
    "validFrom": "2026-03-01T09:00:00Z",
    "name": "Soil sampling",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "activityStartDate": "2026-02-02",
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": "ana@example.org",
                "identityType": "emailAddress",
            },
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": "s-1042",
                "identityType": "identifier",
            },
        ],
        "creditsEarned": 2.5,
        "achievement": {
            "id": "https://northfield.example/achievements/soil",
            "type": ["Achievement"],
            "name": "Soil sampling",
            "description": "Takes samples that a laboratory can use.",
            "criteria": {"narrative": 'Ten samples,\n"clean" – judged by two markers.'},
            "tag": ["soil", "field/work", "~lab"],
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetName": "Sampling",
                    "targetUrl": "https://frameworks.example/1",
                },
                {
                    "type": ["Alignment"],
                    "targetName": "Safety",
                    "targetUrl": "https://frameworks.example/2",
                },
            ],
            "resultDescription": [
                {
                    "id": "urn:uuid:0a5b3c0e-0b57-4f6e-9d55-3f3f3d1d7c55",
                    "type": ["ResultDescription"],
                    "name": "Grade",
                    "resultType": "LetterGrade",
                    "allowedValue": ["C", "B", "A"],
                }
            ],
        },
        "result": [
            {
                "type": ["Result"],
                "resultDescription": "urn:uuid:0a5b3c0e-0b57-4f6e-9d55-3f3f3d1d7c55",
                "value": "A",
            }
        ],
    },
}
MANDATORY = ["/issuer", "/validFrom", "/credentialSubject/achievement/criteria"]
CHOSEN = ["/credentialSubject/identifier/1", "/credentialSubject/achievement/resultDescription"]


def issued(document=BADGE, mandatory=MANDATORY, **more):
    settings_ = {
        "options": OPTIONS,
        "signer": ISSUER,
        "mandatory_pointers": mandatory,
        "hmac_key": SECRET,
        "proof_private": ONCE,
        **more,
    }
    return {**document, "proof": make_base_proof(document, **settings_)}


def shown(pointers, secured=None):
    secured = secured or issued()
    derived = derive(secured, proof=secured["proof"], selective_pointers=pointers)
    return {name: value for name, value in derived.items() if name != "proof"}, derived["proof"]


def refusal(document, proof, key=KEY, check=verify_derived, **more):
    with pytest.raises(CheckFailed) as caught:
        check(document, proof, key, **more)
    return caught.value.reason


def pointer_error(call):
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.reason == "usage.pointer"
    return caught.value.detail


def leaves(value, path=()):
    if isinstance(value, dict):
        for name, child in value.items():
            yield from leaves(child, (*path, name))
    elif isinstance(value, list):
        for place, child in enumerate(value):
            yield from leaves(child, (*path, place))
    else:
        yield path


def changed(document, path, change):
    result = copy.deepcopy(document)
    place = result
    for step in path[:-1]:
        place = place[step]
    change(place, path[-1])
    return result


def other(value):
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}x"


def expected_reason(path):
    if path[0] == "@context":
        return "context.unknown"
    return "lossless.undefined-type" if "type" in path else "proof.signature"


def every_pointer(value, path=""):
    yield path
    if isinstance(value, dict):
        for name, child in value.items():
            if name not in ("@context", "allowedValue"):
                yield from every_pointer(child, f"{path}/{name}")
            elif name == "allowedValue":
                yield f"{path}/{name}"
    elif isinstance(value, list):
        for place, child in enumerate(value):
            yield from every_pointer(child, f"{path}/{place}")


POINTERS = sorted(every_pointer(BADGE))
