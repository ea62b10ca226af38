"""BBS signatures: one signature over many messages, and proofs that show some of them.

draft-irtf-cfrg-bbs-signatures, the ciphersuite ``BLS12381G1_XMD:SHA-256_SSWU_RO_``; section
numbers are those of draft 08. ``header`` is signed with the messages; ``presentation_header`` is
bound to one proof. The curve's own work is the library's (``keys/_bls.py``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from stackmark.errors import CheckFailed
from stackmark.keys._bls import BASE_G2, ORDER, SECRET_BYTES, curve, scalar

POINT_BYTES: Final = 48  # of G1, compressed
SIGNATURE_BYTES: Final = POINT_BYTES + SECRET_BYTES
PROOF_FLOOR: Final = 3 * POINT_BYTES + 4 * SECRET_BYTES  # of a proof that hides nothing
FIXED_SCALARS: Final = 5  # random numbers of a proof, besides one for each hidden message

_API: Final = b"BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_HM2S_"  # 6.2.2 and 7.2.2
_TO_SCALAR: Final = _API + b"H2S_"
_SEED: Final = _API + b"SIG_GENERATOR_SEED_"
_WIDE: Final = 48  # bytes that one scalar is reduced from, so that all are equally likely
# P1 of the ciphersuite (7.2.2).
_P1: Final = bytes.fromhex(
    "a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd22"
    "5e7c59698588e70d11406d161b4e28c9"
)


def sign(secret: int, public: bytes, header: bytes, messages: Sequence[bytes]) -> bytes:
    """The signature (80 bytes) over ``messages`` in their order (3.5.1, 3.6.1).

    ``public`` (96 bytes) belongs to ``secret``. Equal input gives equal bytes.
    """
    scalars = [_message_scalar(message) for message in messages]
    domain = _domain(public, header, len(scalars))
    e = _hash_to_scalar(b"".join(map(_octets, (secret, *scalars, domain))), _TO_SCALAR)
    point = _whole(domain, dict(enumerate(scalars)), len(scalars))
    signature: bytes = (point * scalar(pow(secret + e, -1, ORDER))).to_compressed_bytes()
    return signature + _octets(e)


def fits(public: bytes, signature: bytes, header: bytes, messages: Sequence[bytes]) -> bool:
    """Whether ``signature`` was made over these messages and no others (3.5.2, 3.6.2)."""
    try:
        a, e = _split_signature(signature)
    except ValueError:
        return False
    scalars = [_message_scalar(message) for message in messages]
    whole = _whole(_domain(public, header, len(scalars)), dict(enumerate(scalars)), len(scalars))
    base, key = _base(), _key(public)
    fitting: bool = curve().GT.pairing_check([a, whole], [key + base * scalar(e), -base])
    return fitting


@dataclass(frozen=True, slots=True)
class Shown:
    """What a proof shows: some messages by position, and how many more there are."""

    messages: Mapping[int, bytes]
    count: int

    @property
    def scalars(self) -> dict[int, int]:
        """The shown messages as numbers, in their order."""
        return {place: _message_scalar(self.messages[place]) for place in sorted(self.messages)}

    @property
    def hidden(self) -> list[int]:
        """The positions that are not shown."""
        return [place for place in range(self.count) if place not in self.messages]


def prove(
    public: bytes,
    signature: bytes,
    header: bytes,
    presentation_header: bytes,
    messages: Sequence[bytes],
    shown: Sequence[int],
    scalars: Sequence[int],
) -> bytes:
    """A proof that shows the messages at the positions ``shown`` (3.5.3, 3.6.3).

    ``scalars``: secret random numbers from 1 to the order less 1, never used twice,
    ``FIXED_SCALARS`` and one for each hidden message. Raises ``CheckFailed`` ``proof.signature``
    for a signature that is none.
    """
    r1, r2, blind_e, blind_r1, blind_r3, *blinds = scalars
    told = Shown({place: messages[place] for place in shown}, len(messages))
    hidden = told.hidden
    a, e = _checked_signature(signature)
    every = dict(enumerate(map(_message_scalar, messages)))
    domain = _domain(public, header, len(messages))
    generators = _generators(len(messages) + 1).points
    d = _whole(domain, every, len(messages)) * scalar(r2)
    a_bar = a * scalar(r1 * r2)
    b_bar = d * scalar(r1) - a_bar * scalar(e)
    t1 = a_bar * scalar(blind_e) + d * scalar(blind_r1)
    t2 = _sum([d, *(generators[j + 1] for j in hidden)], [blind_r3, *blinds])
    c = _challenge(told, [a_bar, b_bar, d, t1, t2], domain, presentation_header)
    answers = [
        blind_e + e * c,
        blind_r1 - r1 * c,
        blind_r3 - pow(r2, -1, ORDER) * c,
        *(blind + every[j] * c for j, blind in zip(hidden, blinds, strict=True)),
        c,
    ]
    points = b"".join(point.to_compressed_bytes() for point in (a_bar, b_bar, d))
    return points + b"".join(map(_octets, answers))


def proof_fits(
    public: bytes,
    proof: bytes,
    header: bytes,
    presentation_header: bytes,
    shown: Mapping[int, bytes],
) -> bool:
    """Whether whoever made ``proof`` had a signature of ``public`` over these messages (3.5.4).

    ``shown``: position → message. A proof that cannot be read does not fit.
    """
    try:
        (a_bar, b_bar, d), answers = _split_proof(proof)
    except ValueError:
        return False
    e, r1, r3, *hidden_answers, c = answers
    told = Shown(shown, len(shown) + len(hidden_answers))
    if any(not 0 <= place < told.count for place in shown):
        return False
    domain = _domain(public, header, told.count)
    generators = _generators(told.count + 1).points
    t1 = _sum([b_bar, a_bar, d], [c, e, r1])
    seen = _whole(domain, told.scalars, told.count)
    hidden = [generators[j + 1] for j in told.hidden]
    t2 = _sum([seen, d, *hidden], [c, r3, *hidden_answers])
    if _challenge(told, [a_bar, b_bar, d, t1, t2], domain, presentation_header) != c:
        return False
    fitting: bool = curve().GT.pairing_check([a_bar, b_bar], [_key(public), -_base()])
    return fitting


def hidden_count(proof: bytes) -> int | None:
    """How many messages a proof hides, or nothing for a length that no proof has."""
    rest = len(proof) - PROOF_FLOOR
    return rest // SECRET_BYTES if rest >= 0 and rest % SECRET_BYTES == 0 else None


def random_scalars(seed: bytes, count: int) -> list[int]:
    """``count`` numbers for ``prove`` from 32 secret bytes that are used for one proof only.

    As the draft's own seeded numbers (8.2), drawn one by one so that any count can be had.
    """
    kind = _API + b"PROOF_SCALARS_"
    return [_hash_to_scalar(seed + place.to_bytes(8, "big"), kind) or 1 for place in range(count)]


def expand(message: bytes, kind: bytes, length: int) -> bytes:
    """``expand_message_xmd`` with SHA-256 (RFC 9380 section 5.3.1), at most 8,160 bytes."""
    kind += bytes([len(kind)])
    start = hashlib.sha256(bytes(64) + message + length.to_bytes(2, "big") + b"\0" + kind).digest()
    block, blocks = bytes(32), b""
    for number in range(1, -(-length // 32) + 1):
        mixed = bytes(x ^ y for x, y in zip(start, block, strict=True))
        block = hashlib.sha256(mixed + bytes([number]) + kind).digest()
        blocks += block
    return blocks[:length]


def _hash_to_scalar(message: bytes, kind: bytes) -> int:
    return int.from_bytes(expand(message, kind, _WIDE), "big") % ORDER


def _message_scalar(message: bytes) -> int:
    return _hash_to_scalar(message, _API + b"MAP_MSG_TO_SCALAR_AS_HASH_")


@dataclass(frozen=True, slots=True)
class _Generators:
    """Q_1 and H_1 … (4.1.1), the same for everybody; ``state`` is where the next one starts.

    A value, so that threads which want more of them at once do no harm but work twice.
    """

    state: bytes
    points: tuple[Any, ...] = ()
    octets: tuple[bytes, ...] = ()

    def grown(self, count: int) -> _Generators:
        """These and more, ``count`` in all."""
        state, points = self.state, list(self.points)
        for number in range(len(points) + 1, count + 1):
            state = expand(state + number.to_bytes(8, "big"), _SEED, _WIDE)
            points.append(curve().G1Point.hash_to_curve(state, _API + b"SIG_GENERATOR_DST_"))
        new = [point.to_compressed_bytes() for point in points[len(self.points) :]]
        return _Generators(state, tuple(points), (*self.octets, *new))


_made = [_Generators(expand(_API + b"MESSAGE_GENERATOR_SEED", _SEED, _WIDE))]


def _generators(count: int) -> _Generators:
    """At least ``count`` of them, made once a process."""
    found = _made[0]
    if len(found.points) < count:
        found = _made[0] = found.grown(count)
    return found


def _domain(public: bytes, header: bytes, count: int) -> int:
    """``calculate_domain`` (4.2.2)."""
    points = b"".join(_generators(count + 1).octets[: count + 1])
    told = public + count.to_bytes(8, "big") + points + _API
    return _hash_to_scalar(told + len(header).to_bytes(8, "big") + header, _TO_SCALAR)


def _whole(domain: int, scalars: Mapping[int, int], count: int) -> Any:
    """B: P1, the domain, and the messages given."""
    generators = _generators(count + 1).points
    points = [_p1(), generators[0], *(generators[place + 1] for place in scalars)]
    return _sum(points, [1, domain, *scalars.values()])


def _challenge(told: Shown, points: Sequence[Any], domain: int, presentation_header: bytes) -> int:
    """``ProofChallengeCalculate`` (3.7.4)."""
    parts = [len(told.messages).to_bytes(8, "big")]
    parts += [place.to_bytes(8, "big") + _octets(one) for place, one in told.scalars.items()]
    parts += [point.to_compressed_bytes() for point in points]
    parts += [_octets(domain), len(presentation_header).to_bytes(8, "big"), presentation_header]
    return _hash_to_scalar(b"".join(parts), _TO_SCALAR)


def _sum(points: list[Any], numbers: list[int]) -> Any:
    return curve().G1Point.multiexp_unchecked(points, [scalar(number) for number in numbers])


def _octets(number: int) -> bytes:
    return (number % ORDER).to_bytes(SECRET_BYTES, "big")


@lru_cache(maxsize=1)
def _p1() -> Any:
    return curve().G1Point.from_compressed_bytes(_P1)


@lru_cache(maxsize=1)
def _base() -> Any:
    return curve().G2Point.from_compressed_bytes(BASE_G2)


@lru_cache(maxsize=256)
def _key(public: bytes) -> Any:
    return curve().G2Point.from_compressed_bytes(public)


def _point(data: bytes) -> Any:
    """A point of G1 but infinity, in its one encoding; raises ``ValueError``."""
    library = curve()
    point = library.G1Point.from_compressed_bytes(data)
    if point == library.G1Point.identity() or point.to_compressed_bytes() != data:
        raise ValueError("the point at infinity, or a second encoding")
    return point


def _number(data: bytes) -> int:
    """A number from 1 to the order less 1 (4.2.4.3, 4.2.4.5); raises ``ValueError``."""
    number = int.from_bytes(data, "big")
    if not 0 < number < ORDER:
        raise ValueError("a number out of range")
    return number


def _split_signature(signature: bytes) -> tuple[Any, int]:
    if len(signature) != SIGNATURE_BYTES:
        raise ValueError("a signature of another length")
    return _point(signature[:POINT_BYTES]), _number(signature[POINT_BYTES:])


def _checked_signature(signature: bytes) -> tuple[Any, int]:
    try:
        return _split_signature(signature)
    except ValueError:
        raise CheckFailed(
            "proof.signature",
            "The signature does not fit: the document or its proof was changed after signing.",
        ) from None


def _split_proof(proof: bytes) -> tuple[list[Any], list[int]]:
    if hidden_count(proof) is None:
        raise ValueError("a proof of another length")
    ends = range(POINT_BYTES, 3 * POINT_BYTES + 1, POINT_BYTES)
    points = [_point(proof[end - POINT_BYTES : end]) for end in ends]
    starts = range(3 * POINT_BYTES, len(proof), SECRET_BYTES)
    return points, [_number(proof[start : start + SECRET_BYTES]) for start in starts]
