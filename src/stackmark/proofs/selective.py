"""Both cryptosuites for selective disclosure behind one door: ecdsa-sd-2023 and bbs-2023.

``SEED_BYTES`` of randomness go into a derivation; only bbs-2023 uses them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.keys.public import PublicKey
from stackmark.proofs import bbs_2023, bbs_values, ecdsa_sd, sd_values
from stackmark.proofs.suites import suite_of

NAMES: Final = (ecdsa_sd.NAME, bbs_2023.NAME)
SEED_BYTES: Final = 32


def is_selective(proof: Any) -> bool:
    """Whether this is a proof by one of the two suites."""
    return isinstance(proof, Mapping) and proof.get("cryptosuite") in NAMES


def base_proof(proofs: Sequence[Any]) -> dict[str, Any]:
    """The one proof to derive from; raises ``UsageError`` ``usage.proof``."""
    found = [proof for proof in proofs if is_selective(proof)]
    if len(found) != 1:
        raise UsageError(
            "usage.proof",
            f"There are {len(found)} proofs by {' or '.join(NAMES)}; one is needed to derive from.",
        )
    one: dict[str, Any] = found[0]
    return one


def derive(
    secured: Mapping[str, Any],
    *,
    proof: Mapping[str, Any],
    selective_pointers: Sequence[str],
    seed: bytes,
) -> dict[str, Any]:
    """The document with the chosen parts and its proof; raises as the suites' ``derive`` does."""
    if suite_of(proof).name == ecdsa_sd.NAME:
        return ecdsa_sd.derive(secured, proof=proof, selective_pointers=selective_pointers)
    return bbs_2023.derive(secured, proof=proof, selective_pointers=selective_pointers, seed=seed)


def is_base(proof: Mapping[str, Any]) -> bool:
    """Whether a proof is the holder's own; raises ``CheckFailed`` ``proof.encoding``."""
    return isinstance(value_of(proof), sd_values.BaseValue | bbs_values.BaseValue)


def value_of(
    proof: Mapping[str, Any],
) -> sd_values.BaseValue | sd_values.DerivedValue | bbs_values.BaseValue | bbs_values.DerivedValue:
    """The proof's value taken apart."""
    bbs = suite_of(proof).name == bbs_2023.NAME
    parse = bbs_values.parse_value if bbs else sd_values.parse_value
    return parse(proof.get("proofValue"))


def verify_derived(unsecured: Mapping[str, Any], proof: Mapping[str, Any], key: PublicKey) -> None:
    """Whether ``key`` stands behind the shown document; raises as the suites do."""
    suite = bbs_2023 if suite_of(proof).name == bbs_2023.NAME else ecdsa_sd
    suite.verify_derived(unsecured, proof, key)


def verify_base(unsecured: Mapping[str, Any], proof: Mapping[str, Any], key: PublicKey) -> None:
    """Whether the whole document stands behind a base proof; raises as the suites do."""
    suite = bbs_2023 if suite_of(proof).name == bbs_2023.NAME else ecdsa_sd
    suite.verify_base(unsecured, proof, key)
