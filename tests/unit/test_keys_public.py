from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import sample_keys
import weak_keys as wk
from stackmark.errors import CheckFailed, UsageError
from stackmark.keys import _checking, strength
from stackmark.keys.multibase import b58encode, b64url_decode, b64url_encode
from stackmark.keys.private import PrivateKey
from stackmark.keys.public import PublicKey

TEXT = b"the words that are signed"


@pytest.fixture(params=sample_keys.TYPES)
def private(request):
    return sample_keys.key(request.param)


@pytest.fixture(params=["PyNaCl", "cryptography"])
def wheel(request, monkeypatch):
    """Each Ed25519 wheel in turn."""
    if request.param == "cryptography":
        monkeypatch.setattr(_checking, "_ed25519", _checking.check_with_cryptography)
        monkeypatch.setattr(strength, "_fast_point_check", None)
    elif _checking.backend() != "PyNaCl":
        pytest.skip("PyNaCl is not installed (extra [fast])")
    strength.weakness.cache_clear()
    yield
    strength.weakness.cache_clear()


def refused(function, *args, **kwargs) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        function(*args, **kwargs)
    return caught.value


# RFC 8032 section 7.1, tests 1 to 3.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("raw", "data", "signature"), RFC_8032)
def test_rfc_8032(raw, data, signature, wheel):
    public = PublicKey("Ed25519", bytes.fromhex(raw))
    signature, data = bytes.fromhex(signature), bytes.fromhex(data)
    assert public.verify(signature, data)
    assert not public.verify(signature, data + b"\0")


def test_thumbprints_of_the_standards():
    # RFC 8037 appendix A.3 and RFC 7638 section 3.1.
    okp = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    rsa = {
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
        "alg": "RS256",
        "kid": "2011-04-29",
    }
    assert PublicKey.from_jwk(okp).thumbprint() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert PublicKey.from_jwk(rsa).thumbprint() == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_multikeys_of_the_standard():
    # Controlled Identifiers v1.0 section 2.2.2: the start tells the type.
    starts = {"ed25519": "z6Mk", "p256": "zDn", "p384": "z82"}
    for kind, start in starts.items():
        assert sample_keys.key(kind).public_key.to_multikey().startswith(start)


def test_every_form_leads_back_to_the_same_key(private):
    public = private.public_key
    assert PublicKey.from_jwk(public.to_jwk()) == public
    assert PublicKey.from_pem(public.to_pem()) == public
    if public.algorithm != "RSA":
        assert PublicKey.from_multikey(public.to_multikey()) == public
    assert list(public.to_jwk()) == sorted(public.to_jwk())


def test_pem_is_what_others_write(private):
    der = private._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert private.public_key.to_pem() == der


def test_pkcs1_pem():
    key = sample_keys.key("rsa")
    pem = key._key.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    assert PublicKey.from_pem(b"A line of text before it.\n" + pem) == key.public_key


def test_rsa_has_no_multikey():
    with pytest.raises(UsageError) as caught:
        sample_keys.key("rsa").public_key.to_multikey()
    assert caught.value.reason == "usage.multikey"


def test_is_a_value():
    public = sample_keys.key("p256").public_key
    assert len({public, PublicKey(public.algorithm, public.raw)}) == 1
    with pytest.raises(FrozenInstanceError):
        public.raw = b""


def test_verify(private):
    public, signature = private.public_key, private.sign(TEXT)
    assert public.verify(signature, TEXT)
    assert not public.verify(signature, TEXT + b".")
    for at in range(0, len(signature), 5):
        bent = bytearray(signature)
        bent[at] ^= 1
        assert not public.verify(bytes(bent), TEXT)
    for length in (signature[:-1], signature + b"\0", b"\0" + signature, b"", signature * 2):
        assert not public.verify(length, TEXT)
    assert not public.verify(bytes(len(signature)), TEXT)
    assert not public.verify(b"\xff" * len(signature), TEXT)


def test_verify_with_another_key(private):
    other = sample_keys.key("ed25519", 2).public_key
    assert not other.verify(private.sign(TEXT), TEXT)


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa"])
def test_digest(kind):
    key = sample_keys.key(kind)
    for digest in ("sha256", "sha384"):
        signature = key.sign(TEXT, digest=digest)
        assert key.public_key.verify(signature, TEXT, digest=digest)
        other = "sha384" if digest == "sha256" else "sha256"
        assert not key.public_key.verify(signature, TEXT, digest=other)
    default = "sha384" if kind == "p384" else "sha256"
    assert key.public_key.verify(key.sign(TEXT), TEXT, digest=default)


@pytest.mark.parametrize(("kind", "digest"), [("p256", "sha512"), ("rsa", "sha1"), ("rsa", "md5")])
def test_digest_that_does_not_fit(kind, digest):
    key = sample_keys.key(kind)
    for call in (
        lambda: key.sign(TEXT, digest=digest),
        lambda: key.public_key.verify(b"", TEXT, digest=digest),
    ):
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.reason == "usage.digest"


def test_rsa_schemes_do_not_stand_for_each_other():
    key = sample_keys.key("rsa")
    assert not key.public_key.verify(key.sign(TEXT), TEXT, pss=True)


# Ed25519 at the edges; an honest pair of scalars to build from.
SECRET, NONCE = wk.number("secret", 252), wk.number("nonce", 252)
KEY = wk.encode(wk.multiply(SECRET, wk.BASE))


def ed25519_signature(r_point, r: int, key: bytes = KEY) -> bytes:
    start = wk.encode(r_point)
    h = int.from_bytes(hashlib.sha512(start + key + TEXT).digest(), "little")
    return start + ((r + h * SECRET) % wk.ORDER).to_bytes(32, "little")


def test_ed25519_honest_signature(wheel):
    signature = ed25519_signature(wk.multiply(NONCE, wk.BASE), NONCE)
    assert PublicKey("Ed25519", KEY).verify(signature, TEXT)


def test_ed25519_unreduced_s(wheel):
    signature = ed25519_signature(wk.multiply(NONCE, wk.BASE), NONCE)
    s = int.from_bytes(signature[32:], "little")
    for more in range(1, 9):
        bent = signature[:32] + (s + more * wk.ORDER).to_bytes(32, "little")
        assert not PublicKey("Ed25519", KEY).verify(bent, TEXT)


def test_ed25519_largest_s_is_read():
    assert _checking._is_reduced(bytes(32) + (wk.ORDER - 1).to_bytes(32, "little"))
    assert not _checking._is_reduced(bytes(32) + wk.ORDER.to_bytes(32, "little"))


@pytest.mark.parametrize("torsion", wk.TORSION[1:])
def test_ed25519_r_with_small_part(torsion, wheel):
    """Fine when multiplied by 8, not fine as it stands: all wheels must say no."""
    mixed = wk.add(wk.multiply(NONCE, wk.BASE), torsion)
    assert not PublicKey("Ed25519", KEY).verify(ed25519_signature(mixed, NONCE), TEXT)


@pytest.mark.parametrize("point", wk.TORSION)
def test_ed25519_r_of_small_order(point, wheel):
    """The neutral R satisfies the equation; libraries disagree, so it is refused."""
    assert not PublicKey("Ed25519", KEY).verify(ed25519_signature(point, 0), TEXT)


@pytest.mark.parametrize("start", wk.second_encodings(), ids=lambda d: d.hex()[:4] + d.hex()[-2:])
def test_ed25519_r_in_a_second_encoding(start, wheel):
    h = int.from_bytes(hashlib.sha512(start + KEY + TEXT).digest(), "little")
    signature = start + (h * SECRET % wk.ORDER).to_bytes(32, "little")
    assert not PublicKey("Ed25519", KEY).verify(signature, TEXT)


def test_a_wheel_that_multiplies_by_eight_would_be_found_out():
    """The probe for choosing a wheel satisfies the equation times 8, and only that."""
    key, signature, data = _checking._MIXED_R
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + data).digest(), "little")
    s = int.from_bytes(signature[32:], "little")
    left = wk.multiply(s, wk.BASE)
    right = wk.add(wk.decode(signature[:32]), wk.multiply(h, wk.decode(key)))
    assert left != right
    assert wk.multiply(8, left) == wk.multiply(8, right)
    assert s < wk.ORDER


class YesKey:
    """A key of a library that says yes to everything."""

    key_size = 2048

    def verify(self, *_):
        return None


@pytest.fixture
def yes(monkeypatch):
    """Only our own checks stand between a signature and a yes."""
    monkeypatch.setattr(_checking, "_ed25519", lambda *_: True)
    monkeypatch.setattr(_checking, "load_point", lambda *_: YesKey())
    monkeypatch.setattr(_checking, "_load_rsa", lambda *_: YesKey())


def test_our_own_checks_of_ed25519(yes):
    public = PublicKey("Ed25519", KEY)
    r, s = wk.encode(wk.BASE), (wk.ORDER - 1).to_bytes(32, "little")
    assert public.verify(r + s, TEXT)
    assert not public.verify(r + wk.ORDER.to_bytes(32, "little"), TEXT)
    assert not public.verify(r + b"\xff" * 32, TEXT)
    assert not public.verify(r + s + b"\0", TEXT)
    assert not public.verify((r + s)[:-1], TEXT)
    assert not public.verify(wk.encode((0, 1)) + s, TEXT)
    assert public.verify((wk.P - 1).to_bytes(32, "little") + s, TEXT)
    for y in (wk.P, 2**255 - 1, wk.P | 1 << 255):
        assert not public.verify(y.to_bytes(32, "little") + s, TEXT)
    assert not PublicKey("Ed25519", bytes(32)).verify(r + s, TEXT)


@pytest.mark.parametrize("kind", ["p256", "p384"])
def test_our_own_checks_of_ecdsa(yes, kind):
    public = sample_keys.key(kind).public_key
    size, order = len(public.raw) - 1, _checking._GROUP_ORDER[public.algorithm]
    top, one, zero, over = (n.to_bytes(size, "big") for n in (order - 1, 1, 0, order))
    assert public.verify(top + one, TEXT)
    assert public.verify(one + top, TEXT)
    for bad in (zero + one, one + zero, over + one, one + over):
        assert not public.verify(bad, TEXT)
    for bad in (one + one[1:], one + b"\0" + one, b"", one):
        assert not public.verify(bad, TEXT)


def test_our_own_checks_of_rsa(yes):
    public = sample_keys.key("rsa").public_key
    assert public.verify(bytes(256), TEXT)
    for size in (0, 255, 257):
        assert not public.verify(bytes(size), TEXT)


def test_a_lenient_wheel_is_not_used(monkeypatch):
    pytest.importorskip("nacl")
    monkeypatch.setattr("nacl.bindings.crypto_sign_open", lambda signed, key: signed[64:])
    assert _checking._find_ed25519() is _checking.check_with_cryptography


WITHOUT_PYNACL = """
import sys
sys.modules["nacl"] = sys.modules["nacl.bindings"] = None
from stackmark.keys import PrivateKey, PublicKey, _checking
key = PrivateKey.from_seed(bytes(32))
public = PublicKey.from_multikey(key.public_key.to_multikey())
assert public.verify(key.sign(b"x"), b"x") and not public.verify(key.sign(b"x"), b"y")
print(_checking.backend(), key.sign(b"x").hex())
"""


def test_without_pynacl():
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYNACL], capture_output=True, text=True, check=True
    )
    signature = PrivateKey.from_seed(bytes(32)).sign(b"x").hex()
    assert found.stdout.split() == ["cryptography", signature]


@pytest.mark.parametrize("kind", ["p256", "p384"])
def test_ecdsa_numbers_out_of_range(kind):
    key = sample_keys.key(kind)
    size, order = len(key.sign(TEXT)) // 2, _checking._GROUP_ORDER[key.algorithm]
    signature = key.sign(TEXT)
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    assert key.public_key.verify(r.to_bytes(size, "big") + (order - s).to_bytes(size, "big"), TEXT)
    for pair in ((0, s), (r, 0), (order, s), (r, order), (0, 0)):
        bent = b"".join(part.to_bytes(size, "big") for part in pair)
        assert not key.public_key.verify(bent, TEXT)


def test_ecdsa_in_der_is_refused():
    key = ec.derive_private_key(7, ec.SECP256R1())
    public = PublicKey.from_pem(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    from cryptography.hazmat.primitives import hashes

    assert not public.verify(key.sign(TEXT, ec.ECDSA(hashes.SHA256())), TEXT)


MULTIKEY_FAULTS = [
    ("", "malformed"),
    ("6Mk", "malformed"),
    ("u7QE", "malformed"),
    ("z6Mk0", "malformed"),
    ("z", "unsupported"),
    ("z" + "6" * 1_001, "malformed"),
    ("z" + b58encode(b"\xed\x01" + bytes(31)), "malformed"),
    ("z" + b58encode(b"\xed\x01" + wk.encode(wk.BASE) + b"\0"), "malformed"),
    ("z" + b58encode(b"\xed\x01" + bytes(32)), "weak"),
    ("z" + b58encode(b"\x80\x24\x02" + b"\xff" * 32), "malformed"),
    ("z" + b58encode(b"\x80\x24\x04" + bytes(32)), "malformed"),
    ("z" + b58encode(b"\x81\x24\x02" + bytes(32)), "malformed"),
    ("z" + b58encode(b"\xe7\x01\x02" + bytes(32)), "unsupported"),  # secp256k1
    ("z" + b58encode(b"\x82\x24\x02" + bytes(66)), "unsupported"),  # P-521
    ("z" + b58encode(b"\xec\x01" + bytes(32)), "unsupported"),  # X25519
    ("z" + b58encode(b"\x80\x26" + bytes(32)), "private"),
    ("z" + b58encode(b"\x86\x26" + bytes(32)), "private"),
]


@pytest.mark.parametrize(("text", "slug"), MULTIKEY_FAULTS)
def test_multikey_faults(text, slug):
    assert refused(PublicKey.from_multikey, text).reason == f"issuer-key.{slug}"


def jwk(kind: str, **changes) -> dict:
    members = sample_keys.key(kind).public_key.to_jwk() | changes
    return {name: value for name, value in members.items() if value is not ...}


def longer(kind: str, name: str) -> str:
    return b64url_encode(b"\0" + b64url_decode(jwk(kind)[name]))


JWK_FAULTS = {
    "secret d": (jwk("ed25519", d="AA"), "private"),
    "secret p": (jwk("rsa", p="AA"), "private"),
    "secret k": (jwk("p256", k="AA"), "private"),
    "octets": ({"kty": "oct"}, "malformed"),
    "octets with key": ({"kty": "oct", "k": "AA"}, "private"),
    "no type": ({}, "malformed"),
    "type is a list": (jwk("p256", kty=["EC"]), "malformed"),
    "curve is a list": (jwk("p256", crv=["P-256"]), "malformed"),
    "secp256k1": (jwk("p256", crv="secp256k1"), "unsupported"),
    "P-521": (jwk("p256", crv="P-521"), "unsupported"),
    "Ed448": (jwk("ed25519", crv="Ed448"), "unsupported"),
    "X25519": (jwk("ed25519", crv="X25519"), "unsupported"),
    "curve of another type": (jwk("p256", kty="OKP"), "unsupported"),
    "unknown type": (jwk("p256", kty="XX"), "unsupported"),
    "type in lower case": (jwk("p256", kty="ec"), "unsupported"),
    "other curve": (jwk("p256", crv="P-384"), "malformed"),
    "x missing": (jwk("p256", x=...), "malformed"),
    "y missing": (jwk("p256", y=...), "malformed"),
    "x is a number": (jwk("p256", x=7), "malformed"),
    "x too long": (jwk("p256", x=longer("p256", "x")), "malformed"),
    "x too short": (jwk("ed25519", x="AAAA"), "malformed"),
    "x padded": (jwk("ed25519", x=jwk("ed25519")["x"] + "="), "malformed"),
    "x in base64": (jwk("ed25519", x="+" + jwk("ed25519")["x"][1:]), "malformed"),
    "not on the curve": (jwk("p256", y=jwk("p256")["x"]), "malformed"),
    "y on Ed25519": (jwk("ed25519", y="AA"), "malformed"),
    "small order": (jwk("ed25519", x=b64url_encode(bytes(32))), "weak"),
    "use enc": (jwk("p256", use="enc"), "malformed"),
    "use null": (jwk("p256", use=None), "malformed"),
    "key_ops encrypt": (jwk("rsa", key_ops=["encrypt"]), "malformed"),
    "key_ops text": (jwk("rsa", key_ops="verify"), "malformed"),
    "key_ops empty": (jwk("rsa", key_ops=[]), "malformed"),
    "alg of another curve": (jwk("p256", alg="ES384"), "unsupported"),
    "alg of another type": (jwk("rsa", alg="HS256"), "unsupported"),
    "alg none": (jwk("ed25519", alg="none"), "unsupported"),
    "alg is a list": (jwk("ed25519", alg=["EdDSA"]), "unsupported"),
    "alg PS256": (jwk("rsa", alg="PS256"), "unsupported"),
    "n with leading zero": (jwk("rsa", n=longer("rsa", "n")), "malformed"),
    "e with leading zero": (jwk("rsa", e="AAEAAQ"), "malformed"),
    "n empty": (jwk("rsa", n=""), "malformed"),
    "e missing": (jwk("rsa", e=...), "malformed"),
    "e is 3": (jwk("rsa", e="Aw"), "weak"),
    "n small": (jwk("rsa", n=b64url_encode(b"\xf1" * 128)), "too-small"),
    "n huge": (jwk("rsa", n="_" * 10_924), "weak"),
}


@pytest.mark.parametrize("name", JWK_FAULTS)
def test_jwk_faults(name):
    members, slug = JWK_FAULTS[name]
    assert refused(PublicKey.from_jwk, members).reason == f"issuer-key.{slug}"


@pytest.mark.parametrize(
    ("kind", "alg"),
    [
        ("ed25519", "EdDSA"),
        ("ed25519", "Ed25519"),
        ("p256", "ES256"),
        ("p384", "ES384"),
        ("rsa", "RS256"),
    ],
)
def test_jwk_with_members_that_fit(kind, alg):
    members = jwk(kind, alg=alg, use="sig", key_ops=["verify"], kid="k", other=[1])
    assert PublicKey.from_jwk(members) == sample_keys.key(kind).public_key
    assert PublicKey.from_jwk(members, alg=alg) == sample_keys.key(kind).public_key


def test_jwk_wanted_for_one_algorithm():
    assert PublicKey.from_jwk(jwk("rsa", alg="PS256"), alg="PS256")
    assert (
        refused(PublicKey.from_jwk, jwk("rsa", alg="RS256"), alg="PS256").reason
        == "issuer-key.unsupported"
    )
    assert (
        refused(PublicKey.from_jwk, jwk("rsa", alg="PS256"), alg="PS384").reason
        == "issuer-key.unsupported"
    )
    assert refused(PublicKey.from_jwk, jwk("p256"), alg="ES384").reason == "issuer-key.malformed"
    assert refused(PublicKey.from_jwk, jwk("p256"), alg="RS256").reason == "issuer-key.malformed"


def public_pem(key) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def pem_faults():
    good = sample_keys.key("p256").public_key.to_pem()
    yield b"", "malformed"
    yield b"no key here", "malformed"
    yield good + good, "malformed"
    yield good.replace(b"PUBLIC", b"PRIVATE"), "private"
    yield sample_keys.key("ed25519").to_pem(), "private"
    yield good.replace(b"PUBLIC KEY", b"CERTIFICATE"), "unsupported"
    yield good[:40] + b"=" + good[40:], "malformed"
    yield good.replace(b"\nMF", b"\nMM"), "malformed"
    yield b"x" * 70_000, "malformed"
    yield public_pem(ec.derive_private_key(7, ec.SECP256K1()).public_key()), "unsupported"
    yield public_pem(ec.derive_private_key(7, ec.SECP521R1()).public_key()), "unsupported"
    yield public_pem(Ed448PrivateKey.generate().public_key()), "unsupported"
    yield public_pem(dsa.generate_private_key(1024).public_key()), "unsupported"


def test_pem_faults():
    for data, slug in pem_faults():
        assert refused(PublicKey.from_pem, data).reason == f"issuer-key.{slug}", data


def test_pem_with_an_uncompressed_and_a_compressed_point():
    """One key, one spelling: the compressed point is not what the standard form holds."""
    key = ec.derive_private_key(9, ec.SECP256R1()).public_key()
    whole = PublicKey.from_pem(public_pem(key))
    assert whole.to_pem() == public_pem(key)
    assert whole.raw == key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
