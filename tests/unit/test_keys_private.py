from __future__ import annotations

import pickle

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

import sample_keys
import weak_keys as wk
from stackmark.errors import UsageError
from stackmark.keys import _signing
from stackmark.keys.multibase import b58encode, b64url_encode
from stackmark.keys.private import TYPES, PrivateKey

TEXT = b"the words to sign"


@pytest.fixture(params=sample_keys.TYPES)
def private(request):
    return sample_keys.key(request.param)


def refused(function, *args, **kwargs) -> str:
    with pytest.raises(UsageError) as caught:
        function(*args, **kwargs)
    return caught.value.reason


@pytest.mark.parametrize("name", [name for name in TYPES if name not in ("rsa3072", "bls12381")])
def test_generate(name):
    first, second = PrivateKey.generate(name), PrivateKey.generate(name)
    assert first.algorithm == TYPES[name]
    assert first.public_key != second.public_key
    assert first.public_key.verify(first.sign(TEXT), TEXT)


def test_generate_rsa():
    key = PrivateKey.generate("rsa3072")
    assert len(key.sign(TEXT)) == 384
    assert key.public_key.to_jwk()["e"] == "AQAB"


def test_generate_something_else():
    assert refused(PrivateKey.generate, "rsa1024") == "usage.key-type"
    assert refused(PrivateKey.generate, "Ed25519") == "usage.key-type"


def test_rfc_8032_test_2():
    key = PrivateKey.from_seed(
        bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    )
    assert key.public_key.raw.hex().startswith("3d4017c3e843895a92b70aa74d1b7ebc")
    assert key.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_both_wheels_sign_alike(monkeypatch):
    key = sample_keys.key("ed25519")
    for data in (b"", TEXT, bytes(10_000)):
        assert key.sign(data) == key._key.sign(data)
    monkeypatch.setitem(__import__("sys").modules, "nacl.bindings", None)
    assert _signing.make_signer("Ed25519", key._key)(TEXT, None) == key.sign(TEXT)


def test_signing_twice_gives_the_same_bytes(private):
    if (
        private.algorithm == "P-256"
        and _signing._ecdsa_scheme("sha256").deterministic_signing is None
    ):
        pytest.skip("this OpenSSL has no deterministic ECDSA")
    assert private.sign(TEXT) == private.sign(TEXT)


def test_rfc_6979_p256():
    # RFC 6979 appendix A.2.5, SHA-256, message "sample".
    secret = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
    key = PrivateKey.from_multikey("z" + b58encode(b"\x86\x26" + secret))
    signature = bytes.fromhex(
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    )
    assert key.public_key.verify(signature, b"sample")
    assert key.sign(b"sample") == signature


def test_signature_lengths():
    lengths = {kind: len(sample_keys.key(kind).sign(TEXT)) for kind in sample_keys.TYPES}
    assert lengths == {"ed25519": 64, "p256": 64, "p384": 96, "rsa": 256}


def test_every_form_leads_back_to_the_same_key(private):
    forms = [
        PrivateKey.from_pem(private.to_pem()),
        PrivateKey.from_pem(private.to_pem(b"open"), b"open"),
        PrivateKey.from_pem(private.to_pem(), b"not needed"),
        PrivateKey.from_jwk(private.to_jwk()),
        PrivateKey.from_pkcs8(private.to_pkcs8()),
        pickle.loads(pickle.dumps(private)),
    ]
    if private.algorithm != "RSA":
        forms.append(PrivateKey.from_multikey(private.to_multikey()))
    for form in forms:
        assert form.public_key == private.public_key
        assert private.public_key.verify(form.sign(TEXT), TEXT)


def test_older_pem_forms():
    key = ec.derive_private_key(77, ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    assert PrivateKey.from_pem(pem).algorithm == "P-256"
    sealed = key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"open")
    )
    assert PrivateKey.from_pem(sealed, b"open").algorithm == "P-256"
    assert refused(PrivateKey.from_pem, sealed) == "usage.passphrase"
    assert refused(PrivateKey.from_pem, sealed, b"wrong") == "usage.passphrase"


def test_passphrase_of_pem():
    sealed = sample_keys.key("ed25519").to_pem(b"open")
    assert b"ENCRYPTED" in sealed
    assert refused(PrivateKey.from_pem, sealed) == "usage.passphrase"
    assert refused(PrivateKey.from_pem, sealed, b"wrong") == "usage.passphrase"


def test_secrets_are_never_shown(private):
    jwk = private.to_jwk()
    secrets = [jwk[name] for name in ("d", "p", "q", "dp", "dq", "qi") if name in jwk]
    assert secrets
    for text in (
        repr(private),
        str(private),
        f"{private!r}",
        repr([private]),
        repr(private.public_key),
    ):
        assert not any(secret in text for secret in secrets)
    assert (
        repr(private)
        == f"PrivateKey({private.algorithm}, public {private.public_key.thumbprint()})"
    )
    raw = private.to_pkcs8()
    assert raw.hex() not in repr(private)


def test_seed_of_the_wrong_length():
    for size in (0, 31, 33, 64):
        assert refused(PrivateKey.from_seed, bytes(size)) == "usage.key"


def test_multikey_with_the_public_half():
    key = sample_keys.key("ed25519")
    seed = key._secret()
    whole = "z" + b58encode(b"\x80\x26" + seed + key.public_key.raw)
    assert PrivateKey.from_multikey(whole).public_key == key.public_key
    # Signing under a foreign public half would give the seed away.
    foreign = "z" + b58encode(b"\x80\x26" + seed + sample_keys.key("ed25519", 2).public_key.raw)
    assert refused(PrivateKey.from_multikey, foreign) == "usage.key"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "u" + b64url_encode(b"\x80\x26" + bytes(32)),
        "z0",
        "z" + b58encode(b"\x80\x26" + bytes(31)),
        "z" + b58encode(b"\x80\x26" + bytes(40)),
        "z" + b58encode(b"\x86\x26" + bytes(32)),
        "z" + b58encode(b"\x86\x26" + b"\xff" * 32),
        "z" + b58encode(b"\x86\x26" + bytes([1]) * 31),
        "z" + b58encode(b"\x87\x26" + bytes([1]) * 32),
        "z" + b58encode(b"\xed\x01" + wk.encode(wk.BASE)),
    ],
)
def test_multikey_faults(text):
    assert refused(PrivateKey.from_multikey, text) == "usage.key"


def test_rsa_has_no_multikey():
    assert refused(sample_keys.key("rsa").to_multikey) == "usage.multikey"


def jwk(kind: str, **changes) -> dict:
    members = sample_keys.key(kind).to_jwk() | changes
    return {name: value for name, value in members.items() if value is not ...}


JWK_FAULTS = {
    "no secret": jwk("ed25519", d=...),
    "no secret number": jwk("p256", d=...),
    "secret of another key": jwk("ed25519", d=sample_keys.key("ed25519", 2).to_jwk()["d"]),
    "number of another key": jwk("p256", d=sample_keys.key("p256", 2).to_jwk()["d"]),
    "zero": jwk("p256", d=b64url_encode(bytes(32))),
    "over the order": jwk("p384", d=b64url_encode(b"\xff" * 48)),
    "too short": jwk("p384", d=b64url_encode(b"\1" * 47)),
    "public x bent": jwk("ed25519", x=sample_keys.key("ed25519", 2).public_key.to_jwk()["x"]),
    "for verifying": jwk("ed25519", key_ops=["verify"]),
    "for encryption": jwk("p256", use="enc"),
    "wrong alg": jwk("p256", alg="ES384"),
    "rsa without primes": jwk("rsa", p=...),
    "rsa with more primes": jwk("rsa", oth=[]),
    "rsa bent prime": jwk("rsa", p=sample_keys.key("rsa").to_jwk()["q"]),
    "rsa bent d": jwk("rsa", d="Aw"),
    "octets": {"kty": "oct", "k": "AAAA"},
}


@pytest.mark.parametrize("name", JWK_FAULTS)
def test_jwk_faults(name):
    assert refused(PrivateKey.from_jwk, JWK_FAULTS[name]) == "usage.key"


def test_jwk_for_signing():
    assert PrivateKey.from_jwk(jwk("p256", key_ops=["sign"], alg="ES256", use="sig"))


def pkcs8(key) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def test_keys_that_are_not_used():
    assert refused(PrivateKey.from_pkcs8, pkcs8(Ed448PrivateKey.generate())) == "usage.key"
    assert (
        refused(PrivateKey.from_pkcs8, pkcs8(ec.derive_private_key(7, ec.SECP521R1())))
        == "usage.key"
    )
    small = rsa.generate_private_key(65_537, 1024)
    with pytest.raises(UsageError, match="1024 bits") as caught:
        PrivateKey.from_pkcs8(pkcs8(small))
    assert caught.value.reason == "usage.key"
    assert refused(PrivateKey.from_pkcs8, b"") == "usage.key"
    assert refused(PrivateKey.from_pem, b"-----BEGIN PRIVATE KEY-----") == "usage.key"
    assert refused(PrivateKey.from_pem, bytes(70_000)) == "usage.key"
    assert refused(PrivateKey.from_pem, sample_keys.key("p256").public_key.to_pem()) == "usage.key"
