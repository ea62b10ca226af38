"""BLS12-381, the curve of bbs-2023: the library, public keys in G2, and secret numbers.

The curve itself is the work of ``py_arkworks_bls12381`` (extra ``bbs``); see docs/decisions.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final

from stackmark.errors import CheckFailed, CouldNotTell

ORDER: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
SECRET_BYTES: Final = 32
PUBLIC_BYTES: Final = 96
# The base point of G2, compressed (draft-irtf-cfrg-pairing-friendly-curves, section 4.2.1).
BASE_G2: Final = bytes.fromhex(
    "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049"
    "334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051"
    "c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
)
_SALT: Final = b"BBS-SIG-KEYGEN-SALT-"


def curve() -> ModuleType:
    """The library; raises ``CouldNotTell`` ``issuer-key.no-library`` where it is not installed."""
    try:
        import py_arkworks_bls12381
    except ImportError:
        raise CouldNotTell(
            "issuer-key.no-library",
            "Keys on BLS12-381 need a library that is not installed; "
            "run pip install 'stackmark[bbs]'.",
        ) from None
    return py_arkworks_bls12381


def scalar(number: int) -> Any:
    """``number`` modulo the order of the groups."""
    return curve().Scalar.from_be_bytes((number % ORDER).to_bytes(SECRET_BYTES, "big"))


def check_public(raw: bytes) -> None:
    """Whether 96 bytes are a point of G2 that can be a key.

    Raises ``CheckFailed`` ``issuer-key.malformed`` for what is no point of the group in its one
    encoding, ``issuer-key.weak`` for the point at infinity.
    """
    library = curve()
    try:
        point = library.G2Point.from_compressed_bytes(raw)
    except ValueError:
        raise CheckFailed(
            "issuer-key.malformed",
            "The BLS12-381 key is not a point of the group G2 in compressed form.",
        ) from None
    if point == library.G2Point.identity():
        raise CheckFailed(
            "issuer-key.weak",
            "The key is the point at infinity, under which anybody can sign; use another.",
        )
    if point.to_compressed_bytes() != raw:
        raise CheckFailed(
            "issuer-key.malformed",
            "The key is not written in the one way there is for it.",
        )


@dataclass(frozen=True, slots=True, eq=False)
class BlsSecret:
    """A secret number from 1 to the order less 1, and its public point."""

    number: int = field(repr=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> BlsSecret:
        """The number in 32 bytes; raises ``ValueError`` when it is out of range."""
        number = int.from_bytes(data, "big")
        if len(data) != SECRET_BYTES or not 0 < number < ORDER:
            raise ValueError("a BLS12-381 secret is a number in 32 bytes, below the group's order")
        return cls(number)

    @classmethod
    def from_material(cls, material: bytes) -> BlsSecret:
        """A key from at least 32 unpredictable bytes, evenly spread over the range."""
        wide = hashlib.shake_256(_SALT + material).digest(48)
        return cls(int.from_bytes(wide, "big") % (ORDER - 1) + 1)

    def to_bytes(self) -> bytes:
        """The number in 32 bytes."""
        return self.number.to_bytes(SECRET_BYTES, "big")

    def public_bytes(self) -> bytes:
        """The public key: this many times the base point of G2, compressed."""
        base = curve().G2Point.from_compressed_bytes_unchecked(BASE_G2)
        made: bytes = (base * scalar(self.number)).to_compressed_bytes()
        return made
