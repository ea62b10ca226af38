"""The same keys in every test: made from fixed numbers, never to be used."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import weak_keys
from stackmark.errors import CouldNotTell
from stackmark.keys.multibase import b58encode
from stackmark.keys.private import PrivateKey
from stackmark.keys.public import PRIVATE_CODES

TYPES = ("ed25519", "p256", "p384", "rsa")
_SIZES = {"p256": ("P-256", 32), "p384": ("P-384", 48), "bls12381": ("BLS12-381", 32)}


@cache
def key(kind: str, number: int = 1) -> PrivateKey:
    """A private key of ``kind``; another ``number`` gives another key (one only for rsa)."""
    if kind == "ed25519":
        return PrivateKey.from_seed(bytes([number]) * 32)
    if kind == "rsa":
        return PrivateKey.from_pkcs8(rsa_pkcs8())
    algorithm, size = _SIZES[kind]
    secret = PRIVATE_CODES[algorithm] + bytes([number]) * size
    return PrivateKey.from_multikey("z" + b58encode(secret))


@cache
def rsa_pkcs8(bits: int = 2048, exponent: int = 65_537) -> bytes:
    p, q = (
        weak_keys.next_prime(3 << bits // 2 - 2 | weak_keys.number(name, bits // 2 - 24))
        for name in "ab"
    )
    d = pow(exponent, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(exponent, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    return numbers.private_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


class Shelf:
    """A fetcher that knows the documents it was given, and remembers what was asked for."""

    def __init__(self, documents: dict[str, bytes] | None = None) -> None:
        self.documents = documents or {}
        self.asked: list[str] = []

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.documents:
            raise CouldNotTell("fetch.not-found", "There is nothing at this address.")
        return self.documents[url]
