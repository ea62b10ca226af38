from __future__ import annotations

import orjson
import pytest

import sample_keys
import weak_keys as wk
from sample_keys import Shelf
from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.keys.controller import (
    VerificationMethod,
    document_for,
    fetch_jwk,
    find_method,
    resolve_method,
)
from stackmark.keys.did import default_identity, did_jwk, did_key, did_key_method_id
from stackmark.keys.multibase import b58encode, b64url_encode
from stackmark.keys.public import PublicKey

DID = "did:web:uni.example"
URL = "https://uni.example/.well-known/did.json"
K1 = f"{DID}#k1"
KEY = sample_keys.key("ed25519").public_key


def document(**changes) -> dict:
    method = {
        "id": K1,
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": KEY.to_multikey(),
    }
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": DID,
        "verificationMethod": [method],
        "assertionMethod": [K1],
    } | changes


def with_method(**changes) -> dict:
    found = document()
    method = found["verificationMethod"][0] | changes
    found["verificationMethod"] = [{n: v for n, v in method.items() if v is not ...}]
    return found


def refused(call, *args, **kwargs) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        call(*args, **kwargs)
    assert caught.value.detail.isprintable()
    return caught.value


def untold(call, *args) -> CouldNotTell:
    with pytest.raises(CouldNotTell) as caught:
        call(*args)
    assert caught.value.reason == "issuer-key.unresolvable"
    return caught.value


def test_finds_the_method():
    assert find_method(document(), K1) == VerificationMethod(K1, DID, KEY, None, None)


def test_resolves_did_web():
    shelf = Shelf({URL: orjson.dumps(document())})
    method, document_id = resolve_method(K1, shelf)
    assert (method.public_key, document_id) == (KEY, DID)
    assert shelf.asked == [URL]


def test_resolves_https():
    base = "https://uni.example/issuers/1"
    whole = orjson.loads(orjson.dumps(document()).replace(DID.encode(), base.encode()))
    shelf = Shelf({base: orjson.dumps(whole)})
    method, document_id = resolve_method(f"{base}#k1", shelf)
    assert (method.id, method.controller, document_id) == (f"{base}#k1", base, base)


@pytest.mark.parametrize("kind", ["ed25519", "p256", "p384"])
def test_resolves_did_key_without_asking(kind):
    public = sample_keys.key(kind).public_key
    shelf = Shelf()
    method, document_id = resolve_method(did_key_method_id(public), shelf)
    assert (method.public_key, document_id, shelf.asked) == (public, did_key(public), [])
    for relationship in ("authentication", "capabilityInvocation", "capabilityDelegation"):
        assert resolve_method(did_key_method_id(public), shelf, relationship=relationship)
    error = refused(resolve_method, did_key_method_id(public), shelf, relationship="keyAgreement")
    assert error.reason == "issuer-key.relationship"


@pytest.mark.parametrize("kind", sample_keys.TYPES)
def test_resolves_did_jwk_without_asking(kind):
    public = sample_keys.key(kind).public_key
    did = did_jwk(public)
    method, document_id = resolve_method(f"{did}#0", Shelf())
    assert (method.public_key, method.controller, document_id) == (public, did, did)
    assert refused(resolve_method, f"{did}#1", Shelf()).reason == "issuer-key.method"


def test_relative_names_inside_the_document():
    relative = with_method(id="#k1") | {"assertionMethod": ["#k1"]}
    assert find_method(relative, K1).id == K1
    assert find_method(with_method(id="#k1"), K1).public_key == KEY


def test_method_embedded_in_the_relationship():
    method = document()["verificationMethod"][0]
    embedded = document(verificationMethod=[], assertionMethod=[method])
    assert find_method(embedded, K1).public_key == KEY
    login = document(verificationMethod=[], assertionMethod=[], authentication=[method])
    assert refused(find_method, login, K1).reason == "issuer-key.relationship"
    assert find_method(login, K1, relationship="authentication").public_key == KEY


@pytest.mark.parametrize(
    "method_url",
    ["", DID, f"{DID}#", f"{K1}#k1", f"{K1}\0", f"{K1}\n", f" {K1}", "#k1", f"{DID}/path#k1", f"{DID}?a=b#k1",
     "../../../etc/passwd", "http://uni.example/k#1", "file:///etc/passwd#k", "data:application/json,{}#k", "https://#k",
     "https://user@uni.example/#k", "https://uni.example\\#k", "https://uni.example/ü#k", "https:/uni.example#k",
     "https://uni.example/x#k#l", "https://uni.example/x#k l", "javascript:1#k", "did:WEB:uni.example#k1", "x#y",
     "https://uni.example/" + "a" * 5_000 + "#k"],
)  # fmt: skip
def test_what_is_no_method_url(method_url):
    shelf = Shelf()
    error = refused(resolve_method, method_url, shelf)
    assert error.reason == "issuer-key.method-url"
    assert "INVALID_VERIFICATION_METHOD_URL" in error.detail
    assert shelf.asked == []
    assert refused(find_method, document(), method_url).reason == "issuer-key.method-url"


def test_did_web_that_leads_inside():
    shelf = Shelf()
    for name in ("localhost", "127.0.0.1", "uni.example:8443", "uni.example%3A22"):
        assert refused(resolve_method, f"did:web:{name}#k", shelf).reason == "issuer-key.did-web"
    assert shelf.asked == []


@pytest.mark.parametrize(
    "found",
    [
        document(id="did:web:other.example"),
        document(id=None),
        document(id=[DID]),
        {},
        document(id=DID + "/"),
    ],
)
def test_document_of_somebody_else(found):
    error = refused(find_method, found, K1)
    assert error.reason == "issuer-key.document-id"
    assert "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID" in error.detail


@pytest.mark.parametrize(
    "found",
    [
        document(verificationMethod=[]),
        with_method(id=f"{DID}#K1"),
        with_method(id=...),
        with_method(id=7),
        with_method(id="k1"),
        with_method(controller="did:web:attacker.example"),
        with_method(controller=...),
        with_method(controller=[DID]),
        with_method(controller="#"),
    ],
)
def test_method_that_is_not_the_controllers(found):
    error = refused(find_method, found, K1)
    assert error.reason == "issuer-key.method"
    assert "INVALID_VERIFICATION_METHOD)" in error.detail


def test_method_twice():
    twice = document()
    twice["verificationMethod"] *= 2
    assert find_method(twice, K1).public_key == KEY
    other = document()
    second = sample_keys.key("ed25519", 2).public_key.to_multikey()
    other["verificationMethod"] += with_method(publicKeyMultibase=second)["verificationMethod"]
    assert refused(find_method, other, K1).reason == "issuer-key.method"


def test_did_key_with_the_fragment_of_another_key():
    other = sample_keys.key("ed25519", 2).public_key.to_multikey()
    error = refused(resolve_method, f"{did_key(KEY)}#{other}", Shelf())
    assert error.reason == "issuer-key.method"


@pytest.mark.parametrize(
    "found",
    [
        document(assertionMethod=[]),
        document(assertionMethod=[], authentication=[K1]),
        {name: value for name, value in document().items() if name != "assertionMethod"},
        document(assertionMethod=[f"{DID}#K1"]),
        document(assertionMethod=["k1"]),
        document(assertionMethod=[{"id": f"{DID}#k2"}]),
    ],
)
def test_key_for_other_purposes(found):
    error = refused(find_method, found, K1)
    assert error.reason == "issuer-key.relationship"
    assert "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD" in error.detail


def coded(code: bytes, raw: bytes) -> str:
    return "z" + b58encode(code + raw)


JWK = sample_keys.key("p256").public_key.to_jwk()
READ = [
    ({"type": "JsonWebKey", "publicKeyJwk": JWK}, "p256"),
    ({"type": "JsonWebKey2020", "publicKeyJwk": JWK | {"kid": "k1", "alg": "ES256"}}, "p256"),
    ({"type": "JsonWebKey", "publicKeyJwk": sample_keys.key("rsa").public_key.to_jwk()}, "rsa"),
    ({"type": "Multikey", "publicKeyMultibase": sample_keys.key("p384").public_key.to_multikey()}, "p384"),
    ({"type": "Ed25519VerificationKey2020", "publicKeyMultibase": KEY.to_multikey()}, "ed25519"),
]  # fmt: skip


@pytest.mark.parametrize(("material", "kind"), READ)
def test_types_that_are_read(material, kind):
    found = with_method(**({"publicKeyMultibase": ...} | material))
    assert find_method(found, K1).public_key == sample_keys.key(kind).public_key


UNREAD = [
    ({"type": "Ed25519VerificationKey2018", "publicKeyBase58": "x", "publicKeyMultibase": ...}, "unsupported"),
    ({"type": "EcdsaSecp256k1VerificationKey2019"}, "unsupported"),
    ({"type": ["Multikey"]}, "unsupported"),
    ({"type": ...}, "unsupported"),
    ({"type": "Multikey", "publicKeyMultibase": ...}, "malformed"),
    ({"publicKeyMultibase": 7}, "malformed"),
    ({"publicKeyMultibase": "z6Mk"}, "unsupported"),
    ({"publicKeyMultibase": "u" + b64url_encode(b"\xed\x01" + KEY.raw)}, "malformed"),
    ({"publicKeyJwk": JWK}, "malformed"),
    ({"type": "JsonWebKey"}, "malformed"),
    ({"type": "JsonWebKey", "publicKeyJwk": JWK}, "malformed"),
    ({"type": "JsonWebKey", "publicKeyJwk": "text", "publicKeyMultibase": ...}, "malformed"),
    ({"type": "JsonWebKey", "publicKeyJwk": JWK | {"d": "AA"}, "publicKeyMultibase": ...}, "private"),
    ({"type": "JsonWebKey", "publicKeyJwk": JWK | {"crv": "secp256k1"}, "publicKeyMultibase": ...}, "unsupported"),
    ({"type": "Ed25519VerificationKey2020", "publicKeyMultibase": sample_keys.key("p256").public_key.to_multikey()}, "malformed"),
    ({"secretKeyMultibase": sample_keys.key("ed25519").to_multikey()}, "private"),
    ({"publicKeyMultibase": sample_keys.key("ed25519").to_multikey()}, "private"),
    ({"publicKeyMultibase": coded(b"\xed\x01", bytes(32))}, "weak"),
    ({"publicKeyMultibase": coded(b"\xed\x01", wk.encode(wk.add(wk.BASE, wk.TORSION[3])))}, "weak"),
    ({"expires": "2026"}, "malformed"),
    ({"expires": None}, "malformed"),
    ({"revoked": True}, "malformed"),
    ({"revoked": "2026-01-01T00:00:00"}, "malformed"),
    ({"revoked": "2026-02-30T00:00:00Z"}, "malformed"),
    ({"revoked": "2026-01-01T00:00:00Z\n"}, "malformed"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "slug"), UNREAD, ids=str)
def test_methods_that_are_not_read(changes, slug):
    assert refused(find_method, with_method(**changes), K1).reason == f"issuer-key.{slug}"


def test_small_rsa_key():
    small = {"kty": "RSA", "n": b64url_encode(b"\xf1" * 128), "e": "AQAB"}
    found = with_method(type="JsonWebKey", publicKeyJwk=small, publicKeyMultibase=...)
    assert refused(find_method, found, K1).reason == "issuer-key.too-small"


@pytest.mark.parametrize(
    "changes",
    [
        {"verificationMethod": {}},
        {"verificationMethod": None},
        {"verificationMethod": [K1]},
        {"assertionMethod": K1},
        {"assertionMethod": [7]},
        {"authentication": {"id": K1}},
        {"keyAgreement": [None]},
    ],
)
def test_documents_of_the_wrong_shape(changes):
    error = refused(find_method, document(**changes), K1)
    assert error.reason == "issuer-key.malformed"
    assert "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT)" in error.detail


def test_dates_are_handed_on():
    found = with_method(expires="2027-01-01T00:00:00Z", revoked="2026-03-01T00:00:00.5+02:00")
    method = find_method(found, K1)
    assert (method.expires, method.revoked) == (
        "2027-01-01T00:00:00Z",
        "2026-03-01T00:00:00.5+02:00",
    )


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\xff", b'{"id":1,"id":2}', b"[]", b"null", b'"text"', b"[" * 10_000]
)
def test_answer_that_is_no_document(body):
    untold(resolve_method, K1, Shelf({URL: body}))
    untold(fetch_jwk, "https://uni.example/key", Shelf({"https://uni.example/key": body}))


def test_document_that_cannot_be_had():
    assert "nothing at this address" in untold(resolve_method, K1, Shelf()).detail


@pytest.mark.parametrize("did", ["did:ion:abc", "did:webs:uni.example:abc", "did:ebsi:z1"])
def test_unknown_methods(did):
    shelf = Shelf()
    untold(resolve_method, f"{did}#k", shelf)
    untold(document_for, did, shelf)
    assert shelf.asked == []


@pytest.mark.parametrize(
    ("did", "slug"),
    [
        ("did:key:abc", "malformed"),
        ("did:key:" + coded(b"\xed\x01", bytes(32)), "weak"),
        ("did:key:" + coded(b"\xe7\x01\x02", bytes(32)), "unsupported"),
        ("did:key:" + sample_keys.key("ed25519").to_multikey(), "private"),
        ("did:jwk:a", "malformed"),
        ("did:jwk:" + b64url_encode(b"[]"), "malformed"),
        ("did:jwk:" + b64url_encode(b"{}"), "malformed"),
        ("did:jwk:" + b64url_encode(b'{"kty":"OKP","kty":"EC"}'), "malformed"),
        ("did:jwk:" + b64url_encode(orjson.dumps(sample_keys.key("p256").to_jwk())), "private"),
        ("did:jwk:" + b64url_encode(orjson.dumps(JWK | {"use": "enc"})), "malformed"),
    ],
)
def test_broken_computed_dids(did, slug):
    fragment = did.removeprefix("did:key:") if did.startswith("did:key:") else "0"
    assert refused(resolve_method, f"{did}#{fragment}", Shelf()).reason == f"issuer-key.{slug}"


def test_document_for():
    did, method_id = default_identity(KEY)
    found = document_for(did, Shelf())
    assert found["id"] == did
    assert found["assertionMethod"] == [method_id]
    assert "keyAgreement" not in found
    assert document_for(DID, Shelf({URL: orjson.dumps(document())})) == document()
    https = "https://uni.example/about"
    assert document_for(https, Shelf({https: b"{}"})) == {}


@pytest.mark.parametrize(
    "name",
    ["", K1, f"{DID}/x", "https://uni.example/#k", "http://uni.example/", "mailto:a@b.example"],
)
def test_document_for_refuses(name):
    shelf = Shelf()
    assert refused(document_for, name, shelf).reason == "issuer-key.method-url"
    assert shelf.asked == []


def test_bare_jwk():
    url = "https://uni.example/keys/1"
    shelf = Shelf({url: orjson.dumps(JWK | {"kid": url})})
    assert fetch_jwk(url, shelf) == PublicKey.from_jwk(JWK)
    for bad in (K1, f"{url}#k", "http://uni.example/keys/1", "/etc/passwd"):
        assert refused(fetch_jwk, bad, shelf).reason == "issuer-key.method-url"
    assert shelf.asked == [url]
    untold(fetch_jwk, url + "0", shelf)


def test_jwk_set_or_secret_behind_a_kid():
    url = "https://uni.example/keys"
    assert refused(fetch_jwk, url, Shelf({url: b'{"keys":[]}'})).reason == "issuer-key.malformed"
    secret = orjson.dumps(sample_keys.key("p256").to_jwk())
    assert refused(fetch_jwk, url, Shelf({url: secret})).reason == "issuer-key.private"


def test_web_document_is_asked_for_each_time():
    """What is remembered of fetched documents is the fetcher's affair."""
    shelf = Shelf({URL: orjson.dumps(document())})
    resolve_method(K1, shelf)
    shelf.documents[URL] = orjson.dumps(document(assertionMethod=[]))
    assert refused(resolve_method, K1, shelf).reason == "issuer-key.relationship"
