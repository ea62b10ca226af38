from __future__ import annotations

import orjson
import pytest

import sample_keys
from stackmark.errors import UsageError
from stackmark.keys import bbs
from stackmark.keys.did import default_identity
from stackmark.keys.keyfile import KeyFile, open_keyfile, seal
from stackmark.keys.multibase import b64url_encode

DID = "did:web:uni.example"
METHOD = f"{DID}#k1"
SALT, NONCE = bytes(range(16)), bytes(range(12))


def make(kind: str = "ed25519", passphrase: bytes | None = b"open sesame", **changes) -> bytes:
    settings = {"did": DID, "method_id": METHOD, "salt": SALT, "nonce": NONCE, "scrypt_n": 16}
    return seal(sample_keys.key(kind), passphrase=passphrase, **(settings | changes))


def edited(data: bytes, **changes) -> bytes:
    members = orjson.loads(data) | changes
    return orjson.dumps({name: value for name, value in members.items() if value is not ...})


def refused(data: bytes, passphrase: bytes | None = b"open sesame") -> str:
    with pytest.raises(UsageError) as caught:
        open_keyfile(data, passphrase=passphrase)
    return caught.value.reason


@pytest.mark.parametrize("kind", [*sample_keys.TYPES, "bls12381"])
@pytest.mark.parametrize("passphrase", [None, b"open sesame", "pässword ☃".encode()])
def test_round_trip(kind, passphrase):
    found = open_keyfile(make(kind, passphrase), passphrase=passphrase)
    assert (found.did, found.method_id) == (DID, METHOD)
    assert found.private.public_key == sample_keys.key(kind).public_key
    if kind == "bls12381":
        signature = found.private.sign_messages(b"x", [b"y"])
        assert bbs.fits(found.private.public_key.raw, signature, b"x", [b"y"])
    else:
        assert found.private.public_key.verify(found.private.sign(b"x"), b"x")


def test_sealed_file_hides_the_secret():
    key = sample_keys.key("ed25519")
    data = make()
    assert b64url_encode(key._secret()).encode() not in data
    assert b64url_encode(key.to_pkcs8()).encode() not in data
    members = orjson.loads(data)
    assert members["protection"] == "passphrase"
    assert members["kdf"]["n"] == 16
    assert members["publicKey"] == key.public_key.to_jwk()


def test_default_work():
    data = seal(
        sample_keys.key("p256"), passphrase=b"x", did=DID, method_id=METHOD, salt=SALT, nonce=NONCE
    )
    assert orjson.loads(data)["kdf"] == {
        "name": "scrypt",
        "n": 32768,
        "r": 8,
        "p": 1,
        "salt": b64url_encode(SALT),
    }
    assert open_keyfile(data, passphrase=b"x").private.algorithm == "P-256"


def test_open_file_says_so():
    members = orjson.loads(make(passphrase=None))
    assert members["protection"] == "none"
    assert "kdf" not in members
    assert open_keyfile(make(passphrase=None), passphrase=b"not needed").did == DID


def test_passphrase():
    assert refused(make(), None) == "usage.passphrase"
    assert refused(make(), b"") == "usage.passphrase"
    assert refused(make(), b"open sesamE") == "usage.passphrase"


@pytest.mark.parametrize(
    "changes",
    [
        {"did": "did:web:other.example", "method": "did:web:other.example#k1"},
        {"method": f"{DID}#k2"},
        {"publicKey": sample_keys.key("ed25519", 2).public_key.to_jwk()},
        {"extra": 1},
        {"secretKey": "AAAA"},
    ],
)
def test_a_changed_sealed_file_does_not_open(changes):
    assert refused(edited(make(), **changes)) == "usage.passphrase"


def test_open_file_with_a_foreign_public_key():
    foreign = sample_keys.key("ed25519", 2).public_key.to_jwk()
    assert refused(edited(make(passphrase=None), publicKey=foreign)) == "usage.key-file"


def kdf(**changes) -> dict:
    return {"name": "scrypt", "n": 16, "r": 8, "p": 1, "salt": b64url_encode(SALT)} | changes


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"type": "Other"},
        {"did": ...},
        {"did": 7},
        {"method": "did:web:other.example#k1"},
        {"method": DID},
        {"protection": ...},
        {"protection": "rot13"},
        {"secretKey": ...},
        {"secretKey": "A"},
        {"kdf": ...},
        {"kdf": []},
        {"kdf": kdf(name="pbkdf2")},
        {"kdf": kdf(n=2**18)},
        {"kdf": kdf(n=1)},
        {"kdf": kdf(n=17)},
        {"kdf": kdf(n=0)},
        {"kdf": kdf(n=True)},
        {"kdf": kdf(n="16")},
        {"kdf": kdf(n=16.5)},
        {"kdf": kdf(r=9)},
        {"kdf": kdf(p=5)},
        {"kdf": kdf(salt="!")},
        {"cipher": ...},
        {"cipher": {"name": "AES-256-CBC", "nonce": "AAAAAAAAAAAAAAAA"}},
        {"cipher": {"name": "AES-256-GCM", "nonce": "AAAA"}},
    ],
    ids=str,
)
def test_broken_files(changes):
    assert refused(edited(make(), **changes)) == "usage.key-file"


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"[]", b"{}", b'{"a":1,"a":2}', b"7", bytes(70_000)]
)
def test_what_is_no_key_file(data):
    assert refused(data) == "usage.key-file"


def test_open_file_with_a_broken_secret():
    assert refused(edited(make(passphrase=None), secretKey="AAAA")) == "usage.key"


@pytest.mark.parametrize("kind", sample_keys.TYPES)
def test_pem_and_jwk(kind):
    key = sample_keys.key(kind)
    for data in (key.to_pem(), key.to_pem(b"open sesame"), orjson.dumps(key.to_jwk())):
        found = open_keyfile(data, passphrase=b"open sesame")
        assert (found.did, found.method_id) == default_identity(key.public_key)
        assert found.did.startswith("did:jwk:" if kind == "rsa" else "did:key:z")
        assert found.private.public_key == key.public_key


def test_pem_needs_its_passphrase():
    data = sample_keys.key("ed25519").to_pem(b"open sesame")
    assert refused(data, None) == "usage.passphrase"
    assert refused(data, b"wrong") == "usage.passphrase"


def test_public_jwk_is_not_enough():
    assert refused(orjson.dumps(sample_keys.key("p256").public_key.to_jwk())) == "usage.key"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"passphrase": b""}, "usage.passphrase"),
        ({"salt": bytes(15)}, "usage.key-file"),
        ({"nonce": bytes(16)}, "usage.key-file"),
        ({"method_id": "did:web:other.example#k1"}, "usage.key-file"),
    ],
)
def test_seal_refuses(changes, reason):
    with pytest.raises(UsageError) as caught:
        make(**changes)
    assert caught.value.reason == reason


def test_what_is_printed_shows_no_secret():
    found = open_keyfile(make(), passphrase=b"open sesame")
    assert isinstance(found, KeyFile)
    assert b64url_encode(found.private._secret()) not in repr(found)
    assert found.private._secret().hex() not in repr(found)
