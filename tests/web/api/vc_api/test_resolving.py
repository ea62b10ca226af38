"""``identifiers/{did}``: what is resolved, and the name of what cannot be."""

from __future__ import annotations

import pytest

from stackmark.keys.multibase import b58decode, b58encode
from stackmark_web.api.vc_api.issuers import key_of

VALID = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"


def quoted(text):
    from urllib.parse import quote

    return f"identifiers/{quote(text, safe='')}"


def with_length(cut):
    raw = b58decode(VALID.removeprefix("did:key:z"))
    return f"did:key:z{b58encode(raw[:cut])}"


@pytest.mark.parametrize(
    ("did", "error"),
    [
        (VALID.replace("did:", "notDid:", 1), "invalidDid"),
        (VALID.replace(":key:", ":experimental:"), "invalidDid"),
        (VALID.replace(":key:", ":example:"), "methodNotSupported"),
        (VALID.replace("key:", "key:-4:"), "invalidDid"),
        (VALID.replace(":z", ":"), "invalidDid"),
        ("did:key:@", "invalidDid"),
        ("did:key:z", "invalidDid"),
        (with_length(30), "invalidPublicKeyLength"),
        ("did:key:z6DtP4Eqbz7dpGzVkQQVjHBBpVkWy5hjTnsoEBC8xJ8ZkPdk", "unsupportedPublicKeyType"),
        (f"{VALID}/^bar^/?query=`#x", "invalidDidUrl"),
        (f"{VALID}?service=files", "invalidDidUrl"),
        (f"{VALID}#other", "notFound"),
        ("did:web:localhost", "invalidDid"),
        ("", "invalidDid"),
        ("did:jwk:e30", "invalidPublicKey"),
        ("did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ4IjoiIn0", "unsupportedPublicKeyType"),
    ],
)
def test_what_cannot_be_resolved_has_the_name_of_its_error(caller, did, error):
    status, answer = caller.get(quoted(did))
    assert 400 <= status < 500
    assert set(answer) >= {
        "@context",
        "didDocument",
        "didDocumentMetadata",
        "didResolutionMetadata",
    }
    assert answer["didResolutionMetadata"]["error"] == error
    assert answer["didDereferencingMetadata"]["error"] == error


def test_a_did_is_resolved_to_a_result(caller):
    status, answer = caller.get(
        quoted(VALID), accept='application/ld+json;profile="https://w3id.org/did-resolution"'
    )
    assert status == 200
    document = answer["didDocument"]
    assert document["id"] == VALID
    (method,) = document["verificationMethod"]
    assert (method["type"], method["controller"]) == ("Multikey", VALID)
    assert document["assertionMethod"] == [method["id"]]
    status, answer = caller.get(quoted(method["id"]))
    assert (status, answer["didDocument"]["controller"]) == (200, VALID)


@pytest.mark.parametrize(
    ("query", "status", "found"),
    [
        ("publicKeyFormat=JsonWebKey2020", 200, "JsonWebKey2020"),
        ("publicKeyFormat=Ed25519VerificationKey2020", 200, "Ed25519VerificationKey2020"),
        ("publicKeyFormat=unknown", 400, "unsupportedPublicKeyType"),
        (
            "publicKeyFormat=Ed25519VerificationKey2018&enableExperimentalPublicKeyTypes=false",
            400,
            "invalidPublicKeyType",
        ),
        ("publicKeyFormat=X25519KeyAgreementKey2020", 400, "invalidPublicKeyType"),
    ],
)
def test_keys_come_in_the_form_that_is_asked_for(caller, query, status, found):
    got, answer = caller.get(f"{quoted(VALID)}?{query}")
    assert got == status
    if status == 200:
        assert answer["didDocument"]["verificationMethod"][0]["type"] == found
    else:
        assert answer["didResolutionMetadata"]["error"] == found


def test_a_bbs_key_is_resolved_and_has_one_form_only(caller):
    did = key_of("BLS12-381").did
    status, answer = caller.get(quoted(did))
    (method,) = answer["didDocument"]["verificationMethod"]
    assert (status, method["type"]) == (200, "Multikey")
    assert method["publicKeyMultibase"] == did.removeprefix("did:key:")
    status, answer = caller.get(f"{quoted(did)}?publicKeyFormat=JsonWebKey")
    assert (status, answer["didResolutionMetadata"]["error"]) == (400, "invalidPublicKeyType")
    short = "z" + b58encode(b58decode(did.removeprefix("did:key:z"))[:-1])
    status, answer = caller.get(quoted(f"did:key:{short}"))
    assert (status, answer["didResolutionMetadata"]["error"]) == (400, "invalidPublicKeyLength")
