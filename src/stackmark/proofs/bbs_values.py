"""The two proofValue forms of bbs-2023: base (for the holder) and derived (to be shown).

W3C "Data Integrity BBS Cryptosuites v1.0", sections 3.3.2, 3.3.3, 3.3.6 and 3.3.7, the feature
option "baseline". The other options (holder binding, pseudonyms) have headers of their own and
are not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from stackmark.errors import CheckFailed
from stackmark.keys._bls import PUBLIC_BYTES
from stackmark.keys.bbs import SIGNATURE_BYTES, hidden_count
from stackmark.limits import MAX_BBS_STATEMENTS
from stackmark.proofs import cbor
from stackmark.proofs.sd_parts import (
    SECRET_BYTES,
    byte_string,
    fail,
    five,
    from_text,
    label_map,
    pointers,
    positions,
    to_text,
)

_BASE: Final = b"\xd9\x5d\x02"
_DERIVED: Final = b"\xd9\x5d\x03"
_OTHERS: Final = frozenset(bytes((0xD9, 0x5D, last)) for last in range(4, 10))
HEADER_BYTES: Final = 64  # two SHA-256 digests: the proof's options, the mandatory statements


@dataclass(frozen=True, slots=True)
class BaseValue:
    """What the issuer hands to the holder, with the secret that shuffles labels."""

    signature: bytes
    header: bytes
    public_key: bytes
    hmac_key: bytes
    pointers: list[str]

    def to_text(self) -> str:
        """The proofValue."""
        parts: list[cbor.Value] = [self.signature, self.header, self.public_key, self.hmac_key]
        return to_text(_BASE, [*parts, list(self.pointers)])


@dataclass(frozen=True, slots=True)
class DerivedValue:
    """What the holder shows.

    ``labels[n]`` is the number behind ``_:b`` that the blank node ``_:c14n<n>`` of the shown
    document was signed under; ``mandatory`` the positions of the mandatory statements among the
    shown ones; ``shown`` those of the other shown statements among all that are not mandatory.
    """

    proof: bytes
    labels: list[int]
    mandatory: list[int]
    shown: list[int]
    presentation_header: bytes

    def to_text(self) -> str:
        """The proofValue."""
        parts: list[cbor.Value] = [self.proof, dict(enumerate(self.labels)), list(self.mandatory)]
        return to_text(_DERIVED, [*parts, list(self.shown), self.presentation_header])

    @property
    def statements(self) -> int:
        """How many statements are not mandatory, shown or hidden."""
        return len(self.shown) + (hidden_count(self.proof) or 0)


def parse_value(text: Any) -> BaseValue | DerivedValue:
    """A proofValue taken apart; nothing is verified yet.

    Raises ``CheckFailed``: ``proof.encoding``, or ``proof.unsupported`` for the forms with holder
    binding or pseudonyms.
    """
    header, found = from_text(text, "bbs-2023", (_BASE, _DERIVED, *_OTHERS))
    if header in _OTHERS:
        raise CheckFailed(
            "proof.unsupported",
            "The proof is of a form of bbs-2023 with holder binding or pseudonyms, which is not "
            "read here.",
        )
    parts = five(found)
    return _base(parts) if header == _BASE else _derived(parts)


def _base(parts: list[cbor.Value]) -> BaseValue:
    signature, header, public_key, hmac_key, chosen = parts
    return BaseValue(
        byte_string(signature, SIGNATURE_BYTES),
        byte_string(header, HEADER_BYTES),
        byte_string(public_key, PUBLIC_BYTES),
        byte_string(hmac_key, SECRET_BYTES),
        pointers(chosen),
    )


def _derived(parts: list[cbor.Value]) -> DerivedValue:
    proof, labels, mandatory, shown, presentation_header = parts
    value = DerivedValue(
        byte_string(proof),
        _labels(labels),
        positions(mandatory),
        positions(shown),
        byte_string(presentation_header),
    )
    if hidden_count(value.proof) is None:
        fail(f"The BBS proof has {len(value.proof)} bytes, which no proof has.")
    if value.statements > MAX_BBS_STATEMENTS:
        fail(f"The proof is over {value.statements:,} statements; {MAX_BBS_STATEMENTS:,} are read.")
    if value.shown and value.shown[-1] >= value.statements:
        fail("A shown statement has a position beyond the number of all of them.")
    return value


def _labels(value: cbor.Value) -> list[int]:
    """Two nodes with one label would be one node to the signature and two to a reader."""
    found = label_map(value)
    labels = [label for label in found if isinstance(label, int)]
    if len(set(labels)) != len(found):
        fail("The labels of the blank nodes are not different numbers.")
    return labels
