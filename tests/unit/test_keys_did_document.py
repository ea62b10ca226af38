from __future__ import annotations

import copy

import orjson
import pytest

import sample_keys
from sample_keys import Shelf
from stackmark.errors import UsageError
from stackmark.keys.controller import find_method, resolve_method
from stackmark.keys.did_document import new_document, revoke, rotate

DID = "did:web:uni.example"
K1, K2 = f"{DID}#k1", f"{DID}#k2"
NOW = "2026-05-03T10:00:00Z"
FIRST = sample_keys.key("ed25519").public_key
SECOND = sample_keys.key("ed25519", 2).public_key


def refused(call, *args, **kwargs) -> str:
    with pytest.raises(UsageError) as caught:
        call(*args, **kwargs)
    return caught.value.reason


def test_new_document():
    assert new_document(DID, K1, FIRST) == {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": DID,
        "verificationMethod": [
            {
                "id": K1,
                "type": "Multikey",
                "controller": DID,
                "publicKeyMultibase": FIRST.to_multikey(),
            }
        ],
        "assertionMethod": [K1],
    }


def test_rsa_goes_as_a_jwk():
    public = sample_keys.key("rsa").public_key
    document = new_document(DID, K1, public)
    assert document["@context"][1] == "https://w3id.org/security/jwk/v1"
    assert document["verificationMethod"][0]["publicKeyJwk"] == public.to_jwk()


@pytest.mark.parametrize("kind", sample_keys.TYPES)
def test_what_is_written_can_be_resolved(kind):
    public = sample_keys.key(kind).public_key
    body = orjson.dumps(new_document(DID, K1, public))
    shelf = Shelf({"https://uni.example/.well-known/did.json": body})
    assert resolve_method(K1, shelf)[0].public_key == public


def test_rotation_keeps_history():
    document = new_document(DID, K1, FIRST)
    before = copy.deepcopy(document)
    rotated = rotate(document, method_id=K2, public=SECOND, now=NOW)
    assert document == before
    old, new = find_method(rotated, K1), find_method(rotated, K2)
    assert (old.public_key, old.expires, old.revoked) == (FIRST, NOW, None)
    assert (new.public_key, new.expires) == (SECOND, None)
    third = rotate(
        rotated,
        method_id=f"{DID}#k3",
        public=sample_keys.key("p256").public_key,
        now="2027-05-03T10:00:00Z",
    )
    assert find_method(third, K1).expires == NOW
    assert find_method(third, K2).expires == "2027-05-03T10:00:00Z"


def test_rotation_of_one_of_two_keys():
    document = new_document(DID, K1, FIRST)
    document = rotate(
        document, method_id=f"{DID}#rsa", public=sample_keys.key("rsa").public_key, now=NOW
    )
    for entry in document["verificationMethod"]:
        entry.pop("expires", None)
    assert refused(rotate, document, method_id=K2, public=SECOND, now=NOW) == "usage.key-id"
    rotated = rotate(document, method_id=K2, public=SECOND, now=NOW, old=K1)
    assert find_method(rotated, K1).expires == NOW
    assert find_method(rotated, f"{DID}#rsa").expires is None
    assert len(rotated["@context"]) == 3
    assert (
        refused(rotate, rotated, method_id=f"{DID}#k3", public=SECOND, now=NOW, old=K1)
        == "usage.key-id"
    )


def test_revocation_is_final():
    document = new_document(DID, K1, FIRST)
    revoked = revoke(document, K1, NOW)
    assert "revoked" not in document["verificationMethod"][0]
    assert find_method(revoked, K1).revoked == NOW
    assert refused(revoke, revoked, K1, "2027-01-01T00:00:00Z") == "usage.key-revoked"
    assert refused(revoke, document, K2, NOW) == "usage.key-id"
    assert refused(rotate, revoked, method_id=K2, public=SECOND, now=NOW) == "usage.key-id"


@pytest.mark.parametrize(
    "method_id", ["", "k1", "#k1", DID, f"{DID}#", f"{K1}#x", "did:web:other.example#k1"]
)
def test_names_of_keys(method_id):
    assert refused(new_document, DID, method_id, FIRST) == "usage.key-id"


def test_a_name_is_never_used_again():
    document = new_document(DID, K1, FIRST)
    assert refused(rotate, document, method_id=K1, public=SECOND, now=NOW) == "usage.key-id"


@pytest.mark.parametrize(
    "document",
    [
        {"id": DID},
        {"id": DID, "@context": "x", "verificationMethod": [], "assertionMethod": []},
        {"id": DID, "@context": [], "verificationMethod": ["x"], "assertionMethod": []},
        {"id": DID, "@context": [], "verificationMethod": [{}], "assertionMethod": []},
    ],
)
def test_documents_that_cannot_be_changed(document):
    assert refused(revoke, document, K1, NOW) == "usage.did-document"
    assert refused(rotate, document, method_id=K1, public=FIRST, now=NOW) == "usage.did-document"
